"""Local dates and instants: dates are the user's, instants are UTC, and a date never shifts because somebody travels."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)


@cache
def zone_names() -> frozenset[str]:
    """Every IANA zone a user may choose; aliases such as `Europe/Kiev` stay valid, pseudo zones do not."""
    return frozenset(
        name for name in available_timezones() if not name.startswith(("posix", "right", "Factory", "localtime"))
    )


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a local time. A gap moves forward, an overlap takes the first (RFC 5545 3.3.5)."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def exists(day: date, at: time, zone: ZoneInfo) -> bool:
    """Whether the clocks of `zone` ever show this time on this day (they skip it in a DST gap)."""
    return instant(day, at, zone).astimezone(zone).replace(tzinfo=None) == datetime.combine(day, at)


def is_ambiguous(day: date, at: time, zone: ZoneInfo) -> bool:
    """Whether the clocks of `zone` show this time twice on this day (the end of summer time)."""
    first = datetime.combine(day, at, tzinfo=zone)
    return exists(day, at, zone) and first.utcoffset() != first.replace(fold=1).utcoffset()


@dataclass(frozen=True)
class Understood:
    """A date read out of words: `day`, and what is left of the text when the date was found inside it."""

    day: date
    rest: str = ""


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_UNITS = {"day": 1, "week": 7}
_RELATIVE = re.compile(r"^(?:in )?(a|an|one|two|three|\d{1,3}) (day|week|month|year)s?( ago)?$")
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3}


def add_months(day: date, months: int, anchor: int | None = None) -> date:
    """The same day of the month `months` later; the 31st stays the 31st where there is one (`anchor` remembers it)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(anchor or day.day, last))


def understand(words: str, today: date) -> date | None:
    """Reads a date typed in words ("next tuesday", "in 3 weeks", "4 dec"), relative to the user's `today`.

    A weekday is the coming one, never today; "next tuesday" is the tuesday of next week. None when it is no date
    I know, or one before 1900 or after 2200.
    """
    text = (
        " ".join(words.casefold().replace(",", " ").split()).removeprefix("on ").removeprefix("by ").removesuffix(".")
    )
    if not text or len(text) > 60:
        return None
    found = _plain(text, today) or _relative(text, today) or _weekday(text, today) or _parsed(text, today)
    return found if found and EARLIEST <= found <= LATEST else None


def _plain(text: str, today: date) -> date | None:
    named = {"today": 0, "tonight": 0, "now": 0, "tomorrow": 1, "day after tomorrow": 2, "yesterday": -1}
    if text in named:
        return today + timedelta(days=named[text])
    if text in ("next week", "a week from now"):
        return today + timedelta(days=7)
    if text == "next month":
        return add_months(today, 1)
    if text in ("end of month", "end of the month"):
        return add_months(today.replace(day=1), 1) - timedelta(days=1)
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _relative(text: str, today: date) -> date | None:
    match = _RELATIVE.match(text)
    if not match:
        return None
    count = int(_NUMBERS.get(match[1]) or match[1]) * (-1 if match[3] else 1)
    if match[2] in _UNITS:
        return today + timedelta(days=count * _UNITS[match[2]])
    return add_months(today, count * (12 if match[2] == "year" else 1))


def _weekday(text: str, today: date) -> date | None:
    *before, name = text.split()
    days = [i for i, full in enumerate(_WEEKDAYS) if len(name) >= 3 and full.startswith(name)]
    if not days or before not in ([], ["next"], ["this"], ["last"]):
        return None
    monday = today - timedelta(days=today.weekday())
    if before == ["next"]:
        return monday + timedelta(days=7 + days[0])
    if before == ["last"]:
        return today - timedelta(days=(today.weekday() - days[0] - 1) % 7 + 1)
    return today + timedelta(days=(days[0] - today.weekday() - 1) % 7 + 1)


def _parsed(text: str, today: date) -> date | None:
    if not any(letter.isdigit() for letter in text):
        return None
    import dateparser  # noqa: PLC0415 - 0.3 s to load, and most dates are read above

    settings = {
        "RELATIVE_BASE": datetime.combine(today, time(12)),
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
        "STRICT_PARSING": False,
        "REQUIRE_PARTS": ["day", "month"],
        "PARSERS": ["absolute-time", "relative-time"],
    }
    try:
        found = dateparser.parse(text, languages=["en"], settings=settings)
    except (ValueError, OverflowError, RecursionError):
        return None
    return found.date() if found else None


def take_date(line: str, today: date) -> Understood | None:
    """Finds a date at the end of a line ("send the deck next tuesday") and gives back the line without it."""
    words = line.split()
    for start in range(max(1, len(words) - 5), len(words)):
        tail = " ".join(words[start:])
        day = understand(tail, today)
        if day:
            rest = words[:start]
            while rest and rest[-1].casefold() in ("by", "on", "until", "due"):
                rest.pop()
            return Understood(day, " ".join(rest).rstrip(" ,;:"))
    return None
