"""Reads a promise out of one line, as in "owe Ana an article friday". What is no promise is a person: crm/quick.py."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from accounts.models import User
from base.dates import understand
from base.names import PARTICLES, is_capital, is_title
from base.text import clean_text
from crm.models import Contact
from crm.search import named
from followups.models import Whose

LONGEST_NAME = 5  # words
NAMES_TRIED = 3  # places in a line where a name may begin
MINE = re.compile(
    r"(?:(?P<mark>!+)|(?:i|we)\s+(?:owe|promised?)|i(?:['’]ve|\s+have)\s+promised|(?P<bare>owe|promised)|(?-i:promise))"
    r"(?(mark)\s*|(?![^\s:,])[\s:,]*)",
    re.IGNORECASE,
)
THEIRS = re.compile(
    r"(?P<who>[^\W\d_][^,;:\n!#@]{0,80}?)\s+(?:owes?(?:\s+(?:me|us)\b)?|(?:has\s+)?promise[ds]\s+(?:(?:me|us)\b|(?=to\b)))[\s:,]*",
    re.IGNORECASE,
)
LEADS_TO = frozenset(("to", "for"))  # "an article to Ana"
# small words that begin no name: "An" may be somebody, "an" is nobody
NOBODY = frozenset(
    """a an the my our this that these those some any one two three another more you him her them it me us myself somebody
    someone everybody everyone nobody i we he she they to for in on at by with of and or not is send call ask tell write give""".split()  # noqa: SIM905 - reads better
)
ENDS_A_NAME = ",:;"


@dataclass(frozen=True)
class Said:
    """A promise as it was said. `people` are those it may be with; without any, `name` is of somebody new."""

    whose: str
    name: str
    words: str  # what is promised, as typed, its day with it
    people: list[Contact] = field(default_factory=list)


def read_promise(owner: User, line: str, today: date) -> Said | None:
    """Nothing when the line is no promise."""
    line = clean_text(line)
    if (mine := MINE.match(line)) and not _is_somebody(mine, line):
        return _read_mine(owner, line[mine.end() :].split(), today, is_marked=bool(mine["mark"]))
    if (theirs := THEIRS.match(line)) and theirs["who"].casefold() not in ("i", "we"):
        return _read_theirs(owner, theirs["who"], line[theirs.end() :])
    return None


def _is_somebody(mine: re.Match[str], line: str) -> bool:
    """Owe Andersson, professor: a name that begins like a promise."""
    if not (mine["bare"] and line[0].isupper()):
        return False
    first, *_rest = re.split(r"[,;\n]", line[mine.end() :])
    return all(is_capital(word) for word in first.split())


def _read_theirs(owner: User, who: str, words: str) -> Said:
    people = named(owner, who) or named(owner, _without_titles(who))
    is_name = who.split()[0] not in NOBODY and who.casefold() not in NOBODY
    return Said(Whose.THEIRS, who if is_name or people else "", _without_to(words.split()), people)


def _read_mine(owner: User, words: list[str], today: date, *, is_marked: bool) -> Said:
    """The name stands first, or after "to", and is taken out; else in the midst, and stays in what is promised."""

    def known(at: int) -> tuple[list[Contact], int]:
        return _known_at(owner, words[at:])

    def new(at: int) -> tuple[list[Contact], int]:
        return [], _new_at(words[at:], today)

    firsts = [0] if is_marked else [0, *_after_to(words)]
    within = [at for at, word in enumerate(words) if at and is_capital(word)]
    within = (within or _small_words(words) if is_marked or words[:1] == ["to"] else within)[:NAMES_TRIED]
    small_first = [at for at in firsts if at or not is_marked]
    for places, read, is_taken in (
        (firsts, known, True),
        (within, known, False),
        (small_first, new, True),
        ([at for at in within if is_capital(words[at])], new, False),
    ):
        if said := _first_of(words, places, read, is_taken=is_taken):
            return said
    return Said(Whose.MINE, "", " ".join(words))


def _first_of(
    words: list[str], places: Sequence[int], read: Callable[[int], tuple[list[Contact], int]], *, is_taken: bool
) -> Said | None:
    for at in places:
        people, count = read(at)
        if not count:
            continue
        name = " ".join(words[at : at + count]).rstrip(ENDS_A_NAME)
        before = words[: at - 1] if at and words[at - 1].casefold() in LEADS_TO else words[:at]
        rest = [*before, *words[at + count :]] if is_taken else words
        return Said(Whose.MINE, name, _without_to(rest), people)
    return None


def _known_at(owner: User, words: list[str]) -> tuple[list[Contact], int]:
    """Those whom the longest beginning of the words names, and how many words that takes."""
    found, taken = list[Contact](), 0
    if not words or words[0] in NOBODY:
        return found, taken
    for count in range(1, min(len(words), LONGEST_NAME) + 1):
        name = " ".join(words[:count]).rstrip(ENDS_A_NAME)
        plain = _without_titles(name)
        people = (named(owner, name) or (named(owner, plain) if plain != name else [])) if plain else []
        if people:
            found, taken = people, count
        if words[count - 1][-1] in ENDS_A_NAME or (plain and not people and (found or count > 1)):
            break
    return found, taken


def _new_at(words: list[str], today: date) -> int:
    """How many words the name of somebody new takes: those with a capital, else the first alone."""
    count = 0
    for count, word in enumerate(words[:LONGEST_NAME], start=1):
        if not _belongs_to_name(words, count - 1, today):
            count -= 1
            break
        if word[-1] in ENDS_A_NAME:
            break
    while count > 1 and (words[count - 1].casefold() in PARTICLES):
        count -= 1
    return count if _without_titles(" ".join(words[:count])) else 0


def _belongs_to_name(words: list[str], at: int, today: date) -> bool:
    word = words[at]
    if not any(letter.isalpha() for letter in word) or "@" in word or word.startswith("#"):
        return False
    if not at:
        return word not in NOBODY and word.casefold() not in NOBODY and not understand(word, today)
    if not _has_case(word):
        return False
    if all(is_title(before) for before in words[:at]):
        return True
    is_part = word.casefold() in PARTICLES and words[0][0].isupper()
    return is_part or (word[0].isupper() and words[0][0].isupper() and not understand(word, today))


def _after_to(words: list[str]) -> list[int]:
    return [at + 1 for at, word in enumerate(words[:-1]) if word.casefold() in LEADS_TO][:NAMES_TRIED]


def _small_words(words: list[str]) -> list[int]:
    return [at for at, word in enumerate(words) if at and len(word) > 1 and word not in NOBODY]


def _without_titles(name: str) -> str:
    """Bello of "Dr. Bello"; empty when all of it is titles."""
    words = name.split()
    while words and is_title(words[0]):
        words.pop(0)
    return " ".join(words)


def _without_to(words: list[str]) -> str:
    """What was promised of "to send the deck"."""
    return " ".join(words[1:] if len(words) > 1 and words[0].casefold() == "to" else words).strip(" ,:;-–—")


def _has_case(word: str) -> bool:
    return word.lower() != word.upper()
