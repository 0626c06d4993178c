"""A stored zone that this machine's rules do not have: days are counted in UTC, and that is said. Every page opens: test_urls.py."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from tests.factories import ContactFactory
from tests.test_urls import UNKNOWN_ZONE

pytestmark = pytest.mark.one_database


def test_settings_say_that_the_zone_is_not_known(client: Client, user: User):
    User.objects.update(time_zone=UNKNOWN_ZONE)
    text = client.get(reverse("settings")).text
    assert "This server does not know your zone “Mars/Olympus”, so your days are counted in UTC." in text


def test_contact_of_an_unknown_zone_shows_no_time(client: Client, user: User):
    contact = ContactFactory(owner=user, time_zone=UNKNOWN_ZONE)
    assert client.get(reverse("contact_detail", args=[contact.pk])).status_code == 200
