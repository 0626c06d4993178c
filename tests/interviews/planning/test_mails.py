from argparse import Namespace
from datetime import date, time, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
import time_machine

from crm.models import Contact
from interviews.models import Interview
from interviews.planning import actions, mails
from outbox.kinds import KINDS, Cancelled, Composed
from outbox.models import OutgoingMail, State
from tests.factories import NOW, ContactFactory
from tests.interviews import check_ics
from tests.interviews.planning.test_actions import TERMS, leaves, moved

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=20)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", email="ana@nubank.example", time_zone="Europe/Lisbon")


@pytest.fixture
def interview(user, ana) -> Interview:
    return actions.plan(owner=user, contact=ana, now=NOW, agreed=TERMS)


def newest() -> OutgoingMail:
    return OutgoingMail.objects.order_by("pk").last()


def composed(mail: OutgoingMail) -> EmailMessage:
    """As the contact's mail program reads it."""
    letter = KINDS[mail.kind].compose(mail, SOON)
    assert isinstance(letter, Composed)
    return message_from_bytes(letter.message.as_bytes(), policy=default)


def subject(message: EmailMessage) -> str:
    return message["Subject"].strip()  # a long one is folded right behind its name


def cause(mail: OutgoingMail) -> str:
    letter = KINDS[mail.kind].compose(mail, SOON)
    assert isinstance(letter, Cancelled)
    return letter.cause


def parts(message: EmailMessage) -> dict[str, Any]:
    return {part.get_content_type(): part for part in message.walk()}


def text(message: EmailMessage) -> str:
    return parts(message)["text/plain"].get_content()


def calendar_findings(message: EmailMessage, kind: str, **expected: object) -> list[dict[str, str]]:
    options = ("minutes", "uid", "sequence", "organizer", "attendee", "summary", "location", "start_utc", "previous")
    args = Namespace(**dict.fromkeys((*options, "icaljs")), allow_floating=False)
    vars(args).update(expected)
    report, _info = check_ics.check(parts(message)["text/calendar"].get_payload(decode=True), kind, args)
    return report.e


def test_invitation_says_who_how_long_how_and_when(interview):
    assert subject(composed(newest())) == "20 minutes by phone with Amara Lindgren, Friday 4 December, 14:00"


def test_invitation_names_the_city_when_their_zone_is_not_known(interview):
    Contact.objects.update(time_zone="")
    assert (
        subject(composed(newest())) == "20 minutes by phone with Amara Lindgren, Friday 4 December, 15:00 in Stockholm"
    )


def test_invitation_comes_from_the_server_and_answers_go_to_me(interview, settings):
    settings.DEFAULT_FROM_EMAIL = "Keepword <post@keepword.example>"
    message = composed(newest())
    assert (message["From"], message["Reply-To"], message["To"]) == (
        "Amara Lindgren via Keepword <post@keepword.example>",
        "Amara Lindgren <amara@keepword.example>",
        "Ana Souza <ana@nubank.example>",
    )


def test_invitation_has_text_html_calendar_and_the_file(interview):
    assert [part.get_content_type() for part in composed(newest()).walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]


def test_invitation_asks_with_the_method_in_its_type(interview):
    assert parts(composed(newest()))["text/calendar"]["Content-Type"].params["method"] == "REQUEST"


def test_invitation_carries_the_same_calendar_twice(interview):
    found = parts(composed(newest()))
    assert found["text/calendar"].get_payload(decode=True) == found["application/ics"].get_payload(decode=True)


def test_invitation_says_both_times_theirs_first(interview):
    written = text(composed(newest()))
    assert 0 < written.index("14:00 to 14:20, time in Lisbon") < written.index("15:00 in Stockholm, for Amara")


def test_invitation_calendar_passes_the_oracle(interview):
    expected = {"minutes": 20, "sequence": 0, "attendee": ["ana@nubank.example"], "start_utc": "2026-12-04T14:00:00Z"}
    assert calendar_findings(composed(newest()), "request", **expected) == []


def test_update_follows_in_the_thread_and_passes_the_oracle(interview, tmp_path: Path):
    first = composed(newest())
    (tmp_path / "first.ics").write_bytes(parts(first)["text/calendar"].get_payload(decode=True))
    leaves(interview)
    sent = newest().message_id
    actions.change(interview=interview, now=NOW, agreed=moved(at=time(16, 0)))
    message = composed(newest())
    assert (subject(message), message["References"]) == (
        "Changed: 20 minutes by phone with Amara Lindgren, Friday 4 December, 15:00",
        sent,
    )
    assert calendar_findings(message, "request", sequence=1, previous=str(tmp_path / "first.ics")) == []


def test_cancellation_takes_out_what_they_know(interview, tmp_path: Path):
    first = composed(newest())
    (tmp_path / "first.ics").write_bytes(parts(first)["text/calendar"].get_payload(decode=True))
    leaves(interview)
    actions.cancel(interview=interview, now=NOW)
    message = composed(newest())
    assert subject(message) == "Cancelled: 20 minutes by phone with Amara Lindgren, Friday 4 December, 14:00"
    assert parts(message)["text/calendar"]["Content-Type"].params["method"] == "CANCEL"
    assert calendar_findings(message, "cancel", sequence=1, previous=str(tmp_path / "first.ics")) == []


def test_cancellation_to_an_old_address_does_not_tell_the_new_time(interview):
    leaves(interview)
    interview.contact.email = "ana@new.example"
    actions.change(interview=interview, now=NOW, agreed=moved(day=date(2026, 12, 8)))
    message = composed(OutgoingMail.objects.get(kind="cancellation"))
    assert (message["To"], "8 December" in text(message)) == ("Ana Souza <ana@nubank.example>", False)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"stage": "drop"}, "you dropped Ana"),
        ({"binned_at": NOW}, "Ana is in the bin"),
    ],
)
def test_invitation_stays_when_the_contact_went_meanwhile(interview, fields, said):
    Contact.objects.update(**fields)
    assert cause(newest()) == said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"state": "cancelled"}, "the interview was cancelled"),
        ({"state": "held", "held_at": NOW}, "the interview is over"),
        ({"starts_at": NOW - timedelta(hours=1)}, "the interview is over"),
        ({"sequence": 1, "invited_sequence": 1}, "Ana gets a newer invitation"),
        ({"invited_email": "ana@new.example"}, "Ana gets a newer invitation"),
    ],
)
def test_invitation_stays_when_the_interview_changed_meanwhile(interview, fields, said):
    mail = newest()
    Interview.objects.update(**fields)
    if "starts_at" in fields:
        Interview.objects.update(local_date=date(2026, 11, 19), local_time=time(12, 0))
    assert cause(mail) == said


def test_invitation_stays_when_the_interview_is_gone(interview):
    Interview.objects.all().delete()
    assert cause(newest()) == "the interview is gone"


def test_cancellation_stays_when_it_is_planned_again(interview):
    leaves(interview)
    actions.cancel(interview=interview, now=NOW)
    Interview.objects.update(state="planned")
    assert cause(newest()) == "it is planned again"


def test_cancellation_goes_even_when_the_contact_was_dropped(interview):
    leaves(interview)
    actions.cancel(interview=interview, now=NOW)
    Contact.objects.update(stage="drop")
    assert composed(newest())["To"] == "Ana Souza <ana@nubank.example>"


def test_uncertain_invitation_is_wanted_until_it_is_outdated(interview):
    mail = newest()
    leaves(interview, State.UNCERTAIN)
    wanted = KINDS["invitation"].still_wanted
    assert wanted(mail)
    actions.change(interview=interview, now=NOW, agreed=moved(at=time(16, 0)))
    assert not wanted(mail)


def test_uncertain_cancellation_is_wanted_while_it_is_cancelled(interview):
    leaves(interview)
    actions.cancel(interview=interview, now=NOW)
    mail = newest()
    assert mails.cancellation_still_wanted(mail)
    Interview.objects.update(state="planned")
    assert not mails.cancellation_still_wanted(mail)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"medium": "phone", "where": "+351 21"}, "Amara calls +351 21"),
        ({"medium": "phone", "where": ""}, "No number yet: tell Amara which one to call."),
        ({"medium": "video", "where": "https://meet.example/a?b=1&c"}, "By video: https://meet.example/a?b=1&c"),
        ({"medium": "video", "where": ""}, "Amara sends you the link, or takes yours."),
        ({"medium": "in_person", "where": "Canal Wharf <2>"}, "Canal Wharf <2>"),
        ({"medium": "in_person", "where": ""}, "Tell Amara which place suits you."),
    ],
)
def test_invitation_says_where(user, ana, terms, said):
    actions.plan(owner=user, contact=ana, now=NOW, agreed=moved(**terms))
    assert said in text(composed(newest())).splitlines()


def test_text_of_others_is_escaped_in_html(user, ana):
    actions.plan(owner=user, contact=ana, now=NOW, agreed=moved(purpose="<script>alert(1)</script>", where="<b>x</b>"))
    html = parts(composed(newest()))["text/html"].get_content()
    assert ("<script>" in html, "<b>" in html) == (False, False)


def test_a_newline_in_a_name_loses_no_mail(user):
    user.name = "Amara\r\nBcc: evil@x.example"
    user.save()
    contact = ContactFactory(owner=user, name="Ana\nX: y \u2028 Souza", email="ana@nubank.example")
    actions.plan(owner=user, contact=contact, now=NOW, agreed=TERMS)
    message = composed(newest())
    assert (message["Bcc"], message["X"], message["To"]) == (None, None, '"Ana X: y Souza" <ana@nubank.example>')
