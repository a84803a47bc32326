"""The line that moves while a model is prepared."""

import sys
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from inkcloud.engine.preparation import Stage


class StageLine:
    """A bar on standard error; on anything but a terminal a line for each stage."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("Starting", total=None)
        self._text = ""

    def __enter__(self) -> "StageLine":
        """Show the bar."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        self._bar.stop()

    def watch(self, stage: "Stage") -> None:
        """Move the bar."""
        self._bar.update(
            self._task, description=stage.text, total=stage.total or None, completed=stage.done
        )
        if stage.text != self._text:
            self._text = stage.text
            if self._bar.disable:
                print(f"{stage.text}.", file=sys.stderr, flush=True)
