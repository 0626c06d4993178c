"""Working days and hours of a user: what is not proposed on a Sunday, a holiday or at night."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays

from accounts.countries import country_names
from accounts.models import User
from base.dates import exists, instant
from base.zones import load_zone

AHEAD = 14  # days in which times are proposed
STEP = timedelta(minutes=30)
LIKED = (
    time(10),
    time(15),
    time(11, 30),
    time(14),
    time(9),
    time(16),
    time(13),
)  # in turn, so that a day differs from the next
AWAKE = (8, 20)  # hours at which nobody minds a call


def is_working_day(user: User, day: date) -> bool:
    return str(day.isoweekday()) in _days(user) and day not in _holidays(user.country, day.year)


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


def propose(user: User, *, minutes: int, their_zone: str, now: datetime, count: int = 5) -> list[datetime]:
    """Up to `count` free times in the user's working hours of the next two weeks, spread over days and hours.

    Free of planned interviews and of the times other open offers hold; at an hour of day for them, where their zone is known.
    """
    today = user.today(now)
    days = [day for n in range(1, AHEAD + 1) if is_working_day(user, day := today + timedelta(days=n))]
    taken = _taken(user, now, minutes)
    found: list[datetime] = []
    for nth, day in enumerate(_spread(days, count)):
        free = [
            at
            for at in _times(user, day, minutes)
            if not any(start < at + _of(minutes) and at < end for start, end in taken)
        ]
        suits = [at for at in free if _is_awake(at, their_zone)] or free
        if suits:
            found.append(_liked(suits, user.zone, nth))
    return sorted(found[:count])


@cache
def _holidays(country: str, year: int) -> dict[date, str]:
    if country not in country_names():
        return {}
    return dict(holidays.country_holidays(country, years=year).items())


def _days(user: User) -> str:
    return user.work_days or "12345"


def _of(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def _taken(user: User, now: datetime, minutes: int) -> list[tuple[datetime, datetime]]:
    """When the user is busy, or may become so: half-open stretches."""
    until = now + timedelta(days=AHEAD + 2)
    talks = user.interviews.planned().between(now - timedelta(hours=2), until)
    busy = [(talk.starts_at, talk.ends_at) for talk in talks]
    offered = user.offerslots.filter(
        starts_at__gte=now, starts_at__lt=until, offer__state__in=("open", "countered"), offer__expires_at__gt=now
    ).values_list("starts_at", "offer__minutes")
    return busy + [(starts_at, starts_at + _of(length)) for starts_at, length in offered]


def _times(user: User, day: date, minutes: int) -> Iterator[datetime]:
    """Every half hour at which a talk fits into the working hours of that day, as UTC instants."""
    at, end = datetime.combine(day, user.work_from), datetime.combine(day, user.work_until)
    while at + _of(minutes) <= end:
        if exists(day, at.time(), user.zone):
            yield instant(day, at.time(), user.zone)
        at += STEP


def _spread(days: list[date], count: int) -> Iterable[date]:
    """`count` of the days, evenly spread, the others after them."""
    if len(days) <= count:
        return days * (count // len(days) + 1) if days else []
    chosen = [days[round(n * (len(days) - 1) / (count - 1))] for n in range(count)] if count > 1 else days[:1]
    return chosen + [day for day in days if day not in chosen]


def _is_awake(at: datetime, zone: str) -> bool:
    return not zone or AWAKE[0] <= at.astimezone(load_zone(zone)).hour < AWAKE[1]


def _liked(free: list[datetime], zone: ZoneInfo, nth: int) -> datetime:
    wanted = datetime.combine(free[0].astimezone(zone).date(), LIKED[nth % len(LIKED)], tzinfo=zone).astimezone(UTC)
    return min(free, key=lambda at: (abs(at - wanted), at))
