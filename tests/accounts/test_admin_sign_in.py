"""The admin has no sign-in of its own: it leads to the app's, which counts tries and writes them down."""

from django.conf import settings
from django.urls import reverse

LOGIN = f"/{settings.ADMIN_PATH}login/"


def test_the_admin_leads_to_the_apps_sign_in(guest, db):
    for method in (guest.get, guest.post):
        answer = method(LOGIN, query_params={"next": "/admin/"})
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("account_login"))


def test_a_password_sent_to_it_is_not_even_tried(guest, user):
    user.set_password("a long password")
    user.is_staff = True
    user.save()
    guest.post(LOGIN, {"username": user.email, "password": "a long password"})
    assert "_auth_user_id" not in guest.session


def test_who_is_no_staff_is_refused(client):
    assert client.get(LOGIN).status_code == 403


def test_staff_comes_in(client, user):
    user.is_staff = True
    user.save()
    assert client.get(f"/{settings.ADMIN_PATH}").status_code == 200
