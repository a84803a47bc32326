"""`inkcloud models` as people run it: in a process of its own, against a hub on loopback.

The tests' own process may not use the network's library: it is told at its start that it is
offline.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from inkcloud.models.store import ModelStore
from support.hub import LoopbackHub

INKCLOUD = (sys.executable, "-m", "inkcloud.cli.main")
PATIENCE = 300


class ModelsCommand:
    """Runs the commands on a data folder of its own.

    Args:
        folder: for that data folder, and where the commands run.
        hub: which they pull from.
        program: what stands before a command's words, if it is not that of users.
    """

    def __init__(self, folder: Path, hub: LoopbackHub, program: Sequence[str] = INKCLOUD) -> None:
        self.data_dir = folder / "data"
        self.hub = hub
        self._program = program
        self.store = ModelStore(self.data_dir / "models")
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("HF_", "INKCLOUD_")) and "proxy" not in name.lower()
        } | {
            "INKCLOUD_DATA_DIR": str(self.data_dir),
            "INKCLOUD_HUB_URL": hub.url,
            "HF_HOME": str(folder / "hf"),
            "OMP_NUM_THREADS": "1",
        }

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self._program, "models", *arguments],
            env=self.environment | environment,
            cwd=self.data_dir.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=PATIENCE)
        assert "Traceback" not in err, err
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def good(self, *arguments: str, **environment: str) -> str:
        done = self.run(*arguments, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def bad(self, *arguments: str, **environment: str) -> str:
        done = self.run(*arguments, **environment)
        assert done.returncode in {1, 2}, (done.returncode, done.stdout, done.stderr)
        return done.stderr

    def stopped_while(self, path: str, sent: int, number: signal.Signals, *arguments: str) -> int:
        """Start a pull, send it a signal once so much of a file was sent; return its exit code."""
        process = self.start("pull", *arguments)
        while self.hub.sent(path) < sent:
            assert process.poll() is None, process.communicate()
        process.send_signal(number)
        process.communicate(timeout=PATIENCE)
        return process.returncode
