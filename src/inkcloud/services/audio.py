"""A sound as a service's input or output."""

import importlib
import io
from types import ModuleType
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inkcloud.services.media import Media
from inkcloud.services.wave_file import read_wave, write_wave


class Audio(Media):
    """A sound, on the wire `{"data": "<base64>"}`.

    WAV files need nothing more; other formats need the package `soundfile`.
    """

    @classmethod
    def from_numpy(cls, data: ArrayLike, sample_rate: int, format: str = "WAV") -> Self:
        """Make it from samples.

        Args:
            data: from -1 to 1; (frames,) or (frames, channels).
            sample_rate: samples a second.
            format: the file's format.

        Raises:
            ValueError: for another format than WAV where `soundfile` is not installed.
        """
        soundfile = _soundfile()
        if soundfile is None:
            if format.upper() != "WAV":
                raise _missing(format)
            return cls.from_bytes(write_wave(np.asarray(data, np.float64), sample_rate))
        file = io.BytesIO()
        soundfile.write(file, data=data, samplerate=sample_rate, format=format)
        return cls.from_bytes(file.getvalue())

    def to_numpy(self) -> tuple[NDArray[Any], int]:
        """Return its samples, (frames,) or (frames, channels), and its sample rate.

        Raises:
            ValueError: if it cannot be read.
        """
        soundfile, content = _soundfile(), self.to_bytes()
        if soundfile is None:
            if not content.startswith(b"RIFF"):
                raise _missing("this file's format")
            return read_wave(content)
        try:
            samples, rate = soundfile.read(io.BytesIO(content))
        except soundfile.SoundFileError as error:
            message = f"The sound cannot be read: {error}"
            raise ValueError(message) from error
        return samples, rate

    def is_valid(self) -> bool:
        """Return whether it is a sound that can be read."""
        try:
            self.to_numpy()
        except ValueError:
            return False
        return True


def _soundfile() -> ModuleType | None:
    try:
        return importlib.import_module("soundfile")
    except (ImportError, OSError):  # OSError: its system library is missing
        return None


def _missing(what: str) -> ValueError:
    return ValueError(f"Only WAV is read and written without soundfile: install it for {what}.")
