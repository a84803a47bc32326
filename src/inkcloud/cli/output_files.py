"""Where `inkcloud generate` puts its pictures."""

import os
import tempfile
from pathlib import Path

from inkcloud.domain.errors import InvalidRequest


def output_paths(output: Path | None, seed: int, images: int) -> list[Path]:
    """Return one path for each picture.

    A name that the caller chose is overwritten, as `cp` does; a name that we choose never
    hides an existing file. Several pictures get -0, -1, ... before the suffix.

    Raises:
        InvalidRequest: if no picture can be written there.
    """
    if output is not None:
        _check(output)
        return _numbered(output, images)
    _check(Path(f"inkcloud-{seed}.png"))
    attempt = 1
    while True:
        again = f"-again{attempt}" if attempt > 1 else ""
        paths = _numbered(Path(f"inkcloud-{seed}{again}.png"), images)
        if not any(path.exists() for path in paths):
            return paths
        attempt += 1


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that its name never shows half of it.

    Raises:
        InvalidRequest: if the file cannot be written.
    """
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            temporary = Path(file.name)
            file.write(data)
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise _unwritable(path, (error.strerror or str(error)).lower()) from error


def _numbered(path: Path, images: int) -> list[Path]:
    if images == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{index}{path.suffix}") for index in range(images)]


def _check(path: Path) -> None:
    if path.suffix.lower() != ".png":
        raise InvalidRequest(
            "Pictures are PNG files.",
            field="output",
            value=str(path),
            allowed="a file name that ends in .png",
        )
    if path.is_dir():
        raise _unwritable(path, "it is a folder")
    if not path.parent.is_dir():
        raise _unwritable(path, "its folder does not exist")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _unwritable(path, "its folder may not be written to")


def _unwritable(path: Path, reason: str) -> InvalidRequest:
    return InvalidRequest(
        f"The picture cannot be written: {reason}.",
        field="output",
        value=str(path),
        allowed="a file name in an existing folder that you can write to",
    )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
