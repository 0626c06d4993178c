"""The tokens of dates in words: what each word of a line can be in a phrase of base/date_words.py."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


@dataclass(frozen=True)
class Token:
    text: str  # folded
    start: int
    end: int
    kinds: dict[str, Any]  # its value as each kind of token it can be


def _counted(names: Sequence[str], *longer: str, start: int = 0) -> dict[str, int]:
    """Each name and its usual abbreviations, with its place. Other beginnings are words: "Marc" is no month."""
    short = [*(name[:3] for name in names), *longer]
    return {word: at for at, name in enumerate(names, start) for word in (name, *short) if name.startswith(word)}


_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_NUMBERS = {
    **{word: n for n, word in enumerate(_SMALL) if n},
    **{tens: n * 10 for n, tens in enumerate(_TENS) if tens},
    **{f"{tens}-{_SMALL[ones]}": n * 10 + ones for n, tens in enumerate(_TENS) if tens for ones in range(1, 10)},
}
_NTH = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"  # noqa: SIM905 - reads better
        " sixteenth seventeenth eighteenth nineteenth twentieth twenty-first twenty-second twenty-third twenty-fourth"
        " twenty-fifth twenty-sixth twenty-seventh twenty-eighth twenty-ninth thirtieth thirty-first".split(),
        1,
    )
}
_UNITS = {
    "day": ("day", "days", "day's"),
    "working day": ("working day", "working days", "business day", "business days", "workday", "workdays"),
    "week": ("week", "weeks", "week's"),
    "fortnight": ("fortnight", "fortnights"),
    "month": ("month", "months", "month's", "mth", "mths"),
    "quarter": ("quarter", "quarters"),
    "year": ("year", "years", "year's", "yr", "yrs"),
}
_EDGES = {
    "start": ("start", "beginning", "early", "first day"),
    "middle": ("middle", "mid"),
    "end": ("end", "late", "last day"),
}
_CLOCK = r"(?:[01]?\d|2[0-4])(?:[:.h][0-5]\d(?:[ap]m?)?|[ap]m?|h)|(?:0\d|1[0-8])[0-5]\d"


_HOLIDAYS = (
    *("christmas", "xmas", "christmas day", "christmas eve", "boxing day", "new year", "new year's", "new year's day"),
    *("new year's eve", "valentine's day", "halloween", "thanksgiving", "good friday", "easter", "easter sunday"),
    "easter monday",
)
_COUNTS = {"a": 1, "an": 1, **_NUMBERS, "a couple of": 2, "a couple": 2, "couple of": 2, "a few": 3, "few": 3}
# what is one token although it is several words
_CLOCK_ZONES = (
    *("gmt", "utc", "bst", "cet", "cest", "eet"),
    *("est", "edt", "et", "cst", "cdt", "ct", "mst", "mdt", "pst", "pdt", "pt"),
    *("ist", "jst", "sgt", "aest"),
)
_COMPOUNDS = sorted(
    (
        name
        for name in (
            *_HOLIDAYS, *_COUNTS, *(word for words in (*_UNITS.values(), *_EDGES.values()) for word in words),
            "first thing", "some time", "no later than", "not later than", "at the latest", "up to", "or so", "close of business",
            "close of play",
        )
        if " " in name
    ),
    key=len,
    reverse=True,
)  # fmt: skip
_COMPOUND = "|".join(name.replace(" ", r"\s+").replace("'", "['’]") for name in _COMPOUNDS)
_TOKEN = re.compile(rf"(?<![^\s,;()])(?:{_COMPOUND})(?![\w'’])|[^\s,;()]+", re.IGNORECASE)
_SHORT = {"wk": "week", "wks": "weeks", "2moro": "tomorrow", "tomoz": "tomorrow"}
_MID = re.compile(r"\b(mid|early|late)-(?=[a-z])", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})([./-])(\d{1,2})\2(\d{1,2})", re.ASCII)
_NUMERIC = re.compile(r"(\d{1,2})([./-])(\d{1,2})(?:[./-](\d{4}|\d\d))?", re.ASCII)
_SPAN = re.compile(r"\d{1,2}[-–](\d{1,2})", re.ASCII)
_NUMBER = re.compile(r"\d{1,4}", re.ASCII)
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th)", re.ASCII)
_TIME = re.compile(rf"(?:{_CLOCK})(?:-?ish)?|\d{{1,2}}-?ish", re.ASCII)
_TIMES = re.compile(rf"(?:{_CLOCK}|\d{{1,2}})[-–](?:{_CLOCK})", re.ASCII)

_KINDS: dict[str, dict[str, Any]] = defaultdict(dict)
_WORDS: dict[str, dict[str, Any]] = {
    "WEEKDAY": {**_counted(WEEKDAYS, "tues", "thur", "thurs"), "weds": 2},
    "MONTH": _counted(MONTHS, "sept", start=1),
    "COUNT": _COUNTS,
    "NTH": _NTH,
    "DAY": _NTH,
    "UNIT": {word: unit for unit, words in _UNITS.items() for word in words},
    "PERIOD": {name: name for name in ("week", "month", "quarter", "year")},
    "EDGE": {word: edge for edge, words in _EDGES.items() for word in words},
    "HOLIDAY": {name: name for name in _HOLIDAYS},
    "NEXT": {"next": True},
    "PART": dict.fromkeys(("morning", "afternoon", "evening", "night", "lunchtime", "lunch"), ""),
    "TIME": dict.fromkeys(("noon", "midnight", "midday"), ""),
    "HOUR": {word: n for word, n in _NUMBERS.items() if n <= 12},
    "ZONE": dict.fromkeys(_CLOCK_ZONES, ""),
    "CLOCK": dict.fromkeys(("am", "pm", "a.m", "p.m", "h", "hrs", "uhr", "o'clock"), ""),
}
for _kind, _words in _WORDS.items():
    for _word, _value in _words.items():
        _KINDS[_word][_kind] = _value


def tokens_of(line: str) -> list[Token]:
    """The words of a line as the table of phrases knows them, each with its place in the line."""
    line = _MID.sub(r"\1 ", line)  # as long as it was
    return [_token(found) for found in _TOKEN.finditer(line)]


def _token(found: re.Match[str]) -> Token:
    text = " ".join(found[0].casefold().replace("’", "'").strip("!?.:\"'“”").split())
    text = _SHORT.get(text, text.removeprefix("@") or text)  # "@3pm"
    return Token(text, found.start(), found.end(), _KINDS[text] if text in _KINDS else _shaped(text))


def _shaped(text: str) -> dict[str, Any]:
    """The kinds of a token that has digits in it. 12.30 is a time, since no year has 30 months; 9.10 can be either."""
    if not text[:1].isdigit():
        return {}
    if _NUMBER.fullmatch(text):
        number = int(text)
        if len(text) == 4:
            return {"YEAR": number, **({"TIME": text} if _TIME.fullmatch(text) else {})}
        return {"COUNT": number, "HOUR": number, **({"DAY": number} if len(text) < 3 else {})}
    if ordinal := _ORDINAL.fullmatch(text):
        return {"ORDINAL": int(ordinal[1]), "NTH": int(ordinal[1]), "DAY": int(ordinal[1])}
    shapes = (("TIME", _TIME), ("TIMES", _TIMES))
    kinds: dict[str, Any] = {name: text for name, shape in shapes if shape.fullmatch(text)}
    if span := _SPAN.fullmatch(text):
        kinds["SPAN"] = int(span[1])
    dated = _dated(text)
    if "TIME" in kinds and "DAYMONTH" in dated:
        return {"DOTTED": text, **dated} if 1 <= dated["DAYMONTH"][1] <= 12 else kinds
    return kinds | dated


def _dated(text: str) -> dict[str, Any]:
    """Day, month, year and what stands between them; in 90 of "3.5.90" the century is not said."""
    if iso := _ISO.fullmatch(text):
        return {"ISO": (int(iso[4]), int(iso[3]), int(iso[1]), iso[2])}
    numeric = _NUMERIC.fullmatch(text)
    if not numeric:
        return {}
    day, between, month, year = int(numeric[1]), numeric[2], int(numeric[3]), numeric[4]
    if year is None:
        return {"DAYMONTH": (day, month, None, between)}
    if len(year) == 2:
        return {"SHORTDATED": (day, month, int(year) + (2000 if int(year) < 70 else 1900), between)}
    return {"DATED": (day, month, int(year), between)}
