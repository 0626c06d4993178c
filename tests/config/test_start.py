"""What a server in production refuses to start with, and the settings that only production has."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

GOOD = {
    "PRODUCTION": "1",
    "SITE_URL": "https://keepword.example",
    "SECRET_KEY": "dW5uM2tub3duLXdvcmRzLW9mLWEtaGVyb24tb24tYS1xdWF5LTQyIQ",
}
ASK = "from django.conf import settings; print(settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD, settings.ALLOWED_HOSTS)"


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "DEBUG": "0", **GOOD, **changes}
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", ASK],
        env={name: value for name, value in environment.items() if value},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"SITE_URL": ""}, "SITE_URL must be set in production"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY must be 50 random characters"),
        ({"SECRET_KEY": "django-insecure-" + GOOD["SECRET_KEY"]}, "SECRET_KEY must be 50 random characters"),
        ({"SECRET_KEY": "0123456789"}, "SECRET_KEY must be 50 random characters"),
        ({"DEBUG": "1"}, "PRODUCTION and DEBUG cannot both be on."),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS must name the hosts"),
    ],
)
def test_production_refuses_to_start(changes: dict[str, str], said: str):
    done = start(**changes)
    assert done.returncode != 0
    assert said in done.stderr


def test_hsts_binds_this_host_alone_and_health_checks_are_let_in():
    assert start(ALLOWED_HOSTS="keepword.example").stdout.split(" ", 3) == [
        "31536000",
        "False",
        "False",
        "['keepword.example', 'localhost', '127.0.0.1', '[::1]']\n",
    ]
