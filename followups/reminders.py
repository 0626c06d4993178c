"""When the next reminder of a promise is. One function, called by every write, and by `reconcile` as the net under it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from base.dates import add_months, instant

if TYPE_CHECKING:
    from followups.models import Promise

DAYS_OVERDUE = (0, 1, 3, 7, 14, 30)  # and then monthly


def next_reminder(promise: "Promise") -> datetime | None:
    """The UTC instant of the next reminder, from what is stored alone: so it comes out the same whenever it is asked.

    It is the user's mail time on the due day or where it was put off to; after a reminder has left since then, on the next
    of `DAYS_OVERDUE`. Always the first mail time after the promise was made or changed. None when nobody is to be reminded.
    """
    if not _is_wanted(promise):
        return None
    after = promise.remind_after or promise.created_at
    zone, mail_at = promise.owner.zone, promise.owner.mail_at
    days = _days_overdue(promise) if _has_come(promise) else _days_from(promise, after.astimezone(zone).date())
    return next(moment for day in days if (moment := instant(day, mail_at, zone)) > after)


def _is_wanted(promise: "Promise") -> bool:
    contact = promise.contact
    return (
        promise.is_open
        and promise.is_mine
        and promise.binned_at is None
        and promise.owner.wants_reminders
        and contact.binned_at is None
        and (not contact.is_dropped or promise.stands_after_drop)
    )


def _has_come(promise: "Promise") -> bool:
    """Whether a reminder has left, and the last one on or after `snoozed_until` where there is one."""
    return promise.reminded_on is not None and promise.reminded_on >= (promise.snoozed_until or promise.reminded_on)


def _days_from(promise: "Promise", earliest: date) -> Iterator[date]:
    """Every day from the due day on, for the first reminder: a promise that is late when it is made waits for no step."""
    day = max(promise.wants_reminder_from(), earliest)
    while True:
        yield day
        day += timedelta(days=1)


def _days_overdue(promise: "Promise") -> Iterator[date]:
    """The steps after the last reminder that left. Local dates: the 31st stays the 31st."""
    return (day for day in steps(promise.due_on) if promise.reminded_on is None or day > promise.reminded_on)


def steps(due_on: date) -> Iterator[date]:
    for days in DAYS_OVERDUE:
        yield due_on + timedelta(days=days)
    months = 2  # thirty days were the first one
    while True:
        yield add_months(due_on, months)
        months += 1
