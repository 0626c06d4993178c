"""The day somebody connected, in every shape it was seen in: LinkedIn's own through the years, and what Excel made of it."""

import re
from datetime import date

from base.text import fold

# Excel writes its own language's months when it saves the file again: folded, by the first letters
_MONTHS = {
    "jan": 1, "gen": 1, "ene": 1, "feb": 2, "fev": 2, "mar": 3, "mrz": 3, "mrt": 3, "apr": 4, "avr": 4, "abr": 4,
    "may": 5, "mai": 5, "mei": 5, "mag": 5, "maj": 5, "jun": 6, "juin": 6, "giu": 6, "jul": 7, "juil": 7, "lug": 7,
    "aug": 8, "aou": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "out": 10, "ott": 10, "nov": 11,
    "dec": 12, "dez": 12, "dic": 12,
}  # fmt: skip
_NAMED = re.compile(r"^(\d{1,2})(?:[\s.\-/]+| de )([^\W\d_]{3,12})\.?(?:[\s.\-/,]+| de )(\d{4}|\d{2})\b")
_ISO = re.compile(r"^(\d{4})[-./年년] ?(\d{1,2})[-./月월] ?(\d{1,2})(?:[T .日일]|$)")
_SLASHED = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?:\D|$)")
_DOTTED = re.compile(r"^(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})(?:\D|$)")
FIRST_YEAR, LAST_YEAR = 2003, 2100  # LinkedIn opened in May 2003


def is_day_first(text: str) -> bool:
    """Whether 31/12/2024 stands there, which gives away the order of the whole file."""
    found = _SLASHED.match(text.strip())
    return bool(found) and int(found[1]) > 12 >= int(found[2])  # type: ignore[index]  # found, says bool


def read_day(text: str, day_first: bool = False) -> date | None:
    """None for what is no day. 11/4/18 is 4 November, as LinkedIn writes, unless the file was found to be `day_first`."""
    text = text.strip()
    if found := _ISO.match(text):
        return _day(found[1], int(found[2]), found[3])
    if found := _NAMED.match(text):
        return _day(found[3], _month(found[2]), found[1])
    if found := _DOTTED.match(text):
        return _day(found[3], int(found[2]), found[1])
    if found := _SLASHED.match(text):
        month, day = (found[2], found[1]) if day_first else (found[1], found[2])
        return _day(found[3], int(month), day)
    return None


def _month(word: str) -> int:
    name = fold(word)
    return _MONTHS.get(name[:4]) or _MONTHS.get(name[:3], 0)


def _day(year: str, month: int, day: str) -> date | None:
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    if not FIRST_YEAR <= full_year <= LAST_YEAR:
        return None
    try:
        return date(full_year, month, int(day))
    except ValueError:
        return None
