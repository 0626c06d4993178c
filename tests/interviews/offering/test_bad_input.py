"""Whatever a calendar file or an Undo says ends in a page or a sentence, never in an error."""

from urllib.parse import urlencode

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from interviews.models import Interview, Offer
from interviews.offering import actions as offering
from interviews.planning import actions as planning
from tests.factories import NOW, AskFactory, CalendarFeedFactory, CounterFactory
from tests.interviews.planning.test_actions import TERMS
from tests.interviews.replying.test_replies import ics

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.no_cover]  # counting lines doubles its time
BAD = (
    *("\0", "a\0b", "\ud800", "é\udfff", "\u202e\u2066x", "\ufeff", "\x85\u2028", "'\"><x hx-post=/ hx-trigger=load>"),
    *("0001-01-01", "9999-12-31", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "99991231T235959Z", "00:00", "24:60"),
    *("10" + "0" * 17, "10" + "0" * 18, "-1", "0", "1e9", "٣", "²", "NaN", "inf", "true"),
    *("http://[", "https://" + "x" * 500, "x" * 5000, "javascript:alert(1)", "Mars/Olympus", "../../etc/passwd", "Etc/GMT+2"),
    *("in 999 years", "999 weeks from now", "31 february", "next", "12/31/9999"),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def talk(offer: Offer) -> Interview:
    at = offer.slots.order_by("starts_at").first().starts_at  # type: ignore[union-attr]
    return offering.choose(offer=offer, answer=offering.Answer(at, "video", "here", "a word"), now=NOW)


def test_versions_in_addresses(client: Client, talk: Interview, offer: Offer):
    counter, feed, ask = (
        CounterFactory(offer=offer),
        CalendarFeedFactory(owner=offer.owner),
        AskFactory(contact=offer.contact),
    )
    assert feed
    paths = [
        reverse(f"interview_{verb}", args=[talk.pk]) for verb in ("cancel", "uncancel", "hold", "unhold", "invite")
    ]
    paths += [reverse(f"counter_{verb}", args=[counter.pk]) for verb in ("accept", "decline", "undecline")]
    paths += [reverse(f"ask_{verb}", args=[ask.pk]) for verb in ("wait", "close", "reopen", "take_back")]
    paths += [reverse(f"calendar_feed_{verb}") for verb in ("new", "off", "on")]
    paths += [reverse("offer_withdraw", args=[offer.pk])]
    for path in paths:
        for value in BAD:
            query = urlencode({"v": value}, errors="surrogatepass")
            assert client.post(f"{path}?{query}").status_code < 500, (path, value)


LINES = (
    "METHOD",
    "UID",
    "DTSTAMP",
    "SEQUENCE",
    "DTSTART",
    "COMMENT",
    "PRODID",
    "RECURRENCE-ID",
    "ATTENDEE;PARTSTAT=ACCEPTED",
)


@pytest.mark.parametrize("name", LINES)
def test_lines_of_a_calendar_file(client: Client, user, misaki, name: str):
    talk = planning.plan(owner=user, contact=misaki, now=NOW, **TERMS)
    for value in BAD:
        text = ics(talk, method="COUNTER", attendee="mailto:misaki@riken.example").split("\r\n")
        lines = [line for line in text if not line.startswith(name + ":")]
        lines.insert(lines.index("BEGIN:VEVENT") + (name not in ("METHOD", "PRODID")), f"{name}:{value}")
        file = SimpleUploadedFile("a.ics", "\r\n".join(lines).encode("utf-8", "surrogatepass"))
        answer = client.post(reverse("interview_reply", args=[talk.pk]), {"file": file})
        assert answer.status_code < 500, value
        if answer.status_code == 302:  # it was taken, and is shown from now on
            assert client.get(talk.get_absolute_url()).status_code == 200, value
