"""Local dates and instants: dates are the user's, instants are UTC, and a date never shifts because somebody travels."""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

A_WHILE_AGO = timedelta(days=60)
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
LONGEST = 60  # characters of a date in words


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant of a local time. A gap moves forward, an overlap takes the first (RFC 5545 3.3.5)."""
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def local(at: datetime, zone: tzinfo) -> datetime:
    """`at` on the clocks of `zone`. In the first and last hours that datetime knows, where a clock may have no date, in UTC."""
    try:
        return at.astimezone(zone)
    except OverflowError:
        return at.astimezone(UTC)


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
_MONTHS = (
    "january february march april may june july august september october november december".split()  # noqa: SIM905 - reads better
)
_NAMED = {
    "today": 0,
    "tonight": 0,
    "now": 0,
    "tomorrow": 1,
    "day after tomorrow": 2,
    "yesterday": -1,
    "day before yesterday": -2,
    "next week": 7,
    "a week from now": 7,
}
_NUMBERS = {
    word: count
    for count, words in enumerate(
        ("a an one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1
    )
    for word in words.split()
}


def _numbered(names: Sequence[str], *longer: str) -> dict[str, int]:
    """Each name and its usual abbreviations, with its place. Other beginnings are words: "Marc" is no month."""
    short = [*(name[:3] for name in names), *longer]
    return {word: at for at, name in enumerate(names) for word in (name, *short) if name.startswith(word)}


_MONTH_NUMBERS = _numbered(_MONTHS, "sept")
_WEEKDAY_NUMBERS = _numbered(_WEEKDAYS, "tues", "thur", "thurs")
_OF_MONTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = rf"(?P<month>{'|'.join(_MONTH_NUMBERS)})\.?"
_YEAR = r"(?: (?P<year>\d{4}))?"
_WEEKDAY = rf"(?:(?P<weekday>{'|'.join(_WEEKDAY_NUMBERS)}) )?(?:the )?"
_WRITTEN = (
    re.compile(rf"{_WEEKDAY}{_OF_MONTH}(?: of)? {_MONTH}{_YEAR}"),
    re.compile(rf"{_WEEKDAY}{_MONTH} {_OF_MONTH}{_YEAR}"),
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMERIC = re.compile(r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})(?:[./-](?P<year>\d{4})|\.)?")
_ORDINAL = re.compile(r"(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)")
_RELATIVE = re.compile(rf"(in )?(\d{{1,3}}|{'|'.join(_NUMBERS)}) (day|week|month|year)s?( ago| from now)?")
_BEFORE_A_DATE = ("by", "on", "until", "due", "before")
_ALSO_WORDS = ("sun", "sat", "wed", "a week", "now")  # at the end of a line these are seldom dates


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later; the last one where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def understand(words: str, today: date, *, library: bool = True) -> date | None:
    """Reads a date typed in words ("next tuesday", "in 3 weeks", "31 october"), relative to the user's `today`.

    A weekday is the coming one, never today; "next tuesday" is the tuesday of next week; a day without a year is the
    coming one, unless its weekday says that it has just been. None when it is no date I know, or one before 1900 or after 2200. Never raises.
    What is not read here goes to a library, some milliseconds each: leave it out (`library=False`) where many are read at once.
    """
    text = _plain(words)
    if not text or len(text) > LONGEST:
        return None
    found = _read(text, today)
    if (
        found is None and library and not _is_written_out(text)
    ):  # one that is, is a slip of the hand: no library may guess at it
        found = _read_otherwise(text, today)
    return _known(found)


def complaint(words: str, today: date) -> str:
    """The sentence beside a field whose words are no date: what is wrong, and what to try."""
    text = _plain(words)[:LONGEST]
    written = _match_written(text)
    if written:
        found, month = written
        name, last = date(2024, month, 1).strftime("%B"), monthrange(2024, month)[1]
        if int(found["day"]) > last:
            end = {"month": name, "last": last, "ordinal": f"{last}{'st' if last == 31 else 'th'}"}
            return _("%(month)s ends on the %(ordinal)s. Try “%(last)s %(month)s”.") % end
    known = [*_NAMED, *_WEEKDAYS, *(f"next {name}" for name in _WEEKDAYS)]
    near = get_close_matches(text, known, n=1, cutoff=0.7)
    return _("Not a date I know. Try “%(words)s”.") % {"words": near[0] if near else _("in 3 weeks")}


def take_date(line: str, today: date) -> Understood | None:
    """Finds a date at the end of a line ("send the deck next tuesday") and gives back the line without it.

    Stricter than `understand`, since most lines end in words that are no date: "twice a week", "look at the sun", "24/7".
    """
    words = line.split()
    for start in range(max(1, len(words) - 6), len(words)):
        is_said = words[start].casefold() in _BEFORE_A_DATE or words[start - 1].casefold() in _BEFORE_A_DATE
        text = _plain(" ".join(words[start:]))
        day = _known(_read(text, today)) if is_said or not _may_be_words(text) else None
        if day:
            rest = words[:start]
            while len(rest) > 1 and rest[-1].casefold() in _BEFORE_A_DATE:
                rest.pop()
            return Understood(day, " ".join(rest).rstrip(" ,;:"))
        if (written := _match_written(text)) and written[0]["weekday"]:
            return None  # the weekday is another one: which of the two was meant is not ours to choose
    return None


def _plain(words: str) -> str:
    text = " ".join(words.casefold().replace(",", " ").split())
    first, _space, rest = text.partition(" ")
    return (rest if first in _BEFORE_A_DATE else text).strip()


def _known(day: date | None) -> date | None:
    return day if day and EARLIEST <= day <= LATEST else None


def _may_be_words(text: str) -> bool:
    relative, numeric = _RELATIVE.fullmatch(text), _NUMERIC.fullmatch(text)
    loose = (relative and not relative[1] and not relative[4]) or (numeric and not numeric["year"])
    return bool(loose) or text in _ALSO_WORDS


def _read(text: str, today: date) -> date | None:
    try:
        return (
            _fixed(text, today)
            or _relative(text, today)
            or _weekday(text, today)
            or _written(text, today)
            or _numeric(text, today)
        )
    except (ValueError, OverflowError):  # a day or a year that no calendar has
        return None


def _fixed(text: str, today: date) -> date | None:
    named = text.removeprefix("the ").rstrip(".")
    if named in _NAMED:
        return today + timedelta(days=_NAMED[named])
    if named in ("next month", "next year"):
        return add_months(today, 1 if named == "next month" else 12)
    if named in ("end of month", "end of the month"):
        return add_months(today.replace(day=1), 1) - timedelta(days=1)
    return date.fromisoformat(text) if _ISO.fullmatch(text) else None


def _relative(text: str, today: date) -> date | None:
    found = _RELATIVE.fullmatch(text.rstrip("."))
    if not found:
        return None
    count = (_NUMBERS.get(found[2]) or int(found[2])) * (-1 if found[4] == " ago" else 1)
    if found[3] in ("day", "week"):
        return today + timedelta(days=count * (7 if found[3] == "week" else 1))
    return add_months(today, count * (12 if found[3] == "year" else 1))


def _weekday(text: str, today: date) -> date | None:
    *before, name = text.rstrip(".").split()
    weekday = _WEEKDAY_NUMBERS.get(name)
    if weekday is None or before not in ([], ["next"], ["this"], ["last"], ["coming"]):
        return None
    if before == ["next"]:
        return today + timedelta(days=7 + weekday - today.weekday())
    if before == ["last"]:
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _written(text: str, today: date) -> date | None:
    """ "31 october", "friday 4 december 2026", "dec 4th", "the 5th"."""
    ordinal = _ORDINAL.fullmatch(text)
    if ordinal:
        months = (add_months(today.replace(day=1), ahead) for ahead in range(13))
        return _first(today, ((month.year, month.month, int(ordinal["day"])) for month in months))
    written = _match_written(text)
    if not written:
        return None
    found, month = written
    day = _in_year(found["year"], month, int(found["day"]), today)
    weekday = _WEEKDAY_NUMBERS[found["weekday"]] if found["weekday"] else None
    if day is None or weekday in (None, day.weekday()):
        return day
    before = today if found["year"] else date(day.year - 1, day.month, day.day)
    # "friday 20 november", said on the Monday after it
    return before if before < today <= before + A_WHILE_AGO and weekday == before.weekday() else None


def _match_written(text: str) -> tuple[re.Match[str], int] | None:
    """The parts of "friday 4 december 2026" and the number of its month."""
    for pattern in _WRITTEN:
        if found := pattern.fullmatch(text):
            return found, _MONTH_NUMBERS[found["month"]] + 1
    return None


def _is_written_out(text: str) -> bool:
    return bool(_match_written(text) or _NUMERIC.fullmatch(text) or _ISO.fullmatch(text))


def _numeric(text: str, today: date) -> date | None:
    """Day before month, as most of the world writes."""
    found = _NUMERIC.fullmatch(text)
    return _in_year(found["year"], int(found["month"]), int(found["day"]), today) if found else None


def _in_year(year: str | None, month: int, day: int, today: date) -> date | None:
    """In the year named; without one, the coming such day."""
    if year:
        return date(int(year), month, day)
    return _first(today, ((today.year + ahead, month, day) for ahead in range(9)))


def _first(today: date, days: Iterable[tuple[int, int, int]]) -> date | None:
    """The first of these days that exists and is not over."""
    for year, month, day in days:
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day)
    return None


def _read_otherwise(text: str, today: date) -> date | None:
    """What is left to a library: "in 2 weeks and 3 days", "4 dec at noon"."""
    if not any(letter.isdigit() for letter in text):
        return None
    import dateparser  # noqa: PLC0415 - 0.3 s to load, and most dates are read above

    settings = {
        "RELATIVE_BASE": datetime.combine(today, time(12)),
        "PREFER_DATES_FROM": "future",
        "DATE_ORDER": "DMY",
        "REQUIRE_PARTS": ["day", "month"],
        "PARSERS": ["absolute-time", "relative-time"],
    }
    try:
        found = dateparser.parse(text, languages=["en"], settings=settings)
    except Exception:  # a foreign parser on foreign text
        return None
    return found.date() if found else None
