"""What the database refuses, and the verbs of one mail."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from outbox.models import BY_HAND, OutgoingMail, Relay, State, message_id
from tests.factories import NOW, OutgoingMailFactory, UserFactory

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("mail_owner_unless_sign_in", {"owner": None}),
        ("mail_state_known", {"state": "lost"}),
        ("mail_sent_has_sent_at", {"state": "sent", "fence_at": NOW}),
        ("mail_sent_has_sent_at", {"state": "pending", "sent_at": NOW, "fence_at": NOW}),
        ("mail_fence_not_early", {"fence_at": NOW - timedelta(seconds=1)}),
        ("mail_sent_after_fence", {"state": "sent", "fence_at": LATER, "sent_at": NOW}),
        ("mail_fenced_before_leaving", {"state": "uncertain"}),
        ("mail_claim_has_token", {"state": "claimed"}),
        ("mail_marked_resend_once", {"possible_duplicate": 2}),
    ],
)
def test_database_refuses(name, fields):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        OutgoingMailFactory(**fields)


def test_database_refuses_a_second_row_of_one_occurrence():
    first = OutgoingMailFactory(occurrence_key="one")
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMailFactory(owner=first.owner, occurrence_key="one", message_id="<other@x>")


def test_database_refuses_a_second_reminder_on_its_way():
    first = OutgoingMailFactory(kind="reminders")
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMailFactory(owner=first.owner, kind="reminders")


def test_database_refuses_a_second_relay():
    with pytest.raises(IntegrityError, match="relay_is_one_row"), transaction.atomic():
        Relay.objects.create(pk=2)


def test_names_longer_than_the_page_shows_lose_no_mail():
    owner, long = UserFactory(), "Å" * 400
    mail = owner.outgoingmails.queue(
        kind="test", key="k", recipient="a@x", now=NOW, owner_id=owner.pk, recipient_name=long, summary=long
    )
    assert (len(mail.recipient_name), len(mail.summary)) == (300, 300)


def test_queueing_an_occurrence_twice_is_one_row():
    owner = UserFactory()
    both = [
        owner.outgoingmails.queue(kind="test", key="k", recipient="a@x", now=now, owner_id=owner.pk)
        for now in (NOW, LATER)
    ]
    assert both[0] == both[1]
    assert both[0].created_at == NOW


def test_message_id_is_the_same_for_an_occurrence_and_tells_nothing():
    assert message_id(1, "reminders:2026-11-19") == message_id(1, "reminders:2026-11-19")
    assert message_id(1, "k") != message_id(2, "k")
    assert "reminders" not in message_id(1, "reminders:2026-11-19")


@pytest.mark.parametrize("state", ["pending", "claimed", "held"])
def test_cancel_stops_what_has_not_reached_its_fence(state):
    mail = OutgoingMailFactory(state=state, claim_token="0" * 32)
    assert mail.cancel("kept", NOW)
    mail.refresh_from_db()
    assert (mail.state, mail.cause, mail.claim_token) == (State.CANCELLED, "kept", None)


@pytest.mark.parametrize("state", ["handing", "uncertain"])
def test_cancel_leaves_alone_what_has(state):
    assert not OutgoingMailFactory(state=state, fence_at=NOW, claim_token="0" * 32).cancel("kept", NOW)


def stored(mail: OutgoingMail, instead: bytes | None = None) -> bytes:
    """The bytes as the database has them."""
    with connection.cursor() as cursor:
        if instead is not None:
            cursor.execute("UPDATE outbox_outgoingmail SET content = %s WHERE id = %s", [instead, mail.pk])
        cursor.execute("SELECT content FROM outbox_outgoingmail WHERE id = %s", [mail.pk])
        return bytes(cursor.fetchone()[0])


def test_frozen_bytes_lie_packed_and_come_back_as_they_were():
    mail = OutgoingMailFactory(content=b"Subject: x\r\n" * 500)
    assert len(stored(mail)) < 200
    assert OutgoingMail.objects.get(pk=mail.pk).content == mail.content


def test_bytes_from_before_they_were_packed_are_read_as_they_are():
    mail = OutgoingMailFactory(content=b"")
    assert stored(mail, b"Message-ID: <x@y>\r\n") == OutgoingMail.objects.get(pk=mail.pk).content


def test_dead_mail_is_sent_again_with_all_its_tries_ahead():
    mail = OutgoingMailFactory(state="dead", attempts=9, first_attempt_at=NOW, seen=True, cause="")
    assert mail.send_again(LATER)
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.first_attempt_at, mail.seen) == (State.PENDING, 0, None, False)
    assert (mail.next_attempt_at, mail.possible_duplicate) == (LATER, 0)


def test_held_mail_that_had_crossed_its_fence_is_released_marked():
    mail = OutgoingMailFactory(state="held", fence_at=NOW)
    assert mail.send_again(LATER)
    mail.refresh_from_db()
    assert (mail.possible_duplicate, mail.fence_at) == (1, None)


def test_mail_cancelled_by_hand_can_come_back_but_not_one_whose_cause_is_gone():
    assert OutgoingMailFactory(state="cancelled", cause=BY_HAND).send_again(NOW)
    assert not OutgoingMailFactory(state="cancelled", cause="kept").send_again(NOW)


def test_a_reminder_is_not_sent_again_beside_a_newer_one():
    dead = OutgoingMailFactory(state="dead", kind="reminders")
    OutgoingMailFactory(owner=dead.owner, kind="reminders")
    assert not dead.send_again(NOW)
    dead.refresh_from_db()
    assert dead.state == State.DEAD


def test_try_now_never_comes_before_its_time():
    mail = OutgoingMailFactory(not_before=LATER, next_attempt_at=LATER)
    assert mail.try_now(NOW)
    mail.refresh_from_db()
    assert mail.next_attempt_at == LATER


def test_unseen_is_what_the_user_has_to_know_of():
    owner = UserFactory()
    wanted = {
        OutgoingMailFactory(owner=owner, state="dead").pk,
        OutgoingMailFactory(owner=owner, state="uncertain", fence_at=NOW).pk,
        OutgoingMailFactory(owner=owner, state="sent", fence_at=NOW, sent_at=NOW, possible_duplicate=1).pk,
    }
    OutgoingMailFactory(owner=owner, state="sent", fence_at=NOW, sent_at=NOW)
    OutgoingMailFactory(owner=owner, state="dead", seen=True)
    assert set(OutgoingMail.objects.unseen().values_list("pk", flat=True)) == wanted
