"""Log lines as JSON, from which tokens are struck out."""

import json
import logging
import re
from datetime import UTC, datetime

STRUCK_OUT = "[token]"
# Anything that begins as a token does, however much of it there is, and any credentials.
_TOKEN = re.compile(r"ink_[0-9A-Za-z]{4,}")
_CREDENTIALS = re.compile(r"(?i)\b((?:bearer|basic)\s+)[^\s\"'\\,;\])}]+")


def redact(text: str) -> str:
    """Return a text with every token in it struck out."""
    return _CREDENTIALS.sub(rf"\g<1>{STRUCK_OUT}", _TOKEN.sub(STRUCK_OUT, text))


class JsonLines(logging.Formatter):
    """Formats each record as one line: `at`, `level`, `logger`, `message` and its fields.

    A record's own fields are those of the mapping given as `extra={"fields": {...}}`; an
    error's traceback is `error`. Whatever a message holds, no token is written.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON in ASCII."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return redact(json.dumps(line, default=repr))
