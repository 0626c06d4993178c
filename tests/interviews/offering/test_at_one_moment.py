"""Two at one moment, and answers that come too late: a sentence, never an error, and nothing half done."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from base.private_links import press_for
from crm.models import Contact
from interviews.models import Interview, Offer
from interviews.offering import actions as offering
from interviews.planning import actions as planning
from interviews.replying import calendar_replies
from tests.factories import NOW, ContactFactory, CounterFactory, OfferFactory
from tests.interviews.planning.test_actions import TERMS
from tests.interviews.replying.test_replies import drop, ics

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", email="ana@nubank.example", time_zone="America/Los_Angeles")


@pytest.fixture
def interview(user, ana) -> Interview:
    return planning.plan(owner=user, contact=ana, now=NOW, agreed=TERMS)


def bump(*rows: Any) -> None:
    """Somebody else was faster."""
    for row in rows:
        type(row)._base_manager.filter(pk=row.pk).update(version=row.version + 7)


def during(monkeypatch, module: Any, name: str, *rows: Any) -> None:
    """The rows move on while this function runs, after the page has read them."""
    found = getattr(module, name)

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        bump(*rows)
        return found(*args, **kwargs)

    monkeypatch.setattr(module, name, meanwhile)


# --- days that no clock can show -------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [FIRST, LAST])
@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Los_Angeles"])
def test_a_talk_with_a_day_no_calendar_has_keeps_its_page(
    client: Client, user, interview: Interview, at: datetime, zone
):
    user.time_zone = zone
    user.save()
    Interview.objects.update(attendee_status="countered", attendee_at=at, attendee_starts_at=at)
    for page in (interview, interview.contact):
        assert client.get(page.get_absolute_url()).status_code == 200
    page = client.get(interview.get_absolute_url())
    assertContains(page, "proposes")
    assertNotContains(page, "Take this time")
    client.post(reverse("interview_take_their_time", args=[interview.pk]))
    interview.refresh_from_db()
    assert interview.starts_at.year == 2026


@pytest.mark.parametrize("day", ["99991231T235959Z", "00010101T000000Z"])
def test_such_a_day_is_refused_and_not_stored(client: Client, interview: Interview, day: str):
    start = f"DTSTART:{day}"
    assertContains(drop(client, interview, ics(interview, method="COUNTER", start=start)), "far from the talk")
    interview.refresh_from_db()
    assert (interview.attendee_status, interview.attendee_starts_at) == ("", None)


@pytest.mark.parametrize("at", [FIRST, LAST])
def test_an_offer_with_such_a_proposal_keeps_its_pages(client: Client, guest: Client, user, ana, at: datetime):
    offer = offering.offer(owner=user, contact=ana, terms=TERMS_OFFERED, now=NOW)
    Offer.objects.update(state="countered")
    CounterFactory(offer=offer)
    offer.counters.update(starts_at=at)
    token = offer.secret
    for browser, path in (
        (client, offer.get_absolute_url()),
        (client, reverse("today")),
        (guest, reverse("guest_offer", args=[token])),
    ):
        assert browser.get(path).status_code == 200


TERMS_OFFERED = offering.Terms(
    minutes=20, media=["phone", "video"], times=[datetime(2026, 12, day, 8, 0, tzinfo=UTC) for day in (1, 2, 3)]
)

# --- two at one moment -----------------------------------------------------------------------------------------------


def test_a_reply_while_the_talk_changes_is_said(client: Client, interview: Interview, monkeypatch):
    during(monkeypatch, calendar_replies, "read", interview)
    page = drop(client, interview, ics(interview))
    assert page.status_code == 302
    assertContains(client.get(page.url), "Nothing was changed: the talk with Ana")
    interview.refresh_from_db()
    assert interview.attendee_status == ""


@pytest.mark.parametrize("name", ["cancel", "uncancel", "hold", "unhold", "no_show", "invite"])
def test_a_verb_that_comes_too_late_is_said(client: Client, interview: Interview, monkeypatch, name: str):
    during(monkeypatch, planning, name, interview)
    url = reverse(f"interview_{name}", args=[interview.pk])
    assertContains(client.post(url, follow=True), "Nothing was changed")


def test_their_time_taken_while_the_talk_changes_is_said(client: Client, interview: Interview, monkeypatch):
    at = NOW + timedelta(days=9)
    Interview.objects.update(attendee_status="countered", attendee_at=NOW, attendee_starts_at=at)
    during(monkeypatch, planning, "change", interview)
    page = client.post(reverse("interview_take_their_time", args=[interview.pk]), follow=True)
    assertContains(page, "Nothing was changed")


def test_a_guest_who_moves_a_talk_that_changes_sees_what_stands(guest: Client, user, ana, monkeypatch):
    offer = offering.offer(owner=user, contact=ana, terms=TERMS_OFFERED, now=NOW)
    talk = offering.choose(offer=offer, answer=offering.Answer(TERMS_OFFERED.times[0], "phone"), now=NOW)
    during(monkeypatch, planning, "change", talk)
    token = offer.secret
    answer = {"slot": "20261203T0800Z", "medium": "video", "pressed": press_for(token)}
    page = guest.post(reverse("guest_move", args=[token]), answer)
    assert (page.status_code, page.url) == (302, reverse("guest_offer", args=[token]))
    assert user.interviews.get().starts_at == talk.starts_at


def test_a_guest_who_cancels_a_talk_that_changes_sees_what_stands(guest: Client, user, ana, monkeypatch):
    offer = offering.offer(owner=user, contact=ana, terms=TERMS_OFFERED, now=NOW)
    talk = offering.choose(offer=offer, answer=offering.Answer(TERMS_OFFERED.times[0], "phone"), now=NOW)
    during(monkeypatch, planning, "cancel", talk)
    token = offer.secret
    page = guest.post(reverse("guest_cancel", args=[token]), {"pressed": press_for(token)})
    assert (page.status_code, page.url) == (302, reverse("guest_offer", args=[token]))
    assert user.interviews.get().is_planned


# --- too late --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["cancel", "hold", "no_show"])
@pytest.mark.parametrize("method", ["REPLY", "COUNTER"])
def test_an_answer_to_a_talk_that_is_not_planned_is_refused(
    client: Client, interview: Interview, verb: str, method: str
):
    text = ics(interview, method=method, start="DTSTART:20261207T140000Z")
    getattr(planning, verb)(interview=interview, now=NOW)
    assertContains(drop(client, interview, text), "Nothing was changed")
    interview.refresh_from_db()
    assert interview.attendee_status == ""


def test_a_proposed_time_that_has_passed_is_not_taken(client: Client, user, ana):
    offer = OfferFactory(contact=ana, state="countered")
    counter = CounterFactory(offer=offer)
    offer.counters.update(starts_at=NOW - timedelta(minutes=1))
    page = client.post(reverse("counter_accept", args=[counter.pk]), follow=True)
    assertContains(page, "That time has passed")
    assert user.interviews.count() == 0


def test_a_guest_who_cancels_a_talk_reads_that_they_did(guest: Client, user, ana):
    offer = offering.offer(owner=user, contact=ana, terms=TERMS_OFFERED, now=NOW)
    offering.choose(offer=offer, answer=offering.Answer(TERMS_OFFERED.times[0], "phone"), now=NOW)
    token = offer.secret
    page = guest.post(reverse("guest_cancel", args=[token]), {"pressed": press_for(token)}, follow=True)
    assertContains(page, "You cancelled the talk, and Amara knows.")
    assertNotContains(page, "not now")


# --- limits ----------------------------------------------------------------------------------------------------------


def test_fifty_offers_wait_at_once(client: Client, user, ana):
    for _n in range(50):
        OfferFactory(owner=user, contact=ContactFactory(owner=user))
    url = reverse("offer_new", args=[ana.pk])
    typed = {
        "minutes": "20",
        "ways": ["phone"],
        "times-TOTAL_FORMS": "5",
        "times-INITIAL_FORMS": "0",
        "times-0-day": "2026-12-01",
        "times-0-at": "18:00",
        "message": "Kept words",
    }
    page = client.post(url, typed)
    assertContains(page, "50 offers wait for an answer.")
    assertContains(page, "Kept words")
    Offer.objects.filter(pk__in=Offer.objects.values("pk")[:1]).update(state="withdrawn")
    assert client.post(url, typed).status_code == 302
