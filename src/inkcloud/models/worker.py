"""`python -m inkcloud.models.worker`: one pull or one check, for a gateway.

It reads one line of JSON from its standard input, and writes lines of JSON: `progress` now and
then, and in the end `model`, `faults` or `error`. It ends when its input does: its parent has
gone, or wants it to stop.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from inkcloud.domain.errors import InkcloudError
from inkcloud.domain.model_progress import ModelProgress
from inkcloud.domain.noise_schedule import Prediction
from inkcloud.models.hub import Hub
from inkcloud.models.hub_settings import default_hub
from inkcloud.models.pull import PullRequest, pull_model
from inkcloud.models.store import ModelStore
from inkcloud.models.verify import verify_model

MODULE = "inkcloud.models.worker"
REST_SECONDS = 0.2


def main() -> int:
    """Do what the first line says; return the exit code."""
    job = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    news = _News()
    try:
        _say(_ACTIONS[job["do"]](ModelStore(Path(job["store"])), job, news.tell))
    except InkcloudError as error:
        _say({"error": error.as_dict()})
        return 1
    return 0


def _pull(store: ModelStore, job: dict[str, Any], tell: Callable[[ModelProgress], None]) -> Any:  # noqa: ANN401
    wanted = job.get("prediction") or ""
    request = PullRequest(
        id=job["id"],
        revision=job.get("revision", ""),
        name=job.get("name", ""),
        file=job.get("file", ""),
        prediction=Prediction(wanted) if wanted else None,
    )
    return {"model": pull_model(store, Hub(default_hub()), request, watch=tell).name}


def _verify(store: ModelStore, job: dict[str, Any], tell: Callable[[ModelProgress], None]) -> Any:  # noqa: ANN401
    faults = verify_model(store, store.get(job["name"]), watch=tell)
    return {"faults": [asdict(fault) for fault in faults]}


_ACTIONS = {"pull": _pull, "verify": _verify}


class _News:
    """Tells of progress, but not of every piece."""

    def __init__(self) -> None:
        self._last = 0.0
        self._key = ("", "")

    def tell(self, progress: ModelProgress) -> None:
        now, key = time.monotonic(), (progress.stage, progress.file)
        if key == self._key and not progress.note and now - self._last < REST_SECONDS:
            return
        self._last, self._key = now, key
        _say({"progress": asdict(progress)})


def _say(value: Any) -> None:  # noqa: ANN401
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
