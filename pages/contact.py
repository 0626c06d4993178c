"""What the page of a contact is made of: how it stands between us, what is open, and the story so far, read from what each app
offers in its `contact_parts.py`. Nothing is written twice for it."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Value
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.templatetags.keepword import ago
from base.paging import Place, read_place
from base.zones import time_there
from crm.models import Contact, Stage
from crm.parts import STORY, Entries
from followups.models import Promise
from interviews.models import Interview, InterviewState, minutes_by

PROMISES = 5
ENTRIES = 8
SHARING = 3
LED_TO = 5
TALKS = 8  # planned and held, the last ones
PAST = 3  # with a card of their own; the story tells of all
PERSON = (  # what the page shows of its contact; the texts it is found by are long
    *("owner", "version", "name", "called", "role", "email", "phone", "linkedin_url", "website", "place", "time_zone"),
    *(
        "how_met",
        "met_on",
        "connected_on",
        "created_at",
        "stage",
        "rhythm_count",
        "rhythm_unit",
        "last_touch_on",
        "touch_on",
    ),
    *("organisation__name", "introduced_by__name", "introduced_by__binned_at"),
)
STORY_OF = {  # what the story can be narrowed to, by the kinds of its entries
    "talks": (gettext_lazy("Talks"), {"talk", "moved"}),
    "notes": (gettext_lazy("Notes"), {"note", "touch"}),
    "promises": (gettext_lazy("Promises"), {"promise"}),
    "mails": (gettext_lazy("Mails"), {"ask", "offer"}),
}
ICONS = {  # by what an entry says beside, or by its kind
    "mine": "arrow-up-right",
    "theirs": "arrow-down-left",
    "kept": "check",
    "let_go": "wind",
    "phone": "phone",
    "video": "video",
    "in_person": "map-pin",
    "note": "file-text",
    "touch": "message-circle",
    "moved": "calendar",
    "ask": "mail",
    "offer": "clock",
}


@dataclass(frozen=True)
class Entry:
    """One thing that happened. What `text`, `aside` and `more` are, its kind says: see each app's `contact_parts.py`."""

    place: int
    pk: int
    at: datetime
    text: str
    aside: str
    since: datetime  # when it was promised, or when the talk was to be; else the same instant
    more: dict[str, Any] = field(default_factory=dict)  # by column, see `more` of its Entries

    @property
    def kind(self) -> str:
        return STORY[self.place].kind

    @property
    def is_kept(self) -> bool:
        return self.kind == "promise" and self.aside == "kept"

    @property
    def is_closed(self) -> bool:
        return self.kind == "promise" and self.aside in ("kept", "let_go")

    @property
    def html(self) -> SafeString:
        """Of a note: cleaned by nh3 when it was written."""
        return mark_safe(str(self.more["html"]))  # noqa: S308

    @property
    def icon(self) -> str:
        """The drawing on the knot, by its lucide name."""
        return ICONS.get(self.kind) or ICONS.get(self.aside, "info")

    @property
    def stage_name(self) -> str:
        return str(Stage(self.text).label)

    @property
    def stage_before(self) -> str:
        return str(Stage(self.aside).label)

    @property
    def length(self) -> str:
        return minutes_by(self.more["minutes"], self.aside)

    @property
    def only_day(self) -> date | None:
        """Of a talk that was logged afterwards: nobody knows at what time it was."""
        return timezone.localdate(self.at) if self.more.get("is_logged") else None

    @property
    def promised_on(self) -> date:
        return timezone.localdate(self.since)

    @property
    def spoke_on(self) -> date | None:
        """The day of a touch, when it is not the day it was written down."""
        day = date.fromisoformat(self.text)
        return day if day != timezone.localdate(self.at) else None


@dataclass(frozen=True)
class ContactPage:
    """Everything about one person."""

    contact: Contact
    today: date
    now: datetime
    promises: list[Promise]  # open, the most urgent first
    has_more_promises: bool
    interview: Interview | None  # the next
    later_talks: list[Interview]  # planned after it
    unsuited: list[Interview]  # planned, and they declined it or proposed another time
    asked_about: list[Interview]  # planned, and their time has passed: did you talk?
    past: list[Interview]  # held, the latest first, each with its debrief
    has_more_past: bool
    tags: list[tuple[int, str]]  # key and name
    also_of: list[Contact]  # others with the same e-mail
    story: list[Entry]
    story_later: str  # where the story goes on; empty when that was all
    time_there: str

    @property
    def next_step(self) -> str:
        """What the one main button of the page is for: "prepare" a talk, its "room" on the day, its "debrief", or "decide"."""
        if self.asked_about or self.unsuited:
            return ""  # their rows ask
        if self.interview:
            return "room" if self.interview.local_day == self.today else "prepare"
        if self.past and self.past[0].debrief_waits:
            return "debrief"
        return "decide"

    @property
    def last_touch(self) -> str:
        """ "today", "yesterday", "7 days ago" """
        on = self.contact.last_touch_on
        if on is None:
            return ""
        said = ago(on, self.today)
        return said if (self.today - on).days < 2 else _("%s ago") % said


def read_contact(owner: User, pk: int, cursor: str, now: datetime, only: str = "") -> ContactPage:
    """Http404 when there is nobody of that key, or in the bin."""
    led_to = owner.contacts.alive().filter(introduced_by=OuterRef("pk"))
    people = owner.contacts.alive().select_related("organisation", "introduced_by").annotate(has_led=Exists(led_to))
    contact = get_object_or_404(people.only(*PERSON), pk=pk)
    promises = list(contact.promises.open().slim().most_urgent_first()[: PROMISES + 1])
    story, story_later = read_story(contact, cursor, only)
    talks = list(contact.interviews.with_debrief().last_first()[:TALKS])
    for talk in talks:
        talk.contact = contact
    planned = [talk for talk in reversed(talks) if talk.is_planned]
    held = [talk for talk in talks if talk.is_held]
    coming = [talk for talk in planned if talk.ends_at > now and not talk.is_unsuited]
    sharing = owner.contacts.sharing(contact.email.lower()).exclude(pk=pk).only("name", "called", "owner")[:SHARING]
    return ContactPage(
        contact=contact,
        today=owner.today(now),
        now=now,
        promises=promises[:PROMISES],
        has_more_promises=len(promises) > PROMISES,
        interview=coming[0] if coming else None,
        later_talks=coming[1:],
        unsuited=[talk for talk in planned if talk.ends_at > now and talk.is_unsuited],
        asked_about=[talk for talk in planned if talk.ends_at <= now],
        past=held[:PAST],
        has_more_past=len(held) > PAST,
        tags=list(contact.tags.order_by("name_key").values_list("pk", "name")),
        also_of=list(sharing) if contact.email else [],
        story=story,
        story_later=story_later,
        time_there=time_there(contact.time_zone, owner.zone, now),
    )


@dataclass(frozen=True)
class LedTo:
    """Whom one contact led me to, the latest first, each with `talked_at`; `more` did not fit."""

    people: list[Contact]
    more: int


def read_led_to(contact: Contact) -> LedTo:
    """Two queries."""
    talks = contact.owner.interviews.alive()
    held = talks.filter(contact=OuterRef("pk"), state=InterviewState.HELD).order_by("-starts_at")
    introduced = contact.introduced.alive().order_by("-created_at", "-pk")
    people = introduced.annotate(talked_at=Subquery(held.values("starts_at")[:1])).only(
        "introduced_by", "owner", "name", "stage"
    )
    shown = list(people[:LED_TO])
    return LedTo(shown, introduced.order_by().count() - len(shown))


def read_story(contact: Contact, cursor: str = "", only: str = "") -> tuple[list[Entry], str]:
    """A screenful of the story, or of what stands in STORY_OF under `only`, and where to go on from; empty when that was all. One query says in short what happened, and
    one for each kind of them, as for notes and for talks, what more there is to tell."""
    since = read_place(cursor)
    wanted = STORY_OF[only][1] if only in STORY_OF else {part.kind for part in STORY}
    first, *rest = [_happened(contact, place, part, since) for place, part in enumerate(STORY) if part.kind in wanted]
    rows = list(first.union(*rest, all=True).order_by("-happened_at", "place", "-pk")[: ENTRIES + 1])
    entries = [Entry(*row) for row in rows[:ENTRIES]]
    last = entries[-1] if len(rows) > ENTRIES else None
    for place, part in enumerate(STORY):
        if part.more:
            entries = _with_more(entries, place, contact)
    # a note of nothing but promises is told by these
    told = [entry for entry in entries if entry.kind != "note" or entry.html]
    return told, str(Place(last.at, last.place, last.pk)) if last else ""


def _happened(contact: Contact, place: int, part: Entries, since: Place | None) -> QuerySet[Any, Any]:
    """The entries of one kind, in the columns of `Entry`."""
    rows = getattr(contact, part.rows).filter(part.where)
    happened_at = F(part.at) if isinstance(part.at, str) else part.at
    rows = rows.annotate(place=Value(place), happened_at=happened_at, earlier=F(part.since or part.at))
    if since:
        rows = rows.filter(since.beyond(place, "happened_at"))
    columns = ("place", "pk", "happened_at", part.text or Value(""), part.aside or Value(""), "earlier")
    return rows.order_by().values_list(*columns)  # type: ignore[no-any-return]  # of a relation that is named by a string


def _with_more(entries: list[Entry], place: int, contact: Contact) -> list[Entry]:
    """The entries of one kind with the columns that are read for those of a page alone."""
    part, keys = STORY[place], [entry.pk for entry in entries if entry.place == place]
    if not keys:
        return entries
    found = {row.pop("pk"): row for row in getattr(contact, part.rows).filter(pk__in=keys).values("pk", *part.more)}
    return [replace(entry, more=found[entry.pk]) if entry.place == place else entry for entry in entries]
