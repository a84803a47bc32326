"""The frames of a generation, from the replica's events to the image store and back."""

import asyncio
import math
from collections.abc import Sequence

from inkcloud.domain.errors import InkcloudError, NotFound
from inkcloud.domain.frame import Frame
from inkcloud.domain.job import Job
from inkcloud.domain.limits import Limits
from inkcloud.storage.images import ImageStore
from inkcloud.wire import frame_archive

MOST_FRAMES = Limits().frames
_PNG = b"\x89PNG\r\n\x1a\n"
PICTURE_BYTES = 512 * 1024


class ArrivingFrames:
    """Collects the frames of one run of a job; a run that breaks off leaves none behind.

    Args:
        wanted: whether the job asked for frames; others are passed over.
    """

    def __init__(self, *, wanted: bool) -> None:
        self._wanted = wanted
        self.frames: list[Frame] = []

    def add(self, frame: Frame) -> None:
        """Take a frame.

        Raises:
            InkcloudError: if it is none, there are too many, or its pictures are too large.
        """
        if not self._wanted:
            return
        if not _is_frame(frame):
            raise InkcloudError("The service sent a frame that cannot be read.")
        longest = max(len(frame.predicted), len(frame.noisy))
        if len(self.frames) >= MOST_FRAMES or longest > PICTURE_BYTES:
            message = (
                f"The service sent frame {len(self.frames) + 1} with a picture of {longest} bytes; "
                f"allowed: {MOST_FRAMES} frames with pictures of {PICTURE_BYTES} bytes."
            )
            raise InkcloudError(message)
        self.frames.append(frame)


def _is_frame(frame: Frame) -> bool:
    counts = (frame.call, frame.calls, frame.step)
    measures = (frame.timestep, frame.sigma, frame.alpha_bar, frame.seconds)
    return (
        all(type(count) is int for count in counts)
        and all(type(each) in {int, float} and math.isfinite(each) for each in measures)
        and all(png.startswith(_PNG) for png in (frame.predicted, frame.noisy))
    )


async def keep(images: ImageStore, frames: Sequence[Frame]) -> str | None:
    """Keep frames in one file and return its SHA-256; None if there are none."""
    if not frames:
        return None
    return await asyncio.to_thread(lambda: images.put(frame_archive.pack(frames)))


async def archive(images: ImageStore, job: Job) -> bytes:
    """Return the archive of a job's frames.

    Raises:
        NotFound: if it has none, has not ended, or the file is missing or damaged.
    """
    if job.frames is None:
        raise NotFound(
            "This generation has no frames.",
            field="frames",
            allowed="a generation that has succeeded and was asked for with frames",
        )
    data = await asyncio.to_thread(images.get, job.frames)
    if data is None:
        raise NotFound("The frames' file is missing or damaged.")
    return data


async def frames(images: ImageStore, job: Job) -> tuple[Frame, ...]:
    """Return a job's frames, in order.

    Raises:
        NotFound: as `archive` does.
    """
    return frame_archive.unpack(await archive(images, job))
