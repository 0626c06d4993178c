"""The story of a relationship, read from what happened: notes, stages, touches, letters, offers, talks and promises, newest
first, in one statement. Nothing is written twice for it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.models import Contact, Stage

LENGTH = 20


@dataclass(frozen=True)
class Entry:
    """One thing that happened. What `text` and `aside` are, its kind says: see `SOURCES`."""

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


@dataclass(frozen=True)
class Source:
    """Where one kind of entry is read; the relation names the table, since higher apps are not imported."""

    kind: str
    relation: str
    at: str
    text: str
    aside: str = "''"
    minutes: str = "0"
    starts_at: str = "CAST(NULL AS timestamp with time zone)"
    only: str = "1 = 1"
    told_by: tuple[tuple[str, str, str], ...] = ()  # relation, instant, state: what happened then is told as theirs


# what happened at one moment is told in this order, the last first
SOURCES = (
    Source("closed", "promises", "closed_at", "what", "state", only="closed_at IS NOT NULL AND binned_at IS NULL"),
    Source("stage", "stage_changes", "at", "after", '"before"'),
    Source(
        "talk",
        "interviews",
        "CASE WHEN state = 'held' AND held_at < starts_at THEN held_at"  # they began early
        " WHEN state IN ('held', 'no_show') THEN starts_at ELSE created_at END",
        *("state", "medium", "minutes", "starts_at"),
        only="binned_at IS NULL",
    ),
    Source(
        "touch",
        "touches",
        "created_at",
        "CAST(happened_on AS text)",
        told_by=(("interviews", "held_at", "held"), ("promises", "closed_at", "kept")),
    ),
    Source("ask", "asks", "asked_at", "subject"),
    Source("offer", "offers", "created_at", "about", "state", only="state <> 'withdrawn'"),
    Source("promised", "promises", "created_at", "what", "whose", only="binned_at IS NULL"),
    Source("note", "notes", "created_at", "html", only="binned_at IS NULL"),
)


def read(contact: Contact, cursor: str = "") -> tuple[list[Entry], str]:
    """A screenful of the story before `cursor`, and the cursor to go on from; empty when that was all."""
    since = _read_cursor(cursor)
    values: dict[str, Any] = {"contact": contact.pk, "length": LENGTH + 1}
    if since:
        at, place, pk = since
        values |= {"since": connection.ops.adapt_datetimefield_value(at), "since_pk": pk}
        statement = _statement(place)
    else:
        statement = _statement(None)
    with connection.cursor() as rows:
        rows.execute(statement, values)
        entries = [_entry(*row) for row in rows.fetchall()]
    shown = [entry for entry in entries[:LENGTH] if entry.kind != "note" or entry.text]
    return shown, entries[LENGTH - 1].cursor if len(entries) > LENGTH else ""


@cache
def _statement(since_place: int | None) -> str:
    """Each source is cut to a screenful before they are laid together: a long story costs what a short one does."""
    arms = "\nUNION ALL ".join(_arm(place, source, since_place) for place, source in enumerate(SOURCES))
    return (
        "SELECT place, pk, happened_at, kind, words, aside, minutes, starts_at FROM "  # noqa: S608 - all from above
        f"({arms}) AS story ORDER BY happened_at DESC, place, pk DESC LIMIT %(length)s"
    )


def _arm(place: int, source: Source, since_place: int | None) -> str:
    only = " AND ".join([source.only, *(_untold(source.at, *told) for told in source.told_by)])
    return (
        f"SELECT * FROM (SELECT {place} AS place, id AS pk, {source.at} AS happened_at, '{source.kind}' AS kind, "  # noqa: S608
        f"{source.text} AS words, {source.aside} AS aside, {source.minutes} AS minutes, {source.starts_at} AS starts_at "
        f'FROM "{_table(source.relation)}" '
        f"WHERE contact_id = %(contact)s AND {only} AND {_before(place, source.at, since_place)} "
        f"ORDER BY happened_at DESC, id DESC LIMIT %(length)s) AS arm{place}"
    )


def _untold(at: str, relation: str, instant: str, state: str) -> str:
    """A talk that was held is a touch of the same instant, and so is a thank-you that was kept."""
    return (
        f'{at} NOT IN (SELECT {instant} FROM "{_table(relation)}" '  # noqa: S608
        f"WHERE contact_id = %(contact)s AND state = '{state}' AND binned_at IS NULL)"
    )


def _table(relation: str) -> str:
    return Contact._meta.get_field(relation).related_model._meta.db_table  # type: ignore[union-attr]  # a relation


def _before(place: int, at: str, since_place: int | None) -> str:
    if since_place is None:
        return "1 = 1"
    if place == since_place:
        return f"({at} < %(since)s OR ({at} = %(since)s AND id < %(since_pk)s))"
    return f"{at} {'<=' if place > since_place else '<'} %(since)s"


def _read_cursor(cursor: str) -> tuple[datetime, int, int] | None:
    """Nonsense is the beginning."""
    try:
        at, place, pk = cursor.split(":")
        since = datetime.fromtimestamp(float(at), UTC), int(place), int(pk[:18])
    except (ValueError, OverflowError, OSError):
        return None
    return since if 0 <= since[1] < len(SOURCES) else None


def _entry(place: int, pk: int, at: Any, kind: str, text: str, aside: str, minutes: int, starts_at: Any) -> Entry:
    return Entry(place, pk, _instant(at), kind, text, aside, minutes, starts_at and _instant(starts_at))


def _instant(value: datetime | str) -> datetime:
    """SQLite hands a raw query its text."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)
