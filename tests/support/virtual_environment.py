"""A virtual environment with packages in it."""

import subprocess
import sys
import venv
from pathlib import Path

SECONDS = 600


def make_environment(folder: Path, *packages: str) -> Path:
    """Make a virtual environment anew and return its Python.

    It gets no pip of its own, and only what is imported is compiled: either takes as long as the
    packages do.

    Args:
        folder: where it shall be.
        packages: what to install, as pip is told.

    Raises:
        subprocess.CalledProcessError: if pip cannot install them; `stderr` says why.
    """
    venv.create(folder, clear=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    install = [*pip, "install", "-qq", "--no-compile", *packages]
    subprocess.run(install, check=True, timeout=SECONDS, capture_output=True, text=True)
    return python
