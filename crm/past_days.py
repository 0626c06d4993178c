"""Days behind us, typed in words."""

import re
from calendar import monthrange
from datetime import date, timedelta

from base.dates import add_months, understand

AHEAD = re.compile(r"\d{4}|\bnext\b|\btomorrow\b|\bin\b|\bfrom now\b|\bend of\b")
MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\d[./-]\d")
WEEKDAY = re.compile(r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b", re.IGNORECASE)


def past(words: str, today: date) -> date | None:
    """A date typed in words that lies behind us: "friday" is the last one, "4 december" last year's if it is November."""
    day = understand(words, today)
    if day is None or day <= today:
        return day
    said = words.casefold()
    if AHEAD.search(said):
        return None  # the year was said, or the future meant
    if WEEKDAY.search(said):
        return None if any(letter.isdigit() for letter in said) else day - timedelta(days=7)
    if MONTH.search(said):
        return understand(f"{day.day} {day:%B} {day.year - 1}", today)
    months = (add_months(today.replace(day=1), -back) for back in range(3))  # "the 5th", of the last month that has one
    days = (
        month + timedelta(days=day.day - 1) for month in months if day.day <= monthrange(month.year, month.month)[1]
    )
    return next((one for one in days if one <= today), None)
