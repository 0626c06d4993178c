import logging
import os
from datetime import timedelta

import pytest
from django.db import connection

from outbox import housekeeping
from outbox.models import DeliveryAttempt, Figure, OutgoingMail, WorkerBeat
from tests.factories import (
    NOW,
    ContactFactory,
    DeliveryAttemptFactory,
    NoteFactory,
    OutgoingMailFactory,
    WorkerBeatFactory,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def sent(ago, **fields):
    at = NOW - ago
    return OutgoingMailFactory(
        state="sent", not_before=at, fence_at=at, sent_at=at, updated_at=at, content=b"words", **fields
    )


def test_bytes_are_erased_a_week_after_sending():
    old, young = sent(7 * DAY + timedelta(seconds=1)), sent(7 * DAY - timedelta(seconds=1))
    assert housekeeping.erase_bytes(NOW) == 1
    assert OutgoingMail.objects.get(pk=old.pk).content is None
    assert bytes(OutgoingMail.objects.get(pk=young.pk).content) == b"words"


def test_bytes_of_what_still_leaves_stay():
    OutgoingMailFactory(content=b"words", updated_at=NOW - 30 * DAY)
    assert housekeeping.erase_bytes(NOW) == 0


def test_old_attempts_sign_in_mail_and_beats_go_and_mail_of_a_user_stays():
    mine, sign_in = sent(400 * DAY), sent(31 * DAY, owner=None, kind="sign-in")
    DeliveryAttemptFactory(mail=mine, at=NOW - 91 * DAY)
    DeliveryAttemptFactory(mail=mine, at=NOW - 89 * DAY)
    WorkerBeatFactory(seen_at=NOW - 3 * DAY)
    WorkerBeatFactory(seen_at=NOW)
    assert housekeeping.purge(NOW) == 3
    assert list(OutgoingMail.objects.all()) == [mine]
    assert sign_in.pk
    assert (DeliveryAttempt.objects.count(), WorkerBeat.objects.count()) == (1, 1)


def test_a_beat_that_still_holds_mail_stays():
    beat = WorkerBeatFactory(seen_at=NOW - 3 * DAY)
    OutgoingMailFactory(state="claimed", claim_token="0" * 32, claimed_by=beat, lease_until=NOW)
    assert housekeeping.purge(NOW) == 0


def test_half_written_files_of_a_killed_process_are_swept(settings, tmp_path):
    settings.MAIL_DIR = tmp_path
    for name, age in ((".a.eml.17", 2 * 3600), (".b.eml.17", 60), ("c.eml", 9999)):
        (tmp_path / name).write_text("x")
        os.utime(tmp_path / name, (NOW.timestamp() - age, NOW.timestamp() - age))
    assert housekeeping.sweep_drafts(NOW) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == [".b.eml.17", "c.eml"]


@pytest.mark.skipif(connection.vendor == "postgresql", reason="Postgres refuses such a row")
def test_references_across_owners_are_counted_logged_and_written_down(caplog):
    ContactFactory(introduced_by=ContactFactory())
    with caplog.at_level(logging.ERROR):
        assert housekeeping.count_across_owners(NOW) == 1
    assert Figure.objects.get(pk=housekeeping.STRANGE).last == 1
    assert "another owner" in caplog.text


def test_no_references_across_owners_is_silence(caplog):
    NoteFactory()
    assert housekeeping.count_across_owners(NOW) == 0
    assert caplog.text == ""


# --- what lies on the disk ----------------------------------------------------------------------------------------------
@pytest.fixture
def mail_dir(tmp_path, settings):
    settings.MAIL_DIR = tmp_path

    def write(name, days, size=10):
        file = tmp_path / name
        file.write_bytes(bytes(size))
        at = (NOW - days * DAY).timestamp()
        os.utime(file, (at, at))

    return write


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_mail_files_of_a_month_stay(mail_dir, tmp_path):
    mail_dir("old.eml", 31)
    mail_dir("young.eml", 29)
    mail_dir("not a mail.txt", 90)
    assert housekeeping.clear_mail_files(NOW) == 1
    assert files(tmp_path) == ["not a mail.txt", "young.eml"]


def test_of_many_mail_files_the_last_ones_stay(mail_dir, tmp_path, monkeypatch):
    monkeypatch.setattr(housekeeping, "FILES_LARGEST", 35)
    for days in range(5):
        mail_dir(f"{days}.eml", days)
    assert housekeeping.clear_mail_files(NOW) == 2
    assert files(tmp_path) == ["0.eml", "1.eml", "2.eml"]


def test_no_folder_of_mails_is_no_error(settings, tmp_path):
    settings.MAIL_DIR = tmp_path / "none"
    assert housekeeping.clear_mail_files(NOW) == 0


def test_a_large_log_is_cut_while_its_process_writes_on(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(housekeeping, "LOG_LARGEST", 20)
    settings.VAR_DIR = tmp_path
    (tmp_path / "log").mkdir()
    log = tmp_path / "log" / "web.log"
    (tmp_path / "log" / "beat.log").write_text("short\n")
    with log.open("ab", buffering=0) as writing:
        writing.write(b"a line that is long enough\n")
        assert housekeeping.cut_logs(NOW) == 1
        writing.write(b"next\n")
    assert log.read_text() == "next\n"
    assert log.with_suffix(".log.1").read_text() == "a line that is long enough\n"
    assert (tmp_path / "log" / "beat.log").read_text() == "short\n"
