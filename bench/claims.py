"""Finding and claiming 500 due mails among many, ours and with Django's own two statements: python -m bench.claims 1000000"""

import json
import os
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if __name__ == "__main__":
    django.setup()

from django.db import connection

from accounts.models import User
from bench.sessions import in_batches, settle_statistics
from outbox.claims import Moment, Timings, beat, claim, system_clock
from outbox.models import OutgoingMail, State

BATCH, ROUNDS = 500, 12

# a row of the past, many times over: the database copies faster than Python builds
_COPY = """
INSERT INTO outbox_outgoingmail ({columns}) SELECT {values} FROM outbox_outgoingmail AS one, {numbers}
WHERE one.occurrence_key = 'sent:0'
"""
_NUMBERS = {
    "postgresql": "generate_series(1, {rows}) AS numbers(n)",
    "sqlite": (
        "(WITH RECURSIVE counted(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {rows}) "
        "SELECT n FROM counted) AS numbers"
    ),
}


def main(rows: int) -> None:
    call_command("migrate", verbosity=0)
    now = datetime.now(UTC)
    owner = User.objects.create_user("owner@keepword.example")
    _fill(owner, rows, now)
    moment, timings = Moment(system_clock), Timings()
    worker = beat(moment)
    ours = lambda: len(claim(moment, worker, timings, BATCH))  # noqa: E731 - one of two things that are timed alike
    plain = lambda: _plainly(now)  # noqa: E731
    seconds: dict[str, list[float]] = {"ours": [], "plain": []}
    for _ in range(ROUNDS):
        for name, ask in (("ours", ours), ("plain", plain)):
            seconds[name].append(_timed(ask))
    print(json.dumps({name: round(median(values[2:]), 5) for name, values in seconds.items()}))


def _timed(ask: Callable[[], int]) -> float:
    before = time.perf_counter()
    claimed = ask()
    seconds = time.perf_counter() - before
    if claimed != BATCH:
        raise SystemExit(f"{claimed} were claimed instead of {BATCH}.")
    return seconds


def _plainly(now: datetime) -> int:
    due = OutgoingMail.objects.filter(state=State.PENDING, next_attempt_at__lte=now).order_by("next_attempt_at")
    mails = list(due[:BATCH])
    return int(
        OutgoingMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(
            state=State.CLAIMED, claim_token=uuid.uuid4(), lease_until=now + timedelta(minutes=1)
        )
    )


def _fill(owner: User, rows: int, now: datetime) -> None:
    """`rows` that have left long ago, and enough due ones for every round."""
    past = {"fence_at": now, "sent_at": now, "state": State.SENT}
    in_batches(OutgoingMail, [_mail(owner, "sent:0", now, **past)])
    columns = [field.column for field in OutgoingMail._meta.concrete_fields if field.column != "id"]
    varied = {"occurrence_key": "'sent:' || n", "message_id": "'<' || n || '@localhost>'"}
    values = [varied.get(column, f"one.{column}") for column in columns]
    numbers = _NUMBERS[connection.vendor].format(rows=rows)
    with connection.cursor() as cursor:
        cursor.execute(_COPY.format(columns=", ".join(columns), values=", ".join(values), numbers=numbers))
    in_batches(OutgoingMail, (_mail(owner, f"due:{n}", now) for n in range(2 * ROUNDS * BATCH)))
    settle_statistics()


def _mail(owner: User, key: str, now: datetime, **more: object) -> OutgoingMail:
    return OutgoingMail(
        owner=owner,
        kind="bench",
        occurrence_key=key,
        message_id=f"<{key}>",
        recipient="owner@keepword.example",
        created_at=now,
        not_before=now,
        next_attempt_at=now,
        **more,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
