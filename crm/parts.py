"""What hangs on a contact: each app offers its share in its `contact_parts.py`, found at start (crm/apps.py)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import DateTimeField, IntegerField, QuerySet, TextField, Value
from django.db.models.functions import Cast

from accounts.models import User
from base.text import fold

LONGEST_SEARCHED = 400_000  # characters of one contact: some hundred long notes

NO_TEXT, NO_MINUTES, NO_INSTANT = Value(""), Value(0), Value(None, DateTimeField())

ReadWords = Callable[[User, Sequence[int]], "QuerySet[Any, Any]"]

WORDS: list[ReadWords] = []


@dataclass(frozen=True)
class Source:
    """Where one kind of entry of a story is read: `read` makes the queryset of a contact. `rank` orders the kinds that
    happened at one moment, the last first."""

    kind: str
    rank: int
    read: Callable[[Any], "QuerySet[Any, Any]"]


STORY: list[Source] = []
TOUCHES: list[Callable[[Any], "QuerySet[Any, Any]"]] = []


def found_by(read: ReadWords) -> ReadWords:
    """Registers a function that makes a queryset of words by which some contacts of an owner are found: a `values_list` of
    the contact's key, the row's own, and the words. Every verb that changes such words calls
    `contact.refresh_search_text()` in its transaction."""
    WORDS.append(read)
    return read


def told_in_story(kind: str, rank: int) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Registers a function that makes the queryset of one kind of entry, as `entry` annotates it."""

    def register(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
        STORY.append(Source(kind, rank, read))
        STORY.sort(key=lambda source: source.rank)
        return read

    return register


def is_touch(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Registers a function that reads at which instants something of its app was a touch: it is told as that, and once."""
    TOUCHES.append(read)
    return read


def entry(
    rows: "QuerySet[Any, Any]",
    at: Any,
    text: Any,
    aside: Any = NO_TEXT,
    minutes: Any = NO_MINUTES,
    starts_at: Any = NO_INSTANT,
) -> "QuerySet[Any, Any]":
    """What an entry of the story is made of. What `text` and `aside` are, its kind says."""
    told: QuerySet[Any, Any] = rows.annotate(
        happened_at=at,
        entry_text=Cast(text, TextField()),
        entry_aside=Cast(aside, TextField()),
        entry_minutes=Cast(minutes, IntegerField()),
        entry_starts_at=starts_at,
    )
    return told


def words_of(owner: User, contacts: Sequence[int]) -> dict[int, list[str]]:
    """By contact, everything the apps have said that it is found by, in one statement: each app's words, the newest first."""
    first, *rest = [
        read(owner, contacts).order_by().annotate(place=Value(place, IntegerField()))
        for place, read in enumerate(WORDS)
    ]
    found: dict[int, list[str]] = defaultdict(list)
    for contact, _pk, words, _place in sorted(first.union(*rest, all=True), key=lambda row: (row[3], -row[1])):
        found[contact].append(words)
    return found


def search_text(words: Iterable[str]) -> str:
    """Folded, as search compares it."""
    return fold(" ".join(part for part in words if part)[:LONGEST_SEARCHED])
