import json
import logging
import re
from datetime import UTC, datetime

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


def _message(record: logging.LogRecord) -> str:
    said = record.getMessage()
    return _SECRET.sub("...", said) if record.name.startswith("django.") else said
