"""The day understood of a promise is a chip that can be tapped away: then its words stay, and it has no day of its own."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from followups.models import DUE_WITHOUT_A_DATE
from tests.factories import NOW, TODAY

LINE = "Ana Souza ! ask her friday ! send the deck tomorrow"
UNDERSTAND, ADD, NEW = reverse("capture_understand"), reverse("capture"), reverse("contact_new")
HIDDEN = re.compile(r'name="undated" value="([^"]*)">')
PRESSED = re.compile(r'aria-pressed="(\w+)"')


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def understood(client: Client, headers: dict[str, str], **data: object) -> str:
    return client.post(UNDERSTAND, {"line": LINE, **data}, headers=headers).text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true", "HX-Target": "understood"}], ids=["plain", "htmx"])
def test_chip_is_tapped_away_and_back(client: Client, headers: dict[str, str]):
    html = understood(client, headers)
    assert PRESSED.findall(html) == ["true", "true"]
    assert "“friday” is the day" in html
    html = understood(client, headers, toggle="ask her friday")
    assert (PRESSED.findall(html), HIDDEN.findall(html)) == (["false", "true"], ["ask her friday"])
    assert "Ask her friday" in html
    html = understood(client, headers, undated="ask her friday", toggle="ask her friday")
    assert (PRESSED.findall(html), HIDDEN.findall(html)) == (["true", "true"], [])


@pytest.mark.parametrize(
    "data",
    [
        {"line": LINE},
        {"name": "Ana Souza", "stage": "to_meet", "note": "! ask her friday\n! send the deck tomorrow"},
    ],
    ids=["line", "form"],
)
def test_words_stay_and_the_day_does_not(client: Client, user: User, data: dict[str, str]):
    client.post(ADD if "line" in data else NEW, {**data, "undated": "ask her friday"})
    made = dict(user.promises.values_list("what", "due_on"))
    assert made == {"Ask her friday": TODAY + DUE_WITHOUT_A_DATE, "Send the deck": TODAY.replace(day=20)}


@pytest.mark.parametrize("nonsense", [["x" * 10_000], ["\u202e", ""], [str(n) for n in range(200)]])
def test_nonsense_takes_no_day_away(client: Client, user: User, nonsense: list[str]):
    client.post(ADD, {"line": LINE, "undated": nonsense, "toggle": "nobody"})
    assert sorted(user.promises.values_list("what", flat=True)) == ["Ask her", "Send the deck"]


def test_place_of_a_line_is_a_zone_on_every_page_that_reads_it(client: Client, user: User):
    client.post(ADD, {"line": "Ana Souza, Tokyo"})
    read = client.post(ADD, {"line": "Bob Stone, Tokyo", "then": "more"}).text
    assert 'value="Tokyo"' in read
    client.post(NEW, {"name": "Bob Stone", "stage": "to_meet", "place": "Tokyo"})
    client.post(reverse("promise_to"), {"who": "Cy Young, Tokyo", "add": "Cy Young", "what": "Call", "whose": "mine"})
    assert dict(user.contacts.values_list("name", "time_zone")) == dict.fromkeys(
        ["Ana Souza", "Bob Stone", "Cy Young"], "Asia/Tokyo"
    )
