import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from outbox.models import BY_HAND, OutgoingMail, Relay, State
from tests.factories import (
    NOW,
    ContactFactory,
    DeliveryAttemptFactory,
    OutgoingMailFactory,
    PromiseFactory,
)
from tests.html_elements import read

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def sent(user, ago=MINUTE, **fields):
    at = NOW - ago
    return OutgoingMailFactory(
        owner=user, state="sent", not_before=at, next_attempt_at=at, fence_at=at, sent_at=at, updated_at=at, **fields
    )


def page(client, **query):
    response = client.get(reverse("delivery_list"), query)
    assert response.status_code == 200
    return response.content.decode()


def do(client, verb, mail):
    response = client.post(reverse(f"delivery_{verb}", args=[mail.pk]))
    assert response.status_code == 302
    mail.refresh_from_db()
    return mail


def test_empty_page_says_so_and_what_to_do(client):
    html = page(client)
    assert "No mail has left yet." in html
    assert "Nothing is waiting to leave." in html


def test_the_same_number_of_queries_with_1_and_30_rows(client, user, django_assert_num_queries):
    make_one_of_each(user)
    page(client)
    with django_assert_num_queries(QUERIES):
        page(client)
    for _ in range(30):
        make_one_of_each(user)
    with django_assert_num_queries(QUERIES):
        page(client)


QUERIES = 18


def make_one_of_each(user):
    sent(user)
    OutgoingMailFactory(owner=user, next_attempt_at=NOW + MINUTE, not_before=NOW + MINUTE)
    OutgoingMailFactory(owner=user, not_before=NOW - 9 * MINUTE)
    OutgoingMailFactory(owner=user, state="dead", updated_at=NOW)


def test_what_comes_next_stands_first(client, user):
    at = NOW + timedelta(hours=3, minutes=40)
    OutgoingMailFactory(
        owner=user,
        summary="Confirms the talk",
        recipient="n@x.example",
        recipient_name="Nhung",
        not_before=at,
        next_attempt_at=at,
    )
    html = page(client)
    assert "16:40" in [line.text for line in read(html).all("paragraph")]
    assert "Next, in 3 hours, to Nhung." in html


def test_sent_mail_shows_to_whom_why_and_the_servers_answer(client, user):
    sent(user, summary="You owe Ana an article", recipient=user.email, reply_code=250, reply_text="queued as 4Zx81")
    html = page(client)
    assert '<th scope="row">You</th>' in html
    assert "You owe Ana an article" in html
    assert "250 queued as 4Zx81" in html


def test_late_mail_says_how_late_and_why(client, user):
    OutgoingMailFactory(
        owner=user, not_before=NOW - 16 * MINUTE, next_attempt_at=NOW + MINUTE, attempts=2, last_error="451 come back"
    )
    html = page(client)
    assert "16 minutes late" in html
    assert "451 come back; tried again at 13:01" in html


def test_uncertain_mail_says_in_words_what_happens(client, user):
    OutgoingMailFactory(owner=user, state="uncertain", fence_at=NOW, updated_at=NOW)
    assert "no answer; sent once more at 13:15, as the same mail" in page(client)


def test_a_marked_resend_says_that_it_may_have_arrived_twice(client, user):
    sent(user, possible_duplicate=1)
    assert "May have arrived twice" in page(client)


def test_dead_mail_shows_the_servers_words(client, user):
    OutgoingMailFactory(owner=user, state="dead", updated_at=NOW, last_error="550 no such mailbox")
    html = page(client)
    assert "Did not arrive" in html
    assert "550 no such mailbox" in html


def test_somebody_elses_mail_and_sign_in_mail_are_not_there(client, stranger):
    sent(stranger, summary="A stranger's")
    OutgoingMailFactory(owner=None, kind="sign-in", recipient="amara@keepword.example", content=b"code 123456")
    html = page(client)
    assert "stranger's" not in html
    assert "Sign-in" not in html
    assert "123456" not in html


def test_heartbeat_says_when_a_worker_last_looked(client):
    Relay.note(drained_at=NOW - timedelta(seconds=4))
    assert "Mail is going out. Looked 4 seconds ago." in page(client)


def test_heartbeat_says_when_nobody_looks(client):
    Relay.note(drained_at=NOW - 3 * MINUTE)
    assert "No worker has looked for mail for 3 minutes." in page(client)


def test_a_failing_mail_server_is_said(client):
    Relay.objects.create(pk=1, failures=2, last_error="connect: Connection refused", shut_until=NOW + MINUTE)
    assert "The mail server fails (connect: Connection refused). It is asked again at 13:01." in page(client)


def test_pages_of_25_lead_both_ways(client, user):
    mails = [sent(user, ago=n * MINUTE, summary=f"mail {n:02}") for n in range(60)]
    first = client.get(reverse("delivery_list")).context["gone"]
    second = client.get(reverse("delivery_list"), {"after": first.later}).context["gone"]
    third = client.get(reverse("delivery_list"), {"after": second.later}).context["gone"]
    back = client.get(reverse("delivery_list"), {"before": third.earlier}).context["gone"]
    assert [len(p.rows) for p in (first, second, third)] == [25, 25, 10]
    assert [row.summary for p in (first, second, third) for row in p.rows] == [mail.summary for mail in mails]
    assert (first.earlier, third.later) == ("", "")
    assert back.rows == second.rows


def test_the_links_to_other_pages_stand_under_the_list(client, user):
    for n in range(26):
        assert 'class="pager"' not in page(client)
        sent(user, ago=n * MINUTE)
    first = page(client)
    assert '<span class="head__count">26</span>' in first
    link = re.search(r'href="\?(after=[^"#]+)#gone"', first)[1]
    second = client.get(f"{reverse('delivery_list')}?{link}").content.decode()
    assert re.search(r'href="\?before=[^"#]+#gone"', second)
    assert "?after=" not in second


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "1_",
        "1_2026-13-41T00:00",
        "1_9999-12-31T23:59:59-12:00",
        "1_0001-01-01T00:00:00+12:00",
        "9999-12-31T23:59:59-12:00~1",
        "0001-01-01T00:00:00+12:00~1",
        "1_9999-12-31T23:59:59+00:00" * 9,
        "²_2026-11-19T12:00:00+00:00",
        "99999999999999999999_2026-11-19T12:00:00+00:00",
    ],
)
def test_a_cursor_nobody_gave_out_shows_the_first_page(client, user, cursor):
    sent(user, summary="the first")
    assert "the first" in page(client, before=cursor)
    assert "the first" in page(client, after=cursor)


def test_cancel_and_its_undo(client, user):
    mail = OutgoingMailFactory(owner=user)
    assert (do(client, "cancel", mail).state, mail.cause) == (State.CANCELLED, BY_HAND)
    assert reverse("delivery_retry", args=[mail.pk]) in page(client)
    assert do(client, "retry", mail).state == State.PENDING


@pytest.mark.parametrize(
    ("state", "error", "said"),
    [
        ("sent", "", "Sent: You owe Ana an article"),
        ("pending", "450 mailbox busy", "Tried, and it did not leave (450 mailbox busy): You owe Ana an article"),
        ("", "", "It is tried as soon as a worker looks: You owe Ana an article"),
    ],
)
def test_try_now_asks_a_server_that_was_left_alone_and_says_what_came_of_it(
    client, user, monkeypatch, state, error, said
):
    Relay.objects.create(pk=1, failures=4, shut_until=NOW + 4 * MINUTE, failed_at=NOW)
    mail = OutgoingMailFactory(owner=user, summary="You owe Ana an article")

    def worker(name="deliver"):
        if state:
            values = {"fence_at": NOW, "sent_at": NOW} if state == "sent" else {}
            OutgoingMail.objects.update(state=state, last_error=error, **values)
            DeliveryAttemptFactory(mail=mail)

    monkeypatch.setattr("outbox.views.wake", worker)
    do(client, "retry", mail)
    assert said in page(client)
    assert Relay.objects.get().shut_until is None
    assert Relay.objects.get().failures == 4


def test_try_now_does_not_wait(client, user):
    mail = OutgoingMailFactory(owner=user, next_attempt_at=NOW + timedelta(hours=6))
    assert do(client, "retry", mail).next_attempt_at == NOW


def test_send_again_brings_the_dead_back(client, user):
    assert do(client, "retry", OutgoingMailFactory(owner=user, state="dead")).state == State.PENDING


def test_sent_mail_is_not_sent_again(client, user):
    mail = sent(user)
    assert do(client, "retry", mail).state == State.SENT
    assert "Nothing to send again: sent." in page(client)


def test_release_and_discard(client, user):
    held = [OutgoingMailFactory(owner=user, state="held") for _ in range(2)]
    assert do(client, "release", held[0]).state == State.PENDING
    assert do(client, "cancel", held[1]).state == State.CANCELLED


def test_release_of_what_is_not_held_changes_nothing(client, user):
    assert do(client, "release", OutgoingMailFactory(owner=user, state="dead")).state == State.DEAD


def test_seen_takes_it_from_the_list_of_troubles(client, user):
    mail = OutgoingMailFactory(owner=user, state="dead", updated_at=NOW)
    assert do(client, "seen", mail).seen
    assert "Did not arrive" not in page(client)


@pytest.mark.parametrize("verb", ["cancel", "retry", "seen", "release"])
def test_another_users_mail_is_not_there(client, stranger, verb):
    mail = OutgoingMailFactory(owner=stranger)
    assert client.post(reverse(f"delivery_{verb}", args=[mail.pk])).status_code == 404
    assert OutgoingMail.objects.get() == mail


def test_a_reminder_that_has_no_row_yet_is_foreseen(client, user):
    PromiseFactory(contact=ContactFactory(owner=user), remind_at=NOW + timedelta(hours=20))
    html = page(client)
    assert "What you owe" in html
    assert "Planned" in html


def test_figures_of_the_last_month(client, user):
    sent(user, attempts=2)
    assert dict(client.get(reverse("delivery_list")).context["figures"])["Tried more than once"] == "1"
