"""What lies in the bin: contacts, notes and promises, newest first, for 30 days; then it is purged."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import CharField, F, IntegerField, Q, TextField, Value
from django.db.models.functions import Cast, Substr
from django.utils import timezone

from accounts.models import User

LENGTH = 50
DAYS = 30
START = 200  # how much of a note is shown
KINDS = ("contact", "note", "promise")


@dataclass(frozen=True)
class Binned:
    place: int
    pk: int
    at: datetime
    text: str
    contact: str
    version: int

    @property
    def kind(self) -> str:
        return KINDS[self.place]

    @property
    def restore(self) -> str:
        """The name of the URL that brings it back."""
        return f"{self.kind}_restore"

    @property
    def cursor(self) -> str:
        return f"{self.at.timestamp():.6f}:{self.place}:{self.pk}"

    @property
    def purged_on(self) -> date:
        return timezone.localdate(self.at + timedelta(days=DAYS))


def read(owner: User, cursor: str = "") -> tuple[list[Binned], str]:
    """A page of the bin before `cursor`, and the cursor of the next; empty when that was all."""
    since = _read_cursor(cursor)
    alive = {"contact__binned_at__isnull": True}  # what is in the bin with its contact comes back with it
    arms = (
        (owner.contacts.binned(), F("name"), Value(""), F("version")),
        (
            owner.notes.filter(binned_at__isnull=False, **alive),
            Substr("body", 1, START),
            F("contact__name"),
            F("version"),
        ),
        (owner.promises.filter(binned_at__isnull=False, **alive), F("what"), F("contact__name"), F("version")),
    )
    first, *rest = [_newest(place, since, *arm) for place, arm in enumerate(arms)]
    rows = first.union(*rest, all=True).order_by("-binned_at", "kind_no", "-pk")[: LENGTH + 1]
    found = [Binned(*row) for row in rows]
    return found[:LENGTH], found[LENGTH - 1].cursor if len(found) > LENGTH else ""


def _newest(
    place: int, since: tuple[datetime, int, int] | None, rows: Any, text: Any, contact: Any, version: Any
) -> Any:
    """Each kind is cut to a page before they are laid together."""
    if since:
        rows = rows.filter(_before(place, *since))
    shown = {
        "kind_no": Value(place, IntegerField()),
        "words": Cast(text, TextField()),
        "of": Cast(contact, CharField()),
        "was": Cast(version, IntegerField()),
    }
    keys = rows.order_by("-binned_at", "-pk").values("pk")[: LENGTH + 1]
    return (
        rows.order_by()
        .filter(pk__in=keys)
        .annotate(**shown)
        .values_list("kind_no", "pk", "binned_at", "words", "of", "was")
    )


def _before(place: int, at: datetime, since_place: int, pk: int) -> Q:
    if place > since_place:
        return Q(binned_at__lte=at)
    return Q(binned_at__lt=at) | Q(binned_at=at, pk__lt=pk) if place == since_place else Q(binned_at__lt=at)


def _read_cursor(cursor: str) -> tuple[datetime, int, int] | None:
    """Nonsense is the beginning."""
    try:
        at, place, pk = cursor.split(":")
        return datetime.fromtimestamp(float(at), UTC), int(place), int(pk[:18])
    except (ValueError, OverflowError, OSError):
        return None
