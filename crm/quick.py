"""Reads a person out of one line, as in "Ana Souza, head of data at Nubank, met at PyCon". Words that mean nothing to it
are kept in how you met: none is lost."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from base.dates import find_date, understand
from base.names import PARTICLES, is_capital, is_title
from base.text import clean_text, distinct, promise_lines, role_case
from base.zones import CONTINENTS, is_country, is_large_city, zone_of
from crm.marks import TAG, take_marks
from crm.past_days import past
from crm.work_words import ORGANISATION, SHORT_TITLES, is_body, is_company, is_role, is_role_word

PROMISE = re.compile(r"(?:^|\s)!+(?=\s|\w)")
THROUGH = re.compile(
    r"^(?:(?:was )?(?:introduced|referred|recommended) (?:to me )?by|(?:an )?intro(?:duction)? (?:from|by)|through|via)\s+(.+)$",
    re.IGNORECASE,
)
MET = re.compile(
    r"^(?:we )?(?:met|meet|saw|ran into|bumped into|talked|spoke|chatted|knew|know|known|sat|shared|studied|worked with"
    r"|getroffen|kennengelernt|rencontrée?|nous nous sommes rencontrés|nos conocimos|ci siamo conosciuti)\b",
    re.IGNORECASE,
)
# "Met Tom Baker at Web Summit": the verb, and whom
MET_WHOM = re.compile(
    r"^(?:(?:i|we) )?(?:just )?(?P<verb>met|saw|ran into|bumped into|(?:talked|spoke|chatted|had (?:a )?(?:coffee|lunch|dinner|call|chat)"
    r"|coffee|lunch|dinner|call|chat)(?= (?:to|with)\b)|meet)(?: up)?(?: to| with)?\s+(?P<whom>\S.*)$",
    re.IGNORECASE,
)
ALSO_NAMES = frozenset(("meet", "sat", "saw", "via"))  # Meet Patel, Sat Bains, Via Romano
PLACE = re.compile(r"^(?:lives |living |based )in\s+(\w.*)$|^in\s+(\w.*)$", re.IGNORECASE)
_AT = "at|with|for|chez|bei|beim|bij|presso|hos"
WORKS = re.compile(
    rf"^(?:(?:works?|working|employed) (?:{_AT})|(?:at|with|from|of|for(?! (?:an?|the|my|our|his|her|their)\b)|chez|bei|beim|bij|presso|hos))\s+(?!counsel\b)(\w.*)$"
    r"|^@\s*(\w.*)$",
    re.IGNORECASE,
)
AT = re.compile(rf"^(.+?)\s+(?!for an? )(?:(?:AT|{_AT})\s+|@\s*)(\w.*)$")
# small words that are others in English: an organisation begins with a capital
AT_ABROAD = re.compile(
    r"^(.+?)\s+(?:(?:en|na|em|på|à|au|aux|al|alla|ved|v|w|u|в)\s+|(?:à l|all)['’])((?:l[aeo]s? |el |o |a )?[^\W\d_a-zß-öø-ÿ]\w.*)$"
)
OF_ABROAD = re.compile(r"^(.+)\s+(?:(?:der|des|del|della|da|do|du)\s+|(?:de l|dell)['’])([^\W\d_a-zß-öø-ÿ]\w.*)$")
# "the head of her own company"; other heads are of a field: "head of data"
OF_COMPANY = re.compile(r"^(.*\b(?:c[a-z]o|pdg|(?:co-?)?founder|owner))\s+(?:of|de)\s+(\w.*)$", re.IGNORECASE)
# what leads to a role or a place: "who is now the", "works as a", "currently"
FILLER = re.compile(
    r"^(?:[Ww]ho\s+)?(?:(?:is|[Ww]orks (?:as|in))\s+)?(?:(?:[Nn]ow|[Cc]urrently)\s+)?(?:(?<=\s)(?:an?|the)\s+)?(?=[\w@])"
)
# small words that end a name typed without capitals
GOES_ON = PARTICLES | {"and", "née", "nee", "geb", "geb.", "geborene", "aka", "alias"}
ENDS_A_NAME = frozenset((*_AT.split("|"), "@", "AT", "from", "of", "in", "on", "who", "is", "works"))
FORMERLY = re.compile(r"^(?:ex|former(?:ly)?|previously|past|used to)\b", re.IGNORECASE)
# a day that is not the one we met on
OTHER_DAY = re.compile(
    r"\b(?:birthday|b-?day|born|dob|geburtstag|geb\.|geboren|anniversaire|cumpleaños|compleanno|verjaardag|anniversary|married|wedding|since|until|started|starts|joined|joins|left|leaves|leaving|moved|moves|moving"
    r"|retired|retires|graduated|deadline|due)(?!\w)|^b\. ?\d|^[*†] ?\d",
    re.IGNORECASE,
)
ASIDE = re.compile(r"\+\d|ext\.? ?\d|\d+(?:\s(?!\d)|$)|[^\W\d_]{3,9}\.? (?:19|20)\d\d$", re.IGNORECASE)
_COLON = re.compile(
    rf"({OTHER_DAY.pattern.partition('|^')[0]})\s*:(?=\s)", re.IGNORECASE
)  # "birthday: 3 May" is one part
IN_BRACKETS = re.compile(r"\s*\(\s*([^()]*?)\s*\)(?=\s*(?:[,;|\n]|$))")
BREAK = re.compile(
    r"\s*[,;\n\t|｜·•，、；،]+\s*|(?<!\d)\s+[-–—]+\s+|\s+[-–—/]+\s+(?!\d)|(?<=\w):\s+"
    r"|\.?(?:\s+(?:whom?|that))?(?:\s+(?:I|we|We))?\s+(?=(?:through|via|intro (?:by|from)|introduced by|referred by|recommended by"
    r"|[Mm]et (?:at|on|in|through|via|her|him))\s)"
)
LETTERS_AFTER_A_NAME = re.compile(
    r"(?:(?:jr|sr|ii|iii|iv|esq|m\.?d|ph\.?\s?d|d\.?phil|dds|dvm|rn|cpa|cfa|pmp|mba|m\.?sc|b\.?sc|m\.?a|b\.?a|ll\.?m|ll\.?b|j\.?d"
    r"|m\.?eng|b\.?eng|p\.?eng|obe|mbe|cbe|qc|kc|frs|faia|aia|msc|rdn|lcsw)\.?[\s/]*)+",
    re.IGNORECASE,
)
TURNED = re.compile(
    r"^\s*(?:\"(?P<quoted>[^\",]+,[^\",]+)\"|(?P<plain>[^\",<>;|]+,[^\",<>;|]+))\s*<[^<>\s]+@(?P<domain>[^<>\s]+)>\s*$"
)


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
    text, marks = take_marks(text)
    for name, value in marks:
        _set_mark(found, name, value)
    found.tags = distinct(TAG.findall(found.line))
    text = IN_BRACKETS.sub(_out_of_brackets, text)
    who, *rest = [piece for piece in (_trimmed(piece) for piece in BREAK.split(text)) if piece] or [""]
    letters = rest.pop(0) if rest and LETTERS_AFTER_A_NAME.fullmatch(rest[0]) else ""
    _read_who(who.strip(" ."), found, today)
    if letters:
        found.name = f"{found.name}, {letters}" if found.name else letters
    for part in rest:
        _read_part(part.strip(" ."), found, today)
    _take_city(found)
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
    is_other = is_company(given, found["domain"]) or is_role(given)
    if found["quoted"] or (is_a_name and not is_other):
        return text.replace(name, f"{given} {family}", 1).replace('"', "")
    return text


def _out_of_brackets(match: re.Match[str]) -> str:
    """ "Sofia Rossi (editor at Wired)", "Sofia Rossi (intro by Bo)", "Sofia Rossi (sofia@wired.example)", of which the address
    is taken already."""
    words = match[1]
    known = (AT, WORKS, THROUGH, MET, PLACE, FORMERLY)
    is_part = bool(words) and (
        is_role(words) or bool(ORGANISATION.search(words) or any(pattern.match(words) for pattern in known))
    )
    return f", {words}" if is_part else match[0] if words else ""


def _trimmed(piece: str) -> str:
    """Without what stands around a part. A bracket stays with its other half."""
    piece = piece.strip(" <>\t-–—")
    if piece.count("(") != piece.count(")"):
        piece = piece.strip("() ")
    return piece if any(c.isalnum() for c in piece) and piece not in ("who", "whom", "that") else ""


def _part_at_tags(text: str, today: date) -> str:
    """A meeting or a day behind a tag begins there, as behind a comma: "Ana #floods met friday"."""

    def part(tag: re.Match[str]) -> str:
        after, *_rest = BREAK.split(text[tag.end() :].strip(), maxsplit=1)
        after = TAG.sub("", after).strip()
        return f"{tag[0]}, " if MET.match(after) or _is_day(after, today) else tag[0]

    return TAG.sub(part, text)


def _set_mark(found: Quick, name: str, value: str) -> None:
    """A second address is kept beside the first."""
    if name == "tags":
        return
    if not getattr(found, name):
        setattr(found, name, value)
    elif value != getattr(found, name):
        found.also.append(value)


def _read_who(part: str, found: Quick, today: date) -> None:
    """The first part is the name, unless it is plainly something else; "at" may follow it without a comma."""
    if _read_met_whom(part, found, today):
        return
    if (_means_something(part, today) and not _is_odd_name(part)) or not any(c.isalpha() for c in part):
        _read_part(part, found, today)
        return
    found.name, rest = _name_and_rest(part)
    rest = FILLER.sub("", rest)
    if _is_aside(rest) or _means_something(rest, today) or _is_day(rest, today):
        _read_part(rest, found, today)
    else:
        role, found.organisation = _role_and_organisation(rest)
        found.role = role_case(role)


def _read_met_whom(part: str, found: Quick, today: date) -> bool:
    """ "Met Tom Baker at Web Summit yesterday": the name ends where the small letters begin; the rest is how we met."""
    match = MET_WHOM.match(part)
    if not match or _is_odd_name(part):
        return False
    words = match["whom"].split()
    end = 0
    while end < len(words) and (is_capital(words[end]) or (end and words[end].casefold() in PARTICLES - {"of"})):
        end += 1
    name, rest = " ".join(words[:end]), " ".join(words[end:])
    if not name or understand(words[0], today):
        return False
    company = re.match(r"^(?:from|of) (.+?)(?= (?:at|on|in|through|via|yesterday|today|last)\b|$)", rest)
    if company:
        found.organisation, rest = company[1], rest[company.end() :].strip()
    found.name = name
    verb = match["verb"][0].lower() + match["verb"][1:]
    _read_meeting(f"{verb} {rest}".strip(), found, today)
    return True


def _is_odd_name(part: str) -> bool:
    """Meet Patel, Sat Bains: names that begin like a meeting."""
    words = _name_and_rest(part)[0].split()
    return len(words) == 2 and words[0].casefold() in ALSO_NAMES and all(is_capital(word) for word in words)


def _name_and_rest(words: str) -> tuple[str, str]:
    """ "Ana Souza head of data", "bob stone of acme", "Bob Stone CTO": the name ends where small letters or a title begin."""
    parts = words.split()
    for at, word in enumerate(parts[1:], 1):
        before, is_last = " ".join(parts[:at]), at == len(parts) - 1
        is_role = word.casefold() in SHORT_TITLES or (at > 1 and is_role_word(word))
        is_small = parts[0][0].isupper() and word[0].islower() and not _goes_on(word)
        leads_on = word in ENDS_A_NAME and not is_last and not (word == "of" and is_body(before))
        leads_on = leads_on or (word[0] == "@" and len(word) > 1)
        if (is_role or is_small or leads_on) and before.count("(") == before.count(")"):
            return before.rstrip("."), " ".join(parts[at:])
    return words, ""


def _goes_on(word: str) -> bool:
    """Small, and of a name: von, d'Ormesson, Dr. med. Groß"""
    return word in GOES_ON or word[1:2] in ("'", "’") or (word.endswith(".") and is_title(word))


def _role_and_organisation(part: str) -> tuple[str, str]:
    split = AT.match(part) or _at_abroad(part) or OF_COMPANY.match(part)
    return (split[1], split[2]) if split else (part, "")


def _said(part: str) -> Iterator[tuple[str, str]]:
    """The field that a small word at the beginning names, and what is said of it."""
    if match := THROUGH.match(part):
        yield "through", match[1]
    if match := WORKS.match(part):
        words = match[1] or match[2]
        yield (
            ("place" if part[:5].casefold() == "from " and (_is_city(words) or is_country(words)) else "organisation"),
            words,
        )
    if (match := PLACE.match(part)) and (match[1] or _is_place(match[2])):
        yield "place", match[1] or match[2]


def _through(words: str) -> tuple[str, str]:
    """ "Bo Li" and "at PyCon" of "Bo Li at PyCon"."""
    name, rest = _name_and_rest(words)
    return (name, rest) if rest.partition(" ")[0] in ENDS_A_NAME else (words, "")


def _is_place(words: str) -> bool:
    """Behind "in", where HR and marketing stand as well."""
    return bool(zone_of(words)) or (is_capital(words) and not words.isupper() and not AT.match(words))


def _is_aside(part: str) -> bool:
    """A birthday, a second number, an extension, "2 kids", a year: of no field."""
    is_day = OTHER_DAY.search(part) and not MET.match(part) and not THROUGH.match(part)
    return bool(is_day or ASIDE.match(part))


def _means_something(part: str, today: date) -> bool:
    if any(_said(part)):
        return True
    met = MET.match(part)
    return bool(met) and (not _is_proper(part) or bool(understand(part[met.end() :], today)))  # type: ignore[union-attr]


def _is_proper(part: str) -> bool:
    """Met Office"""
    words = part.split()
    return len(words) > 1 and all(is_capital(word) for word in words)


def _is_day(part: str, today: date) -> bool:
    dated = find_date(f"on {part}", today)
    return dated is not None and dated.rest == "on"


def _read_part(part: str, found: Quick, today: date) -> None:
    part = FILLER.sub("", part)
    if _is_aside(part):
        found.also.append(part)
        return
    for name, words in _said(part):
        if not getattr(found, name):
            if name == "through":  # "through Bo Li at PyCon"
                words, where = _through(words)
                found.keep(where)
            setattr(found, name, words)
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


def _is_city(words: str) -> bool:
    return zone_of(words).startswith(CONTINENTS) and is_large_city(words)


def _read_work(part: str, found: Quick) -> None:
    """Role and organisation; when one of them is known, what follows is the other, when it can be."""
    role, organisation = _role_and_organisation(part)
    if organisation and not found.organisation:  # also of "head of people, ops and finance at Acme"
        found.role, found.organisation = role_case(", ".join(filter(None, (found.role, role)))), organisation
    elif not found.organisation and (found.role or (is_company(part, found.email) and not is_role(part))):
        found.organisation = part
    elif not found.role and not organisation:
        found.role = role_case(part)
    else:
        found.keep(part)


def _take_city(found: Quick) -> None:
    """ "the WHO in Geneva", "Lawyer in Paris" """
    for name in ("organisation", "role"):
        words, _in, city = getattr(found, name).rpartition(" in ")
        if words and not found.place and _is_city(city):
            setattr(found, name, words)
            found.place = city


def _at_abroad(part: str) -> re.Match[str] | None:
    """ "director de ventas en Telefónica", "Geschäftsführerin der Müller GmbH"; a city is not where they work."""
    split = AT_ABROAD.match(part)
    if split and not zone_of(split[2]):
        return split
    split = OF_ABROAD.match(part)
    return split if split and ORGANISATION.search(split[2]) else None


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
