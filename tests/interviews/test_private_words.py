"""What is mine alone never leaves: a canary in every private field, and a look into every mail, letter and page of others."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from crm.models import Contact
from interviews import calendars
from interviews.asking import letters
from interviews.models import Interview
from interviews.offering import actions as offering
from interviews.thanking import actions as thanks
from tests.factories import (
    NOW,
    ChosenQuestionFactory,
    ContactFactory,
    ContactTagFactory,
    DebriefFactory,
    HomeworkFactory,
    InterviewFactory,
    NoteFactory,
    OrganisationFactory,
    PreparationFactory,
    PromiseFactory,
    RoomFactory,
)
from tests.interviews.every_mail import THURSDAY, TUESDAY, Words, every_mail

pytestmark = pytest.mark.django_db
CANARY = "canarybird"
LONG_AGO = NOW - timedelta(days=40)
# what a user sends knowingly, or what a mail says of the contact to the contact
LEAVES = {
    "crm.Organisation": {"name"},
    "crm.Contact": {"name", "called", "role", "email", "phone"},
    "followups.Promise": {"what"},
    "interviews.Interview": {"where", "purpose", "invited_email"},
    "interviews.Offer": {"about", "message", "word"},
    "interviews.Debrief": {"learned"},
}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    """Who has everything, and in every text that is mine alone a canary."""
    through = ContactFactory(owner=user, name="Ingrid Through")
    ana = ContactFactory(
        owner=user,
        name="Ana Souza",
        email="ana@nubank.example",
        role="analyst",
        organisation=OrganisationFactory(owner=user, name="Nubank"),
        introduced_by=through,
    )
    NoteFactory(contact=ana)
    ContactTagFactory(contact=ana)
    PromiseFactory(contact=ana, what="Send the article")
    for person in (ana, through):
        talk = InterviewFactory(
            contact=person, state="held", held_at=LONG_AGO, local_date=LONG_AGO.date(), created_at=LONG_AGO
        )
        DebriefFactory(interview=talk, learned="A bad gauge")
        RoomFactory(interview=talk, ended_at=LONG_AGO)
        prepared = PreparationFactory(contact=person, interview=talk)
        HomeworkFactory(preparation=prepared)
        ChosenQuestionFactory(preparation=prepared, answer="By boat", answered_at=NOW)
    for model in apps.get_models():
        if model._meta.app_label in ("crm", "followups", "interviews"):
            sing(model)
    ana.refresh_from_db()
    ana.owner = user
    return ana


def sing(model: type[models.Model]) -> None:
    known = LEAVES.get(model._meta.label, set())
    for field in model._meta.concrete_fields:
        is_text = isinstance(field, (models.TextField, models.CharField)) and not field.choices
        if is_text and field.name not in known and (field.max_length or 1000) >= 60 and not field.unique:
            value = "Asia/Tokyo" if "zone" in field.name else CANARY
            model._base_manager.update(**{field.name: value})


def parts(message) -> str:
    bodies = (part.get_payload(decode=True) for part in message.walk() if not part.is_multipart())
    return "\n".join([*map(str, message.values()), *(body.decode("utf-8", "replace") for body in bodies)])


@pytest.mark.slow
def test_no_mail_to_a_contact_says_what_is_mine_alone(user, ana: Contact):
    sent = [(turn, parts(mail)) for turn, mail in every_mail(user, ana, Words()) if user.email not in str(mail["To"])]
    assert len(sent) > 12
    assert [turn for turn, text in sent if CANARY in text.replace("\n ", "")] == []


def test_the_letters_begin_without_what_is_mine_alone(user, ana: Contact):
    begun = [letters.draft(user, ana, step=step, purpose="") for step in (1, 2, 3)]
    talk: Interview = ana.interviews.select_related("debrief", "contact", "owner").get()
    begun.append(thanks.proposed(talk).body)
    begun.append(calendars.download(talk, now=NOW).decode())
    assert [text for text in begun if CANARY in text] == []


def test_the_contact_pages_say_nothing_that_is_mine_alone(user, guest: Client, ana: Contact):
    terms = offering.Terms(minutes=20, media=["phone"], times=[TUESDAY, THURSDAY])
    offer = offering.offer(owner=user, contact=ana, terms=terms, now=NOW)
    url = reverse("guest_offer", args=[offer.secret])
    assertNotContains(guest.get(url), CANARY)
    talk = offering.choose(offer=offer, answer=offering.Answer(TUESDAY, "phone"), now=NOW)
    for page in (url, url + "move/", url + "talk.ics", talk.answer_url("yes", 0)):
        assertNotContains(guest.get(page), CANARY)


# --- "May I use your name?" (product.md rule 11) ----------------------------------------------------------------------


def answered(introducer: Contact, *answers: str) -> None:
    for n, answer in enumerate(answers):
        talk = InterviewFactory(contact=introducer, state="held", held_at=NOW, minutes=20 + n)
        DebriefFactory(interview=talk, may_use_name=answer)


@pytest.fixture
def priya(user) -> Contact:
    ingrid = ContactFactory(owner=user, name="Ingrid Berg")
    return ContactFactory(owner=user, name="Priya Rao", email="priya@rivers.example", introduced_by=ingrid)


@pytest.mark.parametrize("answers", [["yes"], ["no", "yes"], ["yes", ""]], ids=str)
def test_only_a_yes_names_who_sent_me(client: Client, priya: Contact, answers: list[str]):
    answered(priya.introduced_by, *answers)
    assertContains(client.get(reverse("ask_new", args=[priya.pk])), "Ingrid Berg told me of you")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([], "You have not asked Ingrid"),
        ([""], "You have not asked Ingrid"),
        (["no"], "Ingrid said no"),
        (["yes", "no"], "Ingrid said no"),
        (["no", ""], "Ingrid said no"),
    ],
    ids=str,
)
def test_without_a_yes_the_name_is_left_out_and_it_says_so(
    client: Client, priya: Contact, answers: list[str], said: str
):
    answered(priya.introduced_by, *answers)
    page = client.get(reverse("ask_new", args=[priya.pk]))
    assertNotContains(page, "told me of you")
    assertContains(page, said)


def test_the_answer_of_a_talk_that_was_not_held_names_nobody(client: Client, priya: Contact):
    answered(priya.introduced_by, "yes")
    priya.introduced_by.interviews.update(state="no_show", held_at=None)
    assertNotContains(client.get(reverse("ask_new", args=[priya.pk])), "told me of you")


def test_a_name_typed_without_a_yes_is_pointed_out(client: Client, priya: Contact):
    answered(priya.introduced_by, "no")
    headers = {"HX-Request": "true", "HX-Target": "looked-over"}
    typed = {"body": "Dear Priya, INGRID told me of you. Would you have 20 minutes?"}
    assertContains(client.get(reverse("ask_new", args=[priya.pk]), typed, headers=headers), "The letter names Ingrid")
