"""A model's fingerprint: one hash over the files that decide its pictures.

That of a single file is the SHA-256 of the file itself.
"""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from inkcloud.checkpoints.folder import INDEX, ModelFolder, open_folder
from inkcloud.checkpoints.modules import FILE as CONFIG
from inkcloud.checkpoints.schedule import FILE as SCHEDULE
from inkcloud.checkpoints.tokenizer_files import tokenizer_files
from inkcloud.checkpoints.weight_files import weight_files
from inkcloud.domain.errors import CheckpointError


def fingerprint(folder: Path) -> str:
    """Return SHA-256 over the names and contents of a model's files, 64 hex digits.

    Only files that loading reads count: a README or a second set of weights does not.

    Raises:
        CheckpointError: if a file is missing or cannot be read.
    """
    return _total(folder, digest)


def recorded_fingerprint(path: Path, digests: Mapping[str, str]) -> str:
    """Return the fingerprint that a model had when its files' hashes were recorded.

    Args:
        path: the model's folder or its one file.
        digests: the SHA-256 of each file by its name inside the model.

    Raises:
        CheckpointError: if loading would read a file that was not recorded.
    """

    def look_up(_: Path, name: str) -> str:
        if name not in digests:
            raise CheckpointError(
                f"{name} was not there when the model was added: add it again.",
                field=name,
                allowed="the files that were recorded",
            )
        return digests[name]

    if path.is_file():
        (only,) = digests.values()
        return only
    return _total(path, look_up)


def _total(folder: Path, digest_of: Callable[[Path, str], str]) -> str:
    model = open_folder(folder)
    total = hashlib.sha256()
    for path in sorted(_files(model)):
        name = path.relative_to(model.root).as_posix()
        total.update(f"{name}\0{digest_of(path, name)}\n".encode())
    return total.hexdigest()


def _files(model: ModelFolder) -> list[Path]:
    files = [model.root / INDEX, model["scheduler"].folder / SCHEDULE]
    for name in ("text_encoder", "unet", "vae"):
        files += [model[name].folder / CONFIG, *weight_files(model[name])]
    tokenizer = model["tokenizer"]
    return files + [tokenizer.folder / name for name in tokenizer_files(tokenizer)]


def digest(path: Path, shown: str) -> str:
    """Return a file's SHA-256, 64 hex digits.

    Raises:
        CheckpointError: if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CheckpointError(f"{shown} cannot be read: {error}.", field=shown) from error
