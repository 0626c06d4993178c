"""Reminders at hours that do not exist, exist twice, or move: each must leave at the instant worked out by hand, once."""

from datetime import UTC, date, datetime, time, timedelta

import followups.reminders
from accounts.models import User
from crm.models import Contact
from followups.models import Promise
from followups.reminders import next_reminder
from outbox import actions
from outbox.engine import drain
from outbox.models import OutgoingMail, State

# zone, mail time, due day, and the instant: worked out with pencil and the zone's rules
CASES = [
    ("Pacific/Apia", time(8), date(2011, 12, 30), datetime(2011, 12, 30, 18, tzinfo=UTC)),  # a day that was left out
    ("Asia/Kathmandu", time(8), date(2027, 1, 10), datetime(2027, 1, 10, 2, 15, tzinfo=UTC)),
    ("Europe/Stockholm", time(2, 30), date(2027, 3, 28), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),  # does not exist
    ("Europe/Berlin", time(8), date(2027, 3, 29), datetime(2027, 3, 29, 6, tzinfo=UTC)),  # the day after
    ("Australia/Lord_Howe", time(2, 15), date(2027, 10, 3), datetime(2027, 10, 2, 15, 45, tzinfo=UTC)),  # half an hour
    ("America/New_York", time(1, 30), date(2027, 11, 7), datetime(2027, 11, 7, 5, 30, tzinfo=UTC)),  # twice: the first
]
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def play(*, naive: bool = False) -> list[str]:
    """What went wrong, a line each. `naive` computes as if every day had the offset of the day before yesterday."""
    if naive:
        followups.reminders.instant = _by_a_fixed_offset
    wrong = [f"{zone} {day}: {why}" for zone, at, day, right in CASES if (why := _leaves(owes(zone, at, day), right))]
    return [*wrong, *_moved(), *_new_rules()]


def owes(zone: str, at: time, day: date) -> Promise:
    made = datetime.combine(day - timedelta(days=4), time(12), UTC)
    user = User.objects.create(email=f"zone{User.objects.count()}@sink.example", time_zone=zone, mail_at=at)
    contact = Contact.objects.create(owner=user, name="Ana Souza", name_key="ana souza", created_at=made)
    promise = Promise(
        owner=user,
        contact=contact,
        what="Send it",
        due_on=day,
        promised_on=made.date(),
        created_at=made,
        remind_after=made,
    )
    promise.remind_at = next_reminder(promise)
    promise.save()
    return promise


def _leaves(promise: Promise, right: datetime) -> str:
    """Ticks around the instant; empty when its mail left exactly then, once. Then the promise is kept."""
    sent = []
    for moment in (right - HOUR, right - SECOND, right, right + SECOND, right + HOUR):
        tick(moment)
        sent.append(OutgoingMail.objects.filter(owner=promise.owner, state=State.SENT).count())
    Promise.objects.select_related("owner", "contact").get(pk=promise.pk).keep(right + HOUR)
    return "" if sent == [0, 0, 1, 1, 1] else f"mails sent by each tick around {right:%d %H:%M}: {sent}"


def tick(moment: datetime) -> None:
    actions.plan(moment)
    drain(lambda: moment, 20)


def _moved() -> list[str]:
    """The owner moves to another zone while the reminder's row is waiting."""
    promise = owes("Europe/Stockholm", time(8), date(2028, 1, 10))
    seven, one = datetime(2028, 1, 10, 7, tzinfo=UTC), datetime(2028, 1, 10, 13, tzinfo=UTC)
    actions.plan(seven)
    promise.owner.time_zone = "America/New_York"
    promise.owner.keep_settings(["time_zone"], seven + SECOND)
    drain(lambda: seven + 2 * SECOND, 20)
    why = _leaves(promise, one)
    return [f"moved from Stockholm to New York: {why}"] if why else []


def _new_rules() -> list[str]:
    """As if the zone's rules had changed since the reminder was computed."""
    promise = owes("Africa/Cairo", time(8), date(2028, 2, 10))
    Promise.objects.filter(pk=promise.pk).update(remind_at=promise.remind_at + HOUR)
    repaired = actions.reconcile(datetime(2028, 2, 9, tzinfo=UTC))
    why = _leaves(promise, datetime(2028, 2, 10, 6, tzinfo=UTC))
    wrong = [f"new rules: {why}"] if why else []
    return wrong if repaired == 1 else [*wrong, f"new rules: {repaired} repairs, not 1"]


def _by_a_fixed_offset(day: date, at: time, zone: object) -> datetime:
    offset = datetime.combine(day - 2 * DAY, time(12), zone).utcoffset()  # type: ignore[arg-type]
    return datetime.combine(day, at, UTC) - (offset or timedelta(0))
