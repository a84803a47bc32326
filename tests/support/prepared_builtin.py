"""The built-in model, prepared once for all tests by a first `inkcloud up`."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from inkcloud.models.places import PREPARED
from support.running_up import running_up

SAID = "said.txt"


@dataclass(frozen=True)
class PreparedBuiltin:
    """What a first start has found out.

    Attributes:
        path: the data folder's folder of prepared models.
        said: what `inkcloud up` printed until it was ready.
    """

    path: Path
    said: str

    def share_with(self, data_dir: Path) -> Path:
        """Let a data folder have it, as if the first start had been there; return the folder."""
        shutil.copytree(self.path, data_dir / PREPARED, copy_function=os.link)
        return data_dir


def prepare_builtin(folder: Path) -> PreparedBuiltin:
    """Prepare it in a folder, or wait while another process of the test run does.

    Raises:
        AssertionError: if `inkcloud up` does not start.
    """
    data_dir = folder / "prepared-builtin"
    said = data_dir / SAID
    with FileLock(folder / "prepared-builtin.lock"):
        if not said.exists():
            with running_up(data_dir, "--prepare", "--no-playground") as up:
                said.write_text("\n".join(up.lines), encoding="utf-8")
    return PreparedBuiltin(data_dir / PREPARED, said.read_text(encoding="utf-8"))
