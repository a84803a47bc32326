"""Long work lets everything else on the machine go first."""

import contextlib
import os
from pathlib import Path

LOWEST = 19


def give_way() -> None:
    """Take the lowest priority, also against the other sessions of this machine.

    Linux groups processes by session before it looks at their niceness (sched(7), autogroup):
    without the second line a training in a session of its own gets as much as any other. Everything
    else in the session, such as the rest of a terminal, gives way with it.
    """
    os.nice(LOWEST)
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(LOWEST))
