from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from interviews.preparing.mails import BRIEF, compose_brief, plan_briefs
from outbox.kinds import Cancelled
from outbox.models import OutgoingMail
from tests.factories import (
    NOW,
    ChosenQuestionFactory,
    ContactFactory,
    DebriefFactory,
    HomeworkFactory,
    InterviewFactory,
    PreparationFactory,
    PromiseFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # 18:00 in Stockholm, the day before


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contact(user):
    through = ContactFactory(owner=user, name="Siobhán Byrne")
    return ContactFactory(
        owner=user, name="Mateus Oliveira", time_zone="Europe/Lisbon", how_met="Porto fair", introduced_by=through
    )


@pytest.fixture
def talk(contact):
    """Tuesday 24 November, 15:00 in Stockholm."""
    return InterviewFactory(contact=contact, local_date=date(2026, 11, 24), where="+351 21 555 0142")


@pytest.fixture
def prepared(contact, talk):
    preparation = PreparationFactory(contact=contact, interview=talk, purpose="A bad gauge or a bad year?")
    HomeworkFactory(preparation=preparation, note="Harbour engineer, then actuary")
    ChosenQuestionFactory(preparation=preparation, question__text="Whom do you trust?", must_ask=True)
    PromiseFactory(contact=contact, what="Send the Göta paper")
    PromiseFactory(contact=contact, what="The tide log", whose="theirs")
    before = InterviewFactory(contact=contact, state="held", held_at=NOW, local_date=date(2026, 10, 1))
    DebriefFactory(interview=before, learned="Premiums follow the tide")
    return preparation


TOLD = [
    "Mateus Oliveira", "15:00", "15:20", "14:00", "Lisbon", "+351 21 555 0142", "Siobhán Byrne", "Porto fair",
    "Premiums follow the tide", "Harbour engineer, then actuary", "Send the Göta paper", "The tide log",
    "A bad gauge or a bad year?", "Announce the last question", "Whom do you trust?",
]  # fmt: skip


def row() -> OutgoingMail:
    plan_briefs(EVENING)
    return OutgoingMail.objects.get(kind=BRIEF)


def test_the_page_tells_all_of_it(client, talk, prepared):
    words = client.get(reverse("brief", args=[talk.pk])).content.decode()

    assert [told for told in TOLD if told not in words] == []


def test_a_contact_without_a_time_has_a_brief_too(client, contact):
    words = client.get(reverse("contact_brief", args=[contact.pk])).content.decode()

    assert "No time yet" in words


def test_more_than_six_questions_stand_on_a_second_page(client, talk, prepared):
    ChosenQuestionFactory.create_batch(6, preparation=prepared)

    told = client.get(reverse("brief", args=[talk.pk])).context["brief"]

    assert (len(told.first_questions), len(told.more_questions)) == (6, 1)


@pytest.mark.parametrize("name", ["brief", "contact_brief"])
def test_another_user_finds_nothing(client, stranger, name):
    theirs = InterviewFactory(contact__owner=stranger)

    pk = theirs.pk if name == "brief" else theirs.contact_id
    assert client.get(reverse(name, args=[pk])).status_code == 404


def test_the_page_costs_the_same_with_1_and_with_30_questions(client, talk, prepared, django_assert_num_queries):
    url = reverse("brief", args=[talk.pk])
    client.get(url)
    with django_assert_num_queries(QUERIES):
        client.get(url)
    ChosenQuestionFactory.create_batch(29, preparation=prepared)

    with django_assert_num_queries(QUERIES):
        client.get(url)


QUERIES = 14


# --- the mail ---------------------------------------------------------------------------------------------------------


def test_it_is_planned_at_the_evening_before_and_once(talk):
    before = plan_briefs(EVENING - timedelta(seconds=1))

    assert (before, plan_briefs(EVENING), plan_briefs(EVENING)) == (0, 1, 0)
    assert row().not_before == EVENING


def test_a_late_run_still_sends_it_until_the_talk_begins(talk):
    assert plan_briefs(talk.starts_at) == 0
    assert plan_briefs(talk.starts_at - timedelta(minutes=1)) == 1


def test_a_talk_planned_after_that_evening_has_none(contact):
    InterviewFactory(contact=contact, local_date=date(2026, 11, 24), created_at=EVENING + timedelta(minutes=5))

    assert plan_briefs(EVENING + timedelta(minutes=6)) == 0


def test_the_evening_is_the_owners(user, talk):
    user.time_zone, user.evening_at = "America/Los_Angeles", time(20, 30)
    user.save()

    assert plan_briefs(datetime(2026, 11, 24, 4, 29, tzinfo=UTC)) == 0  # Monday 20:29; the talk is on Tuesday at 06:00
    assert plan_briefs(datetime(2026, 11, 24, 4, 30, tzinfo=UTC)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "cancelled"},
        {"state": "held", "held_at": NOW},
        {"binned_at": NOW},
        {"contact__stage": "drop"},
        {"contact__binned_at": NOW},
        {"contact__owner__wants_briefs": False},
        {"contact__owner__is_active": False},
    ],
)
def test_nobody_is_mailed_about_what_is_not_coming(changes):
    InterviewFactory(local_date=date(2026, 11, 24), **changes)

    assert plan_briefs(EVENING) == 0


def test_text_and_page_of_the_mail_tell_all_of_it(talk, prepared):
    composed = compose_brief(row(), EVENING)

    text, html = (composed.message.get_body([kind]).get_content() for kind in ("plain", "html"))
    assert composed.message["Subject"] == "Tomorrow, 15:00: Mateus Oliveira"
    assert [told for told in TOLD if told not in text] == []
    assert [told for told in TOLD if told not in html] == []


def test_on_the_day_itself_the_subject_says_today(talk):
    mail = row()

    assert compose_brief(mail, talk.starts_at - timedelta(hours=2)).message["Subject"].startswith("Today, 15:00")


def test_a_line_break_in_a_name_reaches_no_header(talk):
    talk.contact.name = "Mateus\r\nBcc: all@example.org"
    talk.contact.save()

    message = compose_brief(row(), EVENING).message

    assert (message["Bcc"], "\n" in message["Subject"]) == (None, False)


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"state": "cancelled"}, "the interview was cancelled"),
        ({"starts_at": EVENING + timedelta(days=2)}, "the interview was moved"),
        ({"state": "no_show"}, "the interview has begun"),
    ],
)
def test_what_changed_meanwhile_cancels_it(talk, changes, cause):
    mail = row()
    type(talk).objects.filter(pk=talk.pk).update(**changes)

    assert compose_brief(mail, EVENING) == Cancelled(cause)


def test_a_talk_that_moved_gets_a_new_one(talk):
    row()
    type(talk).objects.filter(pk=talk.pk).update(starts_at=talk.starts_at + timedelta(hours=1))

    assert plan_briefs(EVENING) == 1


def test_planning_costs_the_same_for_1_and_for_30(django_assert_num_queries):
    InterviewFactory(local_date=date(2026, 11, 24))
    with django_assert_num_queries(PLANNING):
        plan_briefs(EVENING)
    for owner in UserFactory.create_batch(30):
        InterviewFactory(contact__owner=owner, local_date=date(2026, 11, 24))

    with django_assert_num_queries(PLANNING):
        plan_briefs(EVENING)


PLANNING = 3
