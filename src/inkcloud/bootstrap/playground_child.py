"""The playground's own process: the server of its pages, which ends when its parent does.

    python -m inkcloud.bootstrap.playground_child --port 8501 ...

Its standard input is a pipe that the parent never writes to: it closes when the parent
ends, however that happens.
"""

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Serve the pages with this process's arguments."""
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    runpy.run_module("inkcloud.playground.server", run_name="__main__", alter_sys=True)


def _stop_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
