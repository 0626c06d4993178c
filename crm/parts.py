"""What hangs on a contact: each app offers its share in its `contact_parts.py`, found at start (crm/apps.py)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import IntegerField, QuerySet, Value

from accounts.models import User
from base.text import fold

LONGEST_SEARCHED = 400_000  # characters of one contact: some hundred long notes

ReadWords = Callable[[User, Sequence[int]], "QuerySet[Any, Any]"]

WORDS: list[ReadWords] = []


def found_by(read: ReadWords) -> ReadWords:
    """Registers a function that makes a queryset of words by which some contacts of an owner are found: a `values_list` of
    the contact's key, the row's own, and the words. Every verb that changes such words calls
    `contact.refresh_search_text()` in its transaction."""
    WORDS.append(read)
    return read


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
