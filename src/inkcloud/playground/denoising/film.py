"""A run's frames as the page shows them: pictures, noise levels and what was measured."""

from dataclasses import dataclass, field
from itertools import pairwise

from inkcloud.domain.frame import Frame
from inkcloud.playground.denoising.change import Change, change_between, pixels
from inkcloud.wire import frame_archive


@dataclass(frozen=True)
class Film:
    """The frames of one generation.

    Attributes:
        scheduler: which one drew it.
        steps: the steps asked for.
        frames: in order, at least one.
        changes: for each frame, what its prediction changed of the one before; None for the
            first.
        left: for each frame, how far its prediction is from the last one: the mean difference
            of a colour value, of 255.
        archive: the file that they came in.
    """

    scheduler: str
    steps: int
    frames: tuple[Frame, ...]
    changes: tuple[Change | None, ...]
    left: tuple[float, ...]
    archive: bytes = field(repr=False)

    @classmethod
    def of(cls, scheduler: str, steps: int, archive: bytes) -> "Film":
        """Read the archive of a generation's frames and measure it.

        Raises:
            ValueError: if it is no archive of at least one frame.
        """
        frames = frame_archive.unpack(archive)
        if not frames:
            message = "The archive holds no frame."
            raise ValueError(message)
        pictures = [pixels(frame.predicted) for frame in frames]
        changes = [change_between(before, after) for before, after in pairwise(pictures)]
        left = tuple(change_between(picture, pictures[-1]).mean for picture in pictures)
        return cls(scheduler, steps, frames, (None, *changes), left, archive)

    @property
    def every_call(self) -> bool:
        """Whether each call of the network has a frame."""
        return len(self.frames) == self.frames[0].calls

    def nearest(self, sigma: float) -> int:
        """Return the number, from 0, of the frame whose noise level is the nearest by ratio."""
        return min(range(len(self.frames)), key=lambda i: _ratio(self.frames[i].sigma, sigma))

    def at_share(self, number: int, of: int) -> int:
        """Return the number of the frame that is as far along as frame `number` of `of`."""
        return round(number / max(of - 1, 1) * (len(self.frames) - 1))


def _ratio(one: float, other: float) -> float:
    low, high = sorted((max(one, 1e-6), max(other, 1e-6)))
    return high / low
