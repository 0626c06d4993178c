"""Kills the web process at the n-th statement of a request that asks for it. Part of the test settings only."""

import os
import signal
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.transaction import Atomic
from django.http import HttpRequest, HttpResponse


class KillPoint:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        at = request.headers.get("X-Kill-At", "")
        if not at:
            return self.get_response(request)
        if "X-Apart" in request.headers:
            # the app without transactions: each write is a commit of its own. This process dies with the request
            Atomic.__enter__ = Atomic.__exit__ = lambda self, *_: None  # type: ignore[method-assign,assignment,misc]
            connection.features.has_select_for_update = False  # Postgres refuses a lock outside a transaction
        with connection.execute_wrapper(KillAt(int(at))):
            return self.get_response(request)


class KillAt:
    """Dies before the n-th writing statement of those it sees."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE", "WITH D"}:
            self.left -= 1
            if self.left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)
