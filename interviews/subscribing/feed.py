"""The entries of the user's calendar feed: talks, and promises on their day. Names, times and places; no notes."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from base.owned import Stale
from base.private_links import hash_of
from crm.models import Stage
from interviews.models import Agreed, AttendeeStatus, CalendarFeed, Interview, InterviewState
from interviews.models.offering import SECRET_BYTES

KEPT_BACK = timedelta(days=90)  # how long a talk stays in the calendar after it was held
AT_MOST = 500  # of each
UNSURE = (AttendeeStatus.DECLINED, AttendeeStatus.COUNTERED, AttendeeStatus.TENTATIVE)
WRITTEN_AS = "1"  # changes with how an entry is written, so that calendars read it anew


@dataclass(frozen=True)
class Entry:
    """One event. With `agreed` it has its time, else it takes the whole `day`."""

    uid: UUID
    summary: str
    lines: tuple[str, ...]
    url: str
    sequence: int = 0
    status: str = "CONFIRMED"
    where: str = ""
    agreed: Agreed | None = None
    day: date | None = None


@dataclass(frozen=True)
class Feed:
    entries: list[Entry]

    @property
    def etag(self) -> str:
        """Weak: the same entries are stamped with another time when they are written again."""
        said = repr((WRITTEN_AS, settings.SITE_URL, self.entries))
        return f'W/"{sha256(said.encode("utf-8", "replace")).hexdigest()[:32]}"'


def read_feed(owner: User, now: datetime) -> Feed:
    """All that is shown, from the last quarter of a year on; where that is too much, the oldest is left out."""
    since = now - KEPT_BACK
    talks = owner.interviews.alive().filter(is_logged=False, state__in=[InterviewState.PLANNED, InterviewState.HELD])
    promises = owner.promises.alive().open().mine().exclude(contact__stage=Stage.DROP, stands_after_drop=False)
    shown = talks.filter(starts_at__gte=since).select_related("contact").last_first()[:AT_MOST]
    owed = promises.filter(due_on__gte=owner.today(since)).select_related("contact")
    return Feed(
        [_talk(talk) for talk in shown] + [_promise(owing) for owing in owed.order_by("-due_on", "-pk")[:AT_MOST]]
    )


def note_read(feed: CalendarFeed, now: datetime) -> None:
    """Notes in the cache when the calendar last read the feed, for the user to see."""
    cache.set(_key(feed), now, timeout=KEPT_BACK.total_seconds())


def last_read(feed: CalendarFeed) -> datetime | None:
    """None when it is not known."""
    found: datetime | None = cache.get(_key(feed))
    return found


def _key(feed: CalendarFeed) -> str:
    """Of this owner and this link: a new one has not been read yet."""
    return f"feed:{feed.owner_id}:{feed.secret_hash[:16]}"


def _talk(talk: Interview) -> Entry:
    agreed = talk.agreed
    return Entry(
        uid=talk.uid,
        sequence=talk.sequence,
        summary=f"{talk.contact.name}: {agreed.said}",
        status="TENTATIVE" if talk.is_planned and talk.attendee_status in UNSURE else "CONFIRMED",
        where=agreed.where,
        lines=(f"{agreed.said}, {agreed.where}" if agreed.where else agreed.said,),
        url=settings.SITE_URL + talk.get_absolute_url(),
        agreed=agreed,
    )


def _promise(promise: Any) -> Entry:
    told = {"name": promise.contact.first_name, "what": promise.what}
    return Entry(
        uid=promise.uid,
        summary=_("You owe %(name)s: %(what)s") % told,
        lines=(_("Promised on %(day)s.") % {"day": date_format(promise.promised_on, "j F Y")},),
        url=settings.SITE_URL + promise.get_absolute_url(),
        day=promise.due_on,
    )


def make_link(*, owner: User, feed: CalendarFeed | None, now: datetime) -> str:
    """Makes a new secret, shown once; the former one, of `feed`, opens nothing from now on."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    fields = {"secret_hash": hash_of(secret), "made_at": now}
    if feed:
        feed.change(feed.version, **fields, off_at=None)
        return secret
    there, is_made = owner.calendarfeeds.get_or_create(owner=owner, defaults=fields)
    if not is_made:
        raise Stale(there)
    return secret
