"""Prints how long each way in takes for a known and for an unknown address: medians of 30, with the real password hasher.

By hand: python -m pytest -q -s -p no:randomly tests/accounts/measure_alike.py
"""

import time
from statistics import median
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from tests.accounts.test_alike import WAYS
from tests.accounts.test_sign_in import PASSWORD

TIMES = 30


@pytest.mark.parametrize("fresh", [True, False], ids=["addresses of their own", "one address again and again"])
def test_measure(db: None, settings: Any, fresh: bool):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    by_ip = ("login", "login_failed", "signup", "reset_password", "request_login_code")
    settings.ACCOUNT_RATE_LIMITS = {"confirm_email": "1/3m/key", **dict.fromkeys(by_ip, "1000/s/ip")}
    settings.EMAIL_BACKEND = "outbox.backends.QueueBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    for number in range(TIMES):
        User.objects.create_user(f"known{number:02}@keepword.example", PASSWORD)
    for way in reversed(WAYS):  # signing up makes the others known
        took: dict[str, list[float]] = {"known": [], "other": []}
        for number in range(TIMES):
            for who, times in took.items():
                place = number if fresh or who == "other" else 0
                browser, start = Client(), time.perf_counter()
                answer = way(browser, f"{who}{place:02}@keepword.example")
                assert answer.status_code != 429
                times.append(time.perf_counter() - start)
        known, other = (1000 * median(times) for times in took.values())
        print(  # noqa: T201 - it is for this
            f"{way.__name__:16} known {known:6.1f} ms, unknown {other:6.1f} ms, {known / other - 1:+.1%}"
        )
