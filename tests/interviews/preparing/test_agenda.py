import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains, assertRedirects

from interviews.models import Preparation
from interviews.preparing.agenda import fit_to_length, proposed
from tests.factories import NOW, ContactFactory, InterviewFactory, PreparationFactory


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def prepared(user):
    def make(agenda: str, minutes: int) -> Preparation:
        contact = ContactFactory(owner=user)
        talk = InterviewFactory(contact=contact, minutes=minutes)
        return PreparationFactory(contact=contact, interview=talk, agenda=agenda)

    return make


def page_of(preparation: Preparation) -> str:
    return reverse("preparation_detail", args=[preparation.contact_id])


def as_shown(client, preparation: Preparation, **changes: object) -> dict[str, object]:
    form = client.get(page_of(preparation)).context["form"]
    return {name: form[name].value() or "" for name in ("purpose", "agenda", "version")} | changes


@pytest.mark.parametrize("minutes", [10, 20, 30, 120])
def test_a_proposed_agenda_goes_with_the_length(minutes):
    assert fit_to_length(proposed(25), minutes) == proposed(minutes)


@pytest.mark.parametrize("text", ["", "\n", "0 Thank you\n25 End", proposed(25) + "!", "999 x"])
def test_what_somebody_wrote_stays(text):
    assert fit_to_length(text, 20) == text


@pytest.mark.parametrize("after", [20, 30])
def test_an_agenda_nobody_wrote_does_not_block_its_page(client, prepared, after):
    preparation = prepared(proposed(25), after)
    assertRedirects(
        client.post(page_of(preparation), as_shown(client, preparation, purpose="Ask")), page_of(preparation)
    )
    preparation.refresh_from_db()
    assert (preparation.purpose, preparation.agenda) == ("Ask", proposed(after))


def test_a_page_opened_before_the_length_changed_can_be_kept(client, prepared):
    preparation = prepared(proposed(30), 30)
    data = as_shown(client, preparation)
    preparation.owner.interviews.update(minutes=20)
    assertRedirects(client.post(page_of(preparation), data), page_of(preparation))


def test_my_own_agenda_of_a_longer_talk_does_not_block_the_rest_of_the_page(client, prepared):
    preparation = prepared("0 Thank you\n25 End", 20)
    assertRedirects(
        client.post(page_of(preparation), as_shown(client, preparation, purpose="Ask")), page_of(preparation)
    )


def test_the_room_shows_the_proposal_of_today(client, prepared):
    preparation = prepared(proposed(30), 20)
    page = client.get(reverse("room", args=[preparation.interview_id]))
    assertContains(page, '<span class="num">20</span>Give the time back')
