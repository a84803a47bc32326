"""What a run of cells draws: a prompt and parameters, varied along up to three axes."""

from dataclasses import dataclass, replace
from functools import reduce
from itertools import product
from math import prod

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.generation_request import GenerationRequest
from inkcloud.playground.cells.axis import Axis, Drawn
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.values import checked_values
from inkcloud.playground.notes import model_calls, rows
from inkcloud.playground.parameters import Parameters

MOST_AXES = 3
MOST_CELLS = 200
MOST_CALLS = 20_000
# Whole texts come first, so that words are replaced in whatever text there is in the end.
_FIRST = (AxisKind.PROMPT, AxisKind.NEGATIVE)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One picture of a run.

    Attributes:
        index: its place in reading order, from 0: the last axis changes fastest.
        position: for each axis the index of its value.
        prompt: what to draw.
        parameters: with what; always one picture.
        endpoint: at which endpoint; "" is the page's own.
    """

    index: int
    position: tuple[int, ...]
    prompt: str
    parameters: Parameters
    endpoint: str = ""

    def request(self) -> GenerationRequest:
        """Return the request for it.

        Raises:
            InvalidRequest: names the field whose value is not allowed.
        """
        return replace(self.parameters.request(self.prompt), preview_every=0)


@dataclass(frozen=True)
class CellsDefinition:
    """What a run of cells draws.

    Attributes:
        prompt: the base prompt.
        parameters: the base parameters; what an axis does not change.
        axes: up to three, no kind twice but words.
    """

    prompt: str
    parameters: Parameters
    axes: tuple[Axis, ...] = ()

    @property
    def count(self) -> int:
        """How many cells there are."""
        return prod(len(axis) for axis in self.axes)

    @property
    def endpoints(self) -> tuple[str, ...]:
        """The endpoints that draw, each once; "" is the page's own."""
        models = [axis.values for axis in self.axes if axis.kind is AxisKind.MODEL]
        return models[0] if models else ("",)

    def checked(self) -> "CellsDefinition":
        """Return the definition itself if all of its cells can be drawn.

        Raises:
            InvalidRequest: says what is wrong and what is allowed.
        """
        self._check_axes()
        if self.count > MOST_CELLS:
            lengths = " \N{MULTIPLICATION SIGN} ".join(str(len(axis)) for axis in self.axes)
            raise InvalidRequest(
                "The run has too many cells.",
                field="cells",
                value=f"{lengths} = {self.count} cells",
                allowed=f"at most {MOST_CELLS} cells; take fewer values",
            )
        cells = self.cells()
        for cell in cells:
            cell.request()
        calls = sum(model_calls(cell.parameters) for cell in cells)
        if calls > MOST_CALLS:
            raise InvalidRequest(
                "The run asks for too many model calls.",
                field="cells",
                value=f"{calls} model calls",
                allowed=f"at most {MOST_CALLS} model calls; take fewer values or steps",
            )
        return self

    def cells(self) -> tuple[Cell, ...]:
        """Return the cells in reading order."""
        positions = product(*(range(len(axis)) for axis in self.axes))
        return tuple(self._cell(index, position) for index, position in enumerate(positions))

    def calls(self) -> int:
        """Return how many times a model is called for all cells."""
        return sum(model_calls(cell.parameters) for cell in self.cells())

    def rows(self) -> int:
        """Return how many rows go through a model for all cells."""
        return sum(rows(cell.parameters) for cell in self.cells())

    def _cell(self, index: int, position: tuple[int, ...]) -> Cell:
        drawn = reduce(
            lambda drawn, step: step[0].applied(drawn, step[1]),
            sorted(zip(self.axes, position, strict=True), key=lambda s: s[0].kind not in _FIRST),
            Drawn(self.prompt, replace(self.parameters, images=1)),
        )
        return Cell(
            index=index,
            position=position,
            prompt=drawn.prompt,
            parameters=drawn.parameters,
            endpoint=drawn.endpoint,
        )

    def _check_axes(self) -> None:
        if len(self.axes) > MOST_AXES:
            raise InvalidRequest(
                "There are too many axes.",
                field="cells",
                value=len(self.axes),
                allowed=f"at most {MOST_AXES} axes",
            )
        kinds = [axis.kind for axis in self.axes]
        for axis in self.axes:
            checked_values(axis.kind, axis.values)
            if axis.kind is not AxisKind.WORDS and kinds.count(axis.kind) > 1:
                raise InvalidRequest(
                    f"Two axes change the same: {axis.kind.label}.",
                    field="cells",
                    value=axis.kind.label,
                    allowed="axes that change different things",
                )
            if axis.kind is AxisKind.WORDS:
                self._check_words(axis)

    def _check_words(self, axis: Axis) -> None:
        texts = [Drawn(self.prompt, self.parameters)]
        for other in self.axes:
            if other.kind in _FIRST:
                texts += [other.applied(texts[0], index) for index in range(len(other))]
        if not any(axis.occurs_in(text) for text in texts):
            raise InvalidRequest(
                "The first of the words is not in the prompt.",
                field=axis.kind.field,
                value=axis.values[0],
                allowed="first a word of the prompt or the negative prompt, letter case as "
                "there, then what stands in its place",
            )
