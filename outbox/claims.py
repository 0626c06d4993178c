"""Whose a row is: claimed in batches, kept by a lease, fenced by compare and swap. All of it by the database's clock."""

import uuid
from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, UUIDField

from outbox.models import NOT_CLAIMED, OutgoingMail, State, WorkerBeat
from outbox.timing import Moment, Timings

# literals where a partial index must be proved; MATERIALIZED keeps Postgres from looking twice and claiming more
_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT id FROM outbox_outgoingmail WHERE state = 'pending' AND next_attempt_at <= {now}
    ORDER BY next_attempt_at LIMIT %(limit)s {lock}
)
UPDATE outbox_outgoingmail
SET state = 'claimed', claim_token = %(token)s, claimed_by_id = %(worker)s, lease_until = {lease}, updated_at = {now}
WHERE id IN (SELECT id FROM due) RETURNING {columns}
"""


def claim(moment: Moment, worker: WorkerBeat, timings: Timings, limit: int) -> list[OutgoingMail]:
    """The next due mails, the longest due first, now this worker's under one token. One statement."""
    lease = timedelta(seconds=timings.lease)
    parameters: dict[str, Any] = {
        "limit": limit,
        "token": _adapted(UUIDField(), uuid.uuid4()),
        "worker": worker.pk,
    }
    if moment.by_database:
        now, until, parameters["lease"] = "statement_timestamp()", "statement_timestamp() + %(lease)s", lease
    else:
        now, until = "%(now)s", "%(until)s"
        at = moment.now()
        parameters |= {"now": _adapted(DateTimeField(), at), "until": _adapted(DateTimeField(), at + lease)}
    sql = _CLAIM.format(
        now=now,
        lease=until,
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
    now = moment.sql()
    crossed = OutgoingMail.objects.filter(
        pk=mail.pk, claim_token=mail.claim_token, state=State.CLAIMED, not_before__lte=now
    ).update(
        state=State.HANDING,
        fence_at=now,
        updated_at=now,
        content=mail.content,
        summary=mail.summary,
        settles=mail.settles,
    )
    return bool(crossed)


def give_back(moment: Moment, token: uuid.UUID | None) -> None:
    """What is left of a batch waits again, as if it had not been claimed."""
    OutgoingMail.objects.filter(claim_token=token, state=State.CLAIMED).update(
        state=State.PENDING, updated_at=moment.sql(), **NOT_CLAIMED
    )


def _adapted(field: Any, value: Any) -> Any:
    return field.get_db_prep_value(value, connection)
