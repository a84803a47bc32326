"""A film as a service's input or output."""

import importlib
import tempfile
from collections.abc import Iterator
from typing import Any, Self

from numpy.typing import ArrayLike, NDArray

from inkcloud.services.media import Media


class Video(Media):
    """A film, on the wire `{"data": "<base64>"}`.

    Frames need the packages `imageio` and `av`.
    """

    @classmethod
    def from_numpy(
        cls,
        video_frames: list[ArrayLike],
        codec: str = "libx264",
        pixel_format: str = "yuv420p",
        fps: int = 30,
    ) -> Self:
        """Make an MP4 file of frames, each (height, width, 3) of 8 bits."""
        library = _imageio()
        with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
            with library.imopen(file.name, "w", plugin="pyav") as writer:
                writer.init_video_stream(codec=codec, fps=fps, pixel_format=pixel_format)
                for frame in video_frames:
                    writer.write_frame(frame)
            return cls.from_file(file.name)

    def to_numpy(self) -> NDArray[Any]:
        """Return its frames, (frames, height, width, 3)."""
        with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
            self.to_file(file.name)
            frames: NDArray[Any] = _imageio().imread(file.name, plugin="pyav")
            return frames

    def to_numpy_iterator(self) -> tuple[Iterator[NDArray[Any]], str]:
        """Return an iterator of its frames, and the temporary file to delete after it."""
        with tempfile.NamedTemporaryFile(suffix=".mp4", delete=False) as file:
            self.to_file(file.name)
        return _imageio().imiter(file.name, plugin="pyav"), file.name

    def is_valid(self) -> bool:
        """Return whether it is a film that can be read."""
        library = _imageio()
        with tempfile.NamedTemporaryFile(suffix=".mp4") as file:
            self.to_file(file.name)
            try:
                return "video_format" in library.immeta(file.name, plugin="pyav")
            # The decoders raise many kinds of error for a file that is none.
            except Exception:
                return False


def _imageio() -> Any:  # noqa: ANN401 - a module that may not be installed
    try:
        return importlib.import_module("imageio.v3")
    except ImportError as error:
        message = "The frames of a film need the packages imageio and av: install them."
        raise ImportError(message) from error
