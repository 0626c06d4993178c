"""The reminder mail: who is due one, and what becomes of the promises in it once it has left."""

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Exists, Min, OuterRef, Q
from django.utils.translation import gettext_lazy

from base.zones import load_zone
from followups.models import Promise, PromiseQuerySet
from followups.reminder_mail import compose_reminder, prepare
from outbox.kinds import Coming, Kind, forecaster, planner, reconciler, register
from outbox.left_out import guarded, note
from outbox.models import BY_HAND, REMINDERS, OutgoingMail, State, message_id

logger = logging.getLogger(__name__)

WHAT_YOU_OWE = gettext_lazy("What you owe")
HOUR_IS_NEAR, MISSED_FOR_LONG = timedelta(hours=4), timedelta(hours=36)
OWNERS_AT_ONCE = 2000


# --- who is due one ---------------------------------------------------------------------------------------------------


@planner
def plan(now: datetime) -> int:
    """One row for each owner with a reminder due whose mail of the day may leave. Safe to run twice, late or never."""
    due = Promise.objects.to_remind(now).filter(owner__wants_reminders=True, owner__is_active=True)
    zones = _known(due, now)
    if not zones:
        return 0
    owners = (
        due.filter(_may_leave(zones, now))
        .order_by("owner_id")
        .values_list("owner_id", "owner__email", "owner__time_zone")
        .annotate(first=Min("remind_at"))
    )
    planned, last = 0, 0
    while batch := list(owners.filter(owner_id__gt=last)[:OWNERS_AT_ONCE]):
        made = (
            guarded(partial(_row, owner, email, zone, first, now), owner_id=owner, zone=zone, step=REMINDERS, now=now)
            for owner, email, zone, first in batch
        )
        rows = [row for row in made if row is not None]
        OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
        _plan_again(rows, now)
        planned, last = planned + len(rows), batch[-1][0]
    return planned


def _known(due: PromiseQuerySet, now: datetime) -> list[str]:
    """The zones of those who are due one. An owner in a zone that this machine does not know is left out, and told so."""
    known = []
    for zone in due.order_by().values_list("owner__time_zone", flat=True).distinct():
        try:
            known.append(ZoneInfo(zone).key)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            for owner in due.order_by().filter(owner__time_zone=zone).values_list("owner_id", flat=True).distinct():
                note(owner, REMINDERS, error, now)
    return known


def _plan_again(rows: list[OutgoingMail], now: datetime) -> None:
    """The day's mail was cancelled, since nothing was left to say; now something is: a kept promise was reopened, or the owner
    moved to a zone where it is not yet the hour. What was cancelled by hand stays so."""
    first = {row.message_id: row.not_before for row in rows}
    cancelled = OutgoingMail.objects.filter(state=State.CANCELLED, message_id__in=first).exclude(cause=BY_HAND)
    for pk, message in cancelled.values_list("pk", "message_id"):
        OutgoingMail.objects.filter(pk=pk, state=State.CANCELLED).revive(now, not_before=first[message])


def _key(day: date) -> str:
    return f"{REMINDERS}:{day.isoformat()}"


def _may_leave(zones: Iterable[str], now: datetime) -> Q:
    """No row of the owner's local day and none still on its way; and their mail hour has come, so that what today's mail had no
    room for waits for tomorrow's hour and not for midnight. What yesterday's hour missed, since the machine slept, leaves
    at once, unless the hour is near; nothing waits for it longer than `MISSED_FOR_LONG`."""
    mails = OutgoingMail.objects.of_kind(REMINDERS).filter(owner=OuterRef("owner"))
    counted = mails.exclude(Q(state=State.CANCELLED) & ~Q(cause=BY_HAND))
    free = Q()
    by_clock = sorted((now.astimezone(load_zone(zone)).replace(tzinfo=None), zone) for zone in zones)
    for there, same in groupby(by_clock, key=lambda pair: pair[0]):
        said = counted.filter(occurrence_key=_key(there.date()))
        said_before = counted.filter(occurrence_key=_key(there.date() - timedelta(days=1)))
        missed = Q(remind_at__lt=now - MISSED_FOR_LONG)
        if (near := there + HOUR_IS_NEAR).date() == there.date():
            missed |= Q(owner__mail_at__gt=near.time())
        is_time = Q(owner__mail_at__lte=there.time()) | (missed & Q(~Exists(said_before)))
        free |= Q(owner__time_zone__in=[zone for _there, zone in same]) & is_time & Q(~Exists(said))
    leaving = mails.filter(state__in=[State.PENDING, State.CLAIMED, State.HANDING])
    return free & Q(~Exists(leaving))


def _row(owner_id: int, email: str, zone: str, first: datetime, now: datetime) -> OutgoingMail:
    key = _key(now.astimezone(load_zone(zone)).date())
    return OutgoingMail(
        owner_id=owner_id,
        kind=REMINDERS,
        occurrence_key=key,
        message_id=message_id(owner_id, key),
        recipient=email,
        not_before=first,
        next_attempt_at=now,
        created_at=now,
    )


@forecaster
def foresee(owner_id: int, now: datetime) -> list[Coming]:
    """The owner's next reminder, which has no row yet."""
    coming = Promise.objects.filter(owner=owner_id, remind_at__gt=now).order_by("remind_at")
    first = coming.values_list("remind_at", flat=True).first()
    return [Coming(first, WHAT_YOU_OWE)] if first else []


@reconciler
def reconcile(now: datetime) -> int:
    """Computes every reminder anew. More than 0 means that a write has forgotten one, or that a zone's rules changed."""
    repaired = sum(
        guarded(
            partial(promise.replan, now),
            owner_id=promise.owner_id,
            zone=promise.owner.time_zone,
            step=REMINDERS,
            now=now,
        )
        or 0
        for promise in Promise.objects.in_chunks()
    )
    if repaired:
        logger.warning("Reminders were at another time than they should be.", extra={"data": {"repaired": repaired}})
    return repaired


# --- once it has left -------------------------------------------------------------------------------------------------


def settle(mail: OutgoingMail, now: datetime) -> None:
    """This step has been given: each promise that still is as the mail told it gets its next one, by compare and swap."""
    told, moves = mail.settles.get("promises", {}), mail.settles.get("moves", {})
    as_told: dict[str | None, Q] = {}  # by the instant of the next reminder, which most of them share
    for pk, (before, after) in moves.items():
        one = Q(pk=int(pk), version=told[pk], remind_at=_moment(before))
        as_told[after] = as_told.get(after, Q()) | one
    for after, ones in as_told.items():
        Promise.objects.filter(ones).update(reminded_on=mail.settles["day"], remind_at=_moment(after))


def still_wanted(mail: OutgoingMail) -> bool:
    """Whether anything in it is still open as it was told."""
    told = mail.settles.get("promises", {})
    still = Promise.objects.open().filter(pk__in=map(int, told), remind_at__isnull=False).values_list("pk", "version")
    return any(told[str(pk)] == version for pk, version in still)


def _moment(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


register(Kind(REMINDERS, WHAT_YOU_OWE, compose_reminder, settle, still_wanted, prepare, is_to_owner=True))
