"""What draws the built-in model fastest, found out before it is served for the first time."""

import asyncio
import contextlib
import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inkcloud.bootstrap.end_process import end_process
from inkcloud.bootstrap.prepare_child import MODULE
from inkcloud.bootstrap.settings import UpSettings
from inkcloud.checkpoints.backends.machine import Machine
from inkcloud.checkpoints.backends.prepared_folder import FORMAT, PREPARED
from inkcloud.domain.errors import InkcloudError
from inkcloud.engine.preparation import Stage
from inkcloud.models.builtin import BUILTIN, builtin_folder

# Shows the stages while its block runs.
Shown = Callable[[], AbstractContextManager[Callable[[Stage], None]]]

REMEMBERED = "first.json"
AUTO = "auto"
GRACE_SECONDS = 10.0
_LONGEST_LINE = 1024 * 1024


class FirstPreparation:
    """Prepares the built-in model once for a machine, its libraries and its weights.

    Args:
        settings: of `inkcloud up`.
        log: the file that gets what the process says beside its progress.
    """

    def __init__(self, settings: UpSettings, log: Path) -> None:
        self._settings = settings
        self._root = settings.data_dir / PREPARED
        self._log = log

    def needed(self) -> bool:
        """Say whether it is wanted, could find anything, and was not done yet."""
        settings = self._settings
        if not settings.prepare or settings.model != BUILTIN or settings.backend != AUTO:
            return False
        if Machine.this().versions["openvino"] == "none":
            return False
        try:
            known = json.loads((self._root / REMEMBERED).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return True
        return bool(known != self._facts())

    async def run(self, shown: Shown) -> str:
        """Prepare, in a process that ends when this one does or when it is cancelled.

        Args:
            shown: shows how far it is.

        Returns:
            What came of it, for people; it is not tried again where it failed.

        Raises:
            OSError: if the process cannot be started.
        """
        with self._log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                MODULE,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=_LONGEST_LINE,
                start_new_session=True,  # Ctrl-C in the terminal is for the parent to handle
            )
        try:
            with shown() as watch:
                last = await self._follow(process, watch)
        except InkcloudError as error:
            said = _FAILED.format(reason=error.message)
        else:
            said = _outcome(last)
        finally:
            await end_process(process, GRACE_SECONDS)
            if process.stdin is not None:
                process.stdin.close()
        self._remember()
        return said

    async def _follow(
        self, process: asyncio.subprocess.Process, watch: Callable[[Stage], None]
    ) -> dict[str, float]:
        if process.stdin is None or process.stdout is None:
            raise InkcloudError("The process cannot be spoken to.")
        settings = self._settings
        job = {"model": str(builtin_folder()), "root": str(self._root), "dtype": settings.dtype}
        with contextlib.suppress(ConnectionError):
            process.stdin.write(json.dumps(job).encode() + b"\n")
            await process.stdin.drain()
        async for line in process.stdout:
            if not line.startswith(b"{"):  # a library's own words
                continue
            message: dict[str, Any] = json.loads(line)
            if "stage" in message:
                watch(Stage(**message["stage"]))
            elif "error" in message:
                raise InkcloudError(message["error"])
            else:
                measured: dict[str, float] = message["measured"]
                return measured
        raise InkcloudError(f"Its process ended; its log is {self._log}.")

    def _facts(self) -> dict[str, Any]:
        """Return everything that the outcome depends on."""
        weights = hashlib.sha256()
        for path in sorted(builtin_folder().rglob("*.safetensors")):
            with path.open("rb") as file:
                weights.update(hashlib.file_digest(file, "sha256").digest())
        machine = asdict(Machine.this())
        return {
            "format": FORMAT,
            "machine": machine,
            "dtype": self._settings.dtype,
            "weights": weights.hexdigest(),
        }

    def _remember(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        partial = self._root / f".{REMEMBERED}"
        partial.write_text(json.dumps(self._facts(), indent=2) + "\n", encoding="utf-8")
        partial.replace(self._root / REMEMBERED)


_FAILED = (
    "The built-in model could not be prepared and is drawn by torch, which always works: {reason} "
    f"To try again: inkcloud models prepare {BUILTIN}"
)


def _outcome(seconds: dict[str, float]) -> str:
    if len(seconds) < 2:
        return "torch draws the built-in model on this machine."
    (winner, best), *others = seconds.items()
    other, worse = min(others, key=lambda each: each[1])
    return (
        f"{winner} draws it {worse / best:.1f} times as fast as {other}, and is used from now on."
    )
