from datetime import timedelta

import pytest

from followups.owed import Person, awaited, open_with, wanted_by
from tests.factories import NOW, TODAY, ContactFactory, PromiseFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user, name="Priya Raghunathan")


def test_wanted_leaves_out_what_is_put_off_dropped_binned_closed_or_later(user, contact):
    wanted = PromiseFactory(contact=contact, due_on=TODAY)
    back = PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=9), snoozed_until=TODAY)
    PromiseFactory(contact=contact, due_on=TODAY, snoozed_until=TODAY + timedelta(days=1))
    PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=1))
    PromiseFactory(contact=contact, due_on=TODAY, binned_at=NOW)
    PromiseFactory(contact=contact, due_on=TODAY, state="kept", closed_at=NOW)
    PromiseFactory(contact=contact, due_on=TODAY, whose="theirs")
    PromiseFactory(contact=ContactFactory(owner=user, stage="drop"), due_on=TODAY)
    PromiseFactory(contact=ContactFactory(owner=user, binned_at=NOW), due_on=TODAY)
    assert [promise.pk for promise in wanted_by(user, TODAY, 9)] == [back.pk, wanted.pk]


def test_awaited_leaves_out_what_is_mine_dropped_binned_or_closed(user, contact):
    theirs = PromiseFactory(contact=contact, whose="theirs", due_on=TODAY + timedelta(days=90))
    PromiseFactory(contact=contact)
    PromiseFactory(contact=contact, whose="theirs", binned_at=NOW)
    PromiseFactory(contact=contact, whose="theirs", state="kept", closed_at=NOW)
    PromiseFactory(contact=ContactFactory(owner=user, stage="drop"), whose="theirs")
    PromiseFactory(contact=ContactFactory(owner=user, binned_at=NOW), whose="theirs")
    assert [promise.pk for promise in awaited(user, 9)] == [theirs.pk]


def test_open_with_somebody_is_both_ways_and_of_nobody_else(user, contact):
    mine = PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=90))
    theirs = PromiseFactory(contact=contact, whose="theirs", due_on=TODAY)
    PromiseFactory(contact=contact, binned_at=NOW)
    PromiseFactory(contact=contact, state="kept", closed_at=NOW)
    PromiseFactory(contact=ContactFactory(owner=user))
    assert [promise.pk for promise in open_with(contact, 9)] == [theirs.pk, mine.pk]


def test_open_with_somebody_who_was_dropped_is_shown(user):
    promise = PromiseFactory(contact=ContactFactory(owner=user, stage="drop"))
    assert [row.pk for row in open_with(promise.contact, 9)] == [promise.pk]


def test_nothing_of_anybody_else(user, stranger):
    PromiseFactory(contact=ContactFactory(owner=stranger), due_on=TODAY)
    PromiseFactory(contact=ContactFactory(owner=stranger), whose="theirs")
    assert wanted_by(user, TODAY, 9) == awaited(user, 9) == []


def test_no_more_than_asked_for_the_most_urgent_first(user, contact):
    for days in (1, 3, 2):
        PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=days))
    assert [(TODAY - promise.due_on).days for promise in wanted_by(user, TODAY, 2)] == [3, 2]


def test_a_row_has_what_it_shows(user, contact):
    made = PromiseFactory(contact=contact, what="Send it", due_on=TODAY, snoozed_until=TODAY)
    (row,) = wanted_by(user, TODAY, 9)
    for name in (
        "pk",
        "what",
        "kind",
        "whose",
        "due_on",
        "promised_on",
        "snoozed_until",
        "version",
        "state",
        "is_mine",
        "is_open",
    ):
        assert getattr(row, name) == getattr(made, name), name


def test_a_person_is_shown_as_the_contact_is(contact):
    person = Person(contact.pk, contact.name)
    for name in ("name", "first_name", "initials", "tint"):
        assert getattr(person, name) == getattr(contact, name), name
