"""A stored zone that this machine's rules do not have: every page still opens, counts in UTC there, and says so."""

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import ContactFactory
from tests.test_urls import WALKED, World, _clock, rows_of, walked, world  # noqa: F401 - fixtures

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]
UNKNOWN = "Mars/Olympus"


def forget_zones(owner: User) -> None:
    for model, rows in rows_of(owner):
        names = [field.name for field in model._meta.fields if field.name.endswith("zone")]
        if names and all(isinstance(model._meta.get_field(name), models.CharField) for name in names):
            model._base_manager.filter(pk__in=rows.values("pk")).update(**dict.fromkeys(names, UNKNOWN))


@walked(WALKED)
def test_page_opens(world: World):  # noqa: F811
    forget_zones(world.owner)
    browser = Client()
    browser.force_login(world.owner)
    assert browser.get(world.url).status_code < 500


def test_settings_say_that_the_zone_is_not_known(client: Client, user: User):
    User.objects.update(time_zone=UNKNOWN)
    text = client.get(reverse("settings")).text
    assert "This server does not know your zone “Mars/Olympus”, so your days are counted in UTC." in text


def test_contact_of_an_unknown_zone_shows_no_time(client: Client, user: User):
    contact = ContactFactory(owner=user, time_zone=UNKNOWN)
    assert client.get(reverse("contact_detail", args=[contact.pk])).status_code == 200
