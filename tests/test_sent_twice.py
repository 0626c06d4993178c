"""A double tap, and a page gone back to: what is sent twice is made once, and nothing else that is typed is lost."""

import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from bench.client import form_values
from crm.models import Contact
from outbox.models import OutgoingMail
from tests.factories import NOW, ContactFactory, InterviewFactory, NoteFactory, PromiseFactory, QuestionFactory

TALK = {"medium": "phone", "minutes": "20", "day": "4 december", "at": "15:00", "where": "+351", "purpose": "Gauges"}
OFFER = {
    "minutes": "20",
    "ways": ["phone"],
    "times-TOTAL_FORMS": "5",
    "times-INITIAL_FORMS": "0",
    "times-0-day": "4 december",
    "times-0-at": "15:00",
    "about": "Gauges",
}
LETTER = {"subject": "A question", "body": "Would you have 20 minutes next week?", "via": "mail"}


@dataclass(frozen=True)
class Case:
    """A page that makes something: where it stands, where it sends, what is typed, and what else might be."""

    page: Callable[[Contact], str]
    made: str  # what of the user's is counted
    typed: dict[str, object]
    other: dict[str, object]
    sends_to: Callable[[Contact], str] | None = None
    mails: int = 0

    def url(self, contact: Contact) -> str:
        return (self.sends_to or self.page)(contact)


def of_contact(name: str) -> Callable[[Contact], str]:
    return lambda contact: reverse(name, args=[contact.pk])


def at(name: str) -> Callable[[Contact], str]:
    return lambda _contact: reverse(name)


PERSON = {"name": "Teresa Vasconcelos", "stage": "to_meet", "note": "! send the deck"}
CASES = {
    "one line": Case(at("capture"), "contacts", {"line": "Teresa Vasconcelos"}, {"line": "Ana Souza"}),
    "a promise in one line": Case(
        at("capture"), "promises", {"line": "owe Mateus the deck"}, {"line": "owe Mateus the deck friday"}
    ),
    "a promise in one line to somebody new": Case(
        at("capture"), "promises", {"line": "owe Ana the deck"}, {"line": "owe Ana a call"}
    ),
    "a person": Case(at("contact_new"), "contacts", PERSON, {"name": "Ana Souza"}),
    "a note": Case(of_contact("contact_detail"), "notes", {"body": "! call"}, {"body": "Met."}, of_contact("note_new")),
    "a promise": Case(of_contact("promise_new"), "promises", {"what": "send the deck"}, {"what": "call the port"}),
    "a promise to somebody": Case(
        at("promise_to"), "promises", {"who": "Mateus Oliveira", "what": "send the deck"}, {"what": "call the port"}
    ),
    "a promise to somebody new": Case(
        at("promise_to"),
        "promises",
        {"who": "Ana Souza, CTO at Nubank", "what": "send the deck", "add": "Ana Souza"},
        {"what": "call the port"},
    ),
    "a talk": Case(of_contact("interview_new"), "interviews", TALK, {"at": "16:00"}, mails=1),
    "an offer": Case(of_contact("offer_new"), "offers", OFFER, {"times-0-at": "16:00"}, mails=1),
    "a letter": Case(of_contact("ask_new"), "asks", LETTER, {"body": "Would you have 30 minutes?"}, mails=1),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contact(user: User) -> Contact:
    """Called the same in everybody's network."""
    return ContactFactory(owner=user, name="Mateus Oliveira", email="mateus@port.example")


def uid_on(page: str) -> str:
    """The number a form of the page was given."""
    found = re.search(r'name="uid" value="([0-9a-f-]{36})"', page)
    assert found, "no form of this page has a uid"
    return found[1]


def count(user: User, case: Case) -> int:
    return int(getattr(user, case.made).count())


@every_case
def test_sent_twice_it_is_made_once(client: Client, user: User, contact: Contact, case: Case):
    before = count(user, case)
    uid = uid_on(client.get(case.page(contact)).content.decode())
    first, second = (client.post(case.url(contact), {**case.typed, "uid": uid}) for _twice in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert count(user, case) == before + 1
    assert OutgoingMail.objects.count() == case.mails


@every_case
@pytest.mark.one_database
def test_other_words_from_the_same_page_are_something_else(client: Client, user: User, contact: Contact, case: Case):
    """Sent, gone back to, and filled in anew: the browser still has the number of the first time."""
    before = count(user, case)
    uid = uid_on(client.get(case.page(contact)).content.decode())
    for typed in (case.typed, {**case.typed, **case.other}):
        client.post(case.url(contact), {**typed, "uid": uid})
    assert count(user, case) == before + 2


@every_case
@pytest.mark.one_database
@pytest.mark.parametrize("uid", ["", "not one", "\0"])
def test_a_number_that_is_none_stands_in_nobodys_way(
    client: Client, user: User, contact: Contact, case: Case, uid: str
):
    before = count(user, case)
    client.post(case.url(contact), {**case.typed, "uid": uid})
    assert count(user, case) == before + 1


@every_case
@pytest.mark.one_database
def test_the_number_of_somebody_else_is_free_for_me(
    client: Client, user: User, stranger: User, contact: Contact, case: Case
):
    before, uid = count(user, case), str(uuid.uuid4())
    theirs = Client()
    theirs.force_login(stranger)
    for visitor, known in (
        (theirs, ContactFactory(owner=stranger, name="Mateus Oliveira", email="m@port.example")),
        (client, contact),
    ):
        visitor.post(case.url(known), {**case.typed, "uid": uid})
    assert count(user, case) == before + 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer: two requests cannot meet")
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["a person", "a note", "a promise", "a talk", "an offer", "a letter"])
def test_two_requests_at_one_moment_make_one(user: User, contact: Contact, name: str):
    case, uid, before = CASES[name], str(uuid.uuid4()), count(user, CASES[name])
    together, answers = threading.Barrier(2), []

    def send() -> None:
        client = Client()
        client.force_login(user)
        together.wait()
        answers.append(client.post(case.url(contact), {**case.typed, "uid": uid}).headers["Location"])
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert answers[0] == answers[1]
    assert count(user, case) == before + 1
    assert OutgoingMail.objects.count() == case.mails


UNDONE = {
    "a person": lambda user: user.contacts.get(name="Teresa Vasconcelos").bin(NOW),
    "a note": lambda user: user.notes.get().bin(NOW),
    "a promise": lambda user: user.promises.get().bin(NOW),
    "a talk": lambda user: user.interviews.update(state="cancelled"),
    "an offer": lambda user: user.offers.update(state="withdrawn"),
}


@pytest.mark.one_database
@pytest.mark.parametrize("name", UNDONE)
def test_taken_back_it_can_be_sent_again(client: Client, user: User, contact: Contact, name: str):
    case, before = CASES[name], count(user, CASES[name])
    uid = uid_on(client.get(case.page(contact)).content.decode())
    client.post(case.url(contact), {**case.typed, "uid": uid})
    UNDONE[name](user)
    client.post(case.url(contact), {**case.typed, "uid": uid})
    assert count(user, case) == before + 2


@pytest.mark.parametrize(
    ("name", "field", "words"),
    [
        ("contact_edit", "role", "Pilot"),
        ("note_edit", "body", "Knows the tides"),
        ("promise_edit", "what", "Send the book"),
        ("interview_edit", "purpose", "Gauges"),
        ("question_edit", "text", "How do you measure a tide?"),
        ("settings", "name", "Ines Prado"),
    ],
)
def test_a_change_sent_twice_is_saved_and_no_conflict(
    client: Client, contact: Contact, name: str, field: str, words: str
):
    rows = {
        "contact_edit": lambda: contact.pk,
        "note_edit": lambda: NoteFactory(contact=contact).pk,
        "promise_edit": lambda: PromiseFactory(contact=contact).pk,
        "interview_edit": lambda: InterviewFactory(contact=contact).pk,
        "question_edit": lambda: QuestionFactory(owner=contact.owner).key,
        "settings": None,
    }
    path = reverse(name, args=[rows[name]()] if rows[name] else [])
    typed = {**form_values(client.get(path).text, path), field: words}
    first, second = (client.post(path, typed) for _twice in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert words in client.get(path).text
