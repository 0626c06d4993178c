"""What people named to read and to join: ticked, copied, paged; and one question for all who were not asked yet."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from interviews.learning import reading_lists
from interviews.learning.answers import Field
from interviews.models import Question
from tests.factories import (
    NOW,
    ChosenQuestionFactory,
    ContactFactory,
    InterviewFactory,
    PreparationFactory,
    QuestionFactory,
    TickFactory,
)
from tests.interviews.learning.test_learned import answered

pytestmark = pytest.mark.django_db
READING = "/learned/reading/"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def reading(user) -> Question:
    return QuestionFactory(owner=user, starting=9, tag="resources", text="What do you read to keep up?")


def press(client: Client, name: str = "Rivers in Print", **other: str):
    return client.post(reverse("tick_set", args=["reading"]), {"name": name, **other}, follow=True)


# --- ticks ------------------------------------------------------------------------------------------------------------


def test_read_is_said_once_however_it_was_written(client: Client, reading: Question):
    answered(reading, "Rivers in Print\nThe Memory of Gauges")
    answered(reading, "rivers in print.")
    press(client)
    found = reading_lists.shelves_of(reading.owner, Field(""))["reading"]
    assert [(named.name, bool(named.tick)) for named in found.named] == [
        ("rivers in print", True), ("The Memory of Gauges", False),
    ]  # fmt: skip


def test_undo_puts_it_on_the_list_again(client: Client, reading: Question):
    answered(reading, "Rivers in Print")
    response = press(client)
    undo = next(str(message.extra_tags) for message in response.context["messages"])
    assertContains(response, "Read: Rivers in Print")
    assertContains(client.post(undo, follow=True), "On the list again: Rivers in Print")
    assert not reading.owner.ticks.done().exists()


def test_read_again_after_it_was_put_back(client: Client, user):
    tick = TickFactory(owner=user, name="Rivers in Print", done_at=None)
    press(client)
    tick.refresh_from_db()
    assert (tick.done_at, user.ticks.count()) == (NOW, 1)


def test_it_leads_back_to_where_it_was_pressed(client: Client, reading: Question):
    answered(reading, "Rivers in Print")
    assert press(client, next="/learned/").redirect_chain == [("/learned/", 302)]


@pytest.mark.parametrize("name", ["", " \n", "\0"])
def test_nothing_is_ticked_without_a_name(client: Client, user, name: str):
    press(client, name)
    assert user.ticks.count() == 0


@pytest.mark.parametrize("name", ["x" * 10_000, "\ufdfa" * 300, "a\r\nb"])
def test_any_name_can_be_ticked(client: Client, user, name: str):
    press(client, name)
    assert user.ticks.done().count() == 1


def test_a_list_that_there_is_not_is_not_found(client: Client):
    assert client.get("/learned/shopping/").status_code == 404
    assert client.post(reverse("tick_set", args=["shopping"]), {"name": "Milk"}).status_code == 404


def test_the_database_keeps_one_tick_for_a_name(user):
    TickFactory(owner=user, name="Rivers")
    with pytest.raises(IntegrityError, match=r"tick_once|UNIQUE"), transaction.atomic():
        TickFactory(owner=user, name="Rivers")


def test_ticks_are_found_by_their_index(user):
    TickFactory(owner=user)
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET LOCAL enable_seqscan = off")
    plan = user.ticks.done().values_list("name_key", "pk")[: reading_lists.TICKED].explain()
    assert "tick_once" in plan or "sqlite_autoindex_interviews_tick" in plan or "interviews_tick_owner_id" in plan


def test_of_many_who_named_it_some_are_named(client: Client, reading: Question):
    for _n in range(6):
        answered(reading, "Rivers in Print", name="Priya R")
    assertContains(client.get(READING), "and 2 others")


# --- the whole list ---------------------------------------------------------------------------------------------------


def test_the_list_to_copy_leaves_out_what_is_done(client: Client, reading: Question):
    answered(reading, "Rivers in Print\nThe Memory of Gauges\nTide <logs>")
    press(client)
    response = client.get(READING)
    assert response.context["shelf"].as_text == "The Memory of Gauges\nTide <logs>"
    assertContains(response, "The Memory of Gauges\nTide &lt;logs&gt;</textarea>")


def test_the_first_five_stand_on_learned_and_all_of_them_on_pages(client: Client, reading: Question):
    answered(reading, "\n".join(f"Book {n:02}" for n in range(27)))
    assertContains(client.get("/learned/"), "5 of 27")
    first = client.get(READING).context
    second = client.get(READING, {"from": first["later"]}).context
    assert [len(first["rows"]), len(second["rows"]), second["later"]] == [25, 2, 0]


@pytest.mark.parametrize("begin", ["x", "-1", "9" * 30, "99999"])
def test_a_forged_place_in_the_list_is_no_error(client: Client, reading: Question, begin: str):
    answered(reading, "Rivers in Print")
    assert client.get(READING, {"from": begin}).status_code == 200


def test_an_empty_list_says_what_to_ask(client: Client):
    assertContains(client.get(READING), "Ask what they read, and where they meet.")


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_costs_the_same_with_more_on_it(
    client: Client, reading: Question, rows: int, django_assert_num_queries
):
    for n in range(rows):
        answered(reading, f"Book {n}")
        TickFactory(owner=reading.owner, name=f"Book {n}")
    with django_assert_num_queries(7):
        client.get(READING)


# --- ask those who were not asked -------------------------------------------------------------------------------------


@pytest.fixture
def question(user) -> Question:
    return QuestionFactory(owner=user, text="Where would you begin today?")


def talk_with(owner, name: str, days: int = 5):
    return InterviewFactory(contact=ContactFactory(owner=owner, name=name), starts_at=NOW + days * DAY)


def ask(client: Client, question: Question):
    return client.post(reverse("learned_ask", args=[question.pk]), follow=True)


def test_one_tap_asks_all_who_are_coming(client: Client, user, question: Question):
    talks = [talk_with(user, "Nhung Nguyen"), talk_with(user, "Misaki Sato", 6)]
    assertContains(client.get(reverse("learned_question", args=[question.pk])), "Ask Nhung and Misaki")
    assertContains(ask(client, question), "Among the questions for Nhung and Misaki.")
    for talk in talks:
        talk.refresh_from_db()
        assert [row.question for row in talk.preparation.questions.all()] == [question]


def test_undo_takes_it_out_of_those_talks_alone(client: Client, user, question: Question):
    by_hand = ChosenQuestionFactory(
        preparation=PreparationFactory(contact=ContactFactory(owner=user)), question=question
    )
    talk_with(user, "Nhung Nguyen")
    undo = next(str(message.extra_tags) for message in ask(client, question).context["messages"])
    assertContains(client.post(undo, follow=True), "Taken out again.")
    assert user.chosenquestions.get() == by_hand


def test_undo_leaves_what_was_answered_meanwhile(client: Client, user, question: Question):
    talk_with(user, "Nhung Nguyen")
    undo = next(str(message.extra_tags) for message in ask(client, question).context["messages"])
    user.chosenquestions.update(answer="At the gauges", answered_at=NOW)
    assertContains(client.post(undo, follow=True), "Nothing was changed.")
    assert user.chosenquestions.count() == 1


def test_pressed_twice_it_stands_once(client: Client, user, question: Question):
    talk_with(user, "Nhung Nguyen")
    ask(client, question)
    assertContains(ask(client, question), "nobody is left to ask")
    assert user.chosenquestions.count() == 1


@pytest.mark.parametrize("of", ["", "x", "0,x", "9" * 30, "-1"])
def test_a_forged_undo_changes_nothing(client: Client, user, question: Question, of: str):
    talk_with(user, "Nhung Nguyen")
    ask(client, question)
    client.post(reverse("learned_unask", args=[question.pk]) + f"?of={of}")
    assert user.chosenquestions.count() == 1


def test_somebody_elses_question_and_tick_are_not_there(client: Client, stranger):
    theirs = QuestionFactory(owner=stranger)
    tick = TickFactory(owner=stranger)
    assert ask(client, theirs).status_code == 404
    assert client.post(reverse("tick_unset", args=["reading", tick.pk])).status_code == 404


def test_nobody_coming_means_no_button(client: Client, question: Question):
    answered(question, "At the gauges")
    assertNotContains(client.get(reverse("learned_question", args=[question.pk])), "learned/ask")
