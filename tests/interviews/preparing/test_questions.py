import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from interviews.models import Question
from interviews.preparing import question_bank
from tests.factories import NOW, ChosenQuestionFactory, QuestionFactory

pytestmark = pytest.mark.django_db

OWN = {"text": "Which gauge would you never trust?", "tag": "insights"}


def test_fourteen_of_ours_are_there_before_anything_is_written(client, user):
    response = client.get(reverse("question_list"))

    assert len(response.context["questions"]) == 14
    assert not user.questions.exists()


def test_every_tag_has_a_question_of_ours():
    assert {one.tag for one in question_bank.STARTING.values()} == {
        "trends",
        "insights",
        "advice",
        "resources",
        "assignments",
    }


def test_a_tag_shows_its_own(client):
    response = client.get(reverse("question_list"), {"tag": "resources"})

    assert [question.starting for question in response.context["questions"]] == [8, 9]


def test_writing_one_of_my_own(client, user):
    client.post(reverse("question_new"), OWN | {"must_ask": "on"})

    question = user.questions.get()
    assert (question.text, question.tag, question.must_ask, question.starting) == (*OWN.values(), True, None)


def test_changing_one_of_ours_keeps_its_number(client, user):
    text = "Where should somebody strong in time series look?"

    client.post(reverse("question_edit", args=["s5"]), {"text": text, "tag": "advice", "version": "1"})

    assert user.questions.get(starting=5).text == text
    assert user.questions.count() == 14


def test_retiring_can_be_undone(client, user):
    client.post(reverse("question_retire", args=["s3"]))
    kept = user.questions.get(starting=3)
    retired_at = kept.retired_at

    client.post(reverse("question_unretire", args=[kept.pk]))

    assert retired_at is not None
    assert user.questions.get(starting=3).retired_at is None


def test_a_retired_question_keeps_its_answers(client, user):
    row = ChosenQuestionFactory(preparation__contact__owner=user, answer="Never the upper one", answered_at=NOW)

    client.post(reverse("question_retire", args=[row.question_id]))

    assert client.get(reverse("learned_question", args=[row.question_id])).context["page"].rows == [row]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("text", "", "A question needs words."),
        ("text", "\0 ", "A question needs words."),
        ("text", "x" * 10_000, "At most 500 characters fit here; this has 10000."),
        ("text", "wHAT DO YOU read to keep ùp?", "This question is in your bank already."),
        ("tag", "gossip", "Choose one of the five."),
    ],
)
def test_wrong_input_has_its_sentence_and_stays(client, user, field, value, sentence):
    question_bank.write_starting(user, NOW)

    response = client.post(reverse("question_new"), OWN | {field: value})

    assert sentence in str(response.context["form"].errors[field])
    assert response.context["form"][field].value() == value
    assert user.questions.count() == 14


@pytest.mark.parametrize("key", ["s0", "s15", "s", "x", "٣", "9" * 30, "-1"])
@pytest.mark.parametrize("name", ["question_edit", "question_retire", "question_unretire"])
def test_a_forged_key_is_not_found(client, name, key):
    assert client.post(reverse(name, args=[key]), OWN).status_code == 404


@pytest.mark.parametrize("name", ["question_edit", "question_retire", "question_unretire"])
def test_another_user_finds_nothing(client, stranger, name):
    theirs = QuestionFactory(owner=stranger)

    assert client.post(reverse(name, args=[theirs.pk]), OWN).status_code == 404


@pytest.mark.parametrize("pk", ["x", "9" * 30, "999999"])
def test_a_forged_contact_is_not_found(client, pk):
    assert client.get(reverse("question_new"), {"contact": pk}).status_code == 404


def test_the_list_costs_the_same_with_1_and_with_30(client, user, django_assert_num_queries):
    QuestionFactory(owner=user)
    client.get(reverse("question_list"))
    with django_assert_num_queries(QUERIES):
        client.get(reverse("question_list"))
    QuestionFactory.create_batch(29, owner=user)

    with django_assert_num_queries(QUERIES):
        client.get(reverse("question_list"))


QUERIES = 6


@pytest.mark.parametrize("changes", [{"text": ""}, {"tag": "gossip"}])
def test_the_database_refuses(user, changes):
    with pytest.raises(IntegrityError), transaction.atomic():
        QuestionFactory(owner=user, **changes)


def test_the_database_refuses_one_of_ours_twice(user):
    QuestionFactory(owner=user, starting=3)

    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.create(owner=user, starting=3, text="Again?", tag="advice", created_at=NOW)
