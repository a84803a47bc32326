"""Inkcloud installed as its users have it: with what it needs, and nothing that only we use.

transformers and diffusers import more where they find more: with scipy, which the tests' and the
recipe's packages bring, a command's first picture takes most of a second longer.
"""

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

from paths import CACHE

ROOT = Path(__file__).parents[2]
FOLDER = CACHE / "installed"


def installed_program() -> Path:
    """Return the program `inkcloud` of an environment of its own; made once, in minutes.

    Raises:
        SystemExit: if pip cannot install it.
    """
    made_from = FOLDER / "made-from"
    wanted = _fingerprint()
    if not made_from.is_file() or made_from.read_text() != wanted:
        print(f"  Installing Inkcloud into {FOLDER} as its users do.", flush=True)
        venv.create(FOLDER, clear=True, with_pip=True)
        # The pip that comes with Python may be too old for build constraints.
        _install("--upgrade", "pip")
        _install("--build-constraint", "constraints.txt", "--editable", ".")
        made_from.write_text(wanted)
    return FOLDER / "bin" / "inkcloud"


def _install(*what: str) -> None:
    command = [str(FOLDER / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    command += ["--disable-pip-version-check", "--constraint", "constraints.txt", *what]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        sys.exit("The cold command cannot be timed: pip could not install Inkcloud, see above.")


def _fingerprint() -> str:
    """Tell installations apart: where the project is, what it needs, and which Python runs it."""
    parts = [str(ROOT), sys.version]
    parts += [(ROOT / name).read_text() for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
