"""Every process reads zone rules from the pinned tzdata package, though older files lie where Python looks first."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from django.conf import settings

ASK = """
from datetime import datetime, UTC
from zoneinfo import ZoneInfo
print(datetime(2026, 12, 10, 12, tzinfo=UTC).astimezone(ZoneInfo("America/Vancouver")).strftime("%z"))
"""
EARLY = (
    'from zoneinfo import ZoneInfo; kept = ZoneInfo("America/Vancouver")\n'  # as an import before the settings might
)
CELERY_STARTS = """
import os, sys
from celery import signals
from celery.__main__ import main
def say(**kwargs):
    exec({ask!r}, {{}})
    sys.stdout.flush()
    os._exit(0)
signals.{signal}.connect(say)
sys.argv = ["celery", "-A", "config", "{role}", *{options!r}]
main()
"""


@pytest.fixture
def older_rules(tmp_path: Path) -> Path:
    """A folder of zone files in which Vancouver has the rules of another place (Tokyo)."""
    (tmp_path / "America").mkdir()
    with files("tzdata.zoneinfo").joinpath("Asia/Tokyo").open("rb") as rules:
        (tmp_path / "America/Vancouver").write_bytes(rules.read())
    return tmp_path


def run(older_rules: Path, *command: str, words: str = "") -> subprocess.CompletedProcess[str]:
    ours = {"DJANGO_SETTINGS_MODULE": "config.settings", "REDIS_URL": "memory://"}
    return subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, *command],
        env=os.environ | ours | {"PYTHONTZPATH": str(older_rules)},
        input=words,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )


def test_the_older_files_would_win(older_rules: Path):
    assert run(older_rules, "-c", ASK).stdout.strip() == "+0900"


def test_the_pinned_rules_win_in_the_web_process_even_over_what_was_read_before(older_rules: Path):
    assert run(older_rules, "-c", EARLY + "import config.wsgi\n" + ASK).stdout.strip() == "-0700"


def test_the_pinned_rules_win_in_a_command_which_says_where_they_are_from(older_rules: Path):
    done = run(older_rules, "manage.py", "shell", "--no-imports", words=ASK)
    assert done.stdout.strip() == "-0700"
    assert "Zone rules: IANA 20" in done.stderr


@pytest.mark.parametrize("role", ["worker", "beat"])
def test_the_pinned_rules_win_in_celery(older_rules: Path, role: str):
    options = ["--schedule", str(older_rules / "schedule")] if role == "beat" else []
    start = CELERY_STARTS.format(signal=f"{role}_init", role=role, options=options, ask=ASK)
    done = run(older_rules, "-c", start)
    assert "-0700" in done.stdout + done.stderr  # beat logs what is printed
