"""What follows from a measurement: seconds a call, the best for a time, who performs well."""

from dataclasses import dataclass, replace
from itertools import combinations
from statistics import median

from inkcloud.domain.sampler_name import SamplerName
from inkcloud.playground.notes import model_calls
from inkcloud.playground.presets import PRESETS
from inkcloud.playground.schedulers.measurement import Measurement

CLAIMED = tuple(preset.parameters.scheduler for preset in PRESETS)
CLOSE = 10.0
FRESH_NOISE = SamplerName.K_EULER_ANCESTRAL


@dataclass(frozen=True)
class Mean:
    """One scheduler at one step count, averaged over the seeds.

    Attributes:
        scheduler: the scheduler.
        steps: the step count.
        calls: model calls of one picture.
        seconds: as measured, the median over the seeds.
        even_seconds: calls times what a call takes, and what every picture takes besides.
        distance: to its own converged picture, in levels of 255.
        moved: to the next lower step count's picture; None for the lowest.
    """

    scheduler: SamplerName
    steps: int
    calls: int
    seconds: float
    even_seconds: float
    distance: float
    moved: float | None


@dataclass(frozen=True)
class Crossing:
    """Where a scheduler comes close to its converged picture, and stays there.

    Attributes:
        steps: read off the line between the measured step counts.
        seconds: the same for the time of a picture.
    """

    steps: float
    seconds: float


@dataclass(frozen=True)
class Findings:
    """A measurement, evaluated.

    Attributes:
        means: every scheduler and step count, also the converged ones.
        call_seconds: what one model call takes.
        picture_seconds: what a picture takes besides its calls.
        reference: the step count of the converged pictures.
    """

    means: tuple[Mean, ...]
    call_seconds: float
    picture_seconds: float
    reference: int

    @classmethod
    def of(cls, measurement: Measurement) -> "Findings":
        """Evaluate a measurement."""
        calls = {
            point: _calls(measurement, point.scheduler, point.steps) for point in measurement.points
        }
        call_seconds, picture_seconds = _line([(calls[p], p.seconds) for p in measurement.points])
        experiment = measurement.experiment
        means = []
        for scheduler in experiment.schedulers:
            for steps in (*experiment.steps, experiment.reference):
                points = [
                    p for p in measurement.points if p.scheduler == scheduler and p.steps == steps
                ]
                count = calls[points[0]]
                moved = [p.moved for p in points if p.moved is not None]
                means.append(
                    Mean(
                        scheduler=scheduler,
                        steps=steps,
                        calls=count,
                        seconds=median(p.seconds for p in points),
                        even_seconds=picture_seconds + call_seconds * count,
                        distance=sum(p.distance for p in points) / len(points),
                        moved=sum(moved) / len(moved) if moved else None,
                    )
                )
        return cls(tuple(means), call_seconds, picture_seconds, experiment.reference)

    def curve(self, scheduler: SamplerName) -> tuple[Mean, ...]:
        """Return a scheduler's step counts, without the converged one."""
        return tuple(m for m in self.means if m.scheduler == scheduler and m.steps < self.reference)

    def schedulers(self) -> tuple[SamplerName, ...]:
        """Return the schedulers in order."""
        return tuple(dict.fromkeys(mean.scheduler for mean in self.means))

    def first_close(self, scheduler: SamplerName, close: float = CLOSE) -> Mean | None:
        """Return the fewest steps from which on a scheduler stays close to its converged picture.

        Args:
            scheduler: the scheduler.
            close: a distance in levels of 255.

        Returns:
            None if its highest step count is not close either.
        """
        found = None
        for mean in reversed(self.curve(scheduler)):
            if mean.distance > close:
                break
            found = mean
        return found

    def crossing(self, scheduler: SamplerName, close: float = CLOSE) -> Crossing | None:
        """Return where a scheduler comes close, between its measured step counts.

        Schedulers that are close from the same measured step count on are told apart by it.

        Args:
            scheduler: the scheduler.
            close: a distance in levels of 255.

        Returns:
            None if its highest step count is not close either.
        """
        after = self.first_close(scheduler, close)
        if after is None:
            return None
        before = [mean for mean in self.curve(scheduler) if mean.steps < after.steps]
        if not before:
            return Crossing(after.steps, after.even_seconds)
        far = before[-1]
        share = (far.distance - close) / (far.distance - after.distance)
        return Crossing(
            steps=far.steps + share * (after.steps - far.steps),
            seconds=far.even_seconds + share * (after.even_seconds - far.even_seconds),
        )

    def best(self, seconds: float) -> Mean | None:
        """Return the smallest distance that can be had in a time; None if nothing is so quick.

        A scheduler that adds fresh noise is left out: its pictures do not approach one picture.
        """
        quick = [
            mean
            for scheduler in self.schedulers()
            if scheduler is not FRESH_NOISE
            for mean in self.curve(scheduler)
            if mean.even_seconds <= seconds
        ]
        return min(quick, key=lambda mean: (mean.distance, mean.even_seconds), default=None)

    def ranking(self, close: float = CLOSE) -> list[tuple[SamplerName, Crossing]]:
        """Return the schedulers that come close, by the time until they do."""
        found = [
            (scheduler, crossing)
            for scheduler in self.schedulers()
            if (crossing := self.crossing(scheduler, close)) is not None
        ]
        return sorted(found, key=lambda each: each[1].seconds)


@dataclass(frozen=True)
class Verdict:
    """Whether one scheduler of the claim is among the quickest three.

    Attributes:
        scheduler: one that is claimed to perform well.
        place: its place by time, from 1; None if it never comes close.
        holds: whether it is among the first as many as are claimed.
    """

    scheduler: SamplerName
    place: int | None
    holds: bool


def verdicts(findings: Findings, close: float = CLOSE) -> tuple[Verdict, ...]:
    """Test the tutorial's claim of three high performers.

    A claimed scheduler holds if no more than two others come close to their converged pictures
    in less time. Only schedulers that were measured are judged.
    """
    times = {scheduler: crossing.seconds for scheduler, crossing in findings.ranking(close)}
    judged = []
    for scheduler in CLAIMED:
        if scheduler not in findings.schedulers():
            continue
        mine = times.get(scheduler)
        quicker = sum(other < mine for other in times.values()) if mine is not None else None
        place = None if quicker is None else quicker + 1
        judged.append(Verdict(scheduler, place, place is not None and place <= len(CLAIMED)))
    return tuple(judged)


def _calls(measurement: Measurement, scheduler: SamplerName, steps: int) -> int:
    return model_calls(replace(measurement.experiment.parameters, scheduler=scheduler, steps=steps))


def _line(measured: list[tuple[int, float]]) -> tuple[float, float]:
    """Return slope and offset of a line by the median of all slopes (Theil 1950, Sen 1968)."""
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(measured, 2) if a[0] != b[0]]
    slope = median(slopes) if slopes else 0.0
    offset = median(seconds - slope * calls for calls, seconds in measured)
    if slope > 0 and offset >= 0:
        return slope, offset
    return median(seconds / calls for calls, seconds in measured), 0.0
