"""A picture's file that a command is given."""

from pathlib import Path

from inkcloud.domain.errors import InvalidRequest
from inkcloud.domain.init_image import FORMATS
from inkcloud.domain.limits import Limits


def read_input(path: Path, *, field: str, longest: int, allowed: str) -> bytes:
    """Return a file's bytes.

    Args:
        path: where it is.
        field: the name of the parameter that gave the path.
        longest: most bytes.
        allowed: what the file should be.

    Raises:
        InvalidRequest: if there is no such file, or it cannot be what it should.
    """
    try:
        with path.open("rb") as file:
            data = file.read(longest + 1)
    except OSError as error:
        raise InvalidRequest(
            f"The picture cannot be read: {(error.strerror or str(error)).lower()}.",
            field=field,
            value=str(path),
            allowed=allowed,
        ) from error
    if len(data) > longest:
        raise InvalidRequest(
            "The file is too large to be a picture.",
            field=field,
            value=str(path),
            allowed=f"at most {longest} bytes",
        )
    return data


def read_init_image(path: Path) -> bytes:
    """Return the file of an image that a picture begins as.

    Raises:
        InvalidRequest: if there is no such file, or it is too long.
    """
    return read_input(path, field="image", longest=Limits().image_bytes, allowed=FORMATS)
