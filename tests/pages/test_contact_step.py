"""One main button on a contact's page: prepare, open the room on the day, debrief, then decide."""

from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

from crm.models import Contact
from pages.contact import read_contact
from tests.factories import NOW, TODAY, ContactFactory, DebriefFactory, InterviewFactory
from tests.reading import every, read_main, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(
        owner=user, name="Ana Souza", stage="met", phone="+351 (21) 555 0142", email="ana@keepword.example"
    )


def main_buttons(client, contact: Contact) -> list[str]:
    page = read_main(client.get(contact.get_absolute_url()))
    both = [*every(page, "a"), *every(page, "button")]
    return [text(one) for one in both if "btn--main" in dict(one.attributes).get("class", "").split()]


def test_before_the_talk_it_is_to_prepare(client, ana):
    InterviewFactory(contact=ana)

    assert main_buttons(client, ana) == ["Prepare"]


def test_on_the_day_it_opens_the_room(client, ana):
    InterviewFactory(contact=ana, local_date=TODAY, local_time=time(18))

    assert main_buttons(client, ana) == ["Open the room"]


def test_after_it_comes_the_debrief(client, ana):
    DebriefFactory(interview=InterviewFactory(contact=ana, state="held", held_at=NOW, local_date=TODAY))

    assert main_buttons(client, ana) == ["Debrief"]


def test_then_the_decision(client, ana):
    talk = InterviewFactory(contact=ana, state="held", held_at=NOW, local_date=TODAY - timedelta(days=1))
    DebriefFactory(interview=talk, done_at=NOW)

    assert main_buttons(client, ana) == ["Continue, every 2 months"]


def test_before_the_talk_it_is_not_asked_whether_to_continue(client, user):
    talk = InterviewFactory(contact=ContactFactory(owner=user, stage="scheduled"))

    asked = [text(one) for one in every(read_main(client.get(talk.contact.get_absolute_url())), "button")]

    assert "Continue, every 2 months" not in asked
    assert "Drop" in asked


def test_a_talk_that_passed_is_asked_about_first(user, ana):
    InterviewFactory(contact=ana, local_date=TODAY - timedelta(days=1))
    InterviewFactory(contact=ana)

    assert read_contact(user, ana.pk, "", NOW).next_step == ""


def test_to_call_and_to_write_are_one_tap_under_the_name(client, ana):
    links = [dict(a.attributes)["href"] for a in every(read_main(client.get(ana.get_absolute_url())), "a")]

    assert "tel:+351215550142" in links
    assert "mailto:ana@keepword.example" in links


def test_how_somebody_is_called_can_be_said(client, ana):
    said = {"name": "Dr. Ana Maria Souza", "called": "Ana Maria", "stage": "met", "seen": ""}
    page = client.get(reverse("contact_edit", args=[ana.pk]))
    said["seen"] = page.context["form"].initial["seen"]
    client.post(reverse("contact_edit", args=[ana.pk]), said)

    ana.refresh_from_db()
    assert (ana.called, ana.first_name) == ("Ana Maria", "Ana Maria")
    assert "Continue with Ana Maria?" in client.get(ana.get_absolute_url()).text


def test_left_empty_it_is_guessed(user):
    assert ContactFactory(owner=user, name="Dr. Amina Bello").first_name == "Amina"
