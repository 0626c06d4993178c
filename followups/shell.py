"""What every page shows around itself: how much is open, and whether mail goes out. One query, counted only when drawn."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from base.dates import instant
from followups.owed import OPEN, WANTED
from outbox.mail_health import FAILURE_FORGOTTEN, MailHealth, judge

CONTACTS_CAP, OPEN_CAP = 999, 99

# the promises and talks that Today shows, so that the figure beside it is that of the page
_COUNTED = f"""
SELECT
  (SELECT count(*) FROM (SELECT 1 FROM crm_contact WHERE owner_id = %(owner)s AND binned_at IS NULL LIMIT 1000) c),
  (SELECT count(*) FROM (SELECT 1 {OPEN} LIMIT 100) p),
  (SELECT count(*) FROM (SELECT 1 {OPEN} {WANTED} LIMIT 100) d),
  (SELECT count(*) FROM (SELECT 1 FROM interviews_interview
    WHERE owner_id = %(owner)s AND state = 'planned' AND binned_at IS NULL AND starts_at >= %(midnight)s
    AND starts_at < %(next_midnight)s LIMIT 100) i),
  (SELECT max(drained_at) FROM outbox_workerbeat),
  (SELECT min(not_before) FROM (SELECT not_before, attempts FROM outbox_outgoingmail
    WHERE state = 'pending'
    ORDER BY CASE WHEN kind = 'sign-in' THEN 0 WHEN kind = 'reminders' THEN 2 ELSE 1 END, next_attempt_at LIMIT 100) f WHERE attempts = 0),
  (SELECT min(not_before) FROM outbox_outgoingmail WHERE owner_id = %(owner)s AND state IN ('pending', 'claimed')),
  (SELECT failing_since FROM outbox_relay WHERE failures > 0 AND failed_at > %(forgotten)s),
  (SELECT last_error FROM outbox_relay WHERE failures > 0 AND failed_at > %(forgotten)s)
"""  # noqa: S608 - made of constants
# Postgres plans a statement anew for every value it sees, as long as it hopes to gain by it; here that took longer than to count
_COUNTS = re.sub(r"(%\(\w+\)s)", r"(SELECT \1)", _COUNTED)


@dataclass(frozen=True)
class Shell:
    contacts: str
    promises: str
    today: int
    mail: MailHealth


def shell(request: HttpRequest) -> dict[str, Any]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {"shell": SimpleLazyObject(lambda: read(user, datetime.now(UTC)))}


def read(user: User, now: datetime) -> Shell:
    """The counts of one user's pages, capped so that they cost the same at any size."""
    today = user.today(now)
    values: dict[str, Any] = {
        "owner": user.pk,
        "today": today,
        "midnight": instant(today, time.min, user.zone),
        "forgotten": now - FAILURE_FORGOTTEN,
        "next_midnight": instant(today + timedelta(days=1), time.min, user.zone),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, values)
        contacts, promises, due, interviews, *instants, error = cursor.fetchone()
    looked_at, untried, own, failing_since = (_instant(value) for value in instants)
    return Shell(
        contacts=f"{CONTACTS_CAP}+" if contacts > CONTACTS_CAP else str(contacts or ""),
        promises=f"{OPEN_CAP}+" if promises > OPEN_CAP else str(promises or ""),
        today=due + interviews,
        mail=judge(looked_at, untried, own, failing_since, error, now=now),
    )


def _instant(value: datetime | str | None) -> datetime | None:
    """SQLite hands a raw query its text."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
