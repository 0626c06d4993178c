"""Every calendar file we write, from where it is written to the oracle: the invitation, its update, the cancellation, the
contact's and the owner's own file and the feed, around the hours in which clocks change."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from base.private_links import hash_of
from interviews import calendars
from interviews.models import Interview, Offer
from interviews.offering import actions as offering
from interviews.planning import actions as planning
from outbox.kinds import KINDS, Composed
from tests.factories import NOW, CalendarFeedFactory, ContactFactory, PromiseFactory
from tests.interviews.planning.test_actions import leaves
from tests.interviews.subscribing.url_cases import SECRET
from tests.interviews.test_calendars import findings

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.one_database]
ADDRESS, WEEK = "ana@people.example", timedelta(days=7)
CHANGES = {  # when clocks go forward and back in 2027
    "Europe/Stockholm": (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), datetime(2027, 10, 31, 1, 0, tzinfo=UTC)),
    "America/New_York": (datetime(2027, 3, 14, 7, 0, tzinfo=UTC), datetime(2027, 11, 7, 6, 0, tzinfo=UTC)),
    "Australia/Sydney": (datetime(2027, 10, 2, 16, 0, tzinfo=UTC), datetime(2027, 4, 3, 16, 0, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2027, 10, 2, 15, 30, tzinfo=UTC), datetime(2027, 4, 3, 15, 0, tzinfo=UTC)),
    "America/Santiago": (datetime(2027, 9, 5, 4, 0, tzinfo=UTC), datetime(2027, 4, 4, 3, 0, tzinfo=UTC)),
}  # of half an hour in Lord Howe, at midnight in Santiago
NEVER = ("Asia/Kolkata", "Asia/Tokyo")
ZONES = {**CHANGES, **dict.fromkeys(NEVER, CHANGES["Europe/Stockholm"])}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


MOMENTS = [
    pytest.param(zone, change + timedelta(minutes=minutes), id=f"{zone} {name} {minutes:+}")
    for zone, both in ZONES.items()
    for name, change in zip(("forward", "back"), both, strict=True)
    for minutes in (-30, -10, 0, 50)
]


def offered(user, zone: str, starts_at: datetime) -> Offer:
    user.time_zone = zone
    user.save()
    contact = ContactFactory(owner=user, name="Ana Souza", email=ADDRESS, time_zone="Europe/Lisbon")
    terms = offering.Terms(minutes=20, media=["phone"], times=[starts_at, starts_at + WEEK], about="Gauges")
    return offering.offer(owner=user, contact=contact, terms=terms, now=NOW)


def chosen(offer: Offer, starts_at: datetime, *, moving: bool = False) -> Interview:
    return offering.choose(offer=offer, answer=offering.Answer(starts_at, "phone", "+1"), moving=moving, now=NOW)


def file_in(mail) -> bytes:
    """The calendar of a mail as it would leave."""
    written = KINDS[mail.kind].compose(mail, NOW)
    assert isinstance(written, Composed), written
    message: EmailMessage = written.message
    (found,) = (part for part in message.walk() if part.get_content_type() == "application/ics")
    return found.get_payload(decode=True)


def newest(user, kind: str) -> bytes:
    return file_in(user.outgoingmails.filter(kind=kind).order_by("pk").last())


def utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize("zone", CHANGES)
def test_clocks_do_change_then(zone):
    def ahead(at: datetime) -> timedelta | None:
        return at.astimezone(ZoneInfo(zone)).utcoffset()

    forward, back = CHANGES[zone]
    assert ahead(forward) > ahead(forward - timedelta(minutes=1))
    assert ahead(back) < ahead(back - timedelta(minutes=1))


@pytest.mark.parametrize(("zone", "starts_at"), MOMENTS)
def test_every_file_of_a_talk_passes_the_oracle(user, client: Client, guest: Client, tmp_path: Path, zone, starts_at):
    CalendarFeedFactory(owner=user, secret_hash=hash_of(SECRET))
    offer = offered(user, zone, starts_at)
    talk = chosen(offer, starts_at)
    PromiseFactory(contact=talk.contact, due_on=starts_at.date())
    known = {"minutes": 20, "uid": calendars.uid(talk), "organizer": user.email, "attendee": [ADDRESS]}

    request = newest(user, "invitation")
    leaves(talk)
    own_files = [
        guest.get(reverse("guest_offer", args=[offer.new_secret()]) + "talk.ics").content,
        client.get(f"/interviews/{talk.pk}/talk.ics").content,
        guest.get(f"/feed/{SECRET}.ics").content,
    ]
    offer.refresh_from_db()
    chosen(offer, starts_at + WEEK, moving=True)
    update = newest(user, "invitation")
    leaves(talk)
    talk.refresh_from_db()
    planning.cancel(interview=talk, now=NOW)
    cancel = newest(user, "cancellation")

    (tmp_path / "request.ics").write_bytes(request)
    (tmp_path / "update.ics").write_bytes(update)
    assert findings(request, "request", **known, sequence=0, start_utc=utc(starts_at)) == []
    assert [found for written in own_files for found in findings(written, "feed")] == []
    before = {"previous": str(tmp_path / "request.ics"), "start_utc": utc(starts_at + WEEK)}
    assert findings(update, "request", **known, sequence=1, **before) == []
    before["previous"] = str(tmp_path / "update.ics")
    assert findings(cancel, "cancel", **known, sequence=2, **before) == []


def test_feed_of_all_those_moments_at_once_passes_the_oracle(user, guest: Client):
    CalendarFeedFactory(owner=user, secret_hash=hash_of(SECRET))
    for n, (zone, both) in enumerate(ZONES.items()):
        for change in both:
            for minutes in (-70, -10, 10):
                starts_at = change + timedelta(hours=5 * n, minutes=minutes)
                chosen(offered(user, zone, starts_at), starts_at)
    assert findings(guest.get(f"/feed/{SECRET}.ics").content, "feed") == []
