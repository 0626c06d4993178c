"""Whose a row is: claimed in batches, kept by a lease, fenced by compare and swap. All of it by the database's clock."""

import uuid
from datetime import timedelta

from django.db import connection
from django.db.models import DateTimeField

from outbox.models import NOT_CLAIMED, OutgoingMail, State, WorkerBeat
from outbox.timing import Moment, Timings, adapted

# Written by hand: once a mail each, and the ORM takes longer to write them than the database to run them. Literals where a
# partial index must be proved; MATERIALIZED keeps Postgres from looking twice and claiming more.
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM outbox_outgoingmail WHERE state = 'pending' AND next_attempt_at <= {now}
    ORDER BY next_attempt_at LIMIT %(limit)s {lock}
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


def claim(moment: Moment, worker: WorkerBeat, timings: Timings, limit: int) -> list[OutgoingMail]:
    """The next due mails, the longest due first, now this worker's under one token. One statement."""
    lease = timedelta(seconds=timings.lease)
    now, parameters = moment.words()
    parameters |= {"limit": limit, "token": adapted(_TOKEN, uuid.uuid4()), "worker": worker.pk}
    if moment.by_database:
        until, parameters["lease"] = f"{now} + %(lease)s", lease
    else:
        until, parameters["until"] = "%(until)s", adapted(DateTimeField(), moment.now() + lease)
    sql = _CLAIM.format(
        now=now,
        until=until,
        lock="FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else "",
        columns=", ".join(str(field.column) for field in OutgoingMail._meta.concrete_fields),
    )
    found = list(OutgoingMail.objects.raw(sql, parameters))
    return sorted(found, key=lambda mail: (mail.next_attempt_at, mail.pk))


def renew(moment: Moment, token: uuid.UUID | None, timings: Timings) -> None:
    """Keeps what is still claimed of this batch for another lease."""
    OutgoingMail.objects.filter(claim_token=token, state=State.CLAIMED).update(lease_until=moment.sql(timings.lease))


def fence(moment: Moment, mail: OutgoingMail) -> bool:
    """The last no: one commit by compare and swap, between the server's 354 and our text. Freezes what will be sent."""
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


def give_back(moment: Moment, token: uuid.UUID | None) -> None:
    """What is left of a batch waits again, as if it had not been claimed."""
    OutgoingMail.objects.filter(claim_token=token, state=State.CLAIMED).update(
        state=State.PENDING, updated_at=moment.sql(), **NOT_CLAIMED
    )
