"""Answers to an invitation: their calendar's file, and the links for mail programs that send none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from base.private_links import press_for
from crm.models import Contact
from interviews.calendars import uid
from interviews.models import Interview
from interviews.planning import actions as planning
from interviews.replying import calendar_replies
from outbox.kinds import KINDS, Composed
from tests.factories import NOW, ContactFactory
from tests.interviews.planning.test_actions import TERMS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", email="Ana@nubank.example", time_zone="Europe/Lisbon")


@pytest.fixture
def interview(user, ana) -> Interview:
    return planning.plan(owner=user, contact=ana, now=NOW, **TERMS)


def ics(interview: Interview, **other: Any) -> str:
    """As Google and Exchange write them."""
    known = {
        "method": "REPLY",
        "uid": uid(interview),
        "attendee": "mailto:ana@nubank.example",
        "partstat": "ACCEPTED",
        "stamp": "20261119T120500Z",
        "sequence": interview.invited_sequence,
        "start": "DTSTART:20261204T140000Z",
        "more": "",
    }
    known |= other
    lines = [
        "BEGIN:VCALENDAR",
        "PRODID:-//Somebody//Calendar//EN",
        "VERSION:2.0",
        f"METHOD:{known['method']}",
        "BEGIN:VEVENT",
        f"UID:{known['uid']}",
        f"ATTENDEE;PARTSTAT={known['partstat']};CN=Ana:{known['attendee']}",
        f"DTSTAMP:{known['stamp']}",
        f"SEQUENCE:{known['sequence']}",
        str(known["start"]),
        *([known["more"]] if known["more"] else []),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return "\r\n".join(lines)


def drop(client: Client, interview: Interview, text: str | bytes) -> Any:
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile("invite.ics", content, content_type="text/calendar")
    return client.post(reverse("interview_reply", args=[interview.pk]), {"file": file})


def status(interview: Interview) -> str:
    interview.refresh_from_db()
    return interview.attendee_status


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "kept"), [("ACCEPTED", "accepted"), ("DECLINED", "declined"), ("TENTATIVE", "tentative")]
)
def test_an_answer_is_applied_and_shown(client: Client, interview: Interview, said: str, kept: str):
    response = drop(client, interview, ics(interview, partstat=said))
    assertRedirects(response, interview.get_absolute_url(), fetch_redirect_response=False)
    assert status(interview) == kept
    assert interview.is_planned
    assertContains(client.get(interview.get_absolute_url()), {"tentative": "perhaps"}.get(kept, kept))


def test_pasted_text_does_as_well(client: Client, interview: Interview):
    client.post(reverse("interview_reply", args=[interview.pk]), {"text": ics(interview)})
    assert status(interview) == "accepted"


@pytest.mark.parametrize(
    "change",
    [
        {"attendee": "MAILTO:ANA@NUBANK.EXAMPLE"},
        {"attendee": "mailto:ana%40nubank.example"},
        {"attendee": "mailto: <ana@nubank.example>"},
        {"more": "COMMENT:Sorry\\, travelling"},
    ],
)
def test_exchange_writes_without_organiser_and_in_capitals(
    client: Client, interview: Interview, change: dict[str, str]
):
    drop(client, interview, ics(interview, partstat="DECLINED", **change))
    assert status(interview) == "declined"


def test_another_time_in_their_zone_can_be_taken(client: Client, interview: Interview, user):
    start = "DTSTART;TZID=America/New_York:20261207T093000"
    drop(client, interview, ics(interview, method="COUNTER", partstat="TENTATIVE", start=start))
    assert status(interview) == "countered"
    assert interview.attendee_starts_at == datetime(2026, 12, 7, 14, 30, tzinfo=UTC)
    assertContains(client.get(interview.get_absolute_url()), "proposes Monday 7 December, 15:30")
    client.post(reverse("interview_take_their_time", args=[interview.pk]))
    assert status(interview) == ""
    assert interview.starts_at == datetime(2026, 12, 7, 14, 30, tzinfo=UTC)
    assert user.outgoingmails.filter(kind="invitation").count() == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"uid": "another@event.example"}, "answers to another event"),
        ({"attendee": "mailto:mallory@evil.example"}, "answer of somebody else"),
        ({"attendee": ""}, "answer of somebody else"),
        ({"sequence": -1}, "older answer"),
        ({"more": "RECURRENCE-ID:20261204T140000Z"}, "one day of a series"),
        ({"method": "REQUEST"}, "This is no answer"),
        ({"method": "PUBLISH"}, "This is no answer"),
        ({"partstat": "NEEDS-ACTION"}, "whether it is a yes or a no"),
        ({"partstat": "DELEGATED"}, "whether it is a yes or a no"),
        ({"stamp": "yesterday"}, "Nothing was changed"),
        ({"method": "COUNTER", "start": "DTSTART;VALUE=DATE:20261207"}, "no zone I know"),
        ({"method": "COUNTER", "start": "DTSTART;TZID=Mars/Olympus:20261207T093000"}, "no zone I know"),
        ({"method": "COUNTER", "start": "SUMMARY:Without a time"}, "no zone I know"),
    ],
)
def test_what_is_no_answer_to_this_talk_is_refused(client: Client, interview: Interview, change: Any, said: str):
    assertContains(drop(client, interview, ics(interview, **change)), said)
    assert status(interview) == ""


def test_an_answer_to_the_invitation_before_is_stale(client: Client, interview: Interview):
    before = ics(interview)
    interview.sequence = interview.invited_sequence = 2
    interview.save()
    assertContains(drop(client, interview, before), "older answer")


def test_an_older_answer_does_not_replace_a_newer(client: Client, interview: Interview):
    drop(client, interview, ics(interview, stamp="20261119T115500Z", partstat="DECLINED"))
    assertContains(drop(client, interview, ics(interview, stamp="20261119T110000Z")), "older answer")
    assert status(interview) == "declined"


def test_a_clock_in_the_far_future_silences_nobody(client: Client, interview: Interview):
    drop(client, interview, ics(interview, stamp="29991231T000000Z"))
    assert status(interview) == "accepted"
    assert interview.attendee_at == NOW


@pytest.mark.parametrize(
    "junk",
    [b"", b" ", b"\x00", b"\xff\xfe\x00", b"hello", b"BEGIN:VCALENDAR", b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", b"x" * 300_000,
     b"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n", "\ud800".encode("utf-8", "surrogatepass")],
)  # fmt: skip
def test_junk_gets_a_sentence(client: Client, interview: Interview, junk: bytes):
    response = drop(client, interview, junk)
    assert response.status_code == 200
    assertContains(response, "banner--late")
    assert status(interview) == ""


WRITTEN = {
    "utf-16": lambda text: text.encode("utf-16"),
    "doubled CR": lambda text: text.replace("\r\n", "\r\r\n").encode(),
    "words after it": lambda text: text.encode() + b"\r\nsent from my phone\r\n",
    "its own header": lambda text: b"Content-Type: text/calendar; charset=utf-8\r\n\r\n" + text.encode(),
    "blanks before the end of lines": lambda text: text.replace("\r\n", "  \r\n").encode(),
}


@pytest.mark.parametrize("how", WRITTEN)
def test_a_file_that_was_handed_on_carelessly_is_read(client: Client, interview: Interview, how: str):
    drop(client, interview, WRITTEN[how](ics(interview)))
    assert status(interview) == "accepted"


def test_a_damaged_file_is_called_so(client: Client, interview: Interview):
    assertContains(
        drop(client, interview, ics(interview).replace("VERSION:2.0", "no line of a calendar")), "is damaged"
    )


def test_of_two_lines_about_them_the_one_that_answers_counts(client: Client, interview: Interview):
    more = "ATTENDEE;PARTSTAT=DECLINED:mailto:ana@nubank.example"
    drop(client, interview, ics(interview, partstat="NEEDS-ACTION", more=more))
    assert status(interview) == "declined"


def test_two_events_in_one_file_are_refused(interview: Interview):
    text = ics(interview)
    event = text[text.index("BEGIN:VEVENT") : text.index("END:VCALENDAR")]
    with pytest.raises(calendar_replies.RefusedError, match="several events"):
        calendar_replies.read(text.replace("END:VCALENDAR", event + "END:VCALENDAR").encode(), interview)


def test_a_new_invitation_asks_anew(client: Client, interview: Interview):
    drop(client, interview, ics(interview))
    interview.refresh_from_db()
    planning.change(interview=interview, now=NOW, **{**TERMS, "minutes": 30})
    assert status(interview) == ""


def test_the_database_pairs_an_answer_with_its_date(interview: Interview):
    with pytest.raises(IntegrityError), transaction.atomic():
        Interview.objects.filter(pk=interview.pk).update(attendee_status="accepted")


def test_somebody_elses_talk_takes_no_answer(client: Client, stranger):
    theirs = planning.plan(owner=stranger, contact=ContactFactory(owner=stranger), now=NOW, **TERMS)
    assert drop(client, theirs, ics(theirs)).status_code == 404


# --- links ------------------------------------------------------------------------------------------------------------


def path(interview: Interview, answer: str = "yes") -> str:
    token = interview.answer_url(answer, interview.invited_sequence).split("/")[-3]
    return reverse(f"guest_{answer}", args=[token])


def press(interview: Interview, answer: str = "yes") -> dict[str, str]:
    return {"pressed": press_for(path(interview, answer).split("/")[2])}


def test_the_invitation_carries_both_links(interview: Interview, user):
    found = KINDS["invitation"].compose(user.outgoingmails.get(), NOW)
    assert isinstance(found, Composed)
    text = found.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert interview.answer_url("yes", 0) in text
    assert interview.answer_url("no", 0) in text


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_opening_a_link_changes_nothing(guest: Client, interview: Interview, answer: str):
    response = guest.get(path(interview, answer))
    assert response.status_code == 200
    assert response["Referrer-Policy"] == "no-referrer"
    assert not response.cookies
    assert status(interview) == ""


@pytest.mark.parametrize(("answer", "kept", "said"), [("yes", "accepted", "yes"), ("no", "declined", "no")])
def test_pressing_answers_and_tells_me_once(
    guest: Client, interview: Interview, user, answer: str, kept: str, said: str
):
    for _n in range(2):
        guest.post(path(interview, answer), press(interview, answer))
    assert status(interview) == kept
    mail = user.outgoingmails.get(kind="replied")
    found = KINDS["replied"].compose(mail, NOW)
    assert isinstance(found, Composed)
    assert str(found.message["Subject"]).startswith(f"Ana says {said} to ")
    assertContains(guest.get(path(interview, answer)), f"You said {said}")


def test_pressing_without_having_opened_does_nothing(guest: Client, interview: Interview):
    guest.post(path(interview), {"pressed": press_for("another")})
    assert status(interview) == ""


def test_a_mind_can_change(guest: Client, interview: Interview):
    guest.post(path(interview, "yes"), press(interview, "yes"))
    guest.post(path(interview, "no"), press(interview, "no"))
    assert status(interview) == "declined"


@pytest.mark.parametrize("how", ["cancelled", "moved", "over"])
def test_a_link_of_the_past_says_so(guest: Client, interview: Interview, how: str):
    url, pressed = path(interview), press(interview)
    if how == "cancelled":
        planning.cancel(interview=interview, now=NOW)
    elif how == "moved":
        planning.change(interview=interview, now=NOW, **{**TERMS, "minutes": 30})
    else:
        Interview.objects.update(starts_at=NOW - timedelta(days=1))
    assert guest.post(url, pressed).status_code == 410
    assert guest.get(url).status_code == 410
    assert status(interview) == ""


@pytest.mark.parametrize("token", ["x", "00~0.forged", "a" * 500])
def test_a_forged_link_is_not_there(guest: Client, interview: Interview, token: str):
    assert guest.get(reverse("guest_yes", args=[token])).status_code == 404
