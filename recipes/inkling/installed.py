"""Inkcloud installed as `make run` installs it: with what it needs, and nothing that only we use.

transformers and diffusers import more where they find more: with scipy, which the recipe's packages
bring, a command's first picture takes most of a second longer.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".inkcloud" / "installed"


def installed_program() -> Path:
    """Return the program `inkcloud` of an environment of its own; made once, in minutes.

    Raises:
        SystemExit: if it cannot be installed.
    """
    command = ["make", "--silent", f"VENV={FOLDER}", str(FOLDER / ".runtime-ready")]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("The cold command cannot be timed: Inkcloud could not be installed, see above.")
    return FOLDER / "bin" / "inkcloud"
