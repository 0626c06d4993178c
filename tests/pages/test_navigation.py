from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

from outbox.mail_health import read_mail_health
from pages.navigation import read_counts
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    InterviewFactory,
    PromiseFactory,
    WorkerBeatFactory,
)
from tests.htmx import element


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user)


def test_the_counts_are_those_of_the_pages(user, stranger, contact):
    PromiseFactory(contact=contact, due_on=TODAY)
    PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=1))
    PromiseFactory(contact=contact, whose="theirs")
    PromiseFactory(contact=contact, state="kept", closed_at=NOW)
    PromiseFactory(contact=ContactFactory(owner=user, binned_at=NOW))
    PromiseFactory(contact=ContactFactory(owner=stranger))
    InterviewFactory(contact=contact, local_date=TODAY, local_time=time(0, 0))
    InterviewFactory(contact=contact, local_date=TODAY + timedelta(days=1), local_time=time(0, 0))
    counts = read_counts(user, NOW)
    assert (counts.contacts, counts.promises, counts.today) == ("1", "3", "2")


def test_nothing_is_said_of_nothing(user):
    counts = read_counts(user, NOW)
    assert (counts.contacts, counts.promises, counts.today) == ("", "", "")


def test_they_end_at_a_cap(user, contact):
    for _number in range(100):
        PromiseFactory(contact=contact)
    counts = read_counts(user, NOW)
    assert (counts.promises, counts.today) == ("99+", "99+")


def test_they_say_whether_mail_goes_out_as_the_outbox_does(user):
    WorkerBeatFactory(drained_at=NOW - timedelta(minutes=3))
    assert read_counts(user, NOW).mail == read_mail_health(user.pk, NOW)
    assert read_counts(user, NOW).mail.said == "No worker has looked for mail for 3 minutes"


@pytest.mark.parametrize("many", [0, 1, 30])
def test_they_cost_one_query(user, contact, many, django_assert_num_queries):
    for _number in range(many):
        PromiseFactory(contact=contact)
        InterviewFactory(contact=contact, local_date=TODAY)
    with django_assert_num_queries(1):
        read_counts(user, NOW)


@pytest.mark.parametrize(
    ("name", "entry"),
    [("today", "Today"), ("contact_list", "Contacts"), ("promise_list", "Follow-ups"), ("settings", "Settings")],
)
def test_the_entry_of_the_page_is_marked(client, name, entry):
    with time_machine.travel(NOW, tick=False):
        nav = element(client.get(reverse(name)).text, "nav")
    (marked,) = [part for part in nav.split("<a")[1:] if 'aria-current="page"' in part]
    assert entry in marked
