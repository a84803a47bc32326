"""The line that moves while a picture is drawn."""

from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from inkcloud.cli.terminal_bars import TerminalBars
from inkcloud.domain.events import Event, Progress, Started


class ProgressLine(TerminalBars):
    """A bar on standard error; on anything but a terminal one plain word."""

    def __init__(self) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        self._task = self._bars.add_task("Loading the model", total=None)

    def watch(self, event: Event) -> None:
        """Move the bar."""
        if isinstance(event, Started):
            self._bars.update(self._task, description="Drawing")
            self._tell_plainly("Drawing")
        elif isinstance(event, Progress):
            self._bars.update(
                self._task, description="Drawing", total=event.total, completed=event.done
            )
