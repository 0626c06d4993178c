from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from base.owned import Stale
from crm.models import Contact
from interviews.models import Interview, NewsItem, NewsKind
from interviews.news.actions import report
from interviews.offering import actions as offering
from interviews.planning import actions as planning
from interviews.replying import actions as replying
from pages.contact import read_contact
from pages.today import read_day
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    CounterFactory,
    InterviewFactory,
    NewsItemFactory,
    OutgoingMailFactory,
)
from tests.reading import buttons, posts_to, rows, text, title

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def kenji(user) -> Contact:
    return ContactFactory(owner=user, name="Kenji Watanabe", email="kenji@keepword.example", stage="asked")


@pytest.fixture
def talk(kenji) -> Interview:
    return InterviewFactory(contact=kenji, invited_email=kenji.email)


def news_of(client):
    return rows(client.get(reverse("today")), "News")


def answer(talk: Interview, status: str, **said):
    replying.answer(interview=talk, said=replying.Said(status, **said), now=NOW)


def test_a_yes_is_news_with_preparing_as_its_next_step(client, talk):
    answer(talk, "accepted", words="With pleasure")

    (row,) = news_of(client)

    assert title(row) == "Kenji Watanabe said yes"
    assert "With pleasure" in text(row)
    assert [said.partition(":")[0].strip() for said in buttons(row)] == ["Prepare", "Seen"]


def test_its_next_step_takes_it_off_today(client, kenji, talk):
    answer(talk, "accepted")
    (row,) = news_of(client)
    step = reverse("preparation_detail", args=[kenji.pk])

    response = client.post(posts_to(row, "Prepare"), {"next": step})

    assert response["Location"] == step
    assert news_of(client) == []


def test_seen_can_be_taken_back(client, kenji):
    item = NewsItemFactory(contact=kenji)
    client.post(reverse("news_see", args=[item.pk]))
    item.refresh_from_db()

    client.post(reverse("news_unsee", args=[item.pk]) + f"?v={item.version}")

    assert len(news_of(client)) == 1


def test_seen_in_another_tab_is_said(client, kenji):
    item = NewsItemFactory(contact=kenji, seen_at=NOW)

    after = client.post(reverse("news_see", args=[item.pk]), follow=True)

    assert "answered already, in another tab" in after.text


def test_of_two_answers_about_one_talk_the_last_stands(client, talk):
    answer(talk, "tentative")
    answer(talk, "accepted")

    assert [title(row) for row in news_of(client)] == ["Kenji Watanabe said yes"]


def test_a_word_stands_beside_the_answer(kenji, talk):
    report(contact=kenji, kind=NewsKind.YES, talk=talk, now=NOW)
    report(contact=kenji, kind=NewsKind.WORD, talk=talk, words="Ring twice", now=NOW)

    assert kenji.owner.newsitems.unseen().count() == 2


def test_a_no_waits_until_it_is_decided(client, user, kenji, talk):
    answer(talk, "declined", words="Travelling")

    (row,) = news_of(client)

    assert title(row) == "Kenji Watanabe said no"
    assert "Travelling" in text(row)
    assert read_contact(user, kenji.pk, "", NOW).interview is None
    client.post(posts_to(row, "Cancel the talk"))
    assert news_of(client) == []


def test_a_no_for_today_is_not_the_next_talk(client, user, kenji):
    today = InterviewFactory(contact=kenji, invited_email=kenji.email, local_date=TODAY)
    answer(today, "declined")

    assert read_day(user, NOW).next_talk is None


def test_another_time_is_taken_from_today(client, talk):
    answer(talk, "countered", starts_at=talk.starts_at + timedelta(days=1))
    (row,) = news_of(client)

    client.post(posts_to(row, "Take this time"))

    talk.refresh_from_db()
    assert talk.local_date == TODAY + timedelta(days=6)
    assert news_of(client) == []


def test_another_time_proposed_for_an_offer_says_who_did_what(client, kenji):
    CounterFactory(
        offer__contact=kenji, offer__state="countered", starts_at=NOW + timedelta(days=6), note="After the tide meeting"
    )

    (row,) = news_of(client)

    assert title(row) == "Kenji Watanabe proposes Wednesday 25 November, 13:00"
    assert "Today, 13:00" in text(row)
    assert "After the tide meeting" in text(row)


def test_what_a_guest_does_with_offered_times_is_news(client, user, kenji):
    at = NOW + timedelta(days=3)
    terms = offering.Terms(minutes=20, media=["phone"], times=[at, at + timedelta(days=1)])
    offer = offering.offer(owner=user, contact=kenji, terms=terms, now=NOW)
    offering.choose(offer=offer, answer=offering.Answer(at, "phone", "+81 3"), now=NOW)
    assert [title(row) for row in news_of(client)] == ["Kenji Watanabe said yes"]

    offering.say(offer=offer, words="The side door is open", now=NOW)
    offering.choose(offer=offer, answer=offering.Answer(at + timedelta(days=1), "phone"), moving=True, now=NOW)
    assert [title(row) for row in news_of(client)] == ["Kenji Watanabe moved the talk", "Kenji Watanabe left a word"]

    offering.decline(offer=offer, note="Ill", now=NOW)
    assert title(news_of(client)[0]) == "Kenji Watanabe called the talk off"


def test_a_mail_that_came_back_is_news(client, user):
    mail = OutgoingMailFactory(
        owner=user, kind="invitation", recipient_name="Kenji Watanabe", state="dead", last_error="550 no such mailbox"
    )

    (row,) = news_of(client)

    assert "550 no such mailbox" in text(row)
    client.post(reverse("delivery_seen", args=[mail.pk]))
    assert news_of(client) == []


def test_a_dropped_person_makes_no_news(client, kenji):
    NewsItemFactory(contact=kenji)
    Contact.objects.update(stage="drop")

    assert news_of(client) == []


def test_the_next_talk_says_what_they_answered(client, kenji, talk):
    answer(talk, "accepted", words="Ring twice")

    page = client.get(kenji.get_absolute_url()).text

    assert "Kenji said\n        yes" in page or "Kenji said yes" in " ".join(page.split())
    assert "Ring twice" in page


def test_cancelling_by_me_is_no_news(client, talk):
    planning.cancel(interview=talk, now=NOW)

    assert NewsItem.objects.count() == 0


def test_a_change_of_an_older_version_is_refused(kenji):
    item = NewsItemFactory(contact=kenji)

    with pytest.raises(Stale):
        item.see(item.version + 1, NOW)
