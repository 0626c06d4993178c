"""Answers to an invitation: their calendar's file, and the links for mail programs that send none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse
from icalendar import Calendar
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from base.private_links import press_for
from crm.models import Contact
from interviews.calendars import uid
from interviews.models import Interview
from interviews.planning import actions as planning
from interviews.planning.mails import plan_confirmations
from interviews.replying import calendar_replies
from outbox.kinds import KINDS, Composed
from outbox.models import OutgoingMail
from tests.factories import NOW, ContactFactory
from tests.interviews.planning.test_actions import TERMS, moved

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
    return planning.plan(owner=user, contact=ana, now=NOW, agreed=TERMS)


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


def test_an_older_answer_replaces_a_newer_only_when_i_say_so(client: Client, interview: Interview):
    """Google's answers carry the DTSTAMP of the invitation."""
    drop(client, interview, ics(interview, stamp="20261119T115500Z", partstat="DECLINED"))
    asked = drop(client, interview, ics(interview, stamp="20261119T110000Z"))
    assertContains(asked, "This answer is older than the one that stands: declined.")
    assert status(interview) == "declined"
    client.post(reverse("interview_reply", args=[interview.pk]), agreed_to(asked))
    assert status(interview) == "accepted"


def test_the_same_answer_once_more_asks_nothing(client: Client, interview: Interview):
    drop(client, interview, ics(interview, stamp="20261119T115500Z"))
    drop(client, interview, ics(interview, stamp="20261119T110000Z"))
    assert status(interview) == "accepted"
    assert interview.attendee_at == datetime(2026, 11, 19, 11, 55, tzinfo=UTC)


# --- from another address ---------------------------------------------------------------------------------------------


def agreed_to(response: Any) -> dict[str, str]:
    """What the button "Yes" of the page sends."""
    return {"text": response.context["form"].reply.text, "counts": "on"}


def test_another_address_is_asked_about_once(client: Client, interview: Interview, ana):
    asked = drop(client, interview, ics(interview, attendee="mailto:ana.s@home.example", partstat="DECLINED"))
    assertContains(asked, "It comes from ana.s@home.example. Is that Ana?")
    assert status(interview) == ""
    client.post(reverse("interview_reply", args=[interview.pk]), agreed_to(asked))
    assert status(interview) == "declined"
    assert [other.address for other in ana.other_emails.all()] == ["ana.s@home.example"]
    assert "ana.s@home.example" in client.get(ana.get_absolute_url()).text.replace("<wbr>", "")
    drop(client, interview, ics(interview, attendee="mailto:ana.s@home.example", stamp="20261119T120600Z"))
    assert status(interview) == "accepted"


def test_undo_forgets_the_other_address_too(client: Client, interview: Interview, ana):
    asked = drop(client, interview, ics(interview, attendee="mailto:ana.s@home.example"))
    client.post(reverse("interview_reply", args=[interview.pk]), agreed_to(asked))
    interview.refresh_from_db()
    client.post(reverse("interview_unsay", args=[interview.pk]) + f"?v={interview.version}")
    assert status(interview) == ""
    assert not ana.other_emails.exists()


def test_of_two_other_addresses_nobody_knows_which(client: Client, interview: Interview):
    more = "ATTENDEE;PARTSTAT=DECLINED:mailto:two@home.example"
    answer = drop(client, interview, ics(interview, attendee="mailto:one@home.example", more=more))
    assertContains(answer, "answer of somebody else")


def test_the_owner_is_not_taken_for_the_contact(client: Client, interview: Interview, user):
    assertContains(drop(client, interview, ics(interview, attendee=f"mailto:{user.email}")), "answer of somebody else")


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE;PARTSTAT=ACCEPTED;EMAIL=ana@nubank.example:/aMTIz/principal/",
        "ATTENDEE;PARTSTAT=ACCEPTED;EMAIL=Ana@Nubank.example:urn:uuid:d779b846-b6e3-472c-b1f2-4026f442a12f",
        'ATTENDEE;PARTSTAT=ACCEPTED;EMAIL="mailto:ana@nubank.example":invalid:nomail',
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:%20ana%40nubank.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:Ana Souza <ana@nubank.example>",
        "ATTENDEE;PARTSTAT=ACCEPTED:ana@nubank.example",
        "ATTENDEE;PARTSTAT=ACCEPTED:MAILTO: ana@NUBANK.example ",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@nubank.example?subject=Accepted",
        'ATTENDEE;PARTSTAT=ACCEPTED;SENT-BY="mailto:office@nubank.example":mailto:ana@nubank.example',
    ],
)
def test_an_address_is_hers_however_it_is_written(client: Client, interview: Interview, line: str):
    known = ics(interview)
    drop(client, interview, known.replace("ATTENDEE;PARTSTAT=ACCEPTED;CN=Ana:mailto:ana@nubank.example", line))
    assert status(interview) == "accepted"


# --- words, length, by hand -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("COMMENT:Sorry\\, call my office at +49 30 5550123\\nand they find another day.",
         ["Sorry, call my office at +49 30 5550123", "and they find another day."]),
        ("COMMENT;LANGUAGE=en-US:I am away\r\nCOMMENT:Until Monday", ["I am away", "Until Monday"]),
        ("ATTENDEE;PARTSTAT=DECLINED;X-RESPONSE-COMMENT=\"On a train, then\":mailto:ana@nubank.example",
         ["On a train, then"]),
    ],
)  # fmt: skip
def test_their_words_are_on_the_page_and_stay_with_them(
    client: Client, interview: Interview, ana, more: str, words: list[str]
):
    drop(client, interview, ics(interview, partstat="DECLINED", more=more))
    for part in words:
        assertContains(client.get(interview.get_absolute_url()), part)
        assert part in ana.notes.get().body


@pytest.mark.parametrize(
    ("lines", "minutes"),
    [
        ("DTSTART:20261211T170000Z\r\nDTEND:20261211T174500Z", 45),
        ("DTSTART:20261211T170000Z\r\nDURATION:PT45M", 45),
        ("DTSTART;TZID=Europe/Lisbon:20261211T170000\r\nDTEND;TZID=Europe/Lisbon:20261211T173000", 30),
        ("DTSTART:20261211T170000Z\r\nDTEND:20261212T170000Z", None),
        ("DTSTART:20261211T170000Z\r\nDTEND:20261211T160000Z", None),
        ("DTSTART:20261211T170000Z", None),
    ],
)
def test_another_time_keeps_its_length(client: Client, interview: Interview, lines: str, minutes: int | None):
    drop(client, interview, ics(interview, method="COUNTER", start=lines))
    assert status(interview) == "countered"
    assert interview.attendee_minutes == minutes
    client.post(reverse("interview_take_their_time", args=[interview.pk]))
    interview.refresh_from_db()
    assert interview.minutes == (minutes or 20)


def test_a_proposal_is_said_with_both_clocks_and_its_length(client: Client, interview: Interview, ana):
    ana.time_zone = "America/Vancouver"
    ana.save()
    drop(client, interview, ics(interview, method="COUNTER", start="DTSTART:20261211T170000Z\r\nDURATION:PT45M"))
    page = " ".join(client.get(interview.get_absolute_url()).content.decode().split())
    assert "Ana proposes Friday 11 December, 18:00 (10:00 in Vancouver), 45 minutes" in page


@pytest.fixture
def countered(client: Client, interview: Interview) -> Interview:
    drop(client, interview, ics(interview, method="COUNTER", start="DTSTART:20261211T170000Z"))
    interview.refresh_from_db()
    return interview


def test_a_time_that_does_not_suit_me_is_declined_by_mail(client: Client, countered: Interview, user):
    client.post(reverse("interview_refuse_their_time", args=[countered.pk]))
    mail = user.outgoingmails.get(kind="not-then")
    found = KINDS["not-then"].compose(mail, NOW)
    assert isinstance(found, Composed)
    files = [part for part in found.message.walk() if part.get_content_type() in ("text/calendar", "application/ics")]
    assert [part.get_param("method") for part in files] == ["DECLINECOUNTER", None]
    for part in files:
        calendar = Calendar.from_ical(part.get_payload(decode=True))
        (event,) = calendar.walk("VEVENT")
        assert (calendar["METHOD"], event["UID"], event["SEQUENCE"]) == ("DECLINECOUNTER", uid(countered), 0)
    page = client.get(countered.get_absolute_url())
    assertNotContains(page, "Take this time")
    assertContains(page, "You said that it does not suit you")


def test_the_refusal_of_their_time_has_an_undo(client: Client, countered: Interview, user):
    client.post(reverse("interview_refuse_their_time", args=[countered.pk]))
    countered.refresh_from_db()
    client.post(reverse("interview_reconsider_their_time", args=[countered.pk]) + f"?v={countered.version}")
    assert user.outgoingmails.get(kind="not-then").state == "cancelled"
    assertContains(client.get(countered.get_absolute_url()), "Take this time")
    client.post(reverse("interview_refuse_their_time", args=[countered.pk]))
    assert user.outgoingmails.filter(kind="not-then", state="pending").count() == 1


def test_a_talk_that_stands_is_confirmed_the_day_before(client: Client, countered: Interview, user):
    Interview.objects.update(confirm_them=True)
    evening = datetime(2026, 12, 3, 20, 0, tzinfo=UTC)
    assert plan_confirmations(evening) == 0  # their proposal waits for me
    client.post(reverse("interview_refuse_their_time", args=[countered.pk]))
    assert plan_confirmations(evening) == 1


def test_taking_their_time_has_an_undo_while_the_mail_waits(client: Client, countered: Interview, user):
    before = (countered.starts_at, countered.invited_sequence)
    OutgoingMail.objects.update(state="sent", sent_at=F("not_before"), fence_at=F("not_before"))
    client.post(reverse("interview_take_their_time", args=[countered.pk]))
    countered.refresh_from_db()
    assert countered.starts_at == datetime(2026, 12, 11, 17, 0, tzinfo=UTC)
    client.post(reverse("interview_untake_their_time", args=[countered.pk]) + f"?v={countered.version}")
    assert status(countered) == "countered"
    assert (countered.starts_at, countered.invited_sequence) == before
    assert countered.attendee_starts_at == datetime(2026, 12, 11, 17, 0, tzinfo=UTC)
    assert (countered.moved_at, countered.moved_from) == (None, None)
    states = user.outgoingmails.filter(kind="invitation").order_by("pk").values_list("state", flat=True)
    assert list(states) == ["sent", "cancelled"]


def test_taking_their_time_stands_once_the_mail_has_left(client: Client, countered: Interview):
    client.post(reverse("interview_take_their_time", args=[countered.pk]))
    OutgoingMail.objects.filter(state="pending").update(state="sent", sent_at=F("not_before"), fence_at=F("not_before"))
    countered.refresh_from_db()
    undo = reverse("interview_untake_their_time", args=[countered.pk]) + f"?v={countered.version}"
    assertContains(client.post(undo, follow=True), "Nothing was changed")
    assert status(countered) == ""
    client.post(reverse("interview_unsay", args=[countered.pk]) + f"?v={countered.version}")
    assert countered.starts_at == Interview.objects.get().starts_at


@pytest.mark.parametrize(("answer", "kept"), [("yes", "accepted"), ("perhaps", "tentative"), ("no", "declined")])
def test_an_answer_is_recorded_by_hand_with_undo(client: Client, interview: Interview, answer: str, kept: str):
    drop(client, interview, ics(interview, partstat="DECLINED", more="COMMENT:Away"))
    client.post(reverse(f"interview_said_{answer}", args=[interview.pk]))
    assert status(interview) == kept
    client.post(reverse("interview_unsay", args=[interview.pk]) + f"?v={interview.version}")
    assert (status(interview), interview.attendee_comment) == ("declined", "Away")


def test_an_undo_that_comes_late_changes_nothing(client: Client, interview: Interview):
    client.post(reverse("interview_said_no", args=[interview.pk]))
    interview.refresh_from_db()
    old = interview.version
    client.post(reverse("interview_said_yes", args=[interview.pk]))
    client.post(reverse("interview_unsay", args=[interview.pk]) + f"?v={old}")
    assert status(interview) == "accepted"


def test_a_refused_file_offers_the_same(client: Client, interview: Interview):
    assertContains(drop(client, interview, b"hello"), reverse("interview_said_perhaps", args=[interview.pk]))


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
    planning.change(interview=interview, now=NOW, agreed=moved(minutes=30))
    assert status(interview) == ""


def test_the_database_pairs_an_answer_with_its_date(interview: Interview):
    with pytest.raises(IntegrityError), transaction.atomic():
        Interview.objects.filter(pk=interview.pk).update(attendee_status="accepted")


def test_somebody_elses_talk_takes_no_answer(client: Client, stranger):
    theirs = planning.plan(owner=stranger, contact=ContactFactory(owner=stranger), now=NOW, agreed=TERMS)
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


@pytest.mark.parametrize("answer", ["yes", "no", "another"])
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


def test_a_word_goes_along_with_the_answer(guest: Client, interview: Interview, user):
    guest.post(path(interview, "no"), {**press(interview, "no"), "note": "I am in Recife that week"})
    assert (status(interview), interview.attendee_comment) == ("declined", "I am in Recife that week")
    found = KINDS["replied"].compose(user.outgoingmails.get(kind="replied"), NOW)
    assert isinstance(found, Composed)
    assert "I am in Recife" in found.message.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_another_time_is_proposed_in_their_zone(guest: Client, client: Client, interview: Interview, user):
    assertContains(guest.get(path(interview, "yes")), path(interview, "another"))
    typed = {"day": "7 december", "at": "14:30", "zone": "Europe/Lisbon", "note": "Mondays are better"}
    guest.post(path(interview, "another"), {**press(interview, "another"), **typed})
    assert status(interview) == "countered"
    assert interview.attendee_starts_at == datetime(2026, 12, 7, 14, 30, tzinfo=UTC)
    assertContains(guest.get(path(interview, "another")), "You proposed Monday 7 December, 14:30")
    found = KINDS["replied"].compose(user.outgoingmails.get(kind="replied"), NOW)
    assert isinstance(found, Composed)
    assert str(found.message["Subject"]) == "Ana proposes Monday 7 December, 15:30"
    assertContains(client.get(interview.get_absolute_url()), "Mondays are better")


@pytest.mark.parametrize(
    "typed", [{}, {"day": "yesterday", "at": "10:00"}, {"day": "7 december", "at": "25:00"},
              {"day": "7 december", "at": "10:00", "zone": "Mars/Olympus"}, {"day": "9999-12-31", "at": "10:00"}],
)  # fmt: skip
def test_a_time_that_cannot_be_says_so(guest: Client, interview: Interview, typed: dict[str, str]):
    assert guest.post(path(interview, "another"), {**press(interview, "another"), **typed}).status_code == 200
    assert status(interview) == ""


@pytest.mark.parametrize("how", ["cancelled", "moved", "over"])
def test_a_link_of_the_past_says_so(guest: Client, interview: Interview, how: str):
    url, pressed = path(interview), press(interview)
    if how == "cancelled":
        planning.cancel(interview=interview, now=NOW)
    elif how == "moved":
        planning.change(interview=interview, now=NOW, agreed=moved(minutes=30))
    else:
        Interview.objects.update(starts_at=NOW - timedelta(days=1))
    assert guest.post(url, pressed).status_code == 410
    assert guest.get(url).status_code == 410
    assert status(interview) == ""


@pytest.mark.parametrize("token", ["x", "00~0.forged", "a" * 500])
def test_a_forged_link_is_not_there(guest: Client, interview: Interview, token: str):
    assert guest.get(reverse("guest_yes", args=[token])).status_code == 404
