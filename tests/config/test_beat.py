"""The light beat: the same ticks, none of Django's apps."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import beat
from config.celery import app
from tests.faults.world import ROOT

LOADED = """
import sys
import config.beat
from django.apps import apps
assert not apps.ready
assert "outbox.models" not in sys.modules
assert len(config.beat.app.conf.beat_schedule) == 4
"""


def run(words, folder, **how):
    env = {**os.environ, "ENV_FILE": os.devnull, "VAR_DIR": str(folder), "REDIS_URL": "memory://"}
    return subprocess.Popen([sys.executable, *words], cwd=ROOT, env=env, **how)  # noqa: S603 - our own command


def test_it_loads_no_app(tmp_path: Path):
    assert run(["-c", LOADED], tmp_path).wait(60) == 0


def test_every_tick_names_a_task_that_there_is():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


@pytest.mark.slow
def test_it_ticks_and_writes_down_when_as_it_is_ended(tmp_path: Path):
    schedule = tmp_path / "schedule"
    process = run(["-m", "config.beat", str(schedule)], tmp_path)
    until = time.monotonic() + 30
    while not list(tmp_path.glob("schedule*")) and time.monotonic() < until:
        time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert list(tmp_path.glob("schedule*"))


def test_a_word_to_stop_ends_it_well():
    with pytest.raises(SystemExit):
        beat.stop()
