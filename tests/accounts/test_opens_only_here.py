import pytest
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db
SAID = "the link opens nowhere else"


def test_a_laptop_says_that_its_links_open_nowhere_else(client: Client, settings):
    settings.SITE_HOST = "127.0.0.1"
    assert SAID in client.get(reverse("calendar_feed")).text


def test_a_server_with_an_address_does_not(client: Client, settings):
    settings.SITE_HOST = "keepword.example"
    assert SAID not in client.get(reverse("calendar_feed")).text
