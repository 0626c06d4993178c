from datetime import timedelta

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import transaction

from outbox.models import OutgoingMail, State
from tests.factories import NOW

pytestmark = pytest.mark.django_db
QUEUE = "outbox.backends.QueueBackend"


@pytest.fixture(autouse=True)
def _backend(settings):
    settings.EMAIL_BACKEND = QUEUE  # the test runner puts a mailbox of its own there


def test_mail_is_queued_with_its_bytes_and_without_an_owner():
    send_mail("Your code", "123456", None, ["ana@x.example"])
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.owner, mail.recipient, mail.state) == ("sign-in", None, "ana@x.example", State.PENDING)
    content = bytes(mail.content)
    assert b"Subject: Your code\r\n" in content
    assert f"Message-ID: {mail.message_id}\r\n".encode() in content
    assert content.count(b"Message-ID") == content.count(b"Date:") == 1


def test_it_dies_after_an_hour():
    send_mail("Your code", "123456", None, ["ana@x.example"])
    mail = OutgoingMail.objects.get()
    assert mail.expires_at - mail.created_at == timedelta(hours=1)


@pytest.mark.parametrize(("lives", "days"), [(timedelta(days=3), 3), (None, None)])
def test_a_message_can_say_how_long_it_lives(lives, days):
    message = EmailMessage("Reset", "link", None, ["ana@x.example"])
    message.lives = lives
    message.send()
    mail = OutgoingMail.objects.get()
    assert (mail.expires_at and (mail.expires_at - mail.created_at).days) == days


def test_each_recipient_has_a_row_and_a_message_id():
    EmailMessage("x", "y", None, ["Ana <ana@x.example>"], bcc=["ben@x.example"]).send()
    rows = list(OutgoingMail.objects.order_by("recipient"))
    assert [row.recipient for row in rows] == ["ana@x.example", "ben@x.example"]
    assert len({row.message_id for row in rows}) == 2


def test_mail_of_a_transaction_that_is_undone_never_leaves():
    with transaction.atomic():
        send_mail("Your code", "123456", None, ["ana@x.example"])
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()


def test_it_leaves_through_the_engine_and_is_erased(run, relay):
    message = EmailMultiAlternatives("Kód", "Příliš", None, ["ana@x.example"])
    message.attach_alternative("<p>Příliš</p>", "text/html")
    message.send()
    OutgoingMail.objects.update(not_before=NOW, next_attempt_at=NOW, expires_at=NOW + timedelta(hours=1))
    run()
    mail = OutgoingMail.objects.get()
    assert (mail.state, mail.content) == (State.SENT, None)
    assert "Příliš".encode() in relay.taken[0].content
