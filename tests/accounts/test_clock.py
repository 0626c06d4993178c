"""12 or 24 hours as the user likes: from the browser at sign-up, on every page, in every field and in every mail."""

import re
from datetime import time, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from base.dates import instant
from tests.accounts.test_views import KEPT
from tests.factories import NOW, ContactFactory, InterviewFactory
from tests.interviews.every_mail import Words, every_mail
from tests.walked import CASES, WALKED

pytestmark = pytest.mark.one_database
BY_24 = re.compile(r"(?<![\d:+])(?:[01]\d|2[0-3]):[0-5]\d(?![\d:]|\s(?:am|pm))")
BY_12 = re.compile(r"\b\d{1,2}:\d\d\s(?:am|pm)\b")
NO_TEXT = re.compile(r"<(script|style|svg)\b.*?</\1>|<[^>]*>", re.DOTALL)
FIELDS = re.compile(r'<input[^>]*value="([^"]*)"')


@pytest.fixture
def american(user: User) -> User:
    user.twelve_hours = True
    user.save()
    return user


@pytest.mark.parametrize(("said", "twelve"), [("yes", True), ("no", False), ("", False), ("x" * 999, False)])
@pytest.mark.django_db
def test_sign_up_takes_the_clock_of_the_browser(guest: Client, said: str, twelve: bool, settings):
    settings.SIGNUP_OPEN = True
    typed = {"name": "Eve", "email": "eve@keepword.example", "password1": "a long one, 12", "twelve_hours": said}
    guest.post(reverse("account_signup"), typed)
    assert User.objects.get(email="eve@keepword.example").twelve_hours is twelve


def test_settings_keep_the_clock_and_show_its_fields_so(client: Client, user: User):
    client.post(reverse("settings"), KEPT | {"twelve_hours": "on", "mail_at": "6:30 pm"})
    user.refresh_from_db()
    assert (user.twelve_hours, user.mail_at) == (True, time(18, 30))
    html = client.get(reverse("settings")).text
    assert 'value="6:30 pm"' in html
    assert 'value="5:00 pm"' in html
    assert 'type="time"' not in html


def test_fields_of_the_other_clock_are_no_change(client: Client, american: User):
    before = american.version
    client.post(reverse("settings"), KEPT | {"twelve_hours": "on", "mail_at": "8 am", "evening_at": "18:00"})
    american.refresh_from_db()
    assert american.version == before


# a room shows how much time is left
@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in WALKED if name != "room"])
@time_machine.travel(NOW, tick=False)
def test_no_page_mixes_the_clocks(client: Client, american: User, name: str):
    response = client.get(reverse(name, kwargs=CASES[name](american)), follow=True)
    html = response.text if "html" in response["Content-Type"] else ""
    shown = NO_TEXT.sub(" ", html) + " ".join(FIELDS.findall(html))
    assert BY_24.findall(shown) == []


@time_machine.travel(NOW, tick=False)
def test_today_and_the_talk_say_it_so(client: Client, american: User):
    day = american.today(NOW) + timedelta(days=1)
    talk = InterviewFactory(
        contact=ContactFactory(owner=american),
        local_date=day,
        local_time=time(15),
        starts_at=instant(day, time(15), american.zone),
        time_zone=american.time_zone,
    )
    assert "3:00 pm" in client.get(reverse("today")).text
    assert "3:00 pm" in client.get(talk.get_absolute_url()).text
    assert 'value="3:00 pm"' in client.get(reverse("interview_edit", args=[talk.pk])).text


@pytest.mark.slow
@time_machine.travel(NOW, tick=False)
def test_no_mail_mixes_the_clocks(american: User):
    contact = ContactFactory(owner=american, email="ana@people.example", time_zone="America/Bogota")
    written = {kind: _text(message) for kind, message in every_mail(american, contact, Words())}
    assert {kind: found for kind, text in written.items() if (found := BY_24.findall(text))} == {}
    assert sum(bool(BY_12.search(text)) for text in written.values()) > 8


def _text(message) -> str:
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return NO_TEXT.sub(" ", "\n".join([str(message["Subject"]), *parts]))
