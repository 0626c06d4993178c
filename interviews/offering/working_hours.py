"""Working days and hours of a user, and the day of the contact: what is not proposed on a Sunday, a holiday or at night."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from functools import cache
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import gettext as _

from accounts.countries import country_names
from accounts.models import User
from accounts.templatetags.keepword import moment
from base.dates import exists, instant
from base.zones import load_zone
from crm.models import Contact

AHEAD = 14  # days in which times are proposed
STEP = timedelta(minutes=30)
FRIDAY, DAY_MINUTES = 5, 24 * 60
# in turn, so that a day differs from the next
LIKED = (time(10), time(15), time(11, 30), time(14), time(9), time(16), time(13))
EDGE = timedelta(hours=1)  # how far beyond my hours a time may lie, where none within them suits
AT_WORK = (time(9), time(17))  # their day (product.md rule 2)
AWAKE = (time(8), time(20))  # when nobody minds a call


class Hour(IntEnum):
    """How a talk lies in the contact's day, the best first."""

    DAY = 0
    EARLY = 1
    LATE = 2
    NIGHT = 3
    WEEKEND = 4


@dataclass(frozen=True)
class Proposal:
    starts_at: datetime
    is_mine: bool  # within my hours, not at their edge


def is_working_day(user: User, day: date) -> bool:
    return str(day.isoweekday()) in (user.work_days or "12345") and day not in _holidays(user.country, day.year)


def holiday(user: User, day: date) -> str:
    """What is celebrated in the user's country on that day; empty when it is a day like others."""
    return str(_holidays(user.country, day.year).get(day, ""))


def after_working_days(user: User, day: date, count: int) -> date:
    """The `count`-th working day after `day`."""
    for _n in range(366):
        day += timedelta(days=1)
        count -= is_working_day(user, day)
        if count <= 0:
            return day
    return day  # a week without a working day, or a year of holidays


def their_hour(starts_at: datetime, minutes: int, zone: str) -> Hour:
    """How a talk lies in the day of somebody in `zone`. Without a zone nothing is known against it."""
    if not zone:
        return Hour.DAY
    start, end = (at.astimezone(load_zone(zone)) for at in (starts_at, starts_at + _of(minutes)))
    if start.isoweekday() > FRIDAY or end.isoweekday() > FRIDAY:
        return Hour.WEEKEND
    if not is_awake(starts_at, minutes, zone):
        return Hour.NIGHT
    if start.time() < AT_WORK[0]:
        return Hour.EARLY
    return Hour.LATE if end.time() > AT_WORK[1] else Hour.DAY


def is_unsuited(starts_at: datetime, minutes: int, zone: str) -> bool:
    """At night or on a weekend of theirs: never proposed silently (product.md rule 2)."""
    return their_hour(starts_at, minutes, zone) >= Hour.NIGHT


def is_awake(starts_at: datetime, minutes: int, zone: str) -> bool:
    """Whether the whole talk lies in the hours when nobody in `zone` minds a call."""
    start, end = (at.astimezone(load_zone(zone)) for at in (starts_at, starts_at + _of(minutes)))
    return start.date() == end.date() and AWAKE[0] <= start.time() and end.time() <= AWAKE[1]


def warning(starts_at: datetime, minutes: int, contact: Contact) -> str:
    """What to know before this time is proposed to them; empty when it lies in their working day."""
    zone = contact.time_zone
    said = {
        Hour.DAY: "",
        Hour.EARLY: _("Early for %(name)s: %(when)s."),
        Hour.LATE: _("Late for %(name)s: %(when)s."),
        Hour.NIGHT: _("At night for %(name)s: %(when)s."),
        Hour.WEEKEND: _("On a weekend of %(name)s: %(when)s."),
    }[their_hour(starts_at, minutes, zone)]
    return said % {"name": contact.first_name, "when": moment(starts_at, zone)} if said else ""


def propose(user: User, *, minutes: int, their_zone: str, now: datetime, count: int = 5) -> list[Proposal]:
    """Up to `count` free times of the next two weeks, spread over my working days and hours: free of planned interviews and
    of the times other open offers hold.

    They lie in my hours and in their working day; where that leaves none, within an hour of mine or of theirs. Only where
    no hour suits both they lie outside 8 to 20 of theirs, and then as near to it as can be.
    """
    suits = best_for_both(_free(user, minutes, now), minutes, their_zone)
    return _spread(suits, user.zone, minutes, count)


def propose_another(
    user: User, *, minutes: int, their_zone: str, now: datetime, besides: Sequence[datetime]
) -> Proposal | None:
    """One more time that suits both as well as can be, clear of those in `besides`; on a day without one, where there is any."""
    free = [one for one in _free(user, minutes, now) if all(abs(one.starts_at - at) >= _of(minutes) for at in besides)]
    suits = best_for_both(free, minutes, their_zone)
    days = {at.astimezone(user.zone).date() for at in besides}
    fresh = [one for one in suits if one.starts_at.astimezone(user.zone).date() not in days]
    return next(iter(_spread(fresh or suits, user.zone, minutes, 1)), None)


def best_for_both(free: Sequence[Proposal], minutes: int, zone: str) -> list[Proposal]:
    """Those of the free times that suit both people best, all equally well."""
    by_fit: dict[tuple[int, ...], list[Proposal]] = defaultdict(list)
    for one in free:
        by_fit[_fit(one, minutes, zone)].append(one)
    return by_fit[min(by_fit)] if by_fit else []


def _fit(one: Proposal, minutes: int, zone: str) -> tuple[int, ...]:
    """The smaller, the better for both: in their working day before the edges of it, a weekend before the night, and of the
    nights what is nearest to their day."""
    hour, edge = their_hour(one.starts_at, minutes, zone), not one.is_mine
    if hour == Hour.DAY:
        return (0, edge)
    if hour in (Hour.EARLY, Hour.LATE):
        return (1, edge)
    if is_awake(one.starts_at, minutes, zone):
        return (2, edge)
    return (3, hour, _minutes_from_day(one.starts_at, minutes, zone))


def _minutes_from_day(starts_at: datetime, minutes: int, zone: str) -> int:
    """How far it lies from their working day, by their clock."""
    start = starts_at.astimezone(load_zone(zone))
    at = start.hour * 60 + start.minute
    first, last = AT_WORK[0].hour * 60, AT_WORK[1].hour * 60 - minutes
    return 0 if first <= at <= last else min((first - at) % DAY_MINUTES, (at - last) % DAY_MINUTES)


@cache
def _holidays(country: str, year: int) -> dict[date, str]:
    if country not in country_names():
        return {}
    return dict(holidays.country_holidays(country, years=year).items())


def _of(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def _taken(user: User, now: datetime) -> list[tuple[datetime, datetime]]:
    """When the user is busy, or may become so: half-open stretches."""
    until = now + timedelta(days=AHEAD + 2)
    busy = [(talk.starts_at, talk.ends_at) for talk in user.interviews.overlapping(now, until)]
    offered = user.offerslots.filter(
        starts_at__gte=now, starts_at__lt=until, offer__state__in=("open", "countered"), offer__expires_at__gt=now
    ).values_list("starts_at", "offer__minutes")
    return busy + [(starts_at, starts_at + _of(length)) for starts_at, length in offered]


def _free(user: User, minutes: int, now: datetime) -> list[Proposal]:
    """Every time of the next two weeks at which I am free, in my hours and at their edges."""
    today = user.today(now)
    days = [day for n in range(1, AHEAD + 1) if is_working_day(user, day := today + timedelta(days=n))]
    taken = _taken(user, now)
    return [
        Proposal(at, is_mine)
        for day in days
        for at, is_mine in _times(user, day, minutes)
        if at > now and not any(start < at + _of(minutes) and at < end for start, end in taken)
    ]


def _times(user: User, day: date, minutes: int) -> Iterator[tuple[datetime, bool]]:
    """Every half hour of that day at which a talk fits into the working hours, and at their edges: as UTC instants, with whether
    it is within."""
    begin, end = (datetime.combine(day, at) for at in (user.work_from, user.work_until))
    at = begin - EDGE
    while at + _of(minutes) <= end + EDGE:
        if at.date() == day and exists(day, at.time(), user.zone):
            yield instant(day, at.time(), user.zone), begin <= at and at + _of(minutes) <= end
        at += STEP


def _spread(suits: Sequence[Proposal], zone: ZoneInfo, minutes: int, count: int) -> list[Proposal]:
    """`count` of the times: of days evenly spread, then more of the same days, at hours that differ."""
    by_day: dict[date, list[Proposal]] = defaultdict(list)
    for one in suits:
        by_day[one.starts_at.astimezone(zone).date()].append(one)
    days, found = sorted(by_day), list[Proposal]()
    if len(days) > count:
        days = [days[round(n * (len(days) - 1) / max(1, count - 1))] for n in range(count)]
    for nth, day in enumerate(days * count):
        left = [
            one for one in by_day[day] if all(abs(one.starts_at - other.starts_at) >= _of(minutes) for other in found)
        ]
        if left and len(found) < count:
            found.append(_liked(left, zone, nth))
    return sorted(found, key=lambda one: one.starts_at)


def _liked(free: Sequence[Proposal], zone: ZoneInfo, nth: int) -> Proposal:
    day = free[0].starts_at.astimezone(zone).date()
    wanted = datetime.combine(day, LIKED[nth % len(LIKED)], tzinfo=zone).astimezone(UTC)
    return min(free, key=lambda one: (abs(one.starts_at - wanted), one.starts_at))
