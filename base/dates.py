"""Local dates and instants: dates are the user's, instants are UTC, and a date never shifts because somebody travels."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, tzinfo
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from base.date_meanings import SlipError, add_months
from base.date_tokens import WEEKDAYS, Token, tokens_of
from base.date_words import MOST_WORDS, Reading, after_hours, read

__all__ = [
    "EARLIEST",
    "LATEST",
    "Understood",
    "add_months",
    "complaint",
    "exists",
    "hours_said",
    "instant",
    "is_ambiguous",
    "local",
    "slip",
    "take_date",
    "understand",
]

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
    """A day read at the end of a line: what is left of the line without it, and the words it was read from, as typed."""

    day: date
    rest: str = ""
    said: str = field(default="", compare=False)


# what may stand before a day: it is the deadline then, or it is not exact
_BEFORE_A_DATE = frozenset(("by", "on", "at", "until", "till", "due", "before", "no later than", "not later than"))
_LOOSELY = frozenset(
    ("sometime", "some time", "around", "roughly", "first thing", "early", "late", "later", "starting")
)
# after these the day is what the line is about, and stays in it: "ask about next week"
_TOPIC = frozenset(
    (
        *("about", "concerning", "regarding", "re", "from", "since", "for", "of", "to", "up to", "through", "during"),
        *("over", "dated", "every", "each", "than", "like", "between", "as", "versus", "vs"),
    )
)
_PAST = frozenset(("yesterday", "last", "ago"))
_EVERY = frozenset(("every", "each"))
_OR = frozenset(("or", "and", "&", "/", "-", "–", "to", "until", "then"))
_KNOWN = ("today", "tomorrow", "day after tomorrow", "yesterday", "next week", "next month", "end of the month")


def understand(words: str, today: date) -> date | None:
    """Reads a date typed in words ("next tuesday", "in 3 weeks", "31 october"), relative to the user's `today`.

    A weekday is the coming one, never today; "next tuesday" is the tuesday of next week; a day without a year is the
    coming one, unless its weekday says that it has just been. None when it is no date I know, or one before 1900 or after 2200. Never raises.
    """
    found = _field(words, today)
    return found.day if found else None


def hours_said(words: str, today: date) -> str:
    """The hour typed beside a day, which no date holds: "at 5pm" of "friday at 5pm"."""
    found = _field(words, today)
    return found.rest if found else ""


def slip(words: str, today: date) -> str:
    """What is wrong with words that are nearly a date ("31 november"); empty for others."""
    try:
        _read_field(words, today)
    except SlipError as found:
        return found.sentence
    return ""


def _field(words: str, today: date) -> Understood | None:
    try:
        return _read_field(words, today)
    except SlipError:
        return None


def complaint(words: str, today: date) -> str:
    """The sentence beside a field whose words are no date: what is wrong, and what to try."""
    if sentence := slip(words, today):
        return sentence
    if _is_hour(words):
        return _("An hour without a day. Try “today %(words)s” or “tomorrow %(words)s”.") % {"words": words}
    known = [*_KNOWN, *WEEKDAYS, *(f"next {name}" for name in WEEKDAYS)]
    near = get_close_matches(" ".join(words.casefold().split())[:LONGEST], known, n=1, cutoff=0.7)
    return _("Not a date I know. Try “%(words)s”.") % {"words": near[0] if near else _("in 3 weeks")}


def _is_hour(words: str) -> bool:
    tokens = tokens_of(words) if len(words) <= LONGEST else []
    return bool(tokens) and after_hours(tokens, 0) == len(tokens)


def take_date(line: str, today: date) -> Understood | None:
    """Finds the day at the end of a line by which it is to be done ("send the deck next tuesday"), and gives back the line
    without it. An hour after the day stays in the line.

    Stricter than `understand`, since most lines end in words that are no date ("twice a week", "look at the sun", "24/7"),
    or in a day that they are about: "ask about next week", "thank her for the talk yesterday".
    """
    tokens, tags = tokens_of(line), ""
    while len(tokens) > 1 and tokens[-1].text.startswith("#"):  # "send the deck friday #floods"
        tags = f" {line[tokens[-1].start : tokens[-1].end]}{tags}"
        tokens.pop()
    at, found = _last_date(tokens, today)
    if found is None or _is_topic(tokens, at, found.day, today):
        return None
    taken = _taken(line[: tokens[-1].end], tokens, at, found)
    return replace(taken, rest=f"{taken.rest}{tags}")


def find_date(line: str, today: date) -> Understood | None:
    """The day at the end of a line, whatever it says there."""
    tokens = tokens_of(line)
    at, found = _last_date(tokens, today)
    return _taken(line, tokens, at, found) if found else None


def _taken(line: str, tokens: Sequence[Token], at: int, found: Reading) -> Understood:
    start = tokens[_without_intro(tokens, at)].start
    hours = line[tokens[found.hours].start :] if found.hours < len(tokens) else ""
    rest = " ".join(f"{line[:start].rstrip(' ,;:(–-')} {hours}".split())
    return Understood(found.day, rest, line[start : tokens[found.hours - 1].end])


def _read_field(words: str, today: date) -> Understood | None:
    """Words that are a day and nothing else, but for an hour before or after it. SlipError when no calendar has it."""
    tokens = tokens_of(words) if len(words) <= LONGEST else []
    first = after_hours(tokens, 0) if tokens else 0
    for at in range(first, len(tokens)):
        if found := read(tokens, at, today):
            day = _known(found.day)
            hours = [words[token.start : token.end] for token in (*tokens[:first], *tokens[found.hours :])]
            return Understood(day, " ".join(hours), words) if day else None
        if tokens[at].text not in _BEFORE_A_DATE | _LOOSELY:
            break
    return None


def _last_date(tokens: Sequence[Token], today: date) -> tuple[int, Reading | None]:
    """The longest date at the end of the tokens, and where it begins: never at the first word."""
    for at in range(max(1, len(tokens) - MOST_WORDS), len(tokens)):
        try:
            found = read(tokens, at, today)
        except SlipError:
            break  # which of the two was meant is not ours to choose
        if found and _known(found.day) and (not found.is_loose or _is_meant(tokens, at, found.hours)):
            return at, found
    return 0, None


def _is_meant(tokens: Sequence[Token], at: int, hours: int) -> bool:
    """Of words that are seldom a date: "by wed", "wed 8am", "sat morning"."""
    if "WEEKDAY" in tokens[at].kinds and at + 1 < len(tokens):
        return True
    has_hour = tokens[at].text != "the" and any(c.isdigit() for token in tokens[hours:] for c in token.text)
    return has_hour or tokens[at - 1].text in _BEFORE_A_DATE - {"at"}


def _without_intro(tokens: Sequence[Token], at: int) -> int:
    while at > 1 and tokens[at - 1].text in _BEFORE_A_DATE | _LOOSELY:
        at -= 1
    return at


def _is_topic(tokens: Sequence[Token], at: int, day: date, today: date) -> bool:
    """Whether the day that begins here is no deadline, or only the tail of something longer."""
    before = _without_intro(tokens, at)
    if tokens[before - 1].text in _TOPIC or any(token.text in _EVERY for token in tokens[max(0, before - 3) : before]):
        return True
    if before == at and day < today and any(token.text in _PAST for token in tokens[at:]):
        return True
    while before > 1 and tokens[before - 1].text in _OR:
        before -= 1
    return _ends_in_date(tokens[:before], today)


def _ends_in_date(tokens: Sequence[Token], today: date) -> bool:
    """ "friday or" of "friday or monday" """
    try:
        return any(read(tokens, at, today) for at in range(max(1, len(tokens) - MOST_WORDS), len(tokens)))
    except SlipError:
        return True


def _known(day: date | None) -> date | None:
    return day if day and EARLIEST <= day <= LATEST else None
