"""A model's fingerprint: one hash over the files that decide its pictures.

That of a single file is the SHA-256 of the file itself.
"""

import hashlib
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from inkcloud.checkpoints.folder import INDEX, ModelFolder, open_folder
from inkcloud.checkpoints.modules import FILE as CONFIG
from inkcloud.checkpoints.schedule import FILE as SCHEDULE
from inkcloud.checkpoints.tokenizer_files import tokenizer_files
from inkcloud.checkpoints.weight_files import weight_files
from inkcloud.domain.errors import CheckpointError

# Each chunk waits for its turn among the threads; with 1 MiB that took longer than the hashing.
_CHUNK = 32 << 20


def fingerprint(folder: Path, stop: threading.Event | None = None) -> str:
    """Return SHA-256 over the names and contents of a model's files, 64 hex digits.

    Only files that loading reads count: a README or a second set of weights does not.

    Args:
        folder: the model's.
        stop: set it to end the work early.

    Raises:
        CheckpointError: if a file is missing or cannot be read, or if it was stopped.
    """
    return _total(folder, lambda path, shown: digest(path, shown, stop))


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


def digest(path: Path, shown: str, stop: threading.Event | None = None) -> str:
    """Return a file's SHA-256, 64 hex digits.

    Args:
        path: the file.
        shown: its name as the model's owner knows it.
        stop: set it to end the work early.

    Raises:
        CheckpointError: if it cannot be read, or if it was stopped.
    """
    total, chunk = hashlib.sha256(), memoryview(bytearray(_CHUNK))
    try:
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(chunk):
                if stop is not None and stop.is_set():
                    raise CheckpointError("Hashing was stopped.", field=shown)
                total.update(chunk[:count])
            return total.hexdigest()
    except OSError as error:
        raise CheckpointError(f"{shown} cannot be read: {error}.", field=shown) from error
