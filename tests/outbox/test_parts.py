"""The small parts: files instead of a server, header cleaner, liveness, figures."""

import os
import re
import subprocess
import sys
from base64 import b64decode
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from quopri import decodestring

import pytest

from outbox import claims, figures
from outbox.claims import Moment, Timings
from outbox.composing import freeze, new_message
from outbox.files import FileTransport
from outbox.models import OutgoingMail, WorkerBeat
from outbox.settling import backoff
from outbox.smtp import Accepted, Envelope, RelayDown, Withdrawn, header_line, reply_line
from tests.factories import NOW, OutgoingMailFactory, UserFactory

MAIL = Envelope("k@localhost", "ana@x.example", b"Subject: x\r\n\r\ny\r\n", "20261119T120000-reminders-17")


def test_a_mail_is_a_file_named_by_time_kind_and_row(tmp_path):
    outcome = FileTransport(tmp_path / "mail").hand_over(MAIL, lambda: True)
    assert outcome == Accepted("file", None, "20261119T120000-reminders-17.eml")
    (file,) = (tmp_path / "mail").iterdir()
    assert file.read_bytes() == b"Subject: x\n\ny\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_resend_is_the_same_file(tmp_path):
    for _ in range(2):
        FileTransport(tmp_path).hand_over(MAIL, lambda: True)
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_is_there_before_the_fence_and_nothing_after_its_no(tmp_path):
    seen = []
    outcome = FileTransport(tmp_path).hand_over(MAIL, lambda: bool(seen.append(list(tmp_path.glob("*.eml")))))
    assert outcome == Withdrawn("fence")
    assert seen == [[]]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_no_fault_of_the_mail(tmp_path):
    (tmp_path / "mail").write_text("a file, where the folder should be")
    assert isinstance(FileTransport(tmp_path / "mail").hand_over(MAIL, lambda: True), RelayDown)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("Ana\r\nBcc: all@x", "Ana Bcc: all@x"),
        ("Ana\u2028Souza\u2029\x85\x0b", "Ana Souza"),
        ("\x00Ana\ud800", "Ana?"),
        ("\u202eevil", "evil"),
        ("Žofia  de\tSá", "Žofia de Sá"),
    ],
)
def test_a_header_is_one_line(raw, clean):
    assert header_line(raw) == clean


def test_a_message_takes_any_name():
    message = new_message("You owe Ana\nBcc: all@x an article", "k@x.example", "Ana\x85 <ana@x.example>", "text")
    assert message["Subject"] == "You owe Ana Bcc: all@x an article"
    assert message["To"] == "Ana <ana@x.example>"


def test_a_reply_is_one_short_line():
    assert reply_line(b"2.0.0 ok\nqueued \xff") == "2.0.0 ok queued \ufffd"
    assert len(reply_line("x" * 999)) == 500


def test_backoff_doubles_up_to_six_hours_with_jitter():
    timings = Timings()
    for attempts, seconds in ((1, 30), (2, 60), (5, 480), (11, 21600), (9999, 21600)):
        found = [backoff(attempts, timings) for _ in range(20)]
        assert all(0.8 * seconds <= each <= 1.2 * seconds for each in found)
        assert len(set(found)) > 1


def test_timings_are_shortened_by_a_factor():
    assert Timings().shortened(60).lease == 1


def test_this_process_is_alive_and_another_time_it_is_not():
    start = claims.started(os.getpid())
    assert claims.is_alive(os.getpid(), start)
    assert not claims.is_alive(os.getpid(), "1")


def test_a_dead_child_nobody_has_buried_is_dead():
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert claims.started(child.pid) is None
    child.wait()
    assert claims.started(child.pid) is None


@pytest.mark.django_db
def test_a_process_has_one_beat():
    first, second = claims.beat(Moment(lambda: NOW)), claims.beat(Moment(lambda: NOW + timedelta(seconds=5)))
    assert first.pk == second.pk
    assert WorkerBeat.objects.get().seen_at == NOW + timedelta(seconds=5)


def test_on_the_wire_no_encoded_line_is_longer_than_the_rules_allow():
    """RFC 2045: 76 characters; RFC 2047: 75 in an encoded word; RFC 5322: 998 in a line."""
    owner = UserFactory.build(pk=1)
    mail = OutgoingMailFactory.build(owner=owner, recipient="info@straße.example")
    text = "příliš " * 100 + "https://keepword.example/" + "a" * 300
    html = f"<p>{'příliš ' * 100}</p>"
    message = new_message("Žluťoučký kůň " * 20, "Keepword <k@x.example>", mail.recipient, text, html)
    message["List-Unsubscribe"] = f"<https://keepword.example/{'a' * 400}>"
    content = freeze(message, mail, NOW)
    lines = content.split(b"\r\n")
    assert [line for line in lines if len(line) > 76 and not line.startswith(b"List-Unsubscribe: <")] == []
    assert f"List-Unsubscribe: <https://keepword.example/{'a' * 400}>".encode() in lines
    assert all(len(word) <= 75 for word in re.findall(rb"=\?utf-8\?\S+\?=", content))
    read = message_from_bytes(content, policy=SMTP)
    assert read["Subject"].strip() == ("Žluťoučký kůň " * 20).strip()
    assert read["To"] == "info@xn--strae-oqa.example"
    assert "příliš https://keepword.example/" + "a" * 300 in read.get_body(("plain",)).get_content()


def word_by_word(header: bytes) -> str:
    """As a reader does that knows RFC 2047 alone: each encoded word by itself, no blank between two of them."""
    joined = re.sub(rb"\?=\s+=\?", b"?==?", re.sub(rb"\r\n(?=[ \t])", b"", header))

    def decoded(found: re.Match[bytes]) -> bytes:
        charset, encoding, text = found[1].decode(), found[2].upper(), found[3]
        raw = b64decode(text) if encoding == b"B" else decodestring(text.replace(b"_", b" "))
        return raw.decode(charset).encode()

    return re.sub(rb"=\?([\w-]+)\?([BQbq])\?(\S*?)\?=", decoded, joined).decode()


@pytest.mark.parametrize(
    "subject",
    [
        "Владислава Константинопольская-Преображенская фон Хоэнцоллерн",
        "王小明" * 40,
        "👨\u200d👩\u200d👧 " * 20,
        "שרה כהן: 20 דקות עם אנה",
        "a" * 200 + " é",
        "Plain words, then Žluťoučký, then plain words again and again until the line is full",
    ],
)
def test_a_subject_is_read_alike_by_two_readers(subject: str):
    owner = UserFactory.build(pk=1)
    mail = OutgoingMailFactory.build(owner=owner, recipient="ana@x.example")
    content = freeze(new_message(subject, "Keepword <k@x.example>", mail.recipient, "x", "<p>x</p>"), mail, NOW)
    (header,) = re.findall(rb"^Subject: ((?:.*\r\n[ \t])*.*)\r\n", content, re.MULTILINE)
    assert all(len(line) <= 76 for line in header.split(b"\r\n")[1:])
    assert message_from_bytes(content, policy=SMTP)["Subject"].strip() == subject.strip()
    assert word_by_word(header).strip() == subject.strip()


def test_percentiles_are_nearest_ranks():
    ordered = list(range(1, 101))
    assert [figures.percentile(ordered, rank) for rank in (50, 95, 99)] == [50, 95, 99]
    assert figures.percentile([7.0], 99) == 7.0
    assert figures.percentile([], 50) is None


@pytest.mark.django_db
def test_figures_count_the_last_30_days_of_one_owner(django_assert_num_queries):
    owner = UserFactory()

    def mail(seconds, at=NOW, **fields):
        OutgoingMailFactory(
            owner=owner,
            state="sent",
            not_before=at,
            fence_at=at,
            sent_at=at + timedelta(seconds=seconds),
            updated_at=at,
            **fields,
        )

    mail(1)
    mail(3, attempts=2)
    mail(9, possible_duplicate=1)
    mail(99, at=NOW - timedelta(days=31))
    OutgoingMailFactory(owner=owner, state="dead", updated_at=NOW)
    OutgoingMailFactory(state="dead", updated_at=NOW)
    with django_assert_num_queries(2):
        found = figures.figures(owner.outgoingmails.all(), NOW)
    assert found == figures.Figures(sent=3, retried=1, uncertain=1, dead=1, p50=3, p95=9, p99=9)


@pytest.mark.django_db
def test_backlog_counts_what_is_due_and_how_long_the_oldest_waits():
    OutgoingMailFactory(next_attempt_at=NOW + timedelta(hours=1), not_before=NOW - timedelta(seconds=40))
    OutgoingMailFactory(not_before=NOW + timedelta(seconds=40))
    assert figures.backlog(NOW) == (1, 40.0)
    OutgoingMail.objects.all().delete()
    assert figures.backlog(NOW) == (0, 0.0)
