import json
import logging

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from config.logs import JSONFormatter
from tests.accounts.test_sign_in import NEWCOMER, PASSWORD, sign_in


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO, "keepword.security")
    return lambda: [
        json.loads(JSONFormatter().format(record)) for record in caplog.records if record.name == "keepword.security"
    ]


def test_signing_in_failing_and_out_are_lines_without_words(guest: Client, db: None, lines):
    user = User.objects.create_user("amara@keepword.example", PASSWORD)
    guest.post(reverse("account_login"), {"login": user.email, "password": "not mine"})
    sign_in(guest)
    new = "eight geese on a quay"
    guest.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new})
    guest.post(reverse("account_logout"))

    events = [(line["event"], line["account"]) for line in lines()]
    assert events[:2] == [("sign-in failed", None), ("signed in", user.pk)]
    assert {"password changed", "signed out"} <= {name for name, _account in events}
    assert {line["ip"] for line in lines()} == {"127.0.0.1"}
    assert not [line for line in lines() if "amara" in json.dumps(line) or "geese" in json.dumps(line)]


def test_signing_up_is_a_line(guest: Client, db: None, lines):
    guest.post(reverse("account_signup"), NEWCOMER)
    assert ("signed up", User.objects.get().pk) in [(line["event"], line["account"]) for line in lines()]
