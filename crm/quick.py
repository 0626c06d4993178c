"""Reads a person out of one line, as in "Ana Souza, head of data at Nubank, met at PyCon". Words that mean nothing to it
are kept in how you met: none is lost."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from base.dates import add_months, find_date, understand
from base.text import clean_text, distinct, profile_url, promise_lines, role_case
from base.zones import CONTINENTS, zone_of

EMAIL = re.compile(r"(?<![\w.+%'-])<?(?:mailto:)?([\w.+%'-]+@[\w-]+(?:\.[\w-]+)+)>?")
LINK = re.compile(r"(?:https?://|www\.|(?:[a-z]{2,3}\.)?linkedin\.com/)[^\s,;<>]+", re.IGNORECASE)
TAG = re.compile(r"(?<!\S)#([\w][\w&-]*)")
# neither a date nor two years
PHONE = re.compile(
    r"(?<![\w/.#-])(?!\d{1,2}[.-]\d{1,2}[.-](?:\d\d){1,2}(?!\d)|(?:19|20)\d\d\s?-\s?(?:19|20)\d\d(?!\d))"
    r"(?:tel:)?(\+?\(?\d[\d\s().-]{5,18}\d)(?![\w/])"
)
PROMISE = re.compile(r"(?:^|\s)!+(?=\s|\w)")
THROUGH = re.compile(
    r"^(?:(?:was )?(?:introduced|referred|recommended) (?:to me )?by|(?:an )?intro(?:duction)? (?:from|by)|through|via)\s+(.+)$",
    re.IGNORECASE,
)
MET = re.compile(
    r"^(?:we )?(?:met|meet|saw|ran into|bumped into|talked|spoke|chatted|knew|know|known|sat|shared|studied|worked with)\b",
    re.IGNORECASE,
)
PLACE = re.compile(r"^(?:lives |living |based |is )?in\s+(\w.*)$", re.IGNORECASE)
WORKS = re.compile(r"^(?:(?:now )?(?:works?|working|employed) (?:at|for|with)|at|@)\s+(\w.*)$", re.IGNORECASE)
AT = re.compile(r"^(.+?)\s+(?:at|@|with)\s+(\w.*)$")
BREAK = re.compile(
    r"\s*[,;\n]+\s*|\s+(?=(?:through|via|introduced by|referred by|recommended by|met (?:at|on|in|through|via|her|him))\s)"
)
PARTICLES = frozenset(
    (
        *("af", "al", "av", "bin", "binti", "da", "das", "de", "del", "den", "der", "di", "dos", "du", "e", "el"),
        *("ibn", "la", "le", "ni", "o", "of", "ter", "ten", "van", "von", "y", "zu", "zum"),
    )
)
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
AHEAD = re.compile(r"\d{4}|\bnext\b|\btomorrow\b|\bin\b|\bfrom now\b|\bend of\b")
MONTH = re.compile(r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\d[./-]\d")
WEEKDAY = re.compile(r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b", re.IGNORECASE)


@dataclass
class Quick:
    """What was understood of a line. `name` is empty when nobody was found in it."""

    line: str
    name: str = ""
    role: str = ""
    organisation: str = ""
    email: str = ""
    phone: str = ""
    linkedin_url: str = ""
    website: str = ""
    place: str = ""
    through: str = ""
    how_met: str = ""
    met_on: date | None = None
    tags: list[str] = field(default_factory=list)
    promises: list[str] = field(default_factory=list)

    def keep(self, words: str) -> None:
        self.how_met = ", ".join(part for part in (self.how_met, words) if part)


def read(line: str, today: date) -> Quick:
    found = Quick(line=clean_text(line))
    text, *promised = PROMISE.split(found.line)
    found.promises = promise_lines("\n".join(f"!{words}" for words in promised))
    text = _take_marks(text, found)
    who, *rest = [part for part in (piece.strip(" .<>()\t-–—") for piece in BREAK.split(text)) if part] or [""]
    _read_who(who, found, today)
    for part in rest:
        _read_part(part, found, today)
    return found


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


def _take_marks(text: str, found: Quick) -> str:
    """Takes out what is known by its shape alone; a second address stays where it is, as words."""

    def take(pattern: re.Pattern[str], name: str, text: str) -> str:
        match = pattern.search(text)
        if not match or getattr(found, name):
            return text
        setattr(found, name, (match[1] if pattern.groups else match[0]).strip())
        return f"{text[: match.start()].rstrip()} {text[match.end() :].lstrip()}"

    for match in LINK.finditer(text):
        name = "linkedin_url" if "linkedin.com/" in match[0].lower() else "website"
        if not getattr(found, name):
            link = match[0].rstrip(".)")
            setattr(found, name, profile_url(link) or (link if "://" in link else f"https://{link}"))
            text = text.replace(match[0], " ", 1)
    text = take(EMAIL, "email", text)
    found.tags = distinct(TAG.findall(text))
    text = TAG.sub(" ", text)
    phone = PHONE.search(text)
    if phone and 7 <= sum(c.isdigit() for c in phone[1]) <= 15 and not ISO_DATE.fullmatch(phone[1]):
        text = take(PHONE, "phone", text)
    return re.sub(r"\s+,", ",", text)


def _read_who(part: str, found: Quick, today: date) -> None:
    """The first part is the name, unless it is plainly something else; "at" may follow it without a comma."""
    if _means_something(part) or not any(c.isalpha() for c in part):
        _read_part(part, found, today)
        return
    split = AT.match(part)
    if split:
        part, found.organisation = split[1], split[2]
        part, found.role = _name_before_role(part)
    found.name = part


def _name_before_role(words: str) -> tuple[str, str]:
    """ "Ana Souza head of data": the name ends where the small letters begin."""
    parts = words.split()
    for at, word in enumerate(parts):
        if at and parts[0][0].isupper() and word[0].islower() and word.casefold() not in PARTICLES:
            return " ".join(parts[:at]), role_case(" ".join(parts[at:]))
    return words, ""


SAID: list[tuple[re.Pattern[str], str]] = [(THROUGH, "through"), (WORKS, "organisation"), (PLACE, "place")]


def _means_something(part: str) -> bool:
    return any(pattern.match(part) for pattern in (MET, *(pattern for pattern, _ in SAID)))


def _is_day(part: str, today: date) -> bool:
    dated = find_date(f"on {part}", today)
    return dated is not None and dated.rest == "on"


def _read_part(part: str, found: Quick, today: date) -> None:
    for pattern, name in SAID:
        if (match := pattern.match(part)) and not getattr(found, name):
            setattr(found, name, match[1])
            return
    if not found.place and zone_of(part).startswith(CONTINENTS):
        found.place = part
        return
    split = AT.match(part)
    if _means_something(part) or _is_day(part, today) or (found.role and found.organisation):
        _read_meeting(part, found, today)
    elif split and not found.role and not found.organisation:
        found.role, found.organisation = role_case(split[1]), split[2]
    elif not found.role and not found.organisation:
        found.role = role_case(part)
    else:
        _read_work(part, found)


def _read_work(part: str, found: Quick) -> None:
    """One of role and organisation is known: what follows is the other, when it can be."""
    if not found.organisation:
        found.organisation = part
    elif AT.match(part):
        found.keep(part)
    else:
        found.role = role_case(part)


def _read_meeting(part: str, found: Quick, today: date) -> None:
    """The day it happened is understood, and the words stay as they were typed."""
    dated = find_date(part, today)
    if dated and not found.met_on:
        found.met_on = past(dated.said, today)
    elif not found.met_on:
        found.met_on = past(part, today)
    found.keep(part)
