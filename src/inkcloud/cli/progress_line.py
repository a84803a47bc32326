"""The line that moves while a picture is drawn."""

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from inkcloud.domain.events import Event, Progress, Started


class ProgressLine:
    """A bar on standard error; on anything but a terminal one plain word."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("Loading the model", total=None)

    def __enter__(self) -> "ProgressLine":
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

    def watch(self, event: Event) -> None:
        """Move the bar."""
        if isinstance(event, Started):
            self._bar.update(self._task, description="Drawing")
            if self._bar.disable:
                print("Drawing.", file=sys.stderr, flush=True)
        elif isinstance(event, Progress):
            self._bar.update(
                self._task, description="Drawing", total=event.total, completed=event.done
            )
