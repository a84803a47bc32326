"""What moves while a model is pulled, copied or hashed."""

import time

from rich.progress import (
    BarColumn,
    DownloadColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from inkcloud.cli.terminal_bars import TerminalBars
from inkcloud.domain.model_progress import ModelProgress

_WORDS = {
    "looking": "Looking the model up",
    "downloading": "Downloading",
    "copying": "Copying",
    "hashing": "Checking",
    "inspecting": "Inspecting the model",
}
_LONGEST = 44
_REST_SECONDS = 0.05


class ModelBars(TerminalBars):
    """A bar for the file at work and one for all, on standard error.

    On anything but a terminal each stage is one plain line.
    """

    def __init__(self) -> None:
        super().__init__(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        self._total: TaskID | None = None
        self._file: TaskID | None = None
        self._stage = ""
        self._name = ""
        self._drawn = 0.0

    def watch(self, progress: ModelProgress) -> None:
        """Move the bars."""
        if progress.note:
            self._bars.console.print(progress.note, markup=False, highlight=False)
            return
        if progress.stage != self._stage:
            self._begin_stage(progress)
        if self._total is None or not progress.file:
            return
        now = time.monotonic()
        ended = progress.file_done == progress.file_total
        if not ended and progress.file == self._name and now - self._drawn < _REST_SECONDS:
            return
        self._drawn = now
        self._move(progress)

    def _begin_stage(self, progress: ModelProgress) -> None:
        for task in (self._file, self._total):
            if task is not None:
                self._bars.remove_task(task)
        self._stage, self._name, self._file = progress.stage, "", None
        word = _WORDS.get(progress.stage, progress.stage)
        total = progress.total or None
        self._total = self._bars.add_task(word, total=total)
        self._tell_plainly(word)

    def _move(self, progress: ModelProgress) -> None:
        if progress.file != self._name:
            if self._file is not None:
                self._bars.remove_task(self._file)
            self._name = progress.file
            shown = progress.file if len(progress.file) <= _LONGEST else "…" + progress.file[-43:]
            self._file = self._bars.add_task(f"  {shown}", total=progress.file_total)
        if self._file is not None and self._total is not None:
            self._bars.update(self._file, completed=progress.file_done)
            self._bars.update(self._total, completed=progress.done)
