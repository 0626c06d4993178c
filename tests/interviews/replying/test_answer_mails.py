"""An answer is read however it comes: in the mails that calendar programs send, their source, forwarded, and packed."""

from base64 import b64encode, encodebytes
from collections.abc import Callable
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from quopri import encodestring
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st
from pytest_django.asserts import assertContains

from crm.models import Contact
from interviews.models import Interview
from interviews.planning import actions as planning
from interviews.replying.answer_mails import LARGEST_MAIL, PackedError, calendars_in
from tests.factories import NOW, ContactFactory
from tests.interviews.planning.test_actions import TERMS, moved
from tests.interviews.replying.test_replies import drop, ics, status
from tests.work_done import count_calls

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", email="ana@nubank.example", time_zone="Europe/Lisbon")


@pytest.fixture
def interview(user, ana) -> Interview:
    return planning.plan(owner=user, contact=ana, now=NOW, agreed=TERMS)


def part(kind: str, content: bytes, encoding: str, **params: Any) -> MIMEBase:
    main, _slash, sub = kind.partition("/")
    made = MIMEBase(main, sub, **params)
    made.set_payload(content.decode("ascii", "surrogateescape"))
    made["Content-Transfer-Encoding"] = encoding
    return made


def headed(made: MIMEBase | MIMEMultipart | EmailMessage) -> bytes:
    made["From"], made["To"], made["Subject"] = "Ana <ana@nubank.example>", "me@example.net", "Accepted: a talk"
    return made.as_bytes()


def google(text: str) -> bytes:
    """mixed > alternative > plain, html, calendar in 7bit; and the file in base64."""
    mixed, inner = MIMEMultipart("mixed"), MIMEMultipart("alternative")
    inner.attach(MIMEText("Ana has accepted this invitation."))
    inner.attach(MIMEText("<p>Ana has accepted.</p>", "html"))
    inner.attach(part("text/calendar", text.encode(), "7bit", charset="UTF-8", method="REPLY"))
    mixed.attach(inner)
    mixed.attach(part("application/ics", encodebytes(text.encode()), "base64", name="invite.ics"))
    return headed(mixed)


def exchange(text: str) -> bytes:
    mixed = MIMEMultipart("alternative")
    mixed.attach(MIMEText("Not that day, sorry."))
    mixed.attach(part("text/calendar", encodebytes(text.encode()), "base64", charset="utf-8", method="REPLY"))
    return headed(mixed)


def single(text: str) -> bytes:
    """As Thunderbird and some Zimbras: the calendar is the mail."""
    return headed(part("text/calendar", encodestring(text.encode()), "quoted-printable", charset="utf-8"))


def attached_only(text: str) -> bytes:
    mixed = MIMEMultipart("mixed")
    mixed.attach(MIMEText("My answer is in the file."))
    file = part("application/octet-stream", encodebytes(text.encode()), "base64")
    file["Content-Disposition"] = 'attachment; filename="Antwort.ICS"'
    mixed.attach(file)
    return headed(mixed)


def forwarded(inner: bytes) -> bytes:
    outer = MIMEMultipart("mixed")
    outer.attach(MIMEText("fyi"))
    outer.attach(MIMEMessage(message_from_bytes(inner)))
    return headed(outer)


def forwarded_packed(inner: bytes) -> bytes:
    outer = MIMEMultipart("mixed")
    outer.attach(part("message/rfc822", encodebytes(inner), "base64"))
    return headed(outer)


def forwarded_as_file(inner: bytes) -> bytes:
    outer = MIMEMultipart("mixed")
    file = part("application/octet-stream", encodebytes(inner), "base64")
    file["Content-Disposition"] = "attachment; filename*=utf-8''R%C3%A9ponse.eml"
    outer.attach(file)
    return headed(outer)


def one_part_of_the_source(text: str) -> bytes:
    lines = ["--000000000000a1b2", 'Content-Type: text/calendar; charset="UTF-8"; method=REPLY']
    return "\n".join(
        [*lines, "Content-Transfer-Encoding: base64", "", encodebytes(text.encode()).decode(), "--000000000000a1b2--"]
    ).encode()


COMES: dict[str, Callable[[str], bytes]] = {
    "Google": google,
    "Exchange": exchange,
    "a single part": single,
    "a file alone": attached_only,
    "forwarded": lambda text: forwarded(google(text)),
    "forwarded twice": lambda text: forwarded(forwarded(exchange(text))),
    "forwarded in base64": lambda text: forwarded_packed(exchange(text)),
    "forwarded as a file": lambda text: forwarded_as_file(google(text)),
    "a forwarded single part": lambda text: forwarded(single(text)),
    "the whole mail is a forwarded one": lambda text: headed(part("message/rfc822", single(text), "8bit")),
    "Apple Mail's file": lambda text: str(len(google(text))).encode() + b"\n" + google(text) + b"<?xml version='1.0'?>",
    "a mailbox of one": lambda text: b"From ana@nubank.example Thu Nov 19 12:00:00 2026\n" + google(text),
    "CRLF": lambda text: google(text).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "words before it": lambda text: b"Here is what she sent:\n\n" + google(text),
    "one part of the source": one_part_of_the_source,
    "base64 alone": lambda text: encodebytes(text.encode()),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
    "UTF-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "blank lines before it": lambda text: b"\n\n  " + text.encode(),
    "UTF-16 in a mail": lambda text: headed(
        part("text/calendar", encodebytes(text.encode("utf-16")), "base64", charset="utf-16")
    ),
    "an unknown charset": lambda text: headed(
        part("text/calendar", encodebytes(text.encode()), "base64", charset="x-mine")
    ),
}


@pytest.mark.parametrize("how", COMES)
@pytest.mark.parametrize("is_pasted", [False, True], ids=["dropped", "pasted"])
def test_an_answer_is_read_however_it_comes(client: Client, interview: Interview, how: str, is_pasted: bool):
    content = COMES[how](ics(interview, partstat="DECLINED", more="COMMENT:Grüße aus São Paulo"))
    if is_pasted and b"\0" in content:
        return  # nobody can paste that
    if is_pasted:
        client.post(reverse("interview_reply", args=[interview.pk]), {"text": content.decode("utf-8", "replace")})
    else:
        drop(client, interview, content)
    assert status(interview) == "declined"
    assert interview.attendee_comment == "Grüße aus São Paulo"


def without_method(interview: Interview, said: str, **method: Any) -> bytes:
    """What kind of answer it is stands in the header of the part, if anywhere."""
    text = ics(interview, partstat=said).replace("METHOD:REPLY\r\n", "")
    return headed(part("text/calendar", encodebytes(text.encode()), "base64", charset="utf-8", **method))


@pytest.mark.parametrize("method", ["REPLY", "reply", " Reply "])
def test_what_kind_of_answer_it_is_may_stand_in_the_header_alone(client: Client, interview: Interview, method: str):
    drop(client, interview, without_method(interview, "DECLINED", method=method))
    assert status(interview) == "declined"


def test_another_time_may_say_so_in_the_header_alone(client: Client, interview: Interview):
    drop(client, interview, without_method(interview, "DECLINED", method="COUNTER"))
    assert status(interview) == "countered"


@pytest.mark.parametrize("method", ["", "REQUEST", ("utf-8", "", "REPLY\nMETHOD:COUNTER"), "x" * 500])
def test_what_is_said_to_be_no_answer_is_refused(client: Client, interview: Interview, method: str | tuple[str, ...]):
    response = drop(client, interview, without_method(interview, "DECLINED", method=method))
    assertContains(response, "This is no answer")


def test_what_does_not_say_what_it_is_is_refused(client: Client, interview: Interview):
    assertContains(drop(client, interview, without_method(interview, "DECLINED")), "This is no answer")


def test_what_the_file_says_counts_before_its_header(client: Client, interview: Interview):
    text = ics(interview, method="REQUEST").encode()
    response = drop(client, interview, headed(part("text/calendar", text, "7bit", method="REPLY")))
    assertContains(response, "This is no answer")


def test_an_old_file_of_windows_keeps_its_letters(client: Client, interview: Interview):
    drop(client, interview, ics(interview, more="COMMENT:Grüße").encode("cp1252"))
    assert (status(interview), interview.attendee_comment) == ("accepted", "Grüße")


TNEF, MSG = b"\x78\x9f\x3e\x22", b"\xd0\xcf\x11\xe0"


def with_winmail() -> bytes:
    mixed = MIMEMultipart("mixed")
    mixed.attach(MIMEText("Accepted."))
    mixed.attach(part("application/ms-tnef", encodebytes(TNEF + b"\0" * 99), "base64", name="winmail.dat"))
    return headed(mixed)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (TNEF + b"\x01" * 20, "Outlook packed this answer into winmail.dat, which I cannot open. Say below"),
        (with_winmail(), "Outlook packed this answer into winmail.dat, which I cannot open. Say below"),
        (b64encode(TNEF + b"\x01" * 20), "Outlook packed this answer into winmail.dat, which I cannot open. Say below"),
        (MSG + b"\x11" * 20, "Outlook packed this answer into a .msg file, which I cannot open. Say below"),
    ],
)
def test_what_outlook_packed_is_said_by_name(client: Client, interview: Interview, content: bytes, said: str):
    response = drop(client, interview, content)
    assertContains(response, said)
    assertContains(response, reverse("interview_said_no", args=[interview.pk]))


def test_our_own_invitation_beside_the_answer_is_passed_over(client: Client, interview: Interview):
    mixed = MIMEMultipart("mixed")
    for method in ("REQUEST", "REPLY", "PUBLISH"):
        mixed.attach(part("text/calendar", ics(interview, method=method).encode(), "7bit"))
    drop(client, interview, headed(mixed))
    assert status(interview) == "accepted"


def test_two_answers_that_contradict_are_not_guessed_between(client: Client, interview: Interview):
    mixed = MIMEMultipart("mixed")
    for said in ("ACCEPTED", "DECLINED"):
        mixed.attach(part("text/calendar", ics(interview, partstat=said).encode(), "7bit"))
    assertContains(drop(client, interview, headed(mixed)), "contradict each other")


def test_a_mail_without_a_calendar_says_so(client: Client, interview: Interview):
    response = drop(client, interview, headed(MIMEText("Thursday is fine, thank you!")))
    assertContains(response, "This mail carries no calendar file. Say below what they answered.")
    assertContains(response, reverse("interview_said_yes", args=[interview.pk]))


def nested(depth: int, inner: bytes) -> bytes:
    """Parts in parts, each with its own boundary, with long lines of nothing between."""
    begin = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(depth)
    )  # the first is the mail's own
    end = "".join(f"\n--b{n}--\n" for n in reversed(range(depth)))
    return b"From: a@x.example\n" + begin.encode() + inner + end.encode()


def in_mails(depth: int, inner: bytes) -> bytes:
    return b"Content-Type: message/rfc822\n\n" * depth + inner


HUGE = {
    "nested 200 deep, three calendars": lambda one: nested(
        200, b"\n--b199\n".join([b"Content-Type: text/calendar\n\n" + one] * 3 + [b"\n" + b"x" * 76 + b"\n"] * 9)
    ),
    "nested 200 deep, 10 MB of lines": lambda one: nested(200, b"\n\n" + b"-- \n" * 2_500_000),
    "200 mails in mails": lambda one: in_mails(200, b"Content-Type: text/calendar\n\n" + one),
    "10 MB of boundaries": lambda one: b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * 2_500_000,
    "10 MB of returns": lambda one: b"Content-Type: text/calendar\n" + b"\r" * 10_000_000,
    "10 MB of blanks": lambda one: b"Content-Type: text/plain\n --a" + b" " * 10_000_000 + b"\nx",
    "10 MB of dashes and blanks": lambda one: b"Content-Type: text/plain\n\n--a" + b" " * 10_000_000,
    "10 MB of line ends": lambda one: b"From: a\n" + b"\n" * 10_000_000,
    "10 MB of one header": lambda one: b"Content-Type: multipart/mixed;" + b" boundary=" * 1_000_000,
    "10 MB of base64 and an error": lambda one: b"QkVH " * 2_000_000 + b"!",
    "a photo of 8 MB, then the answer": lambda one: (
        b'Content-Type: multipart/mixed; boundary="a"\n\n--a\nContent-Type: image/jpeg\n'
        b"Content-Transfer-Encoding: base64\n\n" + encodebytes(b"\xff" * 6_000_000)
        + b"--a\nContent-Type: text/calendar\n\n" + one + b"\n--a--\n"
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("how", HUGE)
def test_a_huge_mail_is_read_or_refused_in_a_sentence_and_soon(client: Client, interview: Interview, how: str):
    content = HUGE[how](ics(interview).encode())
    responses = []
    calls = count_calls(lambda: responses.append(drop(client, interview, content)))
    assert calls < 3_000_000
    (response,) = responses
    if response.status_code == 200:
        assertContains(response, "banner--late")
    else:
        assert status(interview) == "accepted"


def test_a_mail_of_many_parts_is_still_read(client: Client, interview: Interview):
    for how in ("nested 200 deep, three calendars", "a photo of 8 MB, then the answer", "200 mails in mails"):
        interview.refresh_from_db()
        planning.change(interview=interview, now=NOW, agreed=moved(purpose=how))
        interview.refresh_from_db()
        drop(client, interview, HUGE[how](ics(interview).encode()))
        assert status(interview) == "accepted", how


def test_what_is_larger_gets_a_sentence(client: Client, interview: Interview):
    assertContains(drop(client, interview, b"x" * (LARGEST_MAIL + 1)), "too large")


PIECES = st.sampled_from(
    [
        b"Content-Type: text/calendar\r\n", b"Content-Type: multipart/mixed; boundary=a\n", b"--a\n", b"--a--\n", b"\n",
        b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: uuencode\n", b"begin 666 x\n", b"=",
        b"Content-Type: message/rfc822\n", b'Content-Disposition: attachment; filename*0*=x\'\'%ff; filename="a.ics"\n',
        b"BEGIN:VCALENDAR\n", b"END:VCALENDAR\n", b"\xff\xfe", b"\0", b"Content-Type: text/calendar; charset=hex\n",
        b"QkVHSU46", b"From: x\n", b"\xe9", b" ", b"Content-Type: \xe9\n", b"Content-Type: text/calendar; charset*=%\n",
    ]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30))
@example([b"Content-Type: text/calendar; charset*=%\n", b"\n", b"\xe9"])
def test_no_mail_raises_anything_but_its_sentence(pieces: list[bytes]):
    with suppress(PackedError):
        assert all(isinstance(text, str) for text in calendars_in(b"".join(pieces)))
