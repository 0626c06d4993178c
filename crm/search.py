"""Finding people, and one page of them. Two engines behind it: what is said here is LIKE over one folded column, bounded by
the owner first; `crm.indexes.SearchIndex` is what makes it fast on either."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import reduce
from operator import and_, or_

from django.db.models import Count, F, Q, QuerySet, Value
from django.db.models.functions import Replace

from accounts.models import User
from base.counting import CAP
from base.names import is_east_asian, is_title
from base.paging import Order, Page, read_page
from base.text import fold, is_number, searched, spellings
from crm.models import Contact, ContactQuerySet

BY_NAME = Order("name_key")
MOST_WORDS = 8


def find(contacts: ContactQuerySet, words: str) -> ContactQuerySet:
    """Those in whose text every word stands, wherever, however accented and spelled."""
    all_stand = reduce(and_, map(_stands, words.split()[:MOST_WORDS]), Q())
    number = "".join(words.split())
    return contacts.filter(all_stand | _stands(number) if is_number(number) else all_stand)


def _stands(word: str) -> Q:
    return reduce(or_, (Q(search_text__contains=way) for way in searched(word) if way), Q())


def named(owner: User, words: str) -> list[Contact]:
    """The contacts called that, at most three, by the first of the ways below that finds any. A title is no part of the name."""
    # the walk over all names reads the index `contact_list` alone; the three that it finds are read by their keys
    ways = _ways(owner.contacts.alive().in_list_order().values_list("pk", flat=True), words)
    keys = next((found for way in ways if (found := list(way[:3]))), [])
    people = owner.contacts.filter(pk__in=keys).select_related("organisation").in_list_order()
    return list(people) if keys else []


def _ways(people: QuerySet[Contact, int], words: str) -> Iterator[QuerySet[Contact, int]]:
    """By the whole name, by its beginning ("Li" for Li Wei) or how they are called, by its end, by what is between ("Amina" for
    Dr. Amina Bello), without its marks ("oneill" for O'Neill); between East Asian names there need not be a space."""
    untitled = " ".join(word for word in words.split() if not is_title(word)) or words
    keys = [key[:300] for key in dict.fromkeys([*spellings(words), *spellings(untitled)]) if key]
    if not keys:
        return
    yield people.filter(name_key__in=keys)
    yield people.filter(
        reduce(or_, (Q(name_key__startswith=f"{key} ") for key in keys), Q(called__iexact=words.strip()))
    )
    yield people.filter(reduce(or_, (Q(name_key__endswith=f" {key}") for key in keys)))
    yield people.filter(reduce(or_, (Q(name_key__contains=f" {key} ") for key in keys)))
    yield _loosely(people, untitled)


def _loosely(people: QuerySet[Contact, int], words: str) -> QuerySet[Contact, int]:
    """Without apostrophes, full stops and hyphens, which a name is typed with and without; East Asian ones without spaces."""
    left_out = {"'": "", ".": "", "-": " ", **({" ": ""} if is_east_asian(words) else {})}
    key, gap = fold(words)[:300], "" if " " in left_out else " "
    column: F | Replace = F("name_key")
    for mark, other in left_out.items():
        key, column = key.replace(mark, other), Replace(column, Value(mark), Value(other))
    is_it = Q(plain=key) | Q(plain__startswith=f"{key}{gap}") | Q(plain__endswith=f"{gap}{key}")
    return people.alias(plain=column).filter(is_it) if key else people.none()


def read_people(people: ContactQuerySet, query: Mapping[str, str], today: date) -> tuple[Page[Contact], int]:
    """Two statements: the rows of a page, with `owed`, `late` and `awaited`; and how many there are, up to the cap, unless one
    page shows them all: the words of a search are looked for in every row once, and not twice."""
    page = read_page(people, BY_NAME, query, show=lambda few: few.as_rows(today))
    return page, len(page.rows) if page.is_whole else people.order_by().values("pk")[: CAP + 1].count()


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
