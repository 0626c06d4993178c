import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains

from accounts import demo
from accounts.forms import zone_choices
from accounts.models import User
from tests.factories import NOW, UserFactory

KEPT = {
    "version": "1",
    "name": "Amara Lindgren",
    "time_zone": "Europe/Stockholm",
    "mail_at": "08:00",
    "wants_reminders": "on",
    "work_from": "09:00",
    "work_until": "17:00",
    "work_days": ["1", "2", "3", "4", "5"],
    "country": "",
    "wants_briefs": "on",
    "evening_at": "18:00",
}


@time_machine.travel(NOW, tick=False)
def test_settings_show_the_zone_with_its_time_and_the_next_mail(client: Client):
    text = client.get(reverse("settings")).text
    assert '<option value="Europe/Stockholm" selected>' in text
    assert "13:00 there now." in text
    assert "Next: tomorrow, Friday, 08:00" in text
    assert reverse("account_email") in text
    assert reverse("account_change_password") in text
    assert reverse("account_logout") in text


@time_machine.travel(NOW, tick=False)
def test_settings_say_today_when_the_mail_is_still_to_come(client: Client, user: User):
    User.objects.update(mail_at=time(18, 30))
    assert "Next: today, Thursday, 18:30" in client.get(reverse("settings")).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"time_zone": "Europe/Lisbon"}, "Your zone changed to Lisbon. No date has moved."),
        ({"time_zone": "Europe/Lisbon", "mail_at": "07:30"}, "Your zone changed to Lisbon. No date has moved."),
        ({"mail_at": "07:45"}, "Reminders come at 07:45."),
        ({"wants_reminders": ""}, "Reminders are off."),
        ({"name": "Amara L."}, "You are Amara L. now."),
        ({"evening_at": "19:00"}, "Kept."),
    ],
)
def test_settings_kept_and_said(client: Client, changes: dict[str, str], sentence: str):
    response = client.post(reverse("settings"), KEPT | changes, follow=True)
    assert response.redirect_chain == [(reverse("settings"), 302)]
    assert sentence in response.text


def test_settings_change_only_what_was_changed(client: Client, user: User):
    client.get(reverse("settings"))
    User.objects.update(email="moved@keepword.example")  # in another tab, meanwhile
    client.post(reverse("settings"), KEPT | {"mail_at": "06:15"})

    user.refresh_from_db()
    assert (user.email, user.mail_at) == ("moved@keepword.example", time(6, 15))


def test_settings_without_a_change_say_nothing(client: Client):
    assert "toast" not in client.post(reverse("settings"), KEPT, follow=True).text.partition('id="toasts"')[2]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "a" * 10_000, "At most 150 characters"),
        ("name", "A\0", "a sign in it that cannot be kept"),
        ("time_zone", "", "Choose the zone you live in."),
        ("time_zone", "Mars/Olympus", "“Mars/Olympus” is no time zone I know."),
        ("time_zone", "../../etc/passwd", "is no time zone I know."),
        ("time_zone", "a" * 10_000, "is no time zone I know."),
        ("time_zone", "Europe/Stockholm\0", "a sign in it that cannot be kept"),
        ("mail_at", "", "A reminder needs a time."),
        ("mail_at", "25:99", "Not a time I know."),
        ("mail_at", "8 o’clock\0", "Not a time I know."),
        ("mail_at", "javascript:alert(1)", "Not a time I know."),
    ],
)
def test_settings_refuse_in_one_sentence_and_keep_what_was_typed(
    client: Client, user: User, field: str, value: str, sentence: str
):
    response = client.post(reverse("settings"), KEPT | {"name": "Typed"} | {field: value})

    assert any(sentence in error for error in response.context["form"].errors[field])
    assert "Everything you typed is kept." in response.text
    assert field == "name" or 'value="Typed"' in response.text
    user.refresh_from_db()
    assert (user.name, user.time_zone, user.mail_at) == ("Amara Lindgren", "Europe/Stockholm", time(8))


def test_settings_know_a_zone_by_its_old_name(client: Client, user: User):
    User.objects.update(time_zone="Asia/Calcutta")  # what browsers still say
    assert '<option value="Asia/Calcutta" selected>' in client.get(reverse("settings")).text


def test_settings_cost_a_fixed_number_of_queries(client: Client, django_assert_num_queries):
    with django_assert_num_queries(5):  # session, user, three of the navigation
        client.get(reverse("settings"))


@pytest.fixture
def demo_user(db) -> User:
    return UserFactory(email=demo.EMAIL, time_zone="UTC")


def test_demo_link_shows_a_button_and_changes_nothing(guest: Client, demo_user: User):
    url = reverse("demo_sign_in", args=[demo.make_token(demo_user)])
    for _ in range(2):
        response = guest.get(url)
        assert "Open the demo" in response.text
    assert "_auth_user_id" not in guest.session
    assert response["Referrer-Policy"] == "strict-origin"
    assert '<meta name="robots" content="noindex">' in response.text


def test_demo_link_signs_in_once_and_takes_the_zone(guest: Client, demo_user: User):
    url = reverse("demo_sign_in", args=[demo.make_token(demo_user)])

    assert guest.post(url, {"time_zone": "Asia/Tokyo"})["Location"] == reverse("today")

    demo_user.refresh_from_db()
    assert (int(guest.session["_auth_user_id"]), demo_user.time_zone) == (demo_user.pk, "Asia/Tokyo")
    again = Client()
    assert "This link has ended." in again.post(url).text
    assert "_auth_user_id" not in again.session


def test_demo_button_passes_the_csrf_check(demo_user: User):
    browser = Client(enforce_csrf_checks=True, headers={"Origin": "http://testserver"})
    url = reverse("demo_sign_in", args=[demo.make_token(demo_user)])
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.get(url).text)[1]
    assert browser.post(url, {"csrfmiddlewaretoken": token})["Location"] == reverse("today")


def test_demo_link_of_two_at_once_opens_for_one(demo_user: User):
    assert [demo.use_up(demo_user, NOW), demo.use_up(demo_user, NOW)] == [True, False]


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "a\0"])
def test_demo_works_without_a_zone(guest: Client, demo_user: User, zone: str):
    guest.post(reverse("demo_sign_in", args=[demo.make_token(demo_user)]), {"time_zone": zone})
    demo_user.refresh_from_db()
    assert (demo_user.time_zone, "_auth_user_id" in guest.session) == ("UTC", True)


def test_demo_link_ends_after_a_day(guest: Client, demo_user: User):
    with time_machine.travel(NOW, tick=False):
        url = reverse("demo_sign_in", args=[demo.make_token(demo_user)])
    with time_machine.travel(NOW + timedelta(hours=23, minutes=59), tick=False):
        assert "Open the demo" in guest.get(url).text
    with time_machine.travel(NOW + timedelta(hours=24, seconds=1), tick=False):
        assert "This link has ended." in guest.get(url).text


def test_demo_link_opens_nobody_else(guest: Client, user: User):
    token = demo.make_token(user)
    assert "This link has ended." in guest.post(reverse("demo_sign_in", args=[token])).text
    assert "_auth_user_id" not in guest.session


def test_demo_link_is_not_there_in_production(guest: Client, demo_user: User, settings):
    settings.PRODUCTION = True
    url = reverse("demo_sign_in", args=[demo.make_token(demo_user)])
    assert [guest.get(url).status_code, guest.post(url).status_code] == [404, 404]


def test_working_hours_days_and_country_are_kept(client: Client, user):
    typed = {
        "work_from": "10:00",
        "work_until": "15:30",
        "work_days": ["4", "2"],
        "country": "NZ",
        "evening_at": "20:15",
    }
    client.post(reverse("settings"), KEPT | typed)
    user.refresh_from_db()
    assert (user.work_from, user.work_until, user.evening_at) == (time(10), time(15, 30), time(20, 15))
    assert (user.work_days, user.country) == ("24", "NZ")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("work_days", [], "at least one day"),
        ("work_days", ["8"], "not among the choices"),
        ("work_until", "08:00", "ends before it begins"),
        ("work_from", "noon", "Not a time I know"),
        ("evening_at", "", "Say a time"),
        ("country", "XX", "not among the choices"),
        ("country", "x" * 10_000, "not among the choices"),
    ],
)
def test_wrong_working_hours_get_their_sentence(client: Client, user, field: str, typed, said: str):
    assertContains(client.post(reverse("settings"), KEPT | {field: typed}), said)
    user.refresh_from_db()
    assert (user.work_days, user.work_until, user.country) == ("12345", time(17), "")


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Tokyo", "Tokyo (GMT+9)"),
        ("America/St_Johns", "St Johns (GMT−3:30)"),
        ("Africa/Accra", "Accra (GMT)"),
        ("America/Argentina/Ushuaia", "Ushuaia (GMT−3)"),
        ("US/Eastern", "Eastern"),
    ],
)
def test_zones_are_said_by_their_city(zone: str, said: str):
    assert dict(zone_choices(zone, NOW))[zone] == said


def test_zones_are_said_by_the_time_there():
    there = dict(zone_choices("Europe/Berlin", NOW, ZoneInfo("Europe/Berlin")))
    assert there["Europe/Lisbon"] == "Lisbon (12:00, an hour behind)"
    assert there["Europe/Berlin"] == "Berlin (13:00, as with you)"


def test_zones_are_sorted_as_one_looks_for_them():
    said = [label for _zone, label in zone_choices("UTC", NOW)]
    assert said == sorted(said)


def test_a_stale_tab_does_not_put_zone_and_hour_back(client: Client, user: User):
    seen = re.search(r'name="version" value="(\d+)"', client.get(reverse("settings")).text)[1]
    client.post(reverse("settings"), KEPT | {"version": seen, "time_zone": "Asia/Tokyo", "mail_at": "06:30"})

    stale = client.post(reverse("settings"), KEPT | {"version": seen, "name": "Amara L."})

    user.refresh_from_db()
    assert (user.name, user.time_zone, user.mail_at) == ("Amara Lindgren", "Asia/Tokyo", time(6, 30))
    for said in ("Amara Lindgren", "Tokyo", "06:30"):
        assert f"<dd>{said}</dd>" in stale.text
    assert 'value="Amara L."' in stale.text
    again = re.search(r'name="version" value="(\d+)"', stale.text)[1]
    client.post(reverse("settings"), KEPT | {"version": again, "name": "Amara L."})
    user.refresh_from_db()
    assert (user.name, user.time_zone) == ("Amara L.", "Europe/Stockholm")


def test_two_saves_at_one_instant_do_not_both_win(client: Client, user: User, monkeypatch: pytest.MonkeyPatch):
    plain = User.keep_settings

    def slow(self: User, changed: list[str], now: datetime, seen: int | None = None) -> None:
        monkeypatch.setattr(User, "keep_settings", plain)
        User.objects.get(pk=user.pk).change(seen, time_zone="Asia/Tokyo")  # the other tab, after our look
        plain(self, changed, now, seen)

    monkeypatch.setattr(User, "keep_settings", slow)
    response = client.post(reverse("settings"), KEPT | {"version": "1", "name": "Amara L."})

    user.refresh_from_db()
    assert (user.name, user.time_zone) == ("Amara Lindgren", "Asia/Tokyo")
    assert response.context["form"].differences == [("Name", "Amara Lindgren"), ("Zone", "Tokyo")]


@pytest.mark.parametrize("seen", ["", "x", "-1", "0", "9" * 30, "1\0"])
def test_a_version_nobody_has_changes_nothing(client: Client, user: User, seen: str):
    assert client.post(reverse("settings"), KEPT | {"version": seen, "name": "Amara L."}).status_code == 200
    user.refresh_from_db()
    assert user.name == "Amara Lindgren"


def test_a_link_in_a_mail_wins_over_what_was_seen(user: User):
    other = User.objects.get(pk=user.pk)
    other.change(1, name="Amara L.")
    user.wants_reminders = False
    user.keep_settings(["wants_reminders"], NOW)
    user.refresh_from_db()
    assert (user.name, user.wants_reminders, user.version) == ("Amara L.", False, 3)
