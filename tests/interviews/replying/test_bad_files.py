"""Whatever a calendar file says ends in a page or a sentence, never in an error."""

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from interviews.planning import actions as planning
from tests.factories import NOW, ContactFactory
from tests.interviews.planning.test_actions import TERMS
from tests.interviews.replying.test_replies import ics

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.one_database]
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
def test_lines_of_a_calendar_file(client: Client, user: User, name: str):
    misaki = ContactFactory(owner=user, name="Misaki Tanaka", email="misaki@riken.example", time_zone="Asia/Tokyo")
    talk = planning.plan(owner=user, contact=misaki, now=NOW, agreed=TERMS)
    for value in BAD:
        text = ics(talk, method="COUNTER", attendee="mailto:misaki@riken.example").split("\r\n")
        lines = [line for line in text if not line.startswith(name + ":")]
        lines.insert(lines.index("BEGIN:VEVENT") + (name not in ("METHOD", "PRODID")), f"{name}:{value}")
        file = SimpleUploadedFile("a.ics", "\r\n".join(lines).encode("utf-8", "surrogatepass"))
        answer = client.post(reverse("interview_reply", args=[talk.pk]), {"file": file})
        assert answer.status_code < 500, value
        if answer.status_code == 302:  # it was taken, and is shown from now on
            assert client.get(talk.get_absolute_url()).status_code == 200, value
