"""What the moving lines of the command line share."""

import sys
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import Progress, ProgressColumn


class TerminalBars:
    """Bars on standard error while the block runs; anything but a terminal gets plain lines.

    Args:
        columns: what each bar shows, from left to right.
    """

    def __init__(self, *columns: ProgressColumn) -> None:
        console = Console(stderr=True)
        self._bars = Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )

    def __enter__(self) -> Self:
        """Show the bars."""
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the bars away."""
        self._bars.stop()

    def _tell_plainly(self, words: str) -> None:
        """Say on a line of its own what a terminal sees by its bars."""
        if self._bars.disable:
            print(f"{words}.", file=sys.stderr, flush=True)
