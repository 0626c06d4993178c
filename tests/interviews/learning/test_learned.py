from datetime import timedelta

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains

from base import paging
from tests.factories import (
    NOW,
    ChosenQuestionFactory,
    ContactFactory,
    ContactTagFactory,
    DebriefFactory,
    InterviewFactory,
    OrganisationFactory,
    PreparationFactory,
    QuestionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(user):
    return QuestionFactory(owner=user, text="Where would you begin today?")


def answered(question, words, name="Priya Raghunathan", at=NOW, **contact):
    person = ContactFactory(owner=question.owner, name=name, **contact)
    return ChosenQuestionFactory(
        preparation=PreparationFactory(contact=person), question=question, answer=words, answered_at=at
    )


def test_nothing_learned_yet_says_what_to_do(client):
    words = client.get(reverse("learned")).content.decode()

    assert "Ask the same question of three people" in words


def test_answers_stand_side_by_side_the_newest_first(client, question):
    older = answered(question, "At the gauges", at=NOW - timedelta(days=1))
    newer = answered(question, "With the people downstream")

    page = client.get(reverse("learned_question", args=[question.pk])).context["page"]

    assert page.rows == [newer, older]


def test_people_in_the_bin_are_left_out(client, question):
    answered(question, "At the gauges", binned_at=NOW)

    assert client.get(reverse("learned")).context["counted"] == (0, 0)


def test_pages_go_on_where_the_last_ended(client, question):
    rows = [answered(question, f"Answer {n}", at=NOW) for n in range(paging.SIZE + 2)]
    url = reverse("learned_question", args=[question.pk])
    first = client.get(url).context["page"]

    second = client.get(url, {"after": first.later}).context["page"]

    assert first.rows + second.rows == rows[::-1]
    assert (second.later, client.get(url, {"before": second.earlier}).context["page"].rows) == ("", first.rows)


@pytest.mark.parametrize(
    "after", ["x", "-1", "9" * 30, "1_x", "1_9999-12-31T23:59:59-12:00", "1_0001-01-01T00:00:00+12:00"]
)
def test_a_forged_cursor_begins_anew(client, question, after):
    row = answered(question, "At the gauges")

    page = client.get(reverse("learned_question", args=[question.pk]), {"after": after}).context["page"]

    assert page.rows == [row]


def test_who_was_not_asked_yet_is_named(client, question):
    asked = answered(question, "At the gauges")
    later = NOW + timedelta(days=365 * 5)
    InterviewFactory(contact=asked.contact, starts_at=later)
    talk = InterviewFactory(contact=ContactFactory(owner=question.owner), starts_at=later)

    assert client.get(reverse("learned_question", args=[question.pk])).context["not_asked"] == [talk]


def test_a_field_is_a_tag_or_an_organisation(client, question):
    organisation = OrganisationFactory(owner=question.owner)
    tagged, employed = answered(question, "One"), answered(question, "Two", organisation=organisation)
    answered(question, "Three")
    tag = ContactTagFactory(contact=tagged.contact).tag
    url = reverse("learned_question", args=[question.pk])

    found = [client.get(url, {"field": field}).context["page"].rows for field in (f"t{tag.pk}", f"o{organisation.pk}")]

    assert found == [[tagged], [employed]]


@pytest.mark.parametrize("field", ["x1", "t", "tx", "t" + "9" * 30])
def test_a_forged_field_is_no_field(client, question, field):
    answered(question, "One")

    assert client.get(reverse("learned"), {"field": field}).context["counted"].answers == 1


def test_search_finds_folded_words_in_answers_and_debriefs(client, question, user):
    answered(question, "Bei den Übergängen, nicht im Code")
    answered(question, "Elsewhere")
    talk = InterviewFactory(contact=ContactFactory(owner=user), state="held", held_at=NOW)
    DebriefFactory(interview=talk, learned="Übergänge sind alles")

    found = client.get(reverse("learned"), {"q": "UBERGANG"}).context["found"]

    assert sorted(hit.text for hit in found.hits) == ["Bei den Übergängen, nicht im Code", "Übergänge sind alles"]


def test_what_was_found_is_marked_and_escaped(client, question):
    answered(question, "Übergänge <b> & code\nand more")

    page = client.get(reverse("learned"), {"q": "ubergang"})

    assertContains(page, "<mark>Übergänge</mark> &lt;b&gt; &amp; code<br>and more")


@pytest.mark.parametrize("words", ["x" * 10_000, "%_\\", "<script>"])
def test_any_words_can_be_searched_for(client, question, words):
    answered(question, "At the gauges")

    assert client.get(reverse("learned"), {"q": words}).status_code == 200


def test_what_several_name_is_read_first(client, user):
    reading = QuestionFactory(owner=user, starting=9, tag="resources")
    joining = QuestionFactory(owner=user, starting=8, tag="resources")
    answered(reading, "- Rivers in Print\n- The Memory of Gauges", name="Priya R")
    answered(reading, "rivers in print.; Tide logs", name="Kwame B")
    answered(joining, "European Flood Forum")

    to_read, to_join = client.get(reverse("learned")).context["shelves"]

    assert (to_read.named[0].name, len(to_read.named[0].by)) == ("rivers in print", 2)
    assert [named.name for named in to_join.named] == ["European Flood Forum"]


def test_choosing_a_question_leads_to_its_page(client, question):
    response = client.get(reverse("learned"), {"question": question.pk, "field": "t1"})

    assert response.url == reverse("learned_question", args=[question.pk]) + "?field=t1"


def test_another_user_finds_nothing(client, stranger):
    theirs = answered(QuestionFactory(owner=stranger), "Secret gauges")

    found = client.get(reverse("learned"), {"q": "gauges"}).context["found"]

    assert client.get(reverse("learned_question", args=[theirs.question_id])).status_code == 404
    assert found.hits == []


def test_pages_cost_the_same_with_1_and_with_30_answers(client, question, django_assert_num_queries):
    urls = {
        reverse("learned"): 11,
        reverse("learned") + "?q=gauge": 14,
        reverse("learned_question", args=[question.pk]): 11,
    }
    answered(question, "At the gauges")
    client.get(reverse("learned"))
    for url, queries in urls.items():
        with django_assert_num_queries(queries):
            client.get(url)
    for n in range(29):
        answered(question, f"At the gauges {n}")

    for url, queries in urls.items():
        with django_assert_num_queries(queries):
            client.get(url)
