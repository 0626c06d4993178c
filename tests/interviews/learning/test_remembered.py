from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from crm.models import Contact
from interviews.models import Interview
from tests.factories import (
    NOW,
    TODAY,
    ChosenQuestionFactory,
    ContactFactory,
    DebriefFactory,
    InterviewFactory,
    PreparationFactory,
    PromiseFactory,
)
from tests.reading import headings, read_main, text

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", stage="met")


def held(contact: Contact, days: int = 3, learned: str = "", is_done: bool = True) -> Interview:
    talk = InterviewFactory(
        contact=contact, local_date=TODAY - timedelta(days=days), state="held", held_at=NOW - timedelta(days=days)
    )
    DebriefFactory(interview=talk, learned=learned, done_at=NOW if is_done else None)
    return talk


def page(client, contact: Contact) -> str:
    return text(read_main(client.get(contact.get_absolute_url())))


def test_the_contacts_page_has_a_card_for_each_past_talk_the_newest_first(client, ana):
    held(ana, 40, "Churn is a lagging figure")
    held(ana, 3, "Premiums follow the tide log")

    said = page(client, ana)

    assert "Past talks" in said
    assert said.index("Premiums follow") < said.index("Churn is")
    assert "20 minutes by phone" in said.lower()


def test_a_debrief_that_waits_is_on_its_card(client, ana):
    talk = held(ana, is_done=False)

    assert reverse("debrief", args=[talk.pk]) in client.get(ana.get_absolute_url()).text


def test_a_talk_to_come_is_no_past_talk(client, ana):
    InterviewFactory(contact=ana)

    assert "Past talks" not in page(client, ana)


def test_what_was_answered_and_promised_unfolds(client, ana):
    talk = held(ana)
    preparation = PreparationFactory(contact=ana, interview=talk)
    ChosenQuestionFactory(preparation=preparation, answer="Begin with the data", answered_at=NOW)
    PromiseFactory(contact=ana, interview=talk, what="Send the maps", state="kept", closed_at=NOW)
    PromiseFactory(contact=ana, interview=talk, kind="thank_you", what="Thank Ana for the talk")

    said = client.get(reverse("talk_remembered", args=[talk.pk]), headers=HTMX).text

    assert "Begin with the data" in said
    assert "Send the maps" in said
    assert "thank-you is due" in " ".join(said.split())


def test_without_a_script_it_stands_on_the_talks_own_page(client, ana):
    talk = held(ana, learned="Premiums follow the tide log")
    preparation = PreparationFactory(contact=ana, interview=talk)
    ChosenQuestionFactory(preparation=preparation, answer="Begin with the data", answered_at=NOW)

    response = client.get(reverse("talk_remembered", args=[talk.pk]), follow=True)

    assert ("What you learned", "") in headings(response)
    assert "Begin with the data" in response.text


def test_the_brief_of_the_next_talk_says_what_was_learned_in_those_before(client, ana):
    held(ana, 40, "Churn is a lagging figure")
    held(ana, 3, "Premiums follow the tide log")
    coming = InterviewFactory(contact=ana)

    said = client.get(reverse("brief", args=[coming.pk])).text

    assert "Premiums follow the tide log" in said
    assert "Churn is a lagging figure" in said


@pytest.mark.parametrize("many", [1, 12])
def test_cards_cost_no_query_each(client, ana, many, django_assert_max_num_queries):
    for days in range(many):
        held(ana, days + 1, "Something")
    with django_assert_max_num_queries(14):
        client.get(ana.get_absolute_url())
