import json
import logging
import re
import time
from datetime import UTC, datetime

from django.db import InterfaceError, OperationalError

A_MINUTE = 60
_SECRET = re.compile(r"(?<=/)[^/\s?]{20,}")  # a part of an address as long as this is what a private link ends in


class JSONFormatter(logging.Formatter):
    """One JSON object a line: time (UTC), level, logger, message, and `extra={"data": {...}}` when given. Django names the
    address of a request that failed; the secret in it is left out."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
            **getattr(record, "data", {}),
        }
        if record.exc_info and not record.name.startswith("django.security"):  # a stranger's request, no error of ours
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class OnceAMinute(logging.Filter):
    """A database that is away, or a disk that is full, fails every request alike: one line a minute says it."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if record.name != "django.request" or not isinstance(error, OperationalError | InterfaceError):
            return True
        said, now = f"{type(error).__name__} {error}", time.monotonic()
        if now - self.told.get(said, -A_MINUTE) < A_MINUTE:
            return False
        self.told = {line: at for line, at in self.told.items() if now - at < A_MINUTE} | {said: now}
        return True


def _message(record: logging.LogRecord) -> str:
    said = record.getMessage()
    return _SECRET.sub("...", said) if record.name.startswith("django.") else said
