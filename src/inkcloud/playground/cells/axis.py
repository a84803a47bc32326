"""One axis of a run of cells."""

from dataclasses import dataclass, replace

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.parameters import Parameters


@dataclass(frozen=True)
class Drawn:
    """What one cell draws.

    Attributes:
        prompt: what to draw.
        parameters: with what.
        endpoint: at which endpoint; "" is the page's own.
    """

    prompt: str
    parameters: Parameters
    endpoint: str = ""


@dataclass(frozen=True)
class Axis:
    """What changes from cell to cell along one direction.

    Attributes:
        kind: what it is.
        values: the values in order, as text; numbers in plain decimal form.
    """

    kind: AxisKind
    values: tuple[str, ...]

    def __len__(self) -> int:
        """How many values it has."""
        return len(self.values)

    def applied(self, drawn: Drawn, index: int) -> Drawn:
        """Return what is drawn at one of its values.

        Args:
            drawn: what would be drawn without this axis.
            index: of the value.
        """
        value, parameters = self.values[index], drawn.parameters
        match self.kind:
            case AxisKind.PROMPT:
                return replace(drawn, prompt=value)
            case AxisKind.WORDS:
                return self._replaced(drawn, value)
            case AxisKind.MODEL:
                return replace(drawn, endpoint=value)
            case AxisKind.NEGATIVE:
                parameters = replace(parameters, negative_prompt=value)
            case AxisKind.STEPS:
                parameters = replace(parameters, steps=int(value))
            case AxisKind.SCHEDULER:
                parameters = replace(parameters, scheduler=SamplerName.parse(value))
            case AxisKind.GUIDANCE:
                parameters = replace(parameters, guidance_scale=float(value))
            case AxisKind.SEED:
                parameters = replace(parameters, seed=value)
        return replace(drawn, parameters=parameters)

    def occurs_in(self, drawn: Drawn) -> bool:
        """Say whether the words to be replaced are in what is drawn."""
        return self.values[0] in drawn.prompt or self.values[0] in drawn.parameters.negative_prompt

    def _replaced(self, drawn: Drawn, value: str) -> Drawn:
        word, parameters = self.values[0], drawn.parameters
        negative = parameters.negative_prompt.replace(word, value)
        return replace(
            drawn,
            prompt=drawn.prompt.replace(word, value),
            parameters=replace(parameters, negative_prompt=negative),
        )
