"""The grammar of dates in words: a table of phrases. base/dates.py says where in a text they are looked for.

A row of the table is a phrase and the function that finds its day. In a phrase, small letters are words, capitals are kinds of
tokens (base/date_tokens.py), `|` stands between alternatives, and what is in brackets may be missing.
"""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from base.date_tokens import Token

A_WHILE_AGO = timedelta(days=60)
MOST_WORDS = 12  # of a date


class SlipError(ValueError):
    """Words that are plainly a date, and one that no calendar has. The sentence says what is wrong with it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher)."""
    century, of_century = divmod(year, 100)
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    to_sunday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (year % 19 + 11 * moon + 22 * to_sunday) // 451
    month, day = divmod(moon + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


_HOLIDAYS: dict[str, Callable[[int], date]] = {
    "christmas": lambda year: date(year, 12, 25),
    "xmas": lambda year: date(year, 12, 25),
    "christmas day": lambda year: date(year, 12, 25),
    "christmas eve": lambda year: date(year, 12, 24),
    "boxing day": lambda year: date(year, 12, 26),
    "new year": lambda year: date(year, 1, 1),
    "new year's": lambda year: date(year, 1, 1),
    "new year's day": lambda year: date(year, 1, 1),
    "new year's eve": lambda year: date(year, 12, 31),
    "valentine's day": lambda year: date(year, 2, 14),
    "halloween": lambda year: date(year, 10, 31),
    "thanksgiving": lambda year: _nth_weekday(year, 11, 3, 4),
    "good friday": lambda year: _easter(year) - timedelta(days=2),
    "easter": _easter,
    "easter sunday": _easter,
    "easter monday": lambda year: _easter(year) + timedelta(days=1),
}
# --- days -------------------------------------------------------------------------------------------------------------
Found = dict[str, Any]
Row = TypeVar("Row")
Day = Callable[[date, Found], date | None]


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later; the last one where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _days(count: int) -> Day:
    return lambda today, _found: today + timedelta(days=count)


def _shift(day: date, count: int, unit: str) -> date:
    if unit == "working day":
        return _working_days(day, count)
    days, months = {"day": 1, "week": 7, "fortnight": 14}.get(unit), {"month": 1, "quarter": 3, "year": 12}.get(unit, 0)
    return day + timedelta(days=days * count) if days else add_months(day, months * count)


def _working_days(day: date, count: int) -> date:
    step = timedelta(days=1 if count > 0 else -1)
    for _number in range(abs(count)):
        day += step
        while day.weekday() > 4:
            day += step
    return day


def _coming(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _of_week(today: date, weekday: int, weeks: int) -> date:
    """The weekday of the calendar week that many weeks on."""
    return today + timedelta(days=7 * weeks + weekday - today.weekday())


def _weekday(today: date, found: Found) -> date:
    return _coming(today, found["WEEKDAY"])


def _weekday_in_week(weeks: int) -> Day:
    return lambda today, found: _of_week(today, found["WEEKDAY"], weeks)


def _last_weekday(today: date, found: Found) -> date:
    return today - timedelta(days=(today.weekday() - found["WEEKDAY"] - 1) % 7 + 1)


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _first(today: date, days: Iterator[date | None]) -> date | None:
    """The first of these days that is not over."""
    return next((day for day in days if day and day >= today), None)


def _real(year: int, month: int, day: int) -> date | None:
    return date(year, month, day) if 1 <= day <= monthrange(year, month)[1] else None


def _of_months(today: date, day: int) -> Iterator[date | None]:
    months = (add_months(today.replace(day=1), ahead) for ahead in range(13))
    return (_real(month.year, month.month, day) for month in months)


def _ordinal(today: date, found: Found) -> date | None:
    """ "the 5th", "friday the 4th": the coming one, unless its weekday says that it has just been."""
    number = found["ORDINAL"] if "ORDINAL" in found else found["DAY"]
    if not 1 <= number <= 31:
        return None
    day = _first(today, _of_months(today, number))
    earlier = add_months(today.replace(day=1), -1)
    before = _real(earlier.year, earlier.month, number)
    return _checked(day, found, today, before)


def _written(today: date, found: Found) -> date | None:
    """ "31 october", "friday 4 december 2026", "dec 4th"; "4/12"."""
    month, number, year = found["MONTH"], found["DAY"], found.get("YEAR")
    if "NEXT" in found:
        year = today.year + 1
    last = monthrange(2024 if year is None else year, month)[1]
    if number > last:
        said = {
            "month": date(2024, month, 1).strftime("%B"),
            "last": last,
            "ordinal": f"{last}{'st' if last == 31 else 'th'}",
        }
        raise SlipError(_("%(month)s ends on the %(ordinal)s. Try “%(last)s %(month)s”.") % said)
    if number < 1:
        return None
    if year is not None:
        return _checked(date(year, month, number), found, today)
    day = _first(today, (_real(today.year + ahead, month, number) for ahead in range(9)))
    return _checked(day, found, today, _real(day.year - 1, month, number) if day else None)


def _checked(day: date | None, found: Found, today: date, before: date | None = None) -> date | None:
    """The day, if its weekday is the one that was said; else the one `before`, when that has just been and fits."""
    weekday = found.get("WEEKDAY")
    if day is None or weekday in (None, day.weekday()):
        return day
    if before and before < today <= before + A_WHILE_AGO and weekday == before.weekday():
        return before  # "friday 20 november", said on the Monday after it
    said = f"{day.day} {day:%B}"
    raise SlipError(_("%(day)s is a %(weekday)s. Try “%(day)s”.") % {"day": said, "weekday": f"{day:%A}"})


def _numeric(today: date, found: Found) -> date | None:
    """Day before month, as most of the world writes."""
    day, month, year, between = next(found[kind] for kind in ("DATED", "SHORTDATED", "DAYMONTH") if kind in found)
    if month > 12 and day <= 12 and month <= 31:
        right = between.join([str(month), str(day), *([str(year)] if year else [])])
        raise SlipError(_("Not a date here, where the day comes first: %(right)s.") % {"right": right})
    if not 1 <= month <= 12:
        return None
    return _written(today, {**found, "DAY": day, "MONTH": month, **({"YEAR": year} if year else {})})


def _iso(_today: date, found: Found) -> date:
    day, month, year, _between = found["ISO"]
    return date(year, month, day)


def _holiday(today: date, found: Found) -> date | None:
    return _first(today, (_HOLIDAYS[found["HOLIDAY"]](today.year + ahead) for ahead in range(3)))


def _before_holiday(today: date, found: Found) -> date | None:
    day = _holiday(today + timedelta(days=1), found)
    return day and day - timedelta(days=1)


def _edge(period: str, edge: str, day: date) -> date:
    """Where the period of that day starts, has its middle, ends. A week ends on its Friday."""
    if period == "week":
        return _of_week(day, {"start": 0, "middle": 2, "end": 4}[edge], 0)
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    first = day.replace(day=1, month=(day.month - 1) // months * months + 1)
    if edge == "start":
        return first
    if edge == "middle":
        return first + timedelta(days=14) if months == 1 else add_months(first, months // 2)
    return add_months(first, months) - timedelta(days=1)


def _edge_of(period: str = "", edge: str = "", ahead: int = 0) -> Day:
    """`ahead` periods from this one; of this one, unless that is over."""

    def find(today: date, found: Found) -> date | None:
        name = period or found["PERIOD"]
        days = (_edge(name, edge or found["EDGE"], _shift(today, n, name)) for n in (ahead, ahead + 1))
        return _first(today, days)

    return find


def _edge_of_month(today: date, found: Found) -> date | None:
    years = [found["YEAR"]] if "YEAR" in found else [today.year + ("NEXT" in found), today.year + 1]
    days = [_edge("month", found["EDGE"], date(year, found["MONTH"], 1)) for year in years]
    return days[0] if len(days) == 1 or days[0] >= today else days[1]


def _weekday_of_month(ahead: int | None = None, *, last: bool = False) -> Day:
    """ "the first monday of december", "the last friday of next month"; without `ahead`, of the month named."""

    def find(today: date, found: Found) -> date | None:
        if ahead is None:
            years = [found["YEAR"]] if "YEAR" in found else [today.year, today.year + 1]
            firsts = [date(year, found["MONTH"], 1) for year in years]
        else:
            firsts = [add_months(today.replace(day=1), ahead + n) for n in range(2)]
        return _first(date.min if "YEAR" in found else today, (_in_month(first, found, last=last) for first in firsts))

    return find


def _in_month(first: date, found: Found, *, last: bool) -> date | None:
    if last:
        after = add_months(first, 1)
        return _nth_weekday(after.year, after.month, found["WEEKDAY"], 1) - timedelta(days=7)
    day = _nth_weekday(first.year, first.month, found["WEEKDAY"], found["NTH"])
    return day if day.month == first.month else None


def _day_of_month(ahead: int) -> Day:
    def find(today: date, found: Found) -> date | None:
        month = add_months(today.replace(day=1), ahead)
        return _real(month.year, month.month, found["DAY"])

    return find


def _weekend(weeks: int) -> Day:
    """Its Saturday; on a Sunday this weekend is today."""
    return lambda today, _found: max(today, _of_week(today, 5, weeks))


def _period_on(count: int) -> Day:
    return lambda today, found: _shift(today, count, found["PERIOD"])


def _shifted(sign: int, base: Day | None = None) -> Day:
    """So many units from today, or from another day."""

    def find(today: date, found: Found) -> date | None:
        day = base(today, found) if base else today
        return day and _shift(day, sign * found.get("COUNT", 1), found.get("UNIT", "day"))

    return find


def _from_anchor(sign: int) -> Day:
    return lambda today, found: _shifted(sign, found["ANCHOR"])(today, found)


def _shift_working(today: date, _found: Found) -> date:
    return _working_days(today, 1)


def _two_counts(today: date, found: Found) -> date:
    return _shift(_shift(today, found["COUNT"], found["UNIT"]), found["COUNT2"], found["UNIT2"])


def _later_count(today: date, found: Found) -> date:
    return _shift(today, found["COUNT2"], found["UNIT"])


def _later_of_span(today: date, found: Found) -> date:
    return _shift(today, found["SPAN"], found["UNIT"])


def _weekday_after_weeks(today: date, found: Found) -> date | None:
    """ "friday in two weeks" """
    return (
        _shift(_weekday(today, found), found["COUNT"], found["UNIT"])
        if found["UNIT"] in ("week", "fortnight")
        else None
    )


def _later(base: Day, days: int) -> Day:
    def find(today: date, found: Found) -> date | None:
        day = base(today, found)
        return day and day + timedelta(days=days)

    return find


def _half_a_year(today: date, _found: Found) -> date:
    return add_months(today, 6)


# --- the phrases ------------------------------------------------------------------------------------------------------
_NAMED: list[tuple[str, Day]] = [
    ("today|tonight|now", _days(0)),
    ("tomorrow|tmrw|tmr", _days(1)),
    ("yesterday", _days(-1)),
]
# days that others are counted from: ANCHOR in a phrase
_ANCHORS: list[tuple[str, Day]] = [
    *_NAMED,
    ("[the] day after tomorrow", _days(2)),
    ("[the] day before yesterday", _days(-2)),
    ("[the] [this|coming] [coming] WEEKDAY", _weekday),
    ("next WEEKDAY", _weekday_in_week(1)),
    ("last WEEKDAY", _last_weekday),
    ("ISO", _iso),
    ("[WEEKDAY] [the] DATED|SHORTDATED|DAYMONTH", _numeric),
    ("[WEEKDAY] [the] DAY [of] MONTH [YEAR]", _written),
    ("DAY [of] MONTH at TIME YEAR", _written),
    ("[the] DAY [of] MONTH [YEAR] WEEKDAY", _written),
    ("[WEEKDAY] MONTH [the] DAY [YEAR]", _written),
    ("[the] ORDINAL", _ordinal),
    ("WEEKDAY the DAY", _ordinal),
    ("WEEKDAY ORDINAL", _ordinal),
    ("HOLIDAY", _holiday),
]
_PHRASES: list[tuple[str, Day]] = [
    *_ANCHORS,
    # days
    ("this morning|afternoon|evening", _days(0)),
    ("[the] end of [the] day|today|business|play", _days(0)),
    ("eod|cob", _days(0)),
    ("end of tomorrow", _days(1)),
    ("close_of_business|close_of_play", _days(0)),
    ("last night", _days(-1)),
    ("before HOLIDAY", _before_holiday),
    # counts
    ("COUNT UNIT", _shifted(1)),
    ("in|within [the] [next] [about|around|roughly] COUNT UNIT", _shifted(1)),
    ("COUNT UNIT from now|today", _shifted(1)),
    ("COUNT UNIT today", _shifted(1)),
    ("[in|within] COUNT UNIT time", _shifted(1)),
    ("in|within COUNT UNIT or COUNT2", _later_count),
    ("[in|within] SPAN UNIT", _later_of_span),
    ("COUNT UNIT ago", _shifted(-1)),
    ("[in] COUNT UNIT and COUNT2 UNIT2", _two_counts),
    ("[in|within] COUNT or|to|- COUNT2 UNIT", _later_count),
    ("[in|within] half [a] year", _half_a_year),
    ("[in|within] half [a] year from now|today", _half_a_year),
    ("[the] next working_day|business_day", _shift_working),
    ("COUNT UNIT from|after|on ANCHOR", _from_anchor(1)),
    ("COUNT UNIT before ANCHOR", _from_anchor(-1)),
    ("[the] UNIT after ANCHOR", _from_anchor(1)),
    ("[the] UNIT before ANCHOR", _from_anchor(-1)),
    ("after ANCHOR", _from_anchor(1)),
    *((f"COUNT UNIT {named}", _shifted(1, day)) for named, day in [*_NAMED[1:2], ("WEEKDAY", _weekday)]),
    *((f"{named} week", _later(day, 7)) for named, day in [*_NAMED[:2], ("[on] WEEKDAY", _weekday)]),
    *((f"{named} fortnight", _later(day, 14)) for named, day in [*_NAMED[:2], ("WEEKDAY", _weekday)]),
    ("WEEKDAY in COUNT UNIT", _weekday_after_weeks),
    ("in COUNT UNIT on WEEKDAY", _weekday_after_weeks),
    # weeks
    ("next PERIOD", _period_on(1)),
    ("[the] PERIOD after next", _period_on(2)),
    ("[on] WEEKDAY [PART] [in|of] next week", _weekday_in_week(1)),
    ("next week [on] WEEKDAY", _weekday_in_week(1)),
    ("WEEKDAY [in|of] [the] week after next", _weekday_in_week(2)),
    ("[the] week after next [on] WEEKDAY", _weekday_in_week(2)),
    ("[the] WEEKDAY after next", _weekday_in_week(2)),
    ("WEEKDAY [PART] [in|of] this week", _weekday),
    ("this week [on] WEEKDAY", _weekday),
    ("[this|the] weekend", _weekend(0)),
    ("next weekend", _weekend(1)),
    ("before [the|this] weekend", _edge_of("week", "end")),
    ("after [the|this] weekend", lambda today, _found: _of_week(today, 0, 1)),
    ("eow", _edge_of("week", "end")),
    # months, quarters, years
    ("this PERIOD", _edge_of(edge="end")),
    ("eom", _edge_of("month", "end")),
    ("eoq", _edge_of("quarter", "end")),
    ("eoy", _edge_of("year", "end")),
    ("month end", _edge_of("month", "end")),
    ("year end", _edge_of("year", "end")),
    ("[the] EDGE [of] [the|this] PERIOD", _edge_of()),
    ("[the] EDGE [of] [the] next PERIOD", _edge_of(ahead=1)),
    ("[the] EDGE [of|in] MONTH [YEAR]", _edge_of_month),
    ("[the] EDGE [of|in] MONTH NEXT year", _edge_of_month),
    ("[WEEKDAY] [the] DAY [of] MONTH NEXT year", _written),
    ("MONTH [the] DAY NEXT year", _written),
    ("[the] DAY [of] next month", _day_of_month(1)),
    ("next month [on] [the] DAY", _day_of_month(1)),
    ("[the] DAY of [the|this] month", _ordinal),
    ("[the] NTH WEEKDAY of|in MONTH [YEAR]", _weekday_of_month()),
    ("[the] NTH WEEKDAY of|in next month", _weekday_of_month(1)),
    ("[the] NTH WEEKDAY of|in the|this month", _weekday_of_month(0)),
    ("[the] last WEEKDAY of|in MONTH [YEAR]", _weekday_of_month(last=True)),
    ("[the] last WEEKDAY of|in next month", _weekday_of_month(1, last=True)),
    ("[the] last WEEKDAY of|in the|this month", _weekday_of_month(0, last=True)),
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
# the hour after a day: "at" may stand before a mere number
_HOURS: list[str] = [
    "[at|around|about|by|from|before|after] TIME|TIMES",
    "[at|around|about|by|from|before|after] HOUR am|pm|a.m|p.m|o'clock",
    "at|around|about|by|from|before|after HOUR",
    "[from|between] TIME|HOUR to|and|-|until TIME",
    "[from|between] TIME|HOUR to|and|-|until HOUR am|pm|a.m|p.m",
    "from|between HOUR to|and|until HOUR2",
    "[at] half past HOUR",
    "[at] HOUR in the PART",
    "12 noon",
]
_PARTS: list[str] = [
    "[in|during|at] [the] [early|late] PART",
    "first_thing",
    "eod|cob|close_of_business",
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
_TAILS = _Table([*((phrase, True) for phrase in _HOURS), *((phrase, False) for phrase in _PARTS)])


@dataclass(frozen=True)
class Reading:
    """A day read from the last tokens of a text."""

    day: date
    is_loose: bool  # in a line, these words are seldom a date
    hours: int  # the token from which on it is the hour, which no date holds


def read(tokens: Sequence[Token], at: int, today: date) -> Reading | None:
    """The day that all tokens from `at` on say, perhaps with an hour after it. SlipError when no calendar has it."""
    for end, found, day_of in _DAYS.match(tokens, at):
        hours = _hours_from(tokens, end)
        if hours is None:
            continue
        try:
            day = day_of(today, found)
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
    return max((end for end, _found, is_hour in _TAILS.match(tokens, at) if is_hour), default=at)


def _hours_from(tokens: Sequence[Token], at: int) -> int | None:
    """None when what follows the day is no time of day."""
    if at == len(tokens):
        return at
    for end, _found, is_hour in _TAILS.match(tokens, at):
        hours = _hours_from(tokens, end)
        if hours is not None:
            return at if is_hour else hours
    return None
