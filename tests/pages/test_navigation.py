from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from outbox.mail_health import read_mail_health
from outbox.models import Relay
from pages.navigation import read_counts
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    OutgoingMailFactory,
    PromiseFactory,
)
from tests.htmx import element


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user)


def test_it_counts_what_today_would_show(user, stranger, contact):
    PromiseFactory(contact=contact, due_on=TODAY)
    PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=1))
    PromiseFactory(contact=contact, due_on=TODAY, snoozed_until=TODAY + timedelta(days=1))
    PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=1))
    PromiseFactory(contact=contact, whose="theirs", due_on=TODAY)
    PromiseFactory(contact=contact, due_on=TODAY, state="kept", closed_at=NOW)
    PromiseFactory(contact=ContactFactory(owner=user, binned_at=NOW), due_on=TODAY)
    PromiseFactory(contact=ContactFactory(owner=stranger), due_on=TODAY)
    assert read_counts(user, NOW).due == "2"


def test_nothing_is_said_of_nothing(user):
    assert read_counts(user, NOW).due == ""


def test_it_ends_at_a_cap(user, contact):
    for _number in range(100):
        PromiseFactory(contact=contact, due_on=TODAY)
    assert read_counts(user, NOW).due == "99+"


def test_they_say_whether_mail_goes_out_as_the_outbox_does(user):
    Relay.note(drained_at=NOW - timedelta(minutes=3))
    assert read_counts(user, NOW).mail == read_mail_health(user.pk, NOW)
    assert read_counts(user, NOW).mail.said == "No worker has looked for mail for 3 minutes"


@pytest.mark.parametrize("many", [0, 1, 30])
def test_they_cost_two_queries(user, contact, many, django_assert_num_queries):
    Relay.note(drained_at=NOW)
    for _number in range(many):
        PromiseFactory(contact=contact, due_on=TODAY)
    with django_assert_num_queries(2):
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


@pytest.mark.parametrize(("left_for", "queries"), [(5, 2), (6, 3)])
def test_they_cost_one_more_when_the_last_drain_left_late_mail(user, left_for, queries, django_assert_num_queries):
    OutgoingMailFactory(owner=user)
    Relay.note(drained_at=NOW, left_since=NOW - timedelta(minutes=left_for))
    with django_assert_num_queries(queries):
        read_counts(user, NOW)
