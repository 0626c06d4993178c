"""Whose a row is: claimed in batches, kept by a lease, fenced by compare and swap, taken over from the dead. All of it by the
database's clock."""

import os
import socket
import time
import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q
from django.db.models.functions import Coalesce, Now

from outbox.models import (
    NOT_CLAIMED,
    REMINDERS,
    SIGN_IN,
    DeliveryAttempt,
    OutgoingMail,
    OutgoingMailQuerySet,
    Relay,
    State,
    WorkerBeat,
)
from outbox.smtp import Timeouts

# Written by hand: once a mail each, and the ORM takes longer to write them than the database to run them. Literals where a
# partial index must be proved; MATERIALIZED keeps Postgres from looking twice and claiming more.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM outbox_outgoingmail WHERE state = 'pending' AND next_attempt_at <= {now}{others}
    ORDER BY CASE WHEN kind = 'sign-in' THEN 0 WHEN kind = 'reminders' THEN 2 ELSE 1 END, next_attempt_at
    LIMIT %(limit)s {lock}
)
UPDATE outbox_outgoingmail
SET state = 'claimed', claim_token = %(token)s, claimed_by_id = %(worker)s, lease_until = {until}, updated_at = {now}
WHERE id IN (SELECT id FROM due) RETURNING {columns}
"""
_FENCE = """
UPDATE outbox_outgoingmail
SET state = 'handing', fence_at = {now}, updated_at = {now},
    content = %(content)s, summary = %(summary)s, settles = %(settles)s
WHERE id = %(id)s AND claim_token = %(token)s AND state = 'claimed' AND not_before <= {now}
"""
_TOKEN, _CONTENT, _SETTLES = (OutgoingMail._meta.get_field(name) for name in ("claim_token", "content", "settles"))
_INSTANT = DateTimeField()
SILENT = "the delivering process died before the mail server's answer was written down"


# --- the clock and the waits ------------------------------------------------------------------------------------------
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Timings(Timeouts):
    """The engine's waits in seconds: the fault harness shortens them by a factor."""

    lease: float = 60
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
        return "%(now)s", {"now": adapted(_INSTANT, self.clock())}

    def sql(self, plus: float = 0) -> Any:
        """For a query: an expression on Postgres, the clock's value elsewhere; `plus` seconds later or earlier."""
        if not self.by_database:
            return self.clock() + timedelta(seconds=plus)
        return ExpressionWrapper(Now() + timedelta(seconds=plus), output_field=DateTimeField()) if plus else Now()


def adapted(field: Any, value: Any) -> Any:
    """A value as this database takes it."""
    return field.get_db_prep_value(value, connection)


# --- claim, lease, fence ----------------------------------------------------------------------------------------------
def claim(
    moment: Moment, worker: WorkerBeat, timings: Timings, limit: int, not_of: Collection[int] = ()
) -> list[OutgoingMail]:
    """The next due mails, now this worker's under one token, but none of these owners'. One statement.

    Sign-in codes first, then mail to contacts, then reminders; of a kind the longest due first.
    """
    lease = timedelta(seconds=timings.lease)
    now, parameters = moment.words()
    parameters |= {"limit": limit, "token": adapted(_TOKEN, uuid.uuid4()), "worker": worker.pk}
    if moment.by_database:
        until, parameters["lease"] = f"{now} + %(lease)s", lease
    else:
        until, parameters["until"] = "%(until)s", adapted(_INSTANT, moment.now() + lease)
    names = {f"owner{number}": pk for number, pk in enumerate(not_of)}
    parameters |= names
    listed = ", ".join(f"%({name})s" for name in names)
    sql = _CLAIM.format(
        now=now,
        others=f" AND (owner_id IS NULL OR owner_id NOT IN ({listed}))" if names else "",
        until=until,
        lock="FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else "",
        columns=", ".join(str(field.column) for field in OutgoingMail._meta.concrete_fields),
    )
    found = list(OutgoingMail.objects.raw(sql, parameters))
    return sorted(found, key=lambda mail: (right_of_way(mail.kind), mail.next_attempt_at, mail.pk))


def right_of_way(kind: str) -> int:
    return {SIGN_IN: 0, REMINDERS: 2}.get(kind, 1)


def renew(moment: Moment, token: uuid.UUID | None, timings: Timings) -> None:
    """Keeps what is still claimed of this batch for another lease."""
    OutgoingMail.objects.filter(claim_token=token, state=State.CLAIMED).update(lease_until=moment.sql(timings.lease))


def fence(moment: Moment, mail: OutgoingMail) -> bool:
    """Conditional UPDATE to `handing`, with what will be sent: committed after the server's 354, before the text is sent."""
    now, parameters = moment.words()
    parameters |= {
        "id": mail.pk,
        "token": adapted(_TOKEN, mail.claim_token),
        "content": adapted(_CONTENT, mail.content),
        "summary": mail.summary,
        "settles": adapted(_SETTLES, mail.settles),
    }
    sql = _FENCE.format(now=now)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return bool(cursor.rowcount)


def give_back(moment: Moment, token: uuid.UUID | None, only: Collection[int] | None = None) -> None:
    """What is left of a batch, or only these of it, waits again, as if it had not been claimed."""
    rows = OutgoingMail.objects.filter(claim_token=token, state=State.CLAIMED)
    (rows if only is None else rows.filter(pk__in=only)).update(
        state=State.PENDING, updated_at=moment.sql(), **NOT_CLAIMED
    )


def let_wait(mail: OutgoingMail) -> None:
    """Its answer is slow: other drains of this process go on, and must not take the row for one that a dead worker left. Should
    the process die, the row is uncertain when the answer's time is over."""
    OutgoingMail.objects.filter(pk=mail.pk, claim_token=mail.claim_token).update(claimed_by=None)


# --- who delivers, and who has died over it ---------------------------------------------------------------------------
def beat(moment: Moment) -> WorkerBeat:
    """This process's row, seen now."""
    host, pid, started_at = this_host(), os.getpid(), started(os.getpid()) or ""
    row = WorkerBeat(host=host, pid=pid, started_at=started_at, seen_at=moment.sql())
    keys = ["host", "pid", "started_at"]
    WorkerBeat.objects.bulk_create([row], update_conflicts=True, unique_fields=keys, update_fields=["seen_at"])
    return row


def went_through(moment: Moment) -> None:
    """The drain ran to its end, and left this waiting: what the pages tell of mail (outbox/mail_health.py)."""
    left = OutgoingMail.objects.front().values_list("not_before", flat=True)
    Relay.note(drained_at=moment.sql(), left_since=min(left, default=None))


def recover(moment: Moment, timings: Timings, gone: list[int]) -> None:
    """Takes over from the dead: what they had claimed waits again, what they were handing over is uncertain.

    `gone` are the workers known to be dead; of the others one knows only that a lease is over. Looks before it writes.
    """
    dead_hands = Q(claimed_by__in=gone)
    claimed = OutgoingMail.objects.in_hand().filter(Q(lease_until__lt=moment.sql()) | dead_hands, state=State.CLAIMED)
    if claimed.exists():
        _take_back(moment, claimed)
    silent = Q(fence_at__lt=moment.sql(-timings.unknown_after))
    for mail in OutgoingMail.objects.in_hand().filter(silent | dead_hands, state=State.HANDING).only("claim_token"):
        _doubt(moment, mail)


def _take_back(moment: Moment, claimed: OutgoingMailQuerySet) -> None:
    claimed.update(state=State.PENDING, updated_at=moment.sql(), **NOT_CLAIMED)


@transaction.atomic
def _doubt(moment: Moment, mail: OutgoingMail) -> None:
    taken = OutgoingMail.objects.filter(pk=mail.pk, claim_token=mail.claim_token, state=State.HANDING).update(
        state=State.UNCERTAIN,
        attempts=F("attempts") + 1,
        first_attempt_at=Coalesce("first_attempt_at", "fence_at"),
        last_error=SILENT,
        seen=False,
        updated_at=moment.sql(),
        # the token stays: should the process be frozen only, its answer still counts
        **NOT_CLAIMED | {"claim_token": mail.claim_token},
    )
    if taken:
        DeliveryAttempt.objects.create(mail_id=mail.pk, at=moment.now(), phase="answer", reply=SILENT)


def dead_workers(me: WorkerBeat) -> list[int]:
    """Workers of this host that hold rows and are not there any more."""
    suspects = WorkerBeat.objects.holding().filter(host=me.host).exclude(pk=me.pk)
    return [worker.pk for worker in suspects if not is_alive(worker.pid, worker.started_at)]


@cache
def this_host() -> str:
    """The machine, its boot and its process ids' namespace: a pid means something inside one of these only."""
    parts = [socket.gethostname()]
    for path, read in ((Path("/proc/sys/kernel/random/boot_id"), Path.read_text), (Path("/proc/self/ns/pid"), _link)):
        try:
            parts.append(read(path).strip())
        except OSError:
            continue
    return "/".join(parts)[:255]


def started(pid: int) -> str | None:
    """When the kernel started the process; None when there is none, or a dead one nobody has buried."""
    try:
        # the name in brackets may hold spaces: count from its end
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def is_alive(pid: int, started_at: str) -> bool:
    if Path("/proc/self/stat").exists():
        return started(pid) == started_at
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _link(path: Path) -> str:
    return os.readlink(path)
