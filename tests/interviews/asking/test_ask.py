"""The letter that asks for a talk, and the follow-ups of silence."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from crm.models import Contact
from interviews.asking import actions as asking
from interviews.asking import letters
from interviews.models import Ask
from outbox.kinds import KINDS, Composed
from outbox.models import State
from tests.factories import (
    NOW,
    TODAY,
    AskFactory,
    ContactFactory,
    CounterFactory,
    DebriefFactory,
    InterviewFactory,
    OfferFactory,
    OrganisationFactory,
    PreparationFactory,
)

pytestmark = pytest.mark.django_db
TYPED: dict[str, Any] = {
    "subject": "Twenty minutes about gauges?",
    "body": "Dear Misaki,\n\nwould you have 20 minutes for a call?\n\nAmara",
    "via": "mail",
}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def misaki(user) -> Contact:
    riken = OrganisationFactory(owner=user, name="RIKEN")
    return ContactFactory(
        owner=user, name="Misaki Tanaka", email="misaki@riken.example", role="hydrologist", organisation=riken
    )


def new(contact: Contact) -> str:
    return reverse("ask_new", args=[contact.pk])


def written(**other: Any) -> asking.Letter:
    return asking.Letter(**{"subject": "A question", "body": "20 minutes?", "minutes": 20, "via": "mail", **other})


# --- the letter -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 2, 3])
@pytest.mark.parametrize(
    "purpose", ["", "Learn how breach data is collected where there are no gauges.", "word " * 300]
)
def test_our_letters_are_short_questions_with_a_limit(user, misaki, step: int, purpose: str):
    look = letters.look_over(letters.draft(user, misaki, step=step, purpose=purpose))
    assert look.hints == []


def test_our_letter_knows_the_person(client: Client, user, misaki):
    misaki.introduced_by = ContactFactory(owner=user, name="Ana Souza")
    misaki.save()
    talk = InterviewFactory(contact=misaki.introduced_by, state="held", held_at=NOW)
    DebriefFactory(interview=talk, may_use_name="yes")
    PreparationFactory(contact=misaki, purpose="Learn how breach data is collected")
    response = client.get(new(misaki))
    for said in ("Dear Misaki", "Ana Souza told me of you", "hydrologist at RIKEN", "how breach data is collected"):
        assertContains(response, said)


@pytest.mark.parametrize(
    "word", ["job", "Jobs", "opening", "openings", "position", "hiring", "CV", "résumé", "vacancy", "vacancies"]
)
def test_job_words_are_seen(word: str):
    assert letters.look_over(f"Is there a {word} for me?").job_word == word


@pytest.mark.parametrize("word", ["Jobst", "opened", "composition", "preposition", "CVE", "assume", "shire"])
def test_words_that_only_look_alike_are_left_alone(word: str):
    assert letters.look_over(f"Is there a {word} for me?").job_word == ""


def test_words_are_counted_and_the_76th_is_said():
    assert letters.look_over("word " * 75).is_long is False
    assert letters.look_over("word " * 76).hints[0] == "One word more than they read gladly."


def test_the_hints_come_while_typing(client: Client, misaki):
    headers = {"HX-Request": "true", "HX-Target": "looked-over"}
    response = client.get(new(misaki), {"body": "I look for a job."}, headers=headers)
    assertContains(response, "5 of 75 words")
    assertContains(response, "sounds like a job request")
    assertNotContains(response, "<html")


FAULTY = {**TYPED, "body": "I want a job, " * 40}


def test_without_scripts_the_hints_come_with_the_first_press(client: Client, user, misaki):
    response = client.post(new(misaki), FAULTY)
    for said in (
        "Not sent yet.",
        "160 of 75 words",
        "85 words more",
        "sounds like a job request",
        "I want a job, I want",
    ):
        assertContains(response, said)
    assertContains(response, 'name="seen" value="long job question limit"')
    assert user.asks.count() == 0


def test_a_letter_with_every_fault_is_sent_all_the_same(client: Client, user, misaki):
    client.post(new(misaki), {**FAULTY, "seen": "long job question limit"})
    assert user.asks.get().via == "mail"


def test_a_fault_that_came_later_is_hinted_at_too(client: Client, user, misaki):
    response = client.post(new(misaki), {**FAULTY, "seen": "question limit"})
    assertContains(response, "sounds like a job request")
    assert user.asks.count() == 0


def test_hints_seen_while_typing_are_not_shown_again(client: Client, user, misaki):
    headers = {"HX-Request": "true", "HX-Target": "looked-over"}
    shown = client.get(new(misaki), {"body": FAULTY["body"]}, headers=headers).text
    seen = shown.partition('name="seen" value="')[2].partition('"')[0]
    client.post(new(misaki), {**FAULTY, "seen": seen})
    assert user.asks.count() == 1


# --- sending ----------------------------------------------------------------------------------------------------------


def test_asking_sends_the_letter_with_my_address_to_answer_to(client: Client, user, misaki):
    client.post(new(misaki), TYPED)
    mail = user.outgoingmails.get()
    assert (mail.kind, mail.not_before, mail.recipient) == ("ask", NOW + timedelta(seconds=20), "misaki@riken.example")
    found = KINDS["ask"].compose(mail, NOW)
    assert isinstance(found, Composed)
    assert str(found.message["Subject"]) == "Twenty minutes about gauges?"
    assert str(found.message["Reply-To"]).endswith("<amara@keepword.example>")
    assert "20 minutes for a call?" in found.message.get_content()


def test_asking_moves_the_contact_and_sets_the_day_to_ask_again(client: Client, user, misaki):
    client.post(new(misaki), TYPED)
    misaki.refresh_from_db()
    assert (misaki.stage, user.asks.get().follow_up_on) == ("asked", date(2026, 11, 24))


def test_undo_takes_the_letter_back(client: Client, user, misaki):
    client.post(new(misaki), TYPED)
    client.post(reverse("ask_take_back", args=[user.asks.get().pk]))
    misaki.refresh_from_db()
    assert (user.asks.count(), user.outgoingmails.get().state, misaki.stage) == (0, State.CANCELLED, "to_meet")


def test_a_letter_that_has_left_is_not_taken_back(client: Client, user, misaki):
    client.post(new(misaki), TYPED)
    user.outgoingmails.update(state=State.SENT, sent_at=NOW + timedelta(minutes=1), fence_at=NOW + timedelta(minutes=1))
    response = client.post(reverse("ask_take_back", args=[user.asks.get().pk]), follow=True)
    assertContains(response, "the letter has left")
    assert user.asks.count() == 1


@pytest.mark.parametrize("via", ["copied", "opened"])
def test_copied_or_opened_sends_nothing_and_shows_the_letter(client: Client, user, misaki, via: str):
    response = client.post(new(misaki), {**TYPED, "via": via}, follow=True)
    assertContains(response, "would you have 20 minutes")
    assertContains(response, "mailto:misaki@riken.example?subject=Twenty%20minutes")
    assert (user.outgoingmails.count(), user.asks.get().via) == (0, via)


def test_without_an_address_nothing_can_be_mailed(client: Client, user):
    nobody = ContactFactory(owner=user, email="")
    assertContains(client.post(new(nobody), TYPED), "There is no address a mail could go to")
    assert user.asks.count() == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"subject": ""}, "A letter needs a subject"),
        ({"subject": "x" * 10_000}, "At most 190"),
        ({"body": " "}, "There is nothing to send yet"),
        ({"body": "x" * 10_000}, "At most 4000"),
        ({"via": "pigeon"}, "not among the choices"),
    ],
)
def test_a_wrong_letter_gets_its_sentence(client: Client, user, misaki, wrong: dict[str, Any], said: str):
    response = client.post(new(misaki), {**TYPED, **wrong})
    assertContains(response, said)
    assert user.asks.count() == 0


def test_a_newline_in_the_subject_is_no_header(client: Client, user, misaki):
    client.post(new(misaki), {**TYPED, "subject": "Gauges\r\nBcc: x@y.example\0"})
    found = KINDS["ask"].compose(user.outgoingmails.get(), NOW)
    assert isinstance(found, Composed)
    assert found.message["Bcc"] is None


def test_nobody_dropped_is_asked(client: Client, user, misaki):
    Contact.objects.update(stage="drop")
    assertContains(client.post(new(misaki), TYPED), "drop means silence")
    assert user.asks.count() == 0


def test_somebody_elsewhere_or_long_silent_is_no_reason_to_wait(client: Client, user, misaki):
    elsewhere = ContactFactory(owner=user, organisation=OrganisationFactory(owner=user))
    asking.ask(owner=user, contact=elsewhere, letter=written(), now=NOW)
    silent = ContactFactory(owner=user, organisation=misaki.organisation, stage="asked")
    AskFactory(contact=silent, asked_at=NOW - timedelta(days=31))
    assertNotContains(client.get(new(misaki)), "of the same organisation")


def test_one_person_at_a_time_is_said(client: Client, user, misaki):
    other = ContactFactory(owner=user, name="Ken Mori", organisation=misaki.organisation)
    asking.ask(owner=user, contact=misaki, letter=written(), now=NOW)
    assertContains(client.get(new(other)), "Misaki Tanaka, of the same organisation, has not answered you yet")


# --- silence ----------------------------------------------------------------------------------------------------------


def test_after_three_working_days_after_seven_and_then_no_more(user, misaki):
    days = []
    now = NOW
    for _step in range(3):
        made = asking.ask(owner=user, contact=misaki, letter=written(), now=now)
        days.append((made.step, made.follow_up_on))
        now = NOW + ((made.follow_up_on or TODAY) - TODAY)
    assert days == [(1, date(2026, 11, 24)), (2, date(2026, 11, 30)), (3, None)]  # from thursday: 3, and 7 working days


@pytest.mark.parametrize(
    ("country", "first", "last"),
    [
        ("SE", date(2026, 12, 28), date(2027, 1, 4)),  # christmas on a friday, new year on the next
        ("JP", date(2026, 12, 25), date(2026, 12, 31)),  # christmas is a day like others
        ("", date(2026, 12, 25), date(2026, 12, 31)),  # no country: weekends alone
        ("XX", date(2026, 12, 25), date(2026, 12, 31)),  # one that nobody has the holidays of
    ],
)
def test_three_and_seven_working_days_over_the_turn_of_the_year(user, misaki, country: str, first: date, last: date):
    user.country = country
    user.save()
    tuesday = datetime(2026, 12, 22, 12, 0, tzinfo=UTC)
    made = asking.ask(owner=user, contact=misaki, letter=written(), now=tuesday)
    again = datetime.combine(made.follow_up_on, time(12), UTC)
    assert (made.follow_up_on, asking.ask(owner=user, contact=misaki, letter=written(), now=again).follow_up_on) == (
        first, last,
    )  # fmt: skip


def test_today_proposes_to_ask_again(client: Client, user, misaki):
    made = asking.ask(owner=user, contact=misaki, letter=written(), now=NOW)
    assertNotContains(client.get("/"), "No answer yet")
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        assertContains(client.get("/"), "No answer yet")
        assertContains(client.get(new(misaki)), "Ask Misaki again")
        client.post(reverse("ask_wait", args=[made.pk]))
        assertNotContains(client.get("/"), "No answer yet")


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["ask_close", "ask_wait", "ask_take_back", "ask_reopen"])
def test_a_tap_on_a_letter_that_another_has_followed_changes_nothing(client: Client, user, misaki, name: str):
    first, second = [asking.ask(owner=user, contact=misaki, letter=written(via="copied"), now=NOW) for _n in range(2)]
    assertContains(client.post(reverse(name, args=[first.pk]), follow=True), "Nothing was changed")
    client.post(reverse("ask_take_back", args=[second.pk]))
    assert user.asks.get(closed_at__isnull=True) == first


@pytest.mark.parametrize("name", ["ask_take_back", "ask_reopen"])
def test_an_undo_from_before_a_later_tap_changes_nothing(client: Client, user, misaki, name: str):
    made = asking.ask(owner=user, contact=misaki, letter=written(), now=NOW)
    client.post(reverse("ask_wait", args=[made.pk]))
    assertContains(client.post(f"{reverse(name, args=[made.pk])}?v=1", follow=True), "still waits for an answer")
    assert user.asks.get().follow_up_on == date(2026, 11, 24)


def test_they_answered_ends_it_and_can_be_taken_back(client: Client, user, misaki):
    made = asking.ask(owner=user, contact=misaki, letter=written(), now=NOW)
    Ask.objects.update(follow_up_on=TODAY)
    client.post(reverse("ask_close", args=[made.pk]))
    assert not user.asks.to_follow_up(TODAY).exists()
    client.post(reverse("ask_reopen", args=[made.pk]))
    assert user.asks.to_follow_up(TODAY).get() == made


@pytest.mark.parametrize("change", [{"stage": "scheduled"}, {"stage": "drop"}, {"binned_at": NOW}])
def test_whoever_answered_or_was_dropped_is_not_asked_again(user, misaki, change: dict[str, Any]):
    asking.ask(owner=user, contact=misaki, letter=written(), now=NOW)
    Contact.objects.filter(pk=misaki.pk).update(**change)
    assert not user.asks.to_follow_up(TODAY + timedelta(days=30)).exists()


def test_today_shows_another_time_that_was_proposed(client: Client, user, misaki):
    CounterFactory(offer=OfferFactory(contact=misaki, state="countered"))
    assertContains(client.get("/"), "proposes")


@pytest.mark.parametrize("rows", [1, 15])
def test_today_costs_the_same_with_more_of_them(client: Client, user, rows: int, django_assert_num_queries):
    for _n in range(rows):
        AskFactory(contact=ContactFactory(owner=user, stage="asked"), follow_up_on=TODAY)
        CounterFactory(offer=OfferFactory(contact=ContactFactory(owner=user), state="countered"))
    with django_assert_num_queries(16):
        client.get("/")


def test_the_database_keeps_one_letter_open_for_a_person(user, misaki):
    AskFactory(contact=misaki)
    with pytest.raises(IntegrityError), transaction.atomic():
        AskFactory(contact=misaki)


def test_somebody_elses_letter_is_not_there(client: Client, stranger):
    ask = AskFactory(contact=ContactFactory(owner=stranger))
    assert client.get(reverse("ask_detail", args=[ask.pk])).status_code == 404
    assert client.post(reverse("ask_close", args=[ask.pk])).status_code == 404
