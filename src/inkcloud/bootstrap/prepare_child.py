"""`python -m inkcloud.bootstrap.prepare_child`: prepares a model, for `inkcloud up`.

It reads one line of JSON from its standard input, and writes lines of JSON: `stage` as it goes
on, and in the end `measured` or `error`. Nothing is written to its standard input after that
line: it closes when the parent ends, however that happens.
"""

import json
import os
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

from inkcloud.domain.errors import InkcloudError

MODULE = "inkcloud.bootstrap.prepare_child"


def main() -> int:
    """Prepare what the first line names; return the exit code."""
    # What preparing has begun to write is removed when it is interrupted.
    signal.signal(signal.SIGTERM, _interrupt)
    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_stop_with_parent, daemon=True).start()
    try:
        _say({"measured": _seconds(Path(job["model"]), Path(job["root"]), job["dtype"])})
    except InkcloudError as error:
        _say({"error": error.message})
        return 1
    except KeyboardInterrupt:
        return 1
    return 0


def _seconds(model: Path, root: Path, dtype: str) -> dict[str, float]:
    """Return how long each backend that may be used takes for a call, the winner first."""
    from inkcloud.checkpoints.backends.device import CPU, best_device
    from inkcloud.engine.prepare import Wanted, prepare_model

    if best_device() != CPU:  # there torch has no rival
        return {}
    wanted = Wanted(path=model, root=root, dtype=dtype)
    outcome = prepare_model(wanted, lambda stage: _say({"stage": asdict(stage)}))
    usable = (each for each in outcome.measurements if not each.refused)
    ordered = sorted(usable, key=lambda each: each.backend != outcome.winner)
    return {each.backend: each.seconds for each in ordered}


def _say(value: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _stop_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
