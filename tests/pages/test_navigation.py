from datetime import time, timedelta

import pytest
import time_machine
from django.urls import reverse

from pages.navigation import read_counts
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    InterviewFactory,
    OutgoingMailFactory,
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


@pytest.mark.parametrize(
    ("looked", "waits", "said", "is_late"),
    [
        (None, None, "No mail has been looked for yet", False),
        (0, None, "Mail is going out", False),
        (3, None, "Mail has not been looked for since 3 minutes", True),
        (0, 6, "Mail has waited for 6 minutes", True),
        (0, 4, "Mail is going out", False),
    ],
)
def test_the_heartbeat_says_whether_mail_goes_out(user, looked, waits, said, is_late):
    if looked is not None:
        WorkerBeatFactory(drained_at=NOW - timedelta(minutes=looked))
        WorkerBeatFactory(drained_at=None)
    if waits is not None:
        OutgoingMailFactory(next_attempt_at=NOW - timedelta(minutes=waits))
    assert tuple(read_counts(user, NOW).mail) == (is_late, said)


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
