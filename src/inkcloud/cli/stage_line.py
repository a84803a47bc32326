"""The line that moves while a model is prepared."""

from typing import TYPE_CHECKING

from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

from inkcloud.cli.terminal_bars import TerminalBars

if TYPE_CHECKING:
    from inkcloud.engine.preparation import Stage


class StageLine(TerminalBars):
    """A bar on standard error; on anything but a terminal a line for each stage."""

    def __init__(self) -> None:
        super().__init__(
            TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn()
        )
        self._task = self._bars.add_task("Starting", total=None)
        self._text = ""

    def watch(self, stage: "Stage") -> None:
        """Move the bar."""
        self._bars.update(
            self._task, description=stage.text, total=stage.total or None, completed=stage.done
        )
        if stage.text != self._text:
            self._text = stage.text
            self._tell_plainly(stage.text)
