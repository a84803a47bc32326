"""All frames of a picture in one file: a ZIP of PNG files and of `frames.json`."""

import io
import json
import zipfile
from collections.abc import Sequence

from inkcloud.domain.event_codec import FRAME_FACTS
from inkcloud.domain.frame import Frame

LISTING = "frames.json"
PREDICTED, NOISY = "predicted", "noisy"
# A ZIP file holds times; these are always the same, so that equal frames are equal bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


def pack(frames: Sequence[Frame]) -> bytes:
    """Return the archive of frames, in their order.

    `frames.json` is a list of what each frame says of itself; frame 0's pictures are
    `000-predicted.png` and `000-noisy.png`.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        listing = [{name: getattr(frame, name) for name in FRAME_FACTS} for frame in frames]
        _add(archive, LISTING, json.dumps(listing, indent=1).encode())
        for number, frame in enumerate(frames):
            _add(archive, _name(number, PREDICTED), frame.predicted)
            _add(archive, _name(number, NOISY), frame.noisy)
    return file.getvalue()


def unpack(data: bytes) -> tuple[Frame, ...]:
    """Return the frames of an archive.

    Raises:
        ValueError: if it is none that `pack` makes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return tuple(
                Frame(
                    predicted=archive.read(_name(number, PREDICTED)),
                    noisy=archive.read(_name(number, NOISY)),
                    **{name: facts[name] for name in FRAME_FACTS},
                )
                for number, facts in enumerate(json.loads(archive.read(LISTING)))
            )
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        message = "The file is no archive of frames."
        raise ValueError(message) from error


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _TIME), data)  # stored: a PNG grows no smaller


def _name(number: int, kind: str) -> str:
    return f"{number:03}-{kind}.png"
