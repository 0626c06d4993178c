"""Reads a person out of one line, as in "Ana Souza, head of data at Nubank, met at PyCon". Words that mean nothing to it
are kept in how you met: none is lost."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

from base.dates import add_months, find_date, understand
from base.names import PARTICLES
from base.text import clean_text, distinct, fold, profile_url, promise_lines, role_case
from base.zones import CONTINENTS, is_large_city, zone_of

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
# "Met Tom Baker at Web Summit": the verb, and whom
MET_WHOM = re.compile(
    r"^(?:(?:i|we) )?(?:just )?(?P<verb>met|saw|ran into|bumped into|(?:talked|spoke|chatted|had (?:a )?(?:coffee|lunch|dinner|call|chat)"
    r"|coffee|lunch|dinner|call|chat)(?= (?:to|with)\b)|meet)(?: up)?(?: to| with)?\s+(?P<whom>\S.*)$",
    re.IGNORECASE,
)
ALSO_NAMES = frozenset(("meet", "sat", "saw", "via"))  # Meet Patel, Sat Bains, Via Romano
PLACE = re.compile(r"^(?:lives |living |based |is )?in\s+(\w.*)$", re.IGNORECASE)
_AT = "at|with|for|chez|bei|beim|bij|presso|hos"
WORKS = re.compile(
    rf"^(?:(?:now |currently )?(?:works?|working|employed) (?:{_AT})|(?:now |currently )?(?:at|with|chez|bei|beim|bij|presso|hos))\s+(\w.*)$"
    r"|^@\s*(\w.*)$",
    re.IGNORECASE,
)
AT = re.compile(rf"^(.+?)\s+(?:(?:AT|{_AT})\s+|@\s*)(\w.*)$")
# small words that are others in English: an organisation begins with a capital
AT_ABROAD = re.compile(
    r"^(.+?)\s+(?:(?:en|na|em|på|à|au|aux|al|alla|ved|v|w|u|в)\s+|(?:à l|all)['’])((?:l[aeo]s? |el |o |a )?[^\W\d_a-zß-öø-ÿ]\w.*)$"
)
OF_ABROAD = re.compile(r"^(.+)\s+(?:(?:der|des|del|della|da|do|du)\s+|(?:de l|dell)['’])([^\W\d_a-zß-öø-ÿ]\w.*)$")
NOW = re.compile(r"^(?:now|currently)\s+(?=\w)", re.IGNORECASE)
FROM = re.compile(r"^(.+?)\s+from\s+(\w.*)$")
FORMERLY = re.compile(r"^(?:ex|former(?:ly)?|previously|past)\b", re.IGNORECASE)
# a day that is not the one we met on
OTHER_DAY = re.compile(
    r"\b(?:birthday|b-?day|born|dob|geburtstag|geb\.|geboren|anniversaire|cumpleaños|compleanno|verjaardag|anniversary|married|wedding|since|until|started|starts|joined|joins|left|leaves|leaving|moved|moves|moving"
    r"|retired|retires|graduated|deadline|due)(?!\w)|^b\. ?\d|^[*†] ?\d",
    re.IGNORECASE,
)
_COLON = re.compile(
    rf"({OTHER_DAY.pattern.partition('|^')[0]})\s*:(?=\s)", re.IGNORECASE
)  # "birthday: 3 May" is one part
IN_BRACKETS = re.compile(r"\s*\(\s*([^()]*?)\s*\)(?=\s*(?:[,;|\n]|$))")
BREAK = re.compile(
    r"\s*[,;\n\t|｜·•，、；،]+\s*|(?<!\d)\s+[-–—]+\s+|\s+[-–—/]+\s+(?!\d)|(?<=\w):\s+"
    r"|\s+(?=(?:through|via|introduced by|referred by|recommended by|met (?:at|on|in|through|via|her|him))\s)"
)
LETTERS_AFTER_A_NAME = re.compile(
    r"(?:(?:jr|sr|ii|iii|iv|esq|m\.?d|ph\.?\s?d|d\.?phil|dds|dvm|rn|cpa|cfa|pmp|mba|m\.?sc|b\.?sc|m\.?a|b\.?a|ll\.?m|ll\.?b|j\.?d"
    r"|m\.?eng|b\.?eng|p\.?eng|obe|mbe|cbe|qc|kc|frs|faia|aia|msc|rdn|lcsw)\.?[\s/]*)+",
    re.IGNORECASE,
)
TURNED = re.compile(
    r"^\s*(?:\"(?P<quoted>[^\",]+,[^\",]+)\"|(?P<plain>[^\",<>;|]+,[^\",<>;|]+))\s*<[^<>\s]+@(?P<domain>[^<>\s]+)>\s*$"
)
TITLES = frozenset(
    (
        *("academic", "accountant", "administrator", "adviser", "advisor", "analyst", "architect", "artist"),
        *("assistant", "associate", "attorney", "author", "buyer", "cardiologist", "chair", "chairman", "chairwoman"),
        *("chef", "chief", "clerk", "coach", "co-founder", "cofounder", "consultant", "controller", "coordinator"),
        *("counsel", "curator", "dean", "deputy", "designer", "developer", "director", "doctor", "economist"),
        *("editor", "engineer", "entrepreneur", "executive", "expert", "fellow", "founder", "freelance", "freelancer"),
        *("general", "geologist", "head", "hydrologist", "intern", "investor", "journalist", "judge", "junior"),
        *("lawyer", "lead", "lecturer", "librarian", "manager", "marketer", "mayor", "nurse", "officer", "owner"),
        *("partner", "photographer", "physician", "pilot", "planner", "postdoc", "president", "principal", "producer"),
        *("product", "professor", "programmer", "recruiter", "reporter", "representative", "researcher", "sales"),
        *("scientist", "secretary", "senior", "software", "specialist", "staff", "strategist", "student"),
        *("supervisor", "surgeon", "teacher", "technician", "trainee", "translator", "treasurer", "trustee", "vice"),
        *("writer", "leiter", "leiterin", "directeur", "directrice", "direttore", "gerente"),
    )
)
SHORT_TITLES = frozenset(
    ("ceo", "cfo", "cio", "cmo", "coo", "cpo", "cro", "cso", "cto", "evp", "gm", "md", "pm", "svp", "vp")
)
ORGANISATION = re.compile(
    r"\b(?:ag|agency|academy|association|authority|bank|bureau|bv|centre|charity|co|college|company|corp|corporation|council"
    r"|department|fund|foundation|gmbh|group|holding|holdings|hospital|inc|institute|institut|kg|lab|laboratory|labs|limited|llc|llp|ltd"
    r"|ministry|museum|network|ngo|oy|plc|partners|press|sarl|school|society|srl|studio|studios|trust|union|universidad|universität"
    r"|université|university|ventures|verlag)\b\.?|\w &|\w\+\w",
    re.IGNORECASE,
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
    also: list[str] = field(default_factory=list)  # a second address, a birthday: what has no field of its own
    tags: list[str] = field(default_factory=list)
    promises: list[str] = field(default_factory=list)

    def keep(self, words: str) -> None:
        self.how_met = ", ".join(part for part in (self.how_met, words) if part)


def read(line: str, today: date) -> Quick:
    found = Quick(line=clean_text(line))
    text, *promised = PROMISE.split(found.line)
    found.promises = [
        " ".join(TAG.sub("", words).split()) for words in promise_lines("\n".join(f"!{words}" for words in promised))
    ]
    text = _part_at_tags(_turned_back(_COLON.sub(r"\1", text)), today)
    text = _take_marks(text, found, found.line)
    text = IN_BRACKETS.sub(_out_of_brackets, text)
    who, *rest = [piece for piece in (_trimmed(piece) for piece in BREAK.split(text)) if piece] or [""]
    letters = rest.pop(0) if rest and LETTERS_AFTER_A_NAME.fullmatch(rest[0]) else ""
    _read_who(who.strip(" ."), found, today)
    if letters:
        found.name = f"{found.name}, {letters}" if found.name else letters
    for part in rest:
        _read_part(part.strip(" ."), found, today)
    return found


def _turned_back(text: str) -> str:
    """ "Rossi, Sofia <sofia@wired.example>", as address books write it, with the family name last."""
    found = TURNED.match(text)
    if not found:
        return text
    name = found["quoted"] or found["plain"]
    family, given = (words.strip() for words in name.split(","))
    *before, _last = family.split()
    is_a_name = all(word.casefold() in PARTICLES for word in before) and len(given.split()) <= 3
    is_other = _is_company(given, found["domain"]) or _is_title(given)
    if found["quoted"] or (is_a_name and not is_other):
        return text.replace(name, f"{given} {family}", 1).replace('"', "")
    return text


def _out_of_brackets(match: re.Match[str]) -> str:
    """ "Sofia Rossi (editor at Wired)", "Sofia Rossi (sofia@wired.example)", of which the address is taken already."""
    words = match[1]
    is_work = bool(words) and (
        _is_title(words) or bool(AT.match(words) or WORKS.match(words) or ORGANISATION.search(words))
    )
    return f", {words}" if is_work else match[0] if words else ""


def _trimmed(piece: str) -> str:
    """Without what stands around a part. A bracket stays with its other half."""
    piece = piece.strip(" <>\t-–—")
    if piece.count("(") != piece.count(")"):
        piece = piece.strip("() ")
    return piece if any(c.isalnum() for c in piece) else ""


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


def _part_at_tags(text: str, today: date) -> str:
    """A meeting or a day behind a tag begins there, as behind a comma: "Ana #floods met friday"."""

    def part(tag: re.Match[str]) -> str:
        after, *_rest = BREAK.split(text[tag.end() :].strip(), maxsplit=1)
        after = TAG.sub("", after).strip()
        return f"{tag[0]}, " if MET.match(after) or _is_day(after, today) else tag[0]

    return TAG.sub(part, text)


def _take_marks(text: str, found: Quick, line: str) -> str:
    """Takes out what is known by its shape alone; a second address is kept beside the first."""
    for pattern in (LINK, EMAIL, TAG, PHONE):
        for match in pattern.finditer(text):
            name, value = _mark(match)
            if not name:
                continue
            text = text.replace(match[0], " ", 1)
            if value and not getattr(found, name):
                setattr(found, name, value)
            elif value and value != getattr(found, name):
                found.also.append(value)
    found.tags = distinct(TAG.findall(line))
    return re.sub(r" +", " ", re.sub(r"[^\S\n\t]+,", ",", text))


def _mark(match: re.Match[str]) -> tuple[str, str]:
    """The field that this belongs to, and its value; nothing when it only looks like it."""
    words = match[0].strip()
    if match.re is LINK:
        link = words.rstrip(".)")
        name = "linkedin_url" if "linkedin.com/" in link.lower() else "website"
        return name, profile_url(link) or (link if "://" in link else f"https://{link}")
    if match.re is EMAIL:
        return "email", match[1]
    if match.re is TAG:
        return "tags", ""
    number = match[1].strip()
    is_phone = 7 <= sum(c.isdigit() for c in number) <= 15 and not ISO_DATE.fullmatch(number)
    return ("phone", number) if is_phone else ("", "")


def _read_who(part: str, found: Quick, today: date) -> None:
    """The first part is the name, unless it is plainly something else; "at" may follow it without a comma."""
    if _read_met_whom(part, found, today):
        return
    if (_means_something(part, today) and not _is_odd_name(part)) or not any(c.isalpha() for c in part):
        _read_part(part, found, today)
        return
    split = AT.match(part) or FROM.match(part)
    if split:
        part, found.organisation = split[1], split[2]
    name, role = _name_before_role(part)
    if split or role:
        part, found.role = name, role
    found.name = part


def _read_met_whom(part: str, found: Quick, today: date) -> bool:
    """ "Met Tom Baker at Web Summit yesterday": the name ends where the small letters begin; the rest is how we met."""
    match = MET_WHOM.match(part)
    if not match or _is_odd_name(part):
        return False
    words = match["whom"].split()
    end = 0
    while end < len(words) and (_is_capital(words[end]) or (end and words[end].casefold() in PARTICLES)):
        end += 1
    name, rest = " ".join(words[:end]), " ".join(words[end:])
    if not name or understand(words[0], today):
        return False
    company = re.match(r"^from (.+?)(?= (?:at|on|in|through|via|yesterday|today|last)\b|$)", rest)
    if company:
        found.organisation, rest = company[1], rest[company.end() :].strip()
    found.name = name
    verb = match["verb"][0].lower() + match["verb"][1:]
    _read_meeting(f"{verb} {rest}".strip(), found, today)
    return True


def _is_capital(word: str) -> bool:
    return word[0] != word[0].lower() or (word[0].isalpha() and word[0].lower() == word[0].upper())


def _is_odd_name(part: str) -> bool:
    """Meet Patel, Sat Bains: names that begin like a meeting."""
    split = AT.match(part)
    words = (split[1] if split else part).split()
    return len(words) == 2 and words[0].casefold() in ALSO_NAMES and all(_is_capital(word) for word in words)


def _is_title(words: str) -> bool:
    return any(_is_title_word(word) for word in words.split())


def _is_title_word(word: str) -> bool:
    plain = word.casefold().strip(".,")
    return plain in TITLES or plain in SHORT_TITLES


def _name_before_role(words: str) -> tuple[str, str]:
    """ "Ana Souza head of data", "Bob Stone CTO": the name ends where the small letters or a title begin."""
    parts = words.split()
    for at, word in enumerate(parts):
        is_small = parts[0][0].isupper() and word[0].islower() and word.casefold() not in PARTICLES
        is_title = word.casefold() in SHORT_TITLES or (at > 1 and _is_title_word(word))
        if at and (is_small or is_title):
            return " ".join(parts[:at]), role_case(" ".join(parts[at:]))
    return words, ""


SAID: list[tuple[re.Pattern[str], str]] = [(THROUGH, "through"), (WORKS, "organisation"), (PLACE, "place")]


def _means_something(part: str, today: date) -> bool:
    if any(pattern.match(part) for pattern, _name in SAID):
        return True
    met = MET.match(part)
    return bool(met) and (not _is_proper(part) or bool(understand(part[met.end() :], today)))  # type: ignore[union-attr]


def _is_proper(part: str) -> bool:
    """Met Office"""
    words = part.split()
    return len(words) > 1 and all(_is_capital(word) for word in words)


def _is_day(part: str, today: date) -> bool:
    dated = find_date(f"on {part}", today)
    return dated is not None and dated.rest == "on"


def _read_part(part: str, found: Quick, today: date) -> None:
    if OTHER_DAY.search(part) or (part.startswith("+") and part[1:2].isdigit()):
        found.also.append(part)
        return
    for pattern, name in SAID:
        if (match := pattern.match(part)) and not getattr(found, name):
            setattr(found, name, match[match.lastindex or 1])
            return
    place = f"{found.place}, {part}" if found.place else part  # "London, UK"
    if zone_of(place).startswith(CONTINENTS) and (place != part or found.organisation or is_large_city(part)):
        found.place = place
    elif _means_something(part, today) or _is_day(part, today) or (found.role and found.organisation):
        _read_meeting(part, found, today)
    elif FORMERLY.match(part):
        found.keep(part)
    else:
        _read_work(part, found)


def _read_work(part: str, found: Quick) -> None:
    """Role and organisation; when one of them is known, what follows is the other, when it can be."""
    part = NOW.sub("", part)
    split = AT.match(part) or _at_abroad(part)
    if split and not found.role and not found.organisation:
        found.role, found.organisation = role_case(split[1]), split[2]
    elif not found.organisation and (found.role or (_is_company(part, found.email) and not _is_title(part))):
        found.organisation = part
    elif not found.role and (not found.organisation or not split):
        found.role = role_case(part)
    else:
        found.keep(part)


def _at_abroad(part: str) -> re.Match[str] | None:
    """ "director de ventas en Telefónica", "Geschäftsführerin der Müller GmbH"; a city is not where they work."""
    split = AT_ABROAD.match(part)
    if split and not zone_of(split[2]):
        return split
    split = OF_ABROAD.match(part)
    return split if split and ORGANISATION.search(split[2]) else None


def _is_company(words: str, email: str) -> bool:
    """By a word that companies have in their names, or by the address of the person."""
    return bool(ORGANISATION.search(words)) or fold(words).replace(" ", "") in fold(email.rpartition("@")[2])


def _read_meeting(part: str, found: Quick, today: date) -> None:
    """The day it happened is understood, wherever it stands, and the words stay as they were typed."""
    if not found.met_on:
        found.met_on = past(part, today) or past(MET.sub("", part).strip(), today) or _day_in(part, today)
    found.keep(part)


def _day_in(part: str, today: date) -> date | None:
    words = part.split()[:40]
    for end in range(len(words), 1, -1):
        if dated := find_date(" ".join(words[:end]), today):
            return past(dated.said, today)
    return None
