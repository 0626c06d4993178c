"""The engine's clock and its time-outs, both arguments: a test brings its own, the fault harness shortens them by a factor."""

import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import ExpressionWrapper
from django.db.models.fields import DateTimeField
from django.db.models.functions import Now

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Timings:
    """Seconds, each."""

    lease: float = 60
    connect: float = 10
    command: float = 30
    answer: float = 600  # RFC 5321 4.5.3.2.6
    unknown_after: float = 660  # a mail handed over and never settled, by a worker nobody knows of
    resend_after: float = 15 * 60
    retry_first: float = 30
    retry_most: float = 6 * 3600
    retry_window: float = 72 * 3600
    breaker_first: float = 5
    breaker_most: float = 300
    look_for_dead: float = 2  # how often a long drain looks for dead workers

    def shortened(self, factor: float) -> "Timings":
        return Timings(**{field.name: getattr(self, field.name) / factor for field in fields(self)})


class Moment:
    """Now, as the database sees it: many hosts share a Postgres, and their clocks may differ. SQLite has one host.

    A clock other than the system's is a test's, and is believed.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.by_database = clock is system_clock and connection.vendor == "postgresql"
        self._last: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        """For what Python computes: the database's time when it was last read, and how long ago that was."""
        if not self.by_database:
            return self.clock()
        if self._last is None:
            self.read()
        assert self._last is not None  # noqa: S101 - for mypy: read() has set it
        read_at, tick = self._last
        return read_at + timedelta(seconds=time.monotonic() - tick)

    def read(self) -> None:
        """Asks the database anew: one query, on Postgres only."""
        if self.by_database:
            with connection.cursor() as cursor:
                cursor.execute("SELECT statement_timestamp()")
                self._last = (cursor.fetchone()[0], time.monotonic())

    def words(self) -> tuple[str, dict[str, Any]]:
        """For a statement written by hand: now as its text, and the parameters that text needs."""
        if self.by_database:
            return "statement_timestamp()", {}
        return "%(now)s", {"now": adapted(DateTimeField(), self.clock())}

    def sql(self, plus: float = 0) -> Any:
        """For a query: an expression on Postgres, the clock's value elsewhere; `plus` seconds later or earlier."""
        if not self.by_database:
            return self.clock() + timedelta(seconds=plus)
        return ExpressionWrapper(Now() + timedelta(seconds=plus), output_field=DateTimeField()) if plus else Now()


def adapted(field: Any, value: Any) -> Any:
    """A value as this database takes it."""
    return field.get_db_prep_value(value, connection)
