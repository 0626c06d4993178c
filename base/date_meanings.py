"""Which day the words of a date mean, told from today: a function for each phrase of base/date_words.py."""

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

A_WHILE_AGO = timedelta(days=60)


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
Day = Callable[[date, Found], date | None]


def add_months(day: date, months: int) -> date:
    """The same day of the month `months` later; the last one where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def days(count: int) -> Day:
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


def of_week(today: date, weekday: int, weeks: int) -> date:
    """The weekday of the calendar week that many weeks on."""
    return today + timedelta(days=7 * weeks + weekday - today.weekday())


def weekday(today: date, found: Found) -> date:
    """The coming one, never today."""
    return today + timedelta(days=(found["WEEKDAY"] - today.weekday() - 1) % 7 + 1)


def weekday_in_week(weeks: int) -> Day:
    return lambda today, found: of_week(today, found["WEEKDAY"], weeks)


def last_weekday(today: date, found: Found) -> date:
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


def ordinal(today: date, found: Found) -> date | None:
    """ "the 5th", "friday the 4th": the coming one, unless its weekday says that it has just been."""
    number = found["ORDINAL"] if "ORDINAL" in found else found["DAY"]
    if not 1 <= number <= 31:
        return None
    day = _first(today, _of_months(today, number))
    earlier = add_months(today.replace(day=1), -1)
    before = _real(earlier.year, earlier.month, number)
    return _checked(day, found, today, before)


def written(today: date, found: Found) -> date | None:
    """ "31 october", "friday 4 december 2026", "dec 4th"; "4/12"; of "4 or 5 december" the later."""
    number = next(found[kind] for kind in ("DAY2", "SPAN", "DAY") if kind in found)
    month, year = found["MONTH"], found.get("YEAR")
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


def numeric(today: date, found: Found) -> date | None:
    """Day before month, as most of the world writes. "friday 9-10" are hours."""
    day, month, year, between = next(found[kind] for kind in ("DATED", "SHORTDATED", "DAYMONTH") if kind in found)
    if "WEEKDAY" in found and between == "-" and not year:
        return None
    if month > 12 and day <= 12 and month <= 31:
        right = between.join([str(month), str(day), *([str(year)] if year else [])])
        raise SlipError(_("Not a date here, where the day comes first: %(right)s.") % {"right": right})
    if not 1 <= month <= 12:
        return None
    return written(today, {**found, "DAY": day, "MONTH": month, **({"YEAR": year} if year else {})})


def iso(_today: date, found: Found) -> date:
    day, month, year, _between = found["ISO"]
    return date(year, month, day)


def holiday(today: date, found: Found) -> date | None:
    return _first(today, (_HOLIDAYS[found["HOLIDAY"]](today.year + ahead) for ahead in range(3)))


def before_holiday(today: date, found: Found) -> date | None:
    day = holiday(today + timedelta(days=1), found)
    return day and day - timedelta(days=1)


def _edge(period: str, edge: str, day: date) -> date:
    """Where the period of that day starts, has its middle, ends. A week ends on its Friday."""
    if period == "week":
        return of_week(day, {"start": 0, "middle": 2, "end": 4}[edge], 0)
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    first = day.replace(day=1, month=(day.month - 1) // months * months + 1)
    if edge == "start":
        return first
    if edge == "middle":
        return first + timedelta(days=14) if months == 1 else add_months(first, months // 2)
    return add_months(first, months) - timedelta(days=1)


def edge_of(period: str = "", edge: str = "", ahead: int = 0) -> Day:
    """`ahead` periods from this one; of this one, unless that is over."""

    def find(today: date, found: Found) -> date | None:
        name = period or found["PERIOD"]
        days = (_edge(name, edge or found["EDGE"], _shift(today, n, name)) for n in (ahead, ahead + 1))
        return _first(today, days)

    return find


def edge_of_month(today: date, found: Found) -> date | None:
    years = [found["YEAR"]] if "YEAR" in found else [today.year + ("NEXT" in found), today.year + 1]
    days = [_edge("month", found["EDGE"], date(year, found["MONTH"], 1)) for year in years]
    return days[0] if len(days) == 1 or days[0] >= today else days[1]


def weekday_of_month(ahead: int | None = None, *, last: bool = False) -> Day:
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


def day_of_next_month(today: date, found: Found) -> date | None:
    month = add_months(today.replace(day=1), 1)
    return _real(month.year, month.month, found["DAY"])


def weekend(weeks: int) -> Day:
    """Its Saturday; on a Sunday this weekend is today."""
    return lambda today, _found: max(today, of_week(today, 5, weeks))


def period_on(count: int) -> Day:
    return lambda today, found: _shift(today, count, found["PERIOD"])


def shifted(sign: int, base: Day | None = None) -> Day:
    """So many units from today, or from another day."""

    def find(today: date, found: Found) -> date | None:
        day = base(today, found) if base else today
        return day and _shift(day, sign * found.get("COUNT", 1), found.get("UNIT", "day"))

    return find


def anchor(today: date, found: Found) -> date | None:
    day: date | None = found["ANCHOR"](today, found)
    return day


def from_anchor(sign: int) -> Day:
    return lambda today, found: shifted(sign, found["ANCHOR"])(today, found)


def shift_working(today: date, _found: Found) -> date:
    return _working_days(today, 1)


def two_counts(today: date, found: Found) -> date:
    return _shift(_shift(today, found["COUNT"], found["UNIT"]), found["COUNT2"], found["UNIT2"])


def later_count(today: date, found: Found) -> date:
    return _shift(today, found["COUNT2"], found["UNIT"])


def later_of_span(today: date, found: Found) -> date:
    return _shift(today, found["SPAN"], found["UNIT"])


def weekday_after_weeks(today: date, found: Found) -> date | None:
    """ "friday in two weeks" """
    return (
        _shift(weekday(today, found), found["COUNT"], found["UNIT"]) if found["UNIT"] in ("week", "fortnight") else None
    )


def later(base: Day, days: int) -> Day:
    def find(today: date, found: Found) -> date | None:
        day = base(today, found)
        return day and day + timedelta(days=days)

    return find


def half_a_year(today: date, _found: Found) -> date:
    return add_months(today, 6)
