"""WAV files with PCM samples, through Python's own library."""

import io
import wave

import numpy as np
from numpy.typing import NDArray

_BYTE = 8
_PCM_16 = 2
_PCM_24 = 3


def read_wave(content: bytes) -> tuple[NDArray[np.float64], int]:
    """Return the samples, from -1 to 1, and their rate in samples a second.

    Returns:
        (frames,) for one channel, otherwise (frames, channels).

    Raises:
        ValueError: if it is not a WAV file with PCM samples.
    """
    try:
        with wave.open(io.BytesIO(content)) as file:
            raw = file.readframes(file.getnframes())
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
    except (wave.Error, EOFError) as error:
        message = f"It is not a WAV file with PCM samples: {error}"
        raise ValueError(message) from error
    samples = _whole_numbers(raw, width) / float(1 << (width * _BYTE - 1))
    return (samples if channels == 1 else samples.reshape(-1, channels)), rate


def write_wave(samples: NDArray[np.float64], sample_rate: int) -> bytes:
    """Return a WAV file with 16-bit samples.

    Args:
        samples: from -1 to 1, clipped outside; (frames,) or (frames, channels).
        sample_rate: samples a second.
    """
    scaled = np.clip(np.rint(samples * 32768.0), -32768, 32767).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1 if scaled.ndim == 1 else scaled.shape[1])
        out.setsampwidth(_PCM_16)
        out.setframerate(sample_rate)
        out.writeframes(scaled.tobytes())
    return file.getvalue()


def _whole_numbers(raw: bytes, width: int) -> NDArray[np.float64]:
    if width == 1:  # the one width whose samples have no sign
        return np.frombuffer(raw, np.uint8).astype(np.float64) - 128
    if width == _PCM_24:
        parts = np.frombuffer(raw, np.uint8).reshape(-1, 3)
        padded = np.zeros((len(parts), 4), np.uint8)
        padded[:, 1:] = parts
        return (padded.view("<i4")[:, 0] >> _BYTE).astype(np.float64)
    return np.frombuffer(raw, f"<i{width}").astype(np.float64)
