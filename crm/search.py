"""Finding people, and one page of them. Two engines behind it: what is said here is LIKE over one folded column, bounded by
the owner first; `crm.indexes.SearchIndex` is what makes it fast on either."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from accounts.models import User
from base.text import fold
from crm.models import Contact, ContactQuerySet

PAGE, FOUND_PAGE = 50, 25  # a search fragment is drawn at every pause of the fingers: it is short
LIST_CAP, SEARCH_CAP = 10_000, 100
MOST_WORDS = 8
ROW = ("pk", "name", "name_key", "role", "stage", "last_touch_on", "organisation__name", "owed", "late", "awaited")

Row = dict[str, Any]  # one person as a list shows them, by the names of ROW


def find(contacts: ContactQuerySet, words: str) -> ContactQuerySet:
    """Those in whose text every word stands, wherever and however accented."""
    for word in fold(words).split()[:MOST_WORDS]:
        contacts = contacts.filter(search_text__contains=word)
    return contacts


def named(owner: User, words: str) -> list[Contact]:
    """The contacts called that, at most three: by the whole name, else by its beginning ("Li" for Li Wei)."""
    key = fold(words)[:300]
    people = owner.contacts.alive().select_related("organisation").in_list_order()
    return (
        list(people.filter(name_key=key)[:3]) or list(people.filter(name_key__startswith=f"{key} ")[:3]) if key else []
    )


@dataclass(frozen=True)
class Page:
    """One page of people in list order. `count` is capped: with `is_more` it says "more than"."""

    people: list[Row]
    count: int
    is_more: bool
    earlier: str  # the cursors of the neighbouring pages; empty where there is none
    later: str

    @property
    def count_in_words(self) -> str:
        return f"{self.count:,}"


@dataclass(frozen=True)
class Cursor:
    """Where a page begins or ends: the key of a row, so that any depth costs the same. Nonsense is the first page."""

    name_key: str = ""
    pk: int = 0
    is_backwards: bool = False

    @classmethod
    def read(cls, after: str, before: str) -> "Cursor":
        pk, _, name_key = (before or after).replace("\0", "").partition(":")
        if not (pk.isascii() and pk.isdigit() and len(pk) < 19 and name_key):
            return cls()
        return cls(name_key, int(pk), is_backwards=bool(before))


def cursor_of(person: Row) -> str:
    return f"{person['pk']}:{person['name_key']}"


def page(
    owner: User, contacts: ContactQuerySet, cursor: Cursor, *, today: date, is_search: bool, is_narrowed: bool = False
) -> Page:
    """Two statements: how many, and the rows. A search finds both the count and its first page in one scan.

    `is_narrowed` by anything else than words, such as stages: then another index than that of the list may be the short way.
    """
    size, cap = (FOUND_PAGE, SEARCH_CAP) if is_search else (PAGE, LIST_CAP)
    if is_search and not cursor.pk:
        found = list(contacts.in_list_order().values_list("pk", flat=True)[: cap + 1])
        people = _rows(owner, found[: size + 1], today) if found else []
        count = len(found)
    else:
        # everybody is counted in list order: its index is enough, where Postgres would else read ten thousand people
        counted = contacts.order_by() if is_search or is_narrowed else contacts.in_list_order()
        count = counted.values("pk")[: cap + 1].count()
        # the rows are fetched after their keys were found: a scan through an index touches only what is shown
        keys = _keys(contacts, cursor).values("pk")[: size + 1]
        people = _rows(owner, keys, today)
    has_more, people = len(people) > size, _cut(people, size, cursor)
    return Page(
        people=people,
        count=min(count, cap),
        is_more=count > cap,
        earlier=cursor_of(people[0]) if people and (has_more if cursor.is_backwards else cursor.pk) else "",
        later=cursor_of(people[-1]) if people and (cursor.is_backwards or has_more) else "",
    )


def _keys(contacts: ContactQuerySet, cursor: Cursor) -> ContactQuerySet:
    if cursor.is_backwards:
        return contacts.before(cursor.name_key, cursor.pk).order_by("-name_key", "-id")
    return contacts.in_list_order().after(cursor.name_key, cursor.pk) if cursor.pk else contacts.in_list_order()


def _cut(people: list[Row], size: int, cursor: Cursor) -> list[Row]:
    return people[-size:] if cursor.is_backwards else people[:size]


def _rows(owner: User, keys: QuerySet[Any, Any] | list[int], today: date) -> list[Row]:
    """What a row shows, with what is open between us, in one statement. Put down as it is: to compose it anew for each
    page cost more than to run it. The tables of higher apps are named by their relations."""
    if isinstance(keys, list):
        wanted, values = ", ".join(["%s"] * len(keys)), tuple(keys)
    else:
        wanted, values = keys.query.sql_with_params()
    promise = Contact._meta.get_field("promises").related_model._meta.db_table
    with connection.cursor() as rows:
        rows.execute(ROWS.format(promise=promise, wanted=wanted), (today, owner.pk, *values))
        return [_row(*row) for row in rows.fetchall()]


ROWS = """
SELECT c.id, c.name, c.name_key, c.role, c.stage, c.last_touch_on, o.name,
  count(p.id) FILTER (WHERE p.whose = 'mine'), count(p.id) FILTER (WHERE p.whose = 'mine' AND p.due_on < %s),
  count(p.id) FILTER (WHERE p.whose = 'theirs')
FROM crm_contact c
LEFT JOIN crm_organisation o ON o.id = c.organisation_id
LEFT JOIN {promise} p ON p.contact_id = c.id AND p.state = 'open' AND p.binned_at IS NULL
WHERE c.owner_id = %s AND c.id IN ({wanted})
GROUP BY c.id, o.name
ORDER BY c.name_key, c.id
"""


def _row(*row: Any) -> Row:
    """SQLite hands a raw query its text for a date."""
    person = dict(zip(ROW, row, strict=True))
    if isinstance(person["last_touch_on"], str):
        person["last_touch_on"] = date.fromisoformat(person["last_touch_on"])
    return person


def facet_counts(owner: User) -> dict[str, int]:
    """How many people each box of the filter would show, by `name:value`; asked for when the filter is opened."""
    people = owner.contacts.alive().order_by()
    counts = {f"stage:{stage}": n for stage, n in people.values_list("stage").annotate(n=Count("pk"))}
    counts |= {
        f"tag:{tag}": n for tag, n in people.filter(tags__isnull=False).values_list("tags").annotate(n=Count("pk"))
    }
    for whose in ("mine", "theirs"):
        counts[f"owes:{whose}"] = people.owing(whose).count()
    return counts
