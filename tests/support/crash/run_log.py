"""The log of a crash run: one JSON object a line, on the disk as it happens."""

import json
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any


class RunLog:
    """Appends events with the seconds since its start; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file = path.open("w", encoding="utf-8")
        self._began = time.monotonic()
        self._writing = threading.Lock()

    def __enter__(self) -> "RunLog":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def note(self, event: str, **facts: Any) -> None:
        seconds = round(time.monotonic() - self._began, 3)
        line = json.dumps({"seconds": seconds, "event": event, **facts})
        with self._writing:
            self._file.write(line + "\n")
            self._file.flush()
