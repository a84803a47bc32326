"""The playground's own process: Streamlit, which ends when its parent does.

    python -m inkcloud.bootstrap.playground_child run app.py --server.port 8501 ...

Its standard input is a pipe that the parent never writes to: it closes when the parent
ends, however that happens.
"""

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Run Streamlit with this process's arguments."""
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def _stop_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
