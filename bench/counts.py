"""Counts what a page asks of the database, in-process: reads the asks as JSON from stdin, prints {name: count} as JSON.

Statements of the transaction itself (BEGIN, SAVEPOINT, COMMIT ...) are counted apart: SQLite shows them, Postgres does not
show all, and none of them is what a page asks.
"""

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def main() -> None:
    asks = json.load(sys.stdin)
    print(json.dumps({name: count(ask) for name, ask in asks.items()}))


def count(ask: dict[str, Any]) -> dict[str, Any]:
    """One ask, warm: what it cost in statements, and its bytes before compression."""
    client = Client(headers=ask.get("headers"), SERVER_NAME="127.0.0.1")
    client.cookies[settings.SESSION_COOKIE_NAME] = ask["session"]
    for data in ask.get("posts", [None, None]):
        with CaptureQueriesContext(connection) as captured:
            response = client.get(ask["path"]) if data is None else client.post(ask["path"], data)
    statements = [query["sql"] for query in captured.captured_queries]
    wanted = [line for line in statements if not line.lstrip().upper().startswith(CONTROL)]
    return {
        "status": response.status_code,
        "sql": len(wanted),
        "transaction": len(statements) - len(wanted),
        "bytes": len(response.content),
        "statements": [line[:200] for line in wanted],
    }


if __name__ == "__main__":
    main()
