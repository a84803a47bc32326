"""What is drawn to compare schedulers: each at several step counts and at one very high one."""

from dataclasses import dataclass

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.cells.axis import Axis
from inkcloud.playground.cells.axis_kind import AxisKind
from inkcloud.playground.cells.definition import CellsDefinition
from inkcloud.playground.parameters import Parameters

FIRST_STEPS = ("1", "2", "3", "5", "8", "12", "20", "30", "50")
FIRST_REFERENCE = 150
MOST_SEEDS = 5
_KINDS = (AxisKind.SCHEDULER, AxisKind.STEPS, AxisKind.SEED)


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """One experiment.

    Attributes:
        prompt: what to draw.
        parameters: guidance, negative prompt and size; the rest is varied.
        schedulers: the schedulers to compare.
        steps: the step counts, rising.
        reference: the step count whose picture counts as converged; more than each of `steps`.
        seeds: the seeds, as text; distances are averaged over them.
    """

    prompt: str
    parameters: Parameters
    schedulers: tuple[SamplerName, ...]
    steps: tuple[int, ...]
    reference: int
    seeds: tuple[str, ...]

    def checked(self) -> "Experiment":
        """Return the experiment itself if it can be drawn and compared.

        Raises:
            InvalidRequest: says what is wrong and what is allowed.
        """
        if len(self.seeds) > MOST_SEEDS:
            raise InvalidRequest(
                "The experiment has too many seeds.",
                field="seed",
                value=f"{len(self.seeds)} seeds",
                allowed=f"at most {MOST_SEEDS} seeds",
            )
        if not self.steps or max(self.steps) >= self.reference:
            raise InvalidRequest(
                "The converged picture needs more steps than the pictures that are compared "
                "with it.",
                field="num_inference_steps",
                value=self.reference,
                allowed=f"more than {max(self.steps, default=0)} steps",
            )
        self.definition().checked()
        return self

    def definition(self) -> CellsDefinition:
        """Return the run of cells that draws it."""
        steps = tuple(str(count) for count in (*sorted(set(self.steps)), self.reference))
        return CellsDefinition(
            self.prompt,
            self.parameters,
            (
                Axis(AxisKind.SCHEDULER, tuple(each.value for each in self.schedulers)),
                Axis(AxisKind.STEPS, steps),
                Axis(AxisKind.SEED, self.seeds),
            ),
        )

    @classmethod
    def of(cls, definition: CellsDefinition) -> "Experiment":
        """Return the experiment that a run of cells draws.

        Raises:
            InvalidRequest: if it is a run of another shape.
        """
        if tuple(axis.kind for axis in definition.axes) != _KINDS:
            raise InvalidRequest(
                "The address names a run that is no comparison of schedulers.",
                field="cells",
                value=", ".join(axis.kind.label for axis in definition.axes),
                allowed="an address of the page Schedulers",
            )
        schedulers, steps, seeds = (axis.values for axis in definition.axes)
        counts = sorted(int(count) for count in steps)
        return cls(
            prompt=definition.prompt,
            parameters=definition.parameters,
            schedulers=tuple(SamplerName.parse(name) for name in schedulers),
            steps=tuple(counts[:-1]),
            reference=counts[-1],
            seeds=seeds,
        ).checked()
