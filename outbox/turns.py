"""SQLite has one writer at a time, and whoever finds it busy sleeps and looks again, for up to a tenth of a second: four workers
would get less done than one. Here they wait in a queue of the kernel's instead, which ends with the process that holds it.

The rule: every write transaction of the engine is one turn, taken where it begins and never inside another.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from django.db import connection

if sys.platform != "win32":
    import fcntl

_threads = threading.Lock()


class _Mine(threading.local):
    is_mine = False


_this_thread = _Mine()


@contextmanager
def turn() -> Iterator[None]:
    """Held around one write transaction, or over one function that is one. On Postgres there is nothing to wait for."""
    if _this_thread.is_mine:
        raise RuntimeError("A turn inside a turn would wait for itself.")
    _this_thread.is_mine = True
    try:
        with _queued(_queue(str(connection.settings_dict["NAME"])) if connection.vendor == "sqlite" else None):
            yield
    finally:
        _this_thread.is_mine = False


def is_mine() -> bool:
    """Whether this thread is having its turn."""
    return _this_thread.is_mine


@contextmanager
def _queued(queue: IO[bytes] | None) -> Iterator[None]:
    if queue is None or sys.platform == "win32":
        yield
        return
    with _threads:  # flock is the process's
        fcntl.flock(queue, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(queue, fcntl.LOCK_UN)


@cache
def _queue(name: str) -> IO[bytes] | None:
    """Beside the database; a database in memory has none."""
    return Path(f"{name}-turn").open("ab") if Path(name).is_file() else None
