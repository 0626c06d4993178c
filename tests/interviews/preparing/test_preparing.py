from datetime import date, time, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from interviews.models import Agreed, ChosenQuestion, Homework, HomeworkItem, Preparation, Question
from interviews.planning import actions as planning
from interviews.preparing import actions as preparing
from interviews.preparing import question_bank
from interviews.preparing.agenda import proposed
from interviews.preparing.forms import PreparationForm
from interviews.preparing.preparation_page import read, readiness, week_of
from tests.factories import (
    NOW,
    TODAY,
    ChosenQuestionFactory,
    ContactFactory,
    HomeworkFactory,
    InterviewFactory,
    PreparationFactory,
    QuestionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user, name="Misaki Satō")


def page(contact):
    return reverse("preparation_detail", args=[contact.pk])


def typed(**fields):
    return {"purpose": "Learn how breach data is collected", "agenda": "0 Thank you\n20 Give it back", "minutes": "20",
            "version": "0"} | fields  # fmt: skip


def three(contact):
    preparation = PreparationFactory(contact=contact)
    return [
        ChosenQuestionFactory(preparation=preparation, position=n, question__text=f"Question {n}?") for n in (1, 2, 3)
    ]


def order(contact):
    return list(contact.chosen_questions.in_order().values_list("question__text", flat=True))


# --- readiness --------------------------------------------------------------------------------------------------------


def ready(**changes):
    told = {"done": set(HomeworkItem), "purpose": "Learn", "agenda": "0 Thank", "questions": 5, "talks_that_week": 0}
    return readiness(**told | changes)


def test_everything_done_is_a_hundred():
    assert (ready().figure, ready().missing, ready().title) == (100, "", "Ready")


def test_nothing_done_says_everything_that_is_missing():
    none = ready(done=set(), purpose="", agenda="", questions=0, talks_that_week=3)

    assert none.figure == 0
    assert none.missing == "Missing: the homework, the purpose, the agenda, the questions, room in your week."


@pytest.mark.parametrize(
    ("changes", "figure", "missing"),
    [
        ({"done": set(HomeworkItem) - {"only_they"}}, 90, "Missing: what only they can tell you."),
        ({"purpose": ""}, 85, "Missing: the purpose."),
        ({"agenda": ""}, 90, "Missing: the agenda."),
        ({"questions": 4}, 97, "Missing: one more question."),
        ({"questions": 3}, 94, "Missing: 2 more questions."),
        ({"questions": 9}, 100, ""),
        ({"talks_that_week": 2}, 100, ""),
        ({"talks_that_week": 3}, 90, "Missing: room in your week."),
    ],
)
def test_each_part_has_its_points_and_its_words(changes, figure, missing):
    found = ready(**changes)

    assert (found.figure, found.missing) == (figure, missing)


# --- the page ---------------------------------------------------------------------------------------------------------


def test_looking_writes_nothing(client, contact):
    response = client.get(page(contact))

    assert response.status_code == 200
    assert "Readiness 10 of 100" in response.content.decode()
    assert (Preparation.objects.count(), Homework.objects.count(), Question.objects.count()) == (0, 0, 0)


def test_keeping_keeps_all_of_it(client, contact, user):
    data = typed(done_person="on", note_person="Her paper on levees", link_person="example.org/levees")

    response = client.post(page(contact), data)

    assert response.status_code == 302
    preparation = user.preparations.get()
    person = preparation.homework.get(item="person")
    assert (preparation.purpose, preparation.agenda) == (data["purpose"], data["agenda"])
    assert (person.done, person.note, person.link) == (True, "Her paper on levees", "https://example.org/levees")


def test_keeping_twice_is_keeping_once(client, contact, user):
    client.post(page(contact), typed())

    response = client.post(page(contact), typed())

    assert response.status_code == 302
    assert user.preparations.get().version == 1


def test_a_stale_page_is_refused_with_both_texts(client, contact, user):
    client.post(page(contact), typed())

    response = client.post(page(contact), typed(purpose="Something else"))

    words = response.content.decode()
    assert response.status_code == 200
    assert "Learn how breach data is collected" in words
    assert "Something else" in words
    assert user.preparations.get().purpose == "Learn how breach data is collected"


def test_keeping_a_stale_page_again_replaces_what_stood(client, contact, user):
    client.post(page(contact), typed())
    shown = client.post(page(contact), typed(purpose="Something else")).context["form"]

    client.post(page(contact), typed(purpose="Something else", version=shown["version"].value()))

    assert user.preparations.get().purpose == "Something else"


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("purpose", "x" * 10_000, "At most 2000 characters fit here; this has 10000."),
        ("note_person", "x" * 10_000, "At most 4000 characters fit here; this has 10000."),
        ("link_person", "javascript:alert(1)", "Only web addresses lead on from here."),
        ("link_person", "https://example.org/" + "x" * 600, "At most 500 characters fit here"),
        ("agenda", "Data without gauges", "“Data without gauges” has no minute."),
        ("agenda", "0 Thank\n25 End", "“25 End” comes after the end: you ask for 20 minutes."),
        ("agenda", "9 Data\n3 Thank", "“3 Thank” stands after minute 9."),
        ("agenda", "1 " + "x" * 500, "is too long for a line."),
        ("agenda", "\n".join(f"{n} a" for n in range(21)), "At most 20 lines fit into one talk."),
        ("minutes", "999", "Minutes are a number, 10 to 120."),
    ],
)
def test_wrong_input_has_its_sentence_and_stays(client, contact, user, field, value, sentence):
    response = client.post(page(contact), typed(**{field: value}))

    assert response.status_code == 200
    assert sentence in str(response.context["form"].errors[field])
    assert response.context["form"][field].value() == value
    assert not user.preparations.exists()


def test_nul_and_lone_surrogates_are_cleaned_away(user, contact):
    form = PreparationForm(typed(purpose="Le\0arn \ud800now"), prepared=read(user, contact))

    assert form.is_valid()
    assert form.terms["purpose"] == "Learn now"


@pytest.mark.parametrize("version", ["", "-1", "x", "99999999999"])
def test_a_forged_version_is_no_crash(client, contact, version):
    client.post(page(contact), typed())

    assert client.post(page(contact), typed(version=version, purpose="Other")).status_code == 200


def test_an_agenda_nobody_wrote_goes_with_the_length(client, contact, user):
    client.post(page(contact), typed(agenda=proposed(20), minutes="30"))

    assert user.preparations.get().agenda == proposed(30)
    assert "27 Announce the last question" in proposed(30)


def test_another_user_finds_nothing(client, stranger):
    assert client.get(page(ContactFactory(owner=stranger))).status_code == 404


# --- questions --------------------------------------------------------------------------------------------------------


def test_choosing_takes_ours_into_my_bank(client, contact, user):
    client.post(reverse("question_choose", args=[contact.pk]), {"question": ["s9", "s10", "s9"]})

    assert user.questions.count() == 14
    assert list(contact.chosen_questions.in_order().values_list("question__starting", flat=True)) == [9, 10]


def test_choosing_ignores_what_is_not_mine(client, contact, stranger):
    theirs = QuestionFactory(owner=stranger)

    client.post(reverse("question_choose", args=[contact.pk]), {"question": [theirs.pk, "s99", "x", "9" * 30]})

    assert not ChosenQuestion.objects.exists()


def test_choosing_twice_chooses_once(client, contact):
    for _time in range(2):
        client.post(reverse("question_choose", args=[contact.pk]), {"question": ["s9"]})

    assert contact.chosen_questions.count() == 1


def test_must_ask_ones_come_first(client, contact):
    _first, _second, third = three(contact)

    client.post(reverse("question_must", args=[contact.pk, third.pk]))

    assert order(contact) == ["Question 3?", "Question 1?", "Question 2?"]


@pytest.mark.parametrize(("which", "place", "expected"), [(0, 2, "213"), (2, 1, "312"), (0, 99, "231"), (1, 0, "213")])
def test_a_question_moves_to_its_place(client, contact, which, place, expected):
    rows = three(contact)

    client.post(reverse("question_move", args=[contact.pk, rows[which].pk, place]))

    assert order(contact) == [f"Question {n}?" for n in expected]


def test_what_may_be_asked_does_not_pass_what_must(client, contact):
    rows = three(contact)
    preparing.mark(chosen=rows[0], must_ask=True)

    client.post(reverse("question_move", args=[contact.pk, rows[2].pk, 1]))

    assert order(contact) == ["Question 1?", "Question 3?", "Question 2?"]


def test_taking_out_can_be_undone(client, contact):
    rows = three(contact)
    response = client.post(reverse("question_remove", args=[contact.pk, rows[1].pk]), follow=True)
    (undo,) = [message.extra_tags for message in response.context["messages"]]
    gone = order(contact)

    client.post(undo)

    assert gone == ["Question 1?", "Question 3?"]
    assert order(contact) == ["Question 1?", "Question 2?", "Question 3?"]


def test_an_answered_question_stays(client, contact):
    row = three(contact)[0]
    contact.chosen_questions.filter(pk=row.pk).update(answer="At the gauges", answered_at=NOW)

    client.post(reverse("question_remove", args=[contact.pk, row.pk]))

    assert contact.chosen_questions.get(pk=row.pk).answer == "At the gauges"


def test_a_tap_on_a_question_keeps_what_was_typed(client, contact, user):
    rows = three(contact)
    version = user.preparations.get().version

    client.post(reverse("question_move", args=[contact.pk, rows[0].pk, 3]), typed(version=version))

    assert user.preparations.get().purpose == "Learn how breach data is collected"
    assert order(contact)[-1] == "Question 1?"


def test_a_tap_waits_for_what_cannot_be_kept(client, contact):
    rows = three(contact)

    response = client.post(reverse("question_move", args=[contact.pk, rows[0].pk, 3]), typed(agenda="no minute"))

    assert response.status_code == 200
    assert order(contact)[0] == "Question 1?"


@pytest.mark.parametrize("name", ["question_must", "question_may", "question_remove"])
def test_a_question_of_another_talk_is_not_found(client, contact, user, name):
    other = ChosenQuestionFactory(preparation__contact__owner=user)

    assert client.post(reverse(name, args=[contact.pk, other.pk])).status_code == 404


def test_questions_answered_before_are_hidden_and_said(client, contact, user):
    held = InterviewFactory(contact=contact, state="held", held_at=NOW, local_date=date(2026, 5, 4))
    for n in (1, 2):
        ChosenQuestionFactory(
            preparation=PreparationFactory(contact=contact, interview=held) if n == 1 else user.preparations.get(),
            question__text=f"Answered {n}?",
            answer="Yes",
            answered_at=NOW.replace(month=5, day=4),
        )

    words = client.get(reverse("question_choose", args=[contact.pk])).content.decode()

    assert "Two questions are hidden: Misaki answered them in May 2026." in words
    assert "Answered 1?" not in words


# --- the talk it is for -----------------------------------------------------------------------------------------------


def plan(contact):
    agreed = Agreed("phone", 20, TODAY + timedelta(days=5), time(15), contact.owner.time_zone)
    return planning.plan(owner=contact.owner, contact=contact, agreed=agreed, now=NOW)


def test_planning_takes_the_preparation_along(contact):
    preparation = PreparationFactory(contact=contact)

    interview = plan(contact)

    assert interview.preparation == preparation


def test_planning_again_after_a_cancellation_takes_it_along_too(contact):
    preparation = PreparationFactory(contact=contact)
    planning.cancel(interview=plan(contact), now=NOW)

    again = plan(contact)

    preparation.refresh_from_db()
    assert preparation.interview == again


def test_what_was_held_is_over_and_the_next_talk_begins_anew(contact):
    held = InterviewFactory(contact=contact, state="held", held_at=NOW)
    PreparationFactory(contact=contact, interview=held)

    assert contact.preparations.still_ahead().first() is None


def test_beginning_after_planning_belongs_to_the_planned_talk(contact):
    interview = plan(contact)

    assert preparing.begin(contact=contact, now=NOW).interview == interview


def test_the_week_counts_the_other_talks_from_monday_to_sunday(contact, user):
    mine = InterviewFactory(contact=contact, local_date=date(2026, 11, 25))
    for day in (22, 23, 29, 30):
        InterviewFactory(contact=contact, local_date=date(2026, 11, day))
    InterviewFactory(contact=contact, local_date=date(2026, 11, 24), state="cancelled")

    week = week_of(user, mine, NOW)

    assert [talk.local_date.day for talk in week.talks] == [23, 29]
    assert week.said == "Two talks already in that week."


QUERIES = 13


def test_the_page_costs_the_same_with_1_and_with_30_questions(client, contact, django_assert_num_queries):
    preparation = PreparationFactory(contact=contact)
    HomeworkFactory(preparation=preparation)
    ChosenQuestionFactory(preparation=preparation)
    client.get(page(contact))
    with django_assert_num_queries(QUERIES):
        client.get(page(contact))
    ChosenQuestionFactory.create_batch(29, preparation=preparation)

    with django_assert_num_queries(QUERIES):
        client.get(page(contact))


def test_reading_is_for_the_owner_alone(contact, user):
    PreparationFactory()

    assert read(user, contact).preparation is None


def test_the_bank_is_stocked_once(user):
    question_bank.write_starting(user, NOW)
    question_bank.write_starting(user, NOW)

    assert user.questions.count() == 14


@pytest.mark.parametrize(("count", "is_offered"), [(0, True), (4, True), (5, False)])
def test_today_offers_to_prepare_the_talk_of_tomorrow(client, contact, count, is_offered):
    talk = InterviewFactory(contact=contact, local_date=TODAY + timedelta(days=1))
    ChosenQuestionFactory.create_batch(count, preparation=PreparationFactory(contact=contact, interview=talk))

    words = client.get(reverse("today")).content.decode()

    assert (page(contact) in words) == is_offered


# --- the database -----------------------------------------------------------------------------------------------------


def test_the_database_refuses_two_preparations_without_a_time(contact):
    PreparationFactory(contact=contact)

    with pytest.raises(IntegrityError), transaction.atomic():
        PreparationFactory(contact=contact)


@pytest.mark.parametrize("minutes", [9, 121])
def test_the_database_refuses_a_length_nobody_asks_for(contact, minutes):
    with pytest.raises(IntegrityError), transaction.atomic():
        PreparationFactory(contact=contact, minutes=minutes)


def test_the_database_refuses_an_item_twice(contact):
    first = HomeworkFactory(preparation__contact=contact)

    with pytest.raises(IntegrityError), transaction.atomic():
        HomeworkFactory(preparation=first.preparation)


def test_the_database_refuses_a_question_twice_in_a_talk(contact):
    row = three(contact)[0]

    with pytest.raises(IntegrityError), transaction.atomic():
        ChosenQuestionFactory(preparation=row.preparation, question=row.question)


@pytest.mark.parametrize("changes", [{"answer": "Yes"}, {"answered_at": NOW}])
def test_the_database_refuses_an_answer_without_its_date_and_a_date_without_one(contact, changes):
    row = three(contact)[0]

    with pytest.raises(IntegrityError), transaction.atomic():
        contact.chosen_questions.filter(pk=row.pk).update(**changes)
