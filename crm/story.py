"""The story of a relationship, read from what happened: notes, stages, touches, letters, offers, talks and promises, newest
first, in one statement. Nothing is written twice for it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Value
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Contact, Stage
from crm.parts import STORY, Source

LENGTH = 20


@dataclass(frozen=True)
class Entry:
    """One thing that happened. What `text` and `aside` are, its kind says: see each app's `contact_parts.py`."""

    place: int
    pk: int
    at: datetime
    kind: str
    text: str
    aside: str
    minutes: int
    starts_at: datetime | None

    @property
    def cursor(self) -> str:
        return f"{self.at.timestamp():.6f}:{self.place}:{self.pk}"

    @property
    def is_kept(self) -> bool:
        return self.kind == "closed" and self.aside == "kept"

    @property
    def html(self) -> SafeString:
        """Of a note: cleaned by nh3 when it was written."""
        return mark_safe(self.text)  # noqa: S308

    @property
    def icon(self) -> str:
        """The drawing on the knot, by its lucide name."""
        by_aside = {"mine": "arrow-up-right", "theirs": "arrow-down-left", "kept": "check", "let_go": "wind"}
        by_medium = {"phone": "phone", "video": "video", "in_person": "map-pin"}
        by_kind = {"note": "file-text", "touch": "message-circle", "ask": "mail", "offer": "clock"}
        return by_kind.get(self.kind) or {**by_aside, **by_medium}.get(self.aside, "info")

    @property
    def stage_name(self) -> str:
        return str(Stage(self.text).label)

    @property
    def stage_before(self) -> str:
        return str(Stage(self.aside).label)

    @property
    def length(self) -> str:
        """ "20 minutes by phone" """
        how = {"phone": _("by phone"), "video": _("by video"), "in_person": _("in person")}
        minutes = ngettext("%(n)d minute", "%(n)d minutes", self.minutes) % {"n": self.minutes}
        return f"{minutes} {how.get(self.aside, '')}".strip()

    @property
    def spoke_on(self) -> date | None:
        """The day of a touch, when it is not the day it was written down."""
        day = date.fromisoformat(self.text)
        return day if day != timezone.localdate(self.at) else None


def read(contact: Contact, cursor: str = "") -> tuple[list[Entry], str]:
    """A screenful of the story before `cursor`, and the cursor to go on from; empty when that was all."""
    since = _read_cursor(cursor)
    first, *rest = [_newest(place, source, contact, since) for place, source in enumerate(STORY)]
    rows = first.union(*rest, all=True).order_by("-happened_at", "place", "-pk")[: LENGTH + 1]
    entries = [Entry(place, pk, at, STORY[place].kind, *more) for place, pk, at, *more in rows]
    shown = [entry for entry in entries[:LENGTH] if entry.kind != "note" or entry.text]
    return shown, entries[LENGTH - 1].cursor if len(entries) > LENGTH else ""


def _newest(
    place: int, source: Source, contact: Contact, since: tuple[datetime, int, int] | None
) -> QuerySet[Any, Any]:
    """Each kind is cut to a screenful before they are laid together: a long story costs what a short one does."""
    rows = source.read(contact)
    if since:
        rows = rows.filter(_before(place, *since))
    keys = rows.order_by("-happened_at", "-pk").values("pk")[: LENGTH + 1]
    shown: QuerySet[Any, Any] = (
        source.read(contact).filter(pk__in=keys).order_by().annotate(place=Value(place, IntegerField()))
    )
    entry = ("happened_at", "entry_text", "entry_aside", "entry_minutes", "entry_starts_at")
    return shown.values_list("place", "pk", *entry)


def _before(place: int, at: datetime, since_place: int, pk: int) -> Q:
    if place > since_place:
        return Q(happened_at__lte=at)
    return Q(happened_at__lt=at) | Q(happened_at=at, pk__lt=pk) if place == since_place else Q(happened_at__lt=at)


def _read_cursor(cursor: str) -> tuple[datetime, int, int] | None:
    """Nonsense is the beginning."""
    try:
        at, place, pk = cursor.split(":")
        since = datetime.fromtimestamp(float(at), UTC), int(place), int(pk[:18])
    except (ValueError, OverflowError, OSError):
        return None
    return since if 0 <= since[1] < len(STORY) else None
