"""Where the gateway's process writes its log: a line of JSON for each request and event."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from inkcloud.gateway.json_log import JsonLines

LOG_BYTES = 5_000_000
OLD_LOGS = 3
_CHATTY = ("httpx2", "httpcore2", "asyncio", "watchdog")


def log_to(folder: Path) -> Path:
    """Send everything that this process logs to `gateway.log` in a folder; return its path.

    No token is written, whatever a message holds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "gateway.log"
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=OLD_LOGS, encoding="utf-8")
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    return path
