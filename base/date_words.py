"""The grammar of dates in words: a table of phrases. base/dates.py says where in a text they are looked for.

A row of the table is a phrase and the function of base/date_meanings.py that finds its day. In a phrase, small letters are words, capitals are kinds of
tokens (base/date_tokens.py), `|` stands between alternatives, and what is in brackets may be missing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from base import date_meanings as day_of
from base.date_meanings import Day, Found, SlipError
from base.date_tokens import Token

MOST_WORDS = 12  # of a date
Row = TypeVar("Row")


# --- the phrases ------------------------------------------------------------------------------------------------------
_NAMED: list[tuple[str, Day]] = [
    ("today|tonight|now", day_of.days(0)),
    ("tomorrow|tmrw|tmr", day_of.days(1)),
    ("yesterday", day_of.days(-1)),
]
# days that others are counted from: ANCHOR in a phrase
_ANCHORS: list[tuple[str, Day]] = [
    *_NAMED,
    ("[the] day after tomorrow", day_of.days(2)),
    ("[the] day before yesterday", day_of.days(-2)),
    ("ISO", day_of.iso),
    ("[WEEKDAY] [the] DATED|SHORTDATED|DAYMONTH", day_of.numeric),
    ("[the] [this|coming] [coming] WEEKDAY", day_of.weekday),
    ("next WEEKDAY", day_of.weekday_in_week(1)),
    ("last WEEKDAY", day_of.last_weekday),
    ("[WEEKDAY] [the] DAY [of] MONTH [YEAR]", day_of.written),
    ("DAY [of] MONTH at TIME YEAR", day_of.written),
    ("[the] DAY [of] MONTH [YEAR] WEEKDAY", day_of.written),
    ("[WEEKDAY] MONTH [the] DAY [YEAR]", day_of.written),
    ("[the] ORDINAL", day_of.ordinal),
    ("WEEKDAY the DAY", day_of.ordinal),
    ("WEEKDAY ORDINAL", day_of.ordinal),
    ("HOLIDAY", day_of.holiday),
]
_PHRASES: list[tuple[str, Day]] = [
    *_ANCHORS,
    # days
    ("this morning|afternoon|arvo|evening", day_of.days(0)),
    ("eod|cob|eob|close_of_business|close_of_play ANCHOR", day_of.anchor),
    ("[the] end of day ANCHOR", day_of.anchor),
    ("w/c ANCHOR", day_of.anchor),
    ("[the] week of|beginning|commencing ANCHOR", day_of.anchor),
    ("[the] DAY or|to|and|-|– DAY2 [of] MONTH [YEAR]", day_of.written),
    ("[the] SPAN [of] MONTH [YEAR]", day_of.written),
    ("[the] end of [the] day|today|business|play", day_of.days(0)),
    ("eod|cob|eob", day_of.days(0)),
    ("end of tomorrow", day_of.days(1)),
    ("close_of_business|close_of_play", day_of.days(0)),
    ("last night", day_of.days(-1)),
    ("before HOLIDAY", day_of.before_holiday),
    # counts
    ("COUNT UNIT", day_of.shifted(1)),
    ("in|within [the] [next] [about|around|roughly] COUNT UNIT", day_of.shifted(1)),
    ("COUNT UNIT from now|today", day_of.shifted(1)),
    ("COUNT UNIT today", day_of.shifted(1)),
    ("[in|within] COUNT UNIT time", day_of.shifted(1)),
    ("in|within COUNT UNIT or COUNT2", day_of.later_count),
    ("[in|within] SPAN UNIT", day_of.later_of_span),
    ("COUNT UNIT ago", day_of.shifted(-1)),
    ("[in] COUNT UNIT and COUNT2 UNIT2", day_of.two_counts),
    ("[in|within] COUNT or|to|- COUNT2 UNIT", day_of.later_count),
    ("[in|within] half [a] year", day_of.half_a_year),
    ("[in|within] half [a] year from now|today", day_of.half_a_year),
    ("[the] next working_day|business_day", day_of.shift_working),
    ("COUNT UNIT from|after|on ANCHOR", day_of.from_anchor(1)),
    ("COUNT UNIT before ANCHOR", day_of.from_anchor(-1)),
    ("[the] UNIT after ANCHOR", day_of.from_anchor(1)),
    ("[the] UNIT before ANCHOR", day_of.from_anchor(-1)),
    ("after ANCHOR", day_of.from_anchor(1)),
    *((f"COUNT UNIT {named}", day_of.shifted(1, day)) for named, day in [*_NAMED[1:2], ("WEEKDAY", day_of.weekday)]),
    *((f"{named} week", day_of.later(day, 7)) for named, day in [*_NAMED[:2], ("[on] WEEKDAY", day_of.weekday)]),
    *((f"{named} fortnight", day_of.later(day, 14)) for named, day in [*_NAMED[:2], ("WEEKDAY", day_of.weekday)]),
    ("WEEKDAY in COUNT UNIT", day_of.weekday_after_weeks),
    ("in COUNT UNIT on WEEKDAY", day_of.weekday_after_weeks),
    # weeks
    ("next PERIOD", day_of.period_on(1)),
    ("[the] PERIOD after next", day_of.period_on(2)),
    ("[on] WEEKDAY [PART] [in|of] next week", day_of.weekday_in_week(1)),
    ("next week [on] WEEKDAY", day_of.weekday_in_week(1)),
    ("WEEKDAY [in|of] [the] week after next", day_of.weekday_in_week(2)),
    ("[the] week after next [on] WEEKDAY", day_of.weekday_in_week(2)),
    ("[the] WEEKDAY after next", day_of.weekday_in_week(2)),
    ("WEEKDAY [PART] [in|of] this week", day_of.weekday),
    ("this week [on] WEEKDAY", day_of.weekday),
    ("[this|the] weekend", day_of.weekend(0)),
    ("over|at the weekend", day_of.weekend(0)),
    ("next weekend", day_of.weekend(1)),
    ("before [the|this] weekend", day_of.edge_of("week", "end")),
    ("after [the|this] weekend", lambda today, _found: day_of.of_week(today, 0, 1)),
    ("eow", day_of.edge_of("week", "end")),
    # months, quarters, years
    ("this PERIOD", day_of.edge_of(edge="end")),
    ("eom", day_of.edge_of("month", "end")),
    ("eoq", day_of.edge_of("quarter", "end")),
    ("eoy", day_of.edge_of("year", "end")),
    ("month end", day_of.edge_of("month", "end")),
    ("year end", day_of.edge_of("year", "end")),
    ("[the] EDGE [of] [the|this] PERIOD", day_of.edge_of()),
    ("[the] EDGE [of] [the] next PERIOD", day_of.edge_of(ahead=1)),
    ("[the] EDGE [of|in] MONTH [YEAR]", day_of.edge_of_month),
    ("[the] EDGE [of|in] MONTH NEXT year", day_of.edge_of_month),
    ("[WEEKDAY] [the] DAY [of] MONTH NEXT year", day_of.written),
    ("MONTH [the] DAY NEXT year", day_of.written),
    ("[the] DAY [of] next month", day_of.day_of_next_month),
    ("next month [on] [the] DAY", day_of.day_of_next_month),
    ("[the] DAY of [the|this] month", day_of.ordinal),
    ("[the] NTH WEEKDAY of|in MONTH [YEAR]", day_of.weekday_of_month()),
    ("[the] NTH WEEKDAY of|in next month", day_of.weekday_of_month(1)),
    ("[the] NTH WEEKDAY of|in the|this month", day_of.weekday_of_month(0)),
    ("[the] last WEEKDAY of|in MONTH [YEAR]", day_of.weekday_of_month(last=True)),
    ("[the] last WEEKDAY of|in next month", day_of.weekday_of_month(1, last=True)),
    ("[the] last WEEKDAY of|in the|this month", day_of.weekday_of_month(0, last=True)),
]
# at the end of a line these are seldom dates, but after "by" or "on"
_LOOSE: list[str] = [
    "COUNT UNIT",
    "half [a] year",
    "COUNT or|to|- COUNT2 UNIT",
    "COUNT UNIT and COUNT2 UNIT2",
    "DAYMONTH|SHORTDATED",
    "SPAN UNIT",
    "sun|sat|wed|now",
    "HOLIDAY",
    "[the] weekend",
    "the sun|sat|wed",
]
# the hour after a day, or before it: "at" may stand before a mere number
_NEAR = "at|@|around|about|by|from|before|after|until|till"
_HOURS: list[str] = [
    f"[{_NEAR}] TIME|TIMES",
    f"[{_NEAR}] TIME|HOUR CLOCK",
    f"[{_NEAR}] HOUR h HOUR2",
    f"{_NEAR} HOUR|DOTTED",
    "[from|between] TIME|HOUR to|and|-|–|until TIME",
    "[from|between] TIME|HOUR to|and|-|–|until HOUR2 CLOCK",
    "from|between HOUR to|and|-|–|until HOUR2",
    f"[{_NEAR}] half|quarter|HOUR past|to HOUR2",
    "[at] half HOUR",
    "[at] HOUR in the PART",
    "before|after [the] PART|work",
    "12 noon",
]
# what only behind a day is an hour, or belongs to one
_HOURS_BEHIND: list[str] = ["DOTTED|SPAN", "ZONE|sharp", "their|my|our|your|his|her|local time"]
_PARTS: list[str] = [
    "[in|during|at] [the] [early|late] PART",
    "first_thing",
    "am|pm",
    "eod|cob|eob|close_of_business",
    "[at|by] [the] end of [the] day|business|play",
    "at_the_latest|latest|or_so",
]


@dataclass(frozen=True)
class _Step:
    names: tuple[str, ...]
    optional: bool


def _steps(phrase: str) -> tuple[_Step, ...]:
    """Of "[in|within] COUNT UNIT"; a low line joins the words that are one token."""
    parts = (part.replace("_", " ") for part in phrase.split())
    return tuple(_Step(tuple(part.strip("[]").split("|")), part.startswith("[")) for part in parts)


class _Table(Generic[Row]):
    """Phrases by what they can begin with, so that most are never tried."""

    def __init__(self, rows: Iterable[tuple[str, Row]]) -> None:
        self._rows: dict[str, list[tuple[tuple[_Step, ...], Row]]] = defaultdict(list)
        for phrase, day in rows:
            steps = _steps(phrase)
            for name in {name for step in _beginning(steps) for name in step.names}:
                self._rows[name].append((steps, day))

    def match(self, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Found, Row]]:
        """Each phrase that begins at this token: where it ends, and the values of its tokens."""
        for name in (tokens[at].text, *tokens[at].kinds):
            for steps, day in self._rows.get(name, ()):
                yield from ((end, found, day) for end, found in _match(steps, tokens, at))


def _beginning(steps: Sequence[_Step]) -> list[_Step]:
    last = next(at for at, step in enumerate(steps) if not step.optional)
    return list(steps[: last + 1])


def _match(steps: Sequence[_Step], tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Found]]:
    if not steps:
        yield at, {}
        return
    step, *rest = steps
    if at < len(tokens):
        for next_at, value in _match_step(step, tokens, at):
            for end, found in _match(rest, tokens, next_at):
                yield end, {**value, **found}
    if step.optional:
        yield from _match(rest, tokens, at)


def _match_step(step: _Step, tokens: Sequence[Token], at: int) -> Iterator[tuple[int, Found]]:
    if step.names == ("ANCHOR",):
        for end, found, day in _COUNTED_FROM.match(tokens, at):
            yield end, {**found, "ANCHOR": day}
        return
    token = tokens[at]
    for name in step.names:
        kind = name.rstrip("2")  # the second of its kind in a phrase
        if name == token.text or kind in token.kinds:
            yield at + 1, {name: token.kinds.get(kind)}
            return


_COUNTED_FROM = _Table(_ANCHORS)
_DAYS = _Table(_PHRASES)
_SELDOM_DAYS = _Table((phrase, None) for phrase in _LOOSE)
_HOURS_BEFORE = _Table((phrase, True) for phrase in _HOURS)
_TAILS = _Table([*((phrase, True) for phrase in (*_HOURS, *_HOURS_BEHIND)), *((phrase, False) for phrase in _PARTS)])


@dataclass(frozen=True)
class Reading:
    """A day read from the last tokens of a text."""

    day: date
    is_loose: bool  # in a line, these words are seldom a date
    hours: int  # the token from which on it is the hour, which no date holds


def read(tokens: Sequence[Token], at: int, today: date) -> Reading | None:
    """The day that all tokens from `at` on say, perhaps with an hour after it. SlipError when no calendar has it."""
    for end, found, find in _DAYS.match(tokens, at):
        hours = _hours_from(tokens, end)
        if hours is None:
            continue
        try:
            day = find(today, found)
        except SlipError:
            raise
        except (ValueError, OverflowError):  # a year that no calendar has
            continue
        if day:
            is_loose = any(last == end for last, _found, _row in _SELDOM_DAYS.match(tokens, at))
            return Reading(day, is_loose, hours)
    return None


def after_hours(tokens: Sequence[Token], at: int) -> int:
    """Where an hour that begins here ("at 5pm on friday") ends; `at` when there is none."""
    return max((end for end, _found, _row in _HOURS_BEFORE.match(tokens, at)), default=at)


def _hours_from(tokens: Sequence[Token], at: int) -> int | None:
    """None when what follows the day is no time of day."""
    if at == len(tokens):
        return at
    for end, _found, is_hour in _TAILS.match(tokens, at):
        hours = _hours_from(tokens, end)
        if hours is not None:
            return at if is_hour else hours
    return None
