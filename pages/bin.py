"""What lies in the bin: contacts, notes and promises, the newest first, until it is purged."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet, Value
from django.db.models.functions import Substr
from django.utils import timezone

from accounts.models import User
from base.paging import SIZE, Place, read_place
from crm.jobs import DAYS_IN_BIN

START = 200  # how much of a note is shown
KINDS = ("contact", "note", "promise")


@dataclass(frozen=True)
class Binned:
    place: Place
    text: str
    contact: str
    version: int

    @property
    def kind(self) -> str:
        return KINDS[self.place.kind]

    @property
    def restore(self) -> str:
        """The name of the URL that brings it back."""
        return f"{self.kind}_restore"

    @property
    def purged_on(self) -> date:
        return timezone.localdate(self.place.at + timedelta(days=DAYS_IN_BIN))


def read_bin(owner: User, cursor: str = "") -> tuple[list[Binned], str]:
    """A page of the bin, and where to go on from; empty when that was all. A page of each kind is read, and the first of them
    all are shown."""
    since = read_place(cursor)
    rows = [
        Binned(Place(at, kind, pk), text, contact, version)
        for kind, binned in enumerate(_kinds(owner))
        for pk, at, text, contact, version in _page(binned, kind, since)
    ]
    rows.sort(key=lambda row: (row.place.at, -row.place.kind, row.place.pk), reverse=True)
    return rows[:SIZE], str(rows[SIZE - 1].place) if len(rows) > SIZE else ""


def _kinds(owner: User) -> list[QuerySet[Any, Any]]:
    """In the order of KINDS. What is in the bin with its contact comes back with it, and is not shown beside it."""
    alone = {"binned_at__isnull": False, "contact__binned_at__isnull": True}
    return [
        owner.contacts.binned().values_list("pk", "binned_at", "name", Value(""), "version"),
        owner.notes.filter(**alone).values_list(
            "pk", "binned_at", Substr("body", 1, START), "contact__name", "version"
        ),
        owner.promises.filter(**alone).values_list("pk", "binned_at", "what", "contact__name", "version"),
    ]


def _page(binned: QuerySet[Any, Any], kind: int, since: Place | None) -> QuerySet[Any, Any]:
    if since:
        binned = binned.filter(since.beyond(kind, "binned_at"))
    return binned.order_by("-binned_at", "-pk")[: SIZE + 1]
