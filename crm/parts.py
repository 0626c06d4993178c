"""What hangs on a contact: each app offers its share in its `contact_parts.py`, found at start (crm/apps.py). `rows` is
always the name of a relation, as in `owner.promises` and `contact.promises`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Value

from accounts.models import User
from base.text import fold

LONGEST_SEARCHED = 400_000  # characters of one contact: some hundred long notes
ALL = Q()


@dataclass(frozen=True)
class Words:
    """Words by which contacts are found: those in the column `text`, of the rows that fit. Every verb that changes them calls
    `contact.refresh_search_text()` in its transaction."""

    rows: str  # of the owner
    text: Any
    where: Q = ALL
    contact: str = "contact"

    def read(self, owner: User, contacts: Sequence[int]) -> "QuerySet[Any, Any]":
        """The contact's key, the row's own, and the words."""
        rows: QuerySet[Any, Any] = getattr(owner, self.rows).filter(self.where, **{f"{self.contact}__in": contacts})
        return rows.order_by().values_list(self.contact, "pk", self.text)


@dataclass(frozen=True)
class Entries:
    """One kind of entry of a contact's story, by the names of its columns. What `text` and `aside` are, the kind says: both are
    text. `rank` orders the kinds that happened at one moment, the last first."""

    kind: str
    rank: int
    rows: str  # of the contact
    at: Any
    text: Any = ""
    aside: Any = ""
    where: Q = ALL
    since: str = ""  # an earlier instant that belongs to it; needed where `at` is no column
    more: tuple[str, ...] = ()  # columns that are read for the entries of a page alone


WORDS: list[Words] = []
STORY: list[Entries] = []
MOVED: set[str] = set()


def offer(*parts: Words | Entries, moved: Iterable[str]) -> None:
    """Called once by each `contact_parts.py`. `moved` names the foreign keys, as "crm.Note.contact", that are to point to the
    other contact when two are merged into one."""
    WORDS.extend(part for part in parts if isinstance(part, Words))
    STORY.extend(part for part in parts if isinstance(part, Entries))
    STORY.sort(key=lambda entries: entries.rank)
    MOVED.update(moved)


def words_of(owner: User, contacts: Sequence[int]) -> dict[int, list[str]]:
    """By contact, everything the apps have said that it is found by, in one statement: each app's words, the newest first."""
    first, *rest = [
        words.read(owner, contacts).annotate(place=Value(place, IntegerField())) for place, words in enumerate(WORDS)
    ]
    found: dict[int, list[str]] = defaultdict(list)
    for contact, _pk, words, _place in sorted(first.union(*rest, all=True), key=lambda row: (row[3], -row[1])):
        found[contact].append(words)
    return found


def search_text(words: Iterable[str]) -> str:
    """Folded, as search compares it."""
    return fold(" ".join(part for part in words if part)[:LONGEST_SEARCHED])
