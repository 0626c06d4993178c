from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from base.zones import time_there
from crm.models import Contact, Note, StageChange, Tag
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    ContactTagFactory,
    NoteFactory,
    OrganisationFactory,
    StageChangeFactory,
    TagFactory,
)

pytestmark = pytest.mark.django_db


def refused(name: str, change) -> bool:
    """Whether the database says no by the constraint of that name (SQLite names no unique constraint)."""

    def changed() -> None:
        with transaction.atomic():
            change()
            connection.check_constraints()

    with pytest.raises(IntegrityError) as error:
        changed()
    return name in str(error.value) or (connection.vendor == "sqlite" and "UNIQUE" in str(error.value))


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("contact_has_name", {"name": ""}),
        ("contact_stage_known", {"stage": "bogus"}),
        ("contact_rhythm_paired", {"rhythm_count": 2}),
        ("contact_rhythm_paired", {"rhythm_unit": "days"}),
        ("contact_rhythm_paired", {"rhythm_count": 0, "rhythm_unit": "days"}),
        ("contact_touch_needs_rhythm", {"touch_on": TODAY, "stage": "continue"}),
        ("contact_touch_needs_rhythm", {"touch_on": TODAY, "rhythm_count": 2, "rhythm_unit": "days", "stage": "met"}),
    ],
)
def test_contact_constraint(user: User, name: str, fields: dict[str, object]):
    contact = ContactFactory(owner=user)
    assert refused(name, lambda: Contact.objects.filter(pk=contact.pk).update(**fields))


def test_nobody_leads_to_themselves(user: User):
    contact = ContactFactory(owner=user)
    assert refused(
        "contact_not_through_self",
        lambda: Contact.objects.filter(pk=contact.pk).update(introduced_by=contact.pk),
    )


def test_names_are_unique_to_one_owner(user: User, stranger: User):
    for factory, name in ((OrganisationFactory, "organisation_name_unique"), (TagFactory, "tag_name_unique")):
        factory(owner=user, name="Lab")
        factory(owner=stranger, name="Lab")
        assert refused(name, lambda factory=factory: factory(owner=user, name="LAB"))


def test_tag_sits_once_on_a_contact(user: User):
    sits = ContactTagFactory(contact=ContactFactory(owner=user))
    assert refused("contact_tag_unique", lambda: ContactTagFactory(contact=sits.contact, tag=sits.tag))


def test_stage_change_changes_to_something_known(user: User):
    change = StageChangeFactory(contact=ContactFactory(owner=user))
    rows = StageChange.objects.filter(pk=change.pk)
    assert refused("stage_change_changes", lambda: rows.update(after="to_meet"))
    assert refused("stage_change_known", lambda: rows.update(after="bogus"))


def test_note_has_a_body(user: User):
    note = NoteFactory(contact=ContactFactory(owner=user))
    assert refused("note_has_body", lambda: Note.objects.filter(pk=note.pk).update(body=""))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite cannot add the composite key")
def test_rows_of_two_owners_do_not_mix(user: User, stranger: User):
    contact, theirs = ContactFactory(owner=user), TagFactory(owner=stranger)
    assert refused("same_owner", lambda: ContactTagFactory(contact=contact, owner=user, tag=theirs))
    assert Tag.objects.filter(pk=theirs.pk).exists()


@pytest.mark.parametrize(
    ("count", "unit", "said", "day"),
    [
        (10, "days", "every 10 days", date(2026, 2, 10)),
        (1, "weeks", "every week", date(2026, 2, 7)),
        (1, "months", "every month", date(2026, 2, 28)),
        (2, "months", "every 2 months", date(2026, 3, 31)),
        (1, "years", "every year", date(2027, 1, 31)),
    ],
)
def test_rhythm(user: User, count: int, unit: str, said: str, day: date):
    contact = ContactFactory(owner=user, stage="continue", rhythm_count=count, rhythm_unit=unit)
    assert (contact.rhythm, contact.rhythm_after(date(2026, 1, 31))) == (said, day)


def test_sharing_an_address_goes_by_its_index(user: User):
    ana = ContactFactory(owner=user, email="Info@lab.example")
    bo = ContactFactory(owner=user, email="info@LAB.example")
    ContactFactory(owner=user, email="info@lab.example", binned_at=NOW)
    ContactFactory(owner=user)
    others = user.contacts.sharing("info@lab.example").exclude(pk=ana.pk)[:3]
    assert list(others) == [bo]
    if connection.vendor == "sqlite":
        assert "contact_by_email" in others.explain()


def test_to_touch_is_who_continues_and_is_due(user: User):
    rhythm = {"rhythm_count": 2, "rhythm_unit": "months", "stage": "continue"}
    due = ContactFactory(owner=user, touch_on=TODAY, **rhythm)
    ContactFactory(owner=user, touch_on=TODAY + timedelta(days=1), **rhythm)
    ContactFactory(owner=user, touch_on=TODAY, binned_at=NOW, **rhythm)
    assert list(user.contacts.to_touch(TODAY)) == [due]


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("", ""),
        ("Europe/Paris", "13:00, as with you"),
        ("Europe/London", "12:00, an hour behind"),
        ("Asia/Kolkata", "17:30, 4½ hours ahead"),
        ("Asia/Kathmandu", "17:45, 4¾ hours ahead"),
        ("America/New_York", "07:00, 6 hours behind"),
    ],
)
def test_time_there(zone: str, said: str, now: datetime):
    assert time_there(zone, ZoneInfo("Europe/Stockholm"), now) == said


def test_stage_is_said_in_the_words_of_its_label(db):
    contact = ContactFactory(stage="met")

    assert contact.stage_name == "Met: decide"
