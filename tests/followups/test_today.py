import re
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from tests.factories import NOW, TODAY, ContactFactory, CounterFactory, InterviewFactory, PromiseFactory


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user, name="Priya Raghunathan")


def today(client):
    return client.get(reverse("today"))


def heads(page) -> list[tuple[str, str]]:
    found = re.findall(
        r'<div class="head">\s*<h2[^>]*>([^<]*)</h2>\s*(?:<span class="head__count">([^<]*)<)?', page.text
    )
    return [(title, count) for title, count in found]


def talk(user, at: time, days: int = 0, **fields):
    name = fields.pop("name", "Mateus Oliveira")
    return InterviewFactory(
        contact=ContactFactory(owner=user, name=name), local_date=TODAY + timedelta(days=days), local_time=at, **fields
    )


def to_touch(user, **fields):
    return ContactFactory(owner=user, stage="continue", rhythm_count=2, rhythm_unit="months", touch_on=TODAY, **fields)


def test_everything_in_its_order(client, user, contact):
    PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=4))
    PromiseFactory(contact=contact)
    talk(user, time(14))
    talk(user, time(16), name="Li Wei")
    talk(user, time(9), days=1, name="Nguyễn Thị Hồng Nhung")
    to_touch(user, name="Ingrid Sæther")
    PromiseFactory(contact=contact, whose="theirs")
    assert heads(today(client)) == [
        ("Overdue", "1"),
        ("Due today", "1"),
        ("Also today", "1"),
        ("Tomorrow", "1"),
        ("Stay in touch", "1"),
        ("They owe you", ""),
    ]


@pytest.mark.parametrize(
    ("late", "due", "at", "lead"),
    [
        (2, 1, time(14), "Two promises are late, and Mateus is at 14:00."),
        (1, 0, None, "One promise is late."),
        (0, 3, None, "Three promises are due."),
        (0, 1, time(15, 30), "One promise is due, and Mateus is at 15:30."),
        (0, 0, time(15, 30), "Mateus is at 15:30."),
        (0, 0, None, "Nothing is owed today, nobody waits."),
    ],
)
def test_the_lead_says_the_day_in_a_sentence(client, user, contact, late, due, at, lead):
    for days in [-1] * late + [0] * due:
        PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=days))
    if at:
        talk(user, at)
    assert f'<p class="page__lead">{lead}</p>' in today(client).text


@pytest.mark.parametrize(
    ("late", "counters", "at", "lead"),
    [
        (0, 1, None, "One proposed time waits for you."),
        (0, 2, time(14), "Two proposed times wait for you, and Mateus is at 14:00."),
        (1, 1, None, "One promise is late, and one proposed time waits for you."),
        (1, 1, time(14), "One promise is late, one proposed time waits for you, and Mateus is at 14:00."),
    ],
)
def test_the_lead_counts_times_proposed_to_me(client, user, contact, late, counters, at, lead):
    for _ in range(late):
        PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=1))
    for _ in range(counters):
        CounterFactory(offer__contact=contact, offer__state="countered")
    if at:
        talk(user, at)
    assert f'<p class="page__lead">{lead}</p>' in today(client).text


def test_the_day_is_the_users(client, user, contact):
    PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=1))
    with time_machine.travel(datetime(2026, 11, 19, 23, 30, tzinfo=UTC), tick=False):
        page = today(client)
    assert "<h1>Friday 20 November</h1>" in page.text
    assert heads(page) == [("Due today", "1")]


def test_what_is_put_off_comes_back_on_its_day(client, contact):
    PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=4), snoozed_until=TODAY + timedelta(days=1))
    assert heads(today(client)) == []
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert heads(today(client)) == [("Overdue", "1")]


def test_nothing_nags_about_somebody_dropped(client, user, contact):
    dropped = ContactFactory(owner=user, stage="drop")
    PromiseFactory(contact=dropped, due_on=TODAY - timedelta(days=4))
    PromiseFactory(contact=dropped, whose="theirs")
    assert heads(today(client)) == []


def test_the_figure_beside_today_is_that_of_the_page(client, user, contact):
    PromiseFactory(contact=contact)
    PromiseFactory(contact=contact, snoozed_until=TODAY + timedelta(days=1))
    PromiseFactory(contact=ContactFactory(owner=user, stage="drop"))
    PromiseFactory(contact=ContactFactory(owner=user, binned_at=NOW))
    talk(user, time(14))
    page = today(client)
    assert re.search(r"<span[^>]*>Today</span>\s*<b\s*>(\d+)", page.text)[1] == "2"
    assert re.search(r"<span[^>]*>Follow-ups</span>\s*<b\s*>(\d+)", page.text)[1] == "3"


def test_a_talk_that_is_over_is_not_the_next_one(client, user):
    talk(user, time(9), name="Over Already")
    talk(user, time(14))
    page = today(client)
    assert "Mateus is at 14:00." in page.text
    assert heads(page) == [("Promises", ""), ("Also today", "1")]


def test_kept_is_one_tap(client, contact):
    promise = PromiseFactory(contact=contact)
    page = today(client)
    action = re.search(rf'action="(/promises/{promise.pk}/keep/[^"]*)"', page.text)[1]
    after = client.post(action, {"next": reverse("today")}, follow=True)
    assert "Kept: “Send the article on gauge stations”, for Priya." in after.text
    assert heads(after) == []


def test_three_at_most_to_stay_in_touch_with(client, user):
    for _number in range(4):
        to_touch(user, last_touch_on=TODAY - timedelta(days=61))
    page = today(client)
    assert ("Stay in touch", "3") in heads(page)
    assert "2 months since you were in touch" in page.text


def test_writing_to_somebody_is_a_mail_link_whatever_the_address_holds(client, user):
    to_touch(user, email='a"b onclick=x@keepword.example')
    assert 'href="mailto:a%22b%20onclick%3Dx@keepword.example"' in today(client).text


def test_before_the_first_contact_it_welcomes(client, user):
    page = today(client)
    assert "<h1>Welcome, Amara</h1>" in page.text
    assert re.search(r'<form[^>]*action="/contacts/new/"', page.text)
    assert "One mail a day, at 08:00, and only if something is due." in page.text


def test_with_nothing_to_do_it_says_so(client, contact):
    page = today(client)
    assert "All done for today." in page.text
    assert "<h1>Thursday 19 November</h1>" in page.text


def test_more_than_fit_are_said(client, contact):
    for _number in range(45):
        PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=1))
    page = today(client)
    assert heads(page)[0] == ("Overdue", "40+")
    assert "More than 40 promises are late." in page.text
    assert "There is more under Follow-ups" in page.text


def test_it_says_where_mail_goes_without_a_mail_server(client, contact, settings):
    assert "mails are written as files" in today(client).text
    settings.EMAIL_URL = "smtp://mail.example"
    assert "mails are written as files" not in today(client).text


def test_nobody_elses_day_is_shown(client, stranger, contact):
    other = ContactFactory(
        owner=stranger, name="Canary", stage="continue", rhythm_count=1, rhythm_unit="days", touch_on=TODAY
    )
    PromiseFactory(contact=other, what="Canary")
    PromiseFactory(contact=other, what="Canary", whose="theirs")
    InterviewFactory(contact=other, local_date=TODAY)
    assert "Canary" not in today(client).text


@pytest.mark.parametrize("rows", [1, 30])
def test_today_costs_the_same_for_one_and_for_thirty(client, user, rows, django_assert_num_queries):
    for _number in range(rows):
        contact = to_touch(user)
        PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=1))
        PromiseFactory(contact=contact)
        PromiseFactory(contact=contact, whose="theirs")
        InterviewFactory(contact=contact, local_date=TODAY, local_time=time(15))
        InterviewFactory(contact=contact, local_date=TODAY + timedelta(days=1))
    # session, user, what waits, promises, talks, to touch, theirs, debriefs, shell
    with django_assert_num_queries(9):
        today(client)
