"""Whether files are still those that they were."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from inkcloud.domain.errors import CheckpointError


@dataclass(frozen=True)
class FileStamps:
    """Sizes and times of files at one moment.

    Attributes:
        stamps: for each file its size, its time of change and its number in the file system.
    """

    stamps: dict[Path, tuple[int, int, int]]

    @staticmethod
    def of(files: Iterable[Path]) -> "FileStamps":
        """Return the stamps as they are now.

        Raises:
            CheckpointError: if a file is not there.
        """
        return FileStamps({file: _stamp(file) for file in files})

    def check(self) -> None:
        """Check that nothing has changed.

        Raises:
            CheckpointError: names the first file that has.
        """
        for file, stamp in self.stamps.items():
            if _stamp(file) != stamp:
                raise CheckpointError(
                    "The model's files were changed while the model was in use. Start it again.",
                    field=file.name,
                )


def _stamp(file: Path) -> tuple[int, int, int]:
    try:
        found = file.stat()
    except OSError as error:
        raise CheckpointError(f"{file.name} cannot be read: {error}.", field=file.name) from error
    return found.st_size, found.st_mtime_ns, found.st_ino
