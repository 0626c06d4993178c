"""What the local times of one calendar file mean: by the VTIMEZONE it brings along, else by the name of the zone.

icalendar keeps every VTIMEZONE it has read in a cache of the process, and never lets one redefine a name it knows. So the
files are parsed here without looking zones up, and each file's own definitions are read when they are asked for.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

from icalendar import Calendar
from icalendar.cal.component_factory import ComponentFactory
from icalendar.parser.ical.component import ComponentIcalParser
from icalendar.prop import TypesFactory, vDDDTypes
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from base.dates import instant
from base.zones import load_zone, zone_names

MOST_PARTS = 200  # of one VTIMEZONE that are looked at: a whole zone of the IANA database has about a hundred
OF_RULES = {"FREQ", "INTERVAL", "BYMONTH", "BYDAY", "BYMONTHDAY", "BYHOUR", "BYMINUTE", "UNTIL", "WKST"}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class _Parser(ComponentIcalParser):
    datetime_names = ()  # local times stay local, with the name of their zone beside them

    def handle_end_component(self, vals: str) -> None:
        super().handle_end_component("")  # a VTIMEZONE ends as any other part: told its name, it would enter the cache


def parse(text: str) -> Calendar | None:
    """The one calendar in this text. Raises whatever icalendar raises at a broken one."""
    found = _Parser(text, ComponentFactory(), TypesFactory.instance()).parse()
    return found[0] if len(found) == 1 and isinstance(found[0], Calendar) else None


def utc_of(value: Any, calendar: Calendar) -> datetime | None:
    """The instant of a DTSTART, as `calendar` means it; None for a whole day, a floating time or an unknown zone.

    A time in a gap takes the offset before it, one that the clocks show twice is the first (RFC 5545 3.3.5).
    """
    if not isinstance(value, vDDDTypes) or not isinstance(value.dt, datetime):
        return None
    at, name = value.dt, _plain(value.params.get("TZID", ""))
    if at.tzinfo is None and not name:
        return None
    if at.tzinfo is not None:
        return at.astimezone(UTC)
    for zone in calendar.walk("VTIMEZONE"):
        if _plain(zone.get("TZID", "")) == name:
            offset = _offset_at(at, zone)
            return None if offset is None else (at - offset).replace(tzinfo=UTC)
    known = _known_zone(name)
    return instant(at.date(), at.time(), load_zone(known)) if known else None


def _plain(name: Any) -> str:
    return str(name).strip().strip("/")


def _known_zone(name: str) -> str:
    """The IANA zone that a calendar program calls so: Windows' names, and names with the maker before them, in any case."""
    parts, known = name.casefold().split("/"), _zones_by_name()
    spellings = ("/".join(parts[n:]) for n in range(min(len(parts), 6)))
    return next((known[spelling] for spelling in spellings if spelling in known), "")


@cache
def _zones_by_name() -> dict[str, str]:
    names = {**{name: name for name in zone_names()}, **WINDOWS_TO_OLSON}
    return {name.casefold(): zone for name, zone in names.items() if zone in zone_names()}


def _offset_at(local: datetime, zone: Any) -> timedelta | None:
    """The offset from UTC at a local time: that of the last change before it. None when the file does not say."""
    parts = [part for part in zone.subcomponents if part.name in ("STANDARD", "DAYLIGHT")][:MOST_PARTS]
    try:
        begun = [(begin, part) for part in parts if (begin := _last_begin(part, local))]
        if not begun:  # before the first change
            part = next((part for part in parts if part.name == "STANDARD"), None)
            return None if part is None else _offset(part, "TZOFFSETTO")
        begin, part = max(begun, key=lambda one: one[0])
        before, after = _offset(part, "TZOFFSETFROM"), _offset(part, "TZOFFSETTO")
        return before if local < begin + (after - before) else after
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        return None  # it is broken, or says it in a way that no calendar program does


def _offset(part: Any, name: str) -> timedelta:
    found: timedelta = part[name].td
    return found


def _last_begin(part: Any, local: datetime) -> datetime | None:
    """When this part of the year last began, on the clocks as they were before."""
    start = _naive(part["DTSTART"].dt)
    dates = part.get("RDATE", [])
    begins = [start, *(_naive(one.dt) for some in (dates if isinstance(dates, list) else [dates]) for one in some.dts)]
    if "RRULE" in part:
        begins += _by_rule(part, start, local)
    return max((begin for begin in begins if begin <= local), default=None)


def _naive(at: date) -> datetime:
    return at.replace(tzinfo=None) if isinstance(at, datetime) else datetime.combine(at, time())


def _by_rule(part: Any, start: datetime, local: datetime) -> Iterator[datetime]:
    """The begins by a yearly rule in the two years up to `local`, or up to where the rule ends. No other rules move clocks."""
    rule = part["RRULE"]
    as_usual = {"FREQ": ["YEARLY"], "INTERVAL": [1], "BYHOUR": [start.hour], "BYMINUTE": [start.minute]}
    if not OF_RULES.issuperset(rule) or any(rule.get(name, usual) != usual for name, usual in as_usual.items()):
        raise ValueError(rule)
    until = min(local, _naive(rule["UNTIL"][0]) + _offset(part, "TZOFFSETFROM")) if "UNTIL" in rule else local
    for year in (until.year - 1, until.year):
        for month in rule.get("BYMONTH", [start.month]):
            for day in _days(rule, start, year, int(month)):
                begin = datetime.combine(day, start.time())
                if start <= begin <= until:
                    yield begin


def _days(rule: Any, start: datetime, year: int, month: int) -> Iterator[date]:
    last = monthrange(year, month)[1]
    weekdays, numbers = rule.get("BYDAY", []), rule.get("BYMONTHDAY", [])
    for number in range(1, last + 1):
        day = date(year, month, number)
        is_named = number in numbers or number - last - 1 in numbers
        if weekdays:
            fits = any(_is_that(day, last, weekday) for weekday in weekdays) and (is_named or not numbers)
        else:
            fits = is_named if numbers else number == start.day
        if fits:
            yield day


def _is_that(day: date, last: int, weekday: Any) -> bool:
    """ "2SU" is the second Sunday of the month, "-1SU" the last, "SU" each."""
    nth, from_end = (day.day - 1) // 7 + 1, -((last - day.day) // 7 + 1)
    return weekday.weekday == WEEKDAYS[day.weekday()] and weekday.relative in (None, nth, from_end)
