"""Offers made before there were follow-up days: the migration gives them one, and their silence stands on Today."""

from datetime import date, timedelta
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import User
from interviews.models import Offer
from tests.factories import NOW, TODAY, ContactFactory, OfferFactory

pytestmark = pytest.mark.django_db
migration = import_module("interviews.migrations.0018_follow_up_older_offers")
LATER = TODAY + timedelta(days=30)


@pytest.fixture
def began(monkeypatch: pytest.MonkeyPatch) -> None:
    """When follow-up days came to this database: an hour after the offers of the tests."""
    monkeypatch.setattr(migration, "_days_began_at", lambda connection: NOW + timedelta(hours=1))


def migrated(user: User, **fields: Any) -> Offer:
    offer = OfferFactory(contact=ContactFactory(owner=user, stage="asked"), **fields)
    migration.set_follow_up_days(apps, SimpleNamespace(connection=connection))
    offer.refresh_from_db()
    return offer


@pytest.mark.usefixtures("began")
def test_an_older_offer_stands_on_today_when_its_days_are_over(user: User):
    offer = migrated(user)
    assert offer.follow_up_on == date(2026, 11, 24)  # a thursday, and three working days
    assert list(user.offers.to_follow_up(date(2026, 11, 23))) == []
    assert list(user.offers.to_follow_up(date(2026, 11, 24))) == [offer]


@pytest.mark.usefixtures("began")
@pytest.mark.parametrize(
    ("fields", "follow_up_on"),
    [
        ({"chased": 1}, date(2026, 11, 30)),
        ({"chased": 2}, None),  # asked three times: that was the last
        ({"step": 3}, None),
        ({"state": "declined"}, None),
        ({"state": "countered"}, None),
        ({"created_at": NOW + timedelta(hours=2)}, None),  # let be, since the days are there
        ({"follow_up_on": LATER}, LATER),
        ({"chase": True, "chase_on": TODAY + timedelta(days=5)}, None),  # a mail asks again
        ({"chase": True, "chase_on": LATER}, date(2026, 11, 24)),  # no mail does: its times have passed by then
    ],
)
def test_which_day_it_is(user: User, fields: dict[str, Any], follow_up_on: date | None):
    assert migrated(user, **fields).follow_up_on == follow_up_on


def test_it_is_of_the_day_where_the_owner_lives(user: User, began: None):
    user.time_zone = "Pacific/Auckland"  # where it is Friday already
    user.save()
    assert migrated(user).follow_up_on == date(2026, 11, 25)


def test_older_means_before_the_days_came_to_this_database(user: User):
    MigrationRecorder(connection).migration_qs.filter(name="0017_follow_up_silent_offers").update(applied=NOW)
    assert migrated(user, created_at=NOW - timedelta(days=1)).follow_up_on == date(2026, 11, 23)
    assert migrated(user, created_at=NOW).follow_up_on is None
