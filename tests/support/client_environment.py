"""A client package in a virtual environment of its own, made once and kept."""

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.virtual_environment import make_environment

SECONDS = 600
CLIENTS = Path(__file__).parents[1] / "contract" / "clients"


def cache_folder() -> Path:
    """Return the folder that keeps the environments, by the XDG base directory specification."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return root / "inkcloud-contract"


class ClientEnvironment:
    """Runs scripts with a real client package.

    Args:
        requirements: what to install, as pip is told.
    """

    def __init__(self, *requirements: str) -> None:
        told = json.dumps([sys.version_info[:2], requirements])
        name = requirements[0].replace("==", "-")
        digest = hashlib.sha256(told.encode()).hexdigest()[:8]
        self._folder = cache_folder() / f"{name}-{digest}"
        self._requirements = requirements
        self._python = self._folder / "bin" / "python"

    @property
    def python(self) -> Path:
        """The environment's Python; the environment is made if it is not there yet."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        with self._folder.with_name(f"{self._folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # tests of several files ask for the same one
            self._make()
        return self._python

    def run(self, script: str, **environment: str) -> dict[str, Any]:
        """Run one of the client scripts and return the JSON of its last line.

        Args:
            script: the file's name without its end.
            environment: variables for it, in place of ours.
        """
        done = subprocess.run(
            [self.python, "-W", "ignore", CLIENTS / f"{script}.py"],
            env={"PATH": os.environ["PATH"], "HOME": str(self._folder), **environment},
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found

    def _make(self) -> None:
        complete = self._folder / "complete"
        if complete.exists():
            return
        try:
            make_environment(self._folder, *self._requirements)
        except subprocess.CalledProcessError as failed:
            reason = f"{self._requirements} cannot be installed: {failed.stderr[-500:]}"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        complete.touch()


def octoai_sdk_0_10_1() -> ClientEnvironment:
    """Return the newest release's environment, with what our server needs there besides."""
    return ClientEnvironment("octoai-sdk==0.10.1", "fastapi-offline")
