"""What signs up, in, by code or resets answers alike whether the address is known: same bytes, same work."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from tests.accounts.test_sign_in import NEWCOMER, PASSWORD
from tests.work_done import count_calls

KNOWN, NEW = "knowns@keepword.example", "nobody@keepword.example"  # of one length
ANEW = re.compile(r'("X-CSRFToken": "|name="csrfmiddlewaretoken" value=")\w+')


def sign_up(browser: Client, email: str) -> HttpResponse:
    return browser.post(reverse("account_signup"), {**NEWCOMER, "email": email})


def sign_in(browser: Client, email: str) -> HttpResponse:
    return browser.post(reverse("account_login"), {"login": email, "password": "not the password"})


def ask_for_a_code(browser: Client, email: str) -> HttpResponse:
    return browser.post(reverse("account_request_login_code"), {"email": email})


def reset(browser: Client, email: str) -> HttpResponse:
    return browser.post(reverse("account_reset_password"), {"email": email})


WAYS: list[Callable[[Client, str], HttpResponse]] = [sign_up, sign_in, ask_for_a_code, reset]
ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)


@pytest.fixture(autouse=True)
def _known(db: None, settings: Any) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    User.objects.create_user(KNOWN, PASSWORD)


def seen(browser: Client, response: HttpResponse, email: str) -> list[object]:
    """All that a stranger sees of an answer and of the page it leads to, but for what is random."""
    pages = [response]
    if response.status_code == 302:
        pages.append(browser.get(response["Location"]))
    shown = [
        (
            page.status_code,
            {name: value for name, value in page.headers.items() if name != "Expires"},
            ANEW.sub("", page.text).replace(email, "E-MAIL"),
        )
        for page in pages
    ]
    return [shown, {name: (len(cookie.value), cookie["max-age"]) for name, cookie in browser.cookies.items()}]


@ways
@pytest.mark.parametrize("times", [1, 2])
def test_the_answer_is_the_same_to_the_byte(way: Callable[[Client, str], HttpResponse], times: int):
    answers = []
    for email in (KNOWN, NEW):
        for _ in range(times):
            browser = Client()
            response = way(browser, email)
        answers.append(seen(browser, response, email))
    assert answers[0] == answers[1]


def test_sign_up_says_the_same_when_a_mail_has_just_gone_there():
    """A mail for each address at most every three minutes: whether one went already is not told either."""
    sign_up(Client(), KNOWN)
    known, new = Client(), Client()
    assert seen(known, sign_up(known, KNOWN), KNOWN) == seen(new, sign_up(new, NEW), NEW)


@ways
def test_the_work_is_the_same(way: Callable[[Client, str], HttpResponse], monkeypatch: pytest.MonkeyPatch):
    counted = []
    plain = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: counted.append(1) or plain(*args))
    work = []
    for email in (KNOWN, NEW):
        counted.clear()
        before = len(mail.outbox)
        way(Client(), email)
        work.append((len(counted), len(mail.outbox) - before))
    assert work[0] == work[1]


@pytest.mark.parametrize("way", [ask_for_a_code, reset], ids=lambda way: way.__name__)
def test_no_password_is_hashed_and_yet_the_work_is_the_same(way: Callable[[Client, str], HttpResponse], settings: Any):
    """Where the other ways hash for a tenth of a second, here each query shows in the time."""
    settings.EMAIL_BACKEND = "outbox.backends.QueueBackend"
    queries, calls = [], []
    for email in (KNOWN, NEW, KNOWN, NEW):
        with CaptureQueriesContext(connection) as asked:
            calls.append(count_calls(partial(way, Client(), email)))
        queries.append(len(asked))
    assert queries[2] == queries[3]
    assert calls[2] == pytest.approx(calls[3], rel=0.03)
