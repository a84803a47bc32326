"""How long pictures take on this machine, learned from those that it finished lately."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from statistics import median

from inkcloud.client import GenerationStatus
from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.job import JobState
from inkcloud.playground.notes import rows
from inkcloud.playground.parameters import Parameters
from inkcloud.playground.wording import about

ENOUGH_ALONE = 3
ENOUGH_FOR_A_LINE = 4
LOOK_BACK = 50


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One finished generation, as far as its time is concerned.

    Attributes:
        start: when it was accepted, in seconds of the clock.
        seconds: from its admission in the engine to its last picture.
        rows: rows that went through the model, for all its pictures.
        pictures: how many pictures it drew.
        pixels: of one picture.
        native: whether it was drawn in the model's own size.
        model: the SHA-256 of the model's files.
    """

    start: float
    seconds: float
    rows: int
    pictures: int
    pixels: int
    native: bool
    model: str

    @property
    def end(self) -> float:
        """When it ended at the earliest: a wait for its turn is not counted."""
        return self.start + self.seconds


@dataclass(frozen=True, kw_only=True)
class Line:
    """Seconds as a straight line over rows, for pictures of one size.

    Attributes:
        row_seconds: what one row costs.
        picture_seconds: what a picture costs besides its rows.
        pictures: from how many pictures it was measured.
        shared: whether others were drawn at the same time, so that it is the time that each
            took of the machine and not the time that somebody waited.
    """

    row_seconds: float
    picture_seconds: float
    pictures: int
    shared: bool


@dataclass(frozen=True)
class Pace:
    """What pictures cost on this machine, by size.

    Attributes:
        lines: for each number of pixels what was measured.
        native: the number of pixels of a picture whose size is not given.
    """

    lines: dict[int, Line]
    native: int

    @classmethod
    def of(
        cls, generations: Iterable[GenerationStatus], now: datetime | None = None
    ) -> "Pace | None":
        """Learn from recent generations of one endpoint; None if none can be used.

        A generation's seconds grow while others are drawn beside it. So those that were alone
        count if there are enough of them; otherwise the time from the first start to the last
        end of a bunch is shared out over all rows of the bunch. Generations that had to wait
        for a place count as begun when they were accepted, which makes a bunch look shorter
        than it was.

        Args:
            generations: newest first, as `client.list` returns them. Only those of the model
                of the newest one are used.
            now: until when unfinished ones have run; by default the present.
        """
        everything = tuple(generations)
        measured = [found for status in everything if (found := _measured(status))]
        if not measured:
            return None
        measured = [found for found in measured if found.model == measured[0].model]
        moment = (now or datetime.now(UTC)).timestamp()
        busy = [_interval(status, moment) for status in everything]
        lines = {
            pixels: _line([found for found in measured if found.pixels == pixels], busy)
            for pixels in {found.pixels for found in measured}
        }
        native = next((found.pixels for found in measured if found.native), measured[0].pixels)
        return cls(lines, native)

    def seconds(self, parameters: Parameters, count: int = 1) -> float:
        """Return the seconds that pictures with these parameters will take, one after another.

        Args:
            parameters: of each picture.
            count: how many pictures.
        """
        pixels = self._pixels(parameters)
        line = self._line(pixels)
        scale = 1.0 if pixels in self.lines else pixels / self._nearest(pixels)
        each = line.picture_seconds + line.row_seconds * rows(parameters)
        return count * scale * each

    def total(self, pictures: Iterable[Parameters]) -> float:
        """Return the seconds that different pictures, of all their seeds, will take together."""
        return sum(self.seconds(parameters, parameters.images) for parameters in pictures)

    def call_seconds(self, parameters: Parameters) -> float:
        """Return the seconds that one more step with these parameters takes."""
        pixels = self._pixels(parameters)
        scale = pixels / self._nearest(pixels)
        guided = 1 if parameters.guidance_scale == 1.0 else 2
        return scale * guided * self._line(pixels).row_seconds

    def text(self, parameters: Parameters, count: int = 1) -> str:
        """Return the estimate in words and what it rests on.

        For example "about 4 s on this machine, measured from 12 pictures".
        """
        return self.described(self.seconds(parameters, count), parameters)

    def described(self, seconds: float, parameters: Parameters) -> str:
        """Return an estimate of seconds in words, and what it rests on.

        Args:
            seconds: what `seconds` or `total` said.
            parameters: of a picture of the size that was estimated.
        """
        line = self._line(self._pixels(parameters))
        pictures = "1 picture" if line.pictures == 1 else f"{line.pictures} pictures"
        beside = " that were drawn side by side" if line.shared else ""
        return f"about {about(seconds)} on this machine, measured from {pictures}{beside}"

    def _pixels(self, parameters: Parameters) -> int:
        width, height = parameters.width, parameters.height
        return self.native if width is None or height is None else width * height

    def _nearest(self, pixels: int) -> int:
        return min(self.lines, key=lambda known: abs(known - pixels))

    def _line(self, pixels: int) -> Line:
        return self.lines[self._nearest(pixels)]


def _measured(status: GenerationStatus) -> Measured | None:
    """Return what a generation tells of the pace; None if it tells nothing that is sure."""
    request = status.request
    if status.state is not JobState.SUCCEEDED or not status.seconds or not status.images:
        return None
    if request.get("image") is not None:  # which leaves steps out
        return None
    record = status.images[0].record
    try:
        parameters = Parameters.from_request(request)
        pixels = int(record["width"]) * int(record["height"])
    except (InkcloudError, KeyError, TypeError, ValueError):
        return None
    if pixels <= 0:
        return None
    return Measured(
        start=status.created.timestamp(),
        seconds=status.seconds,
        rows=rows(parameters) * len(status.images),
        pictures=len(status.images),
        pixels=pixels,
        native=request.get("width") is None and request.get("height") is None,
        model=str(record.get("checkpoint_hash", "")),
    )


def _interval(status: GenerationStatus, now: float) -> tuple[float, float]:
    """Return from when to when a generation kept the engine busy, as far as it is known."""
    start = status.created.timestamp()
    if status.seconds:
        return start, start + status.seconds
    return start, start if status.state.final else max(start, now)


def _line(measured: Sequence[Measured], busy: Sequence[tuple[float, float]]) -> Line:
    alone = [found for found in measured if _was_alone(found, busy)]
    if len(alone) >= ENOUGH_ALONE:
        return _fitted(alone)
    return _shared_out(measured)


def _was_alone(found: Measured, busy: Sequence[tuple[float, float]]) -> bool:
    return sum(start < found.end and found.start < end for start, end in busy) == 1


def _fitted(alone: Sequence[Measured]) -> Line:
    """Fit a line by the median of all slopes (Theil 1950, Sen 1968), or else a mean."""
    each = [(found.rows / found.pictures, found.seconds / found.pictures) for found in alone]
    pictures = sum(found.pictures for found in alone)
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(each, 2) if a[0] != b[0]]
    counts = [count for count, _ in each]
    if len(each) >= ENOUGH_FOR_A_LINE and slopes and max(counts) >= 2 * min(counts):
        slope = median(slopes)
        rest = median(seconds - slope * count for count, seconds in each)
        if slope > 0 and rest >= 0:
            return Line(row_seconds=slope, picture_seconds=rest, pictures=pictures, shared=False)
    ratio = median(seconds / count for count, seconds in each)
    return Line(row_seconds=ratio, picture_seconds=0.0, pictures=pictures, shared=False)


def _shared_out(measured: Sequence[Measured]) -> Line:
    ratios = []
    for bunch in _bunches(measured):
        span = max(found.end for found in bunch) - min(found.start for found in bunch)
        ratios += [span / sum(found.rows for found in bunch)] * len(bunch)
    return Line(
        row_seconds=median(ratios),
        picture_seconds=0.0,
        pictures=sum(found.pictures for found in measured),
        shared=any(len(bunch) > 1 for bunch in _bunches(measured)),
    )


def _bunches(measured: Sequence[Measured]) -> list[list[Measured]]:
    """Return generations in groups, such that those of different groups never overlapped."""
    bunches: list[list[Measured]] = []
    until = 0.0
    for found in sorted(measured, key=lambda found: found.start):
        if bunches and found.start < until:
            bunches[-1].append(found)
        else:
            bunches.append([found])
        until = max(until, found.end)
    return bunches
