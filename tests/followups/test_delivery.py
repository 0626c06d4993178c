"""From what is due to the file in the folder, through the real engine: once a day, and never what was settled before."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import pytest

from followups.mails import plan
from followups.models import Promise
from outbox.engine import drain
from outbox.files import FileTransport
from outbox.models import OutgoingMail
from tests.factories import TODAY, ContactFactory

EIGHT = datetime(2026, 11, 19, 7, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def deliver(tmp_path):
    """One tick at a time of the clock's; gives the mails that lie in the folder afterwards."""

    def tick(now: datetime):
        plan(now)
        drain(lambda: now, transport=FileTransport(tmp_path))
        return [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(tmp_path.glob("*.eml"))]

    return tick


@pytest.fixture
def promise(user):
    contact = ContactFactory(owner=user, name="Priya Raghunathan")
    return contact.promises.make(what="send the article", due_on=TODAY, now=EIGHT - timedelta(days=3))


def test_sent_once_and_again_on_the_next_step(deliver, promise):
    assert deliver(EIGHT - timedelta(minutes=1)) == []
    assert [mail["Subject"] for mail in deliver(EIGHT)] == ["You owe Priya an article"]
    promise.refresh_from_db()
    assert (promise.reminded_on, promise.remind_at) == (TODAY, EIGHT + timedelta(days=1))
    assert len(deliver(EIGHT + timedelta(hours=5))) == 1
    assert len(deliver(EIGHT + timedelta(days=1))) == 2


def test_kept_between_the_plan_and_the_fence_no_mail_leaves(deliver, promise):
    plan(EIGHT)
    Promise.objects.select_related("owner", "contact").get(pk=promise.pk).keep(EIGHT)
    assert deliver(EIGHT) == []
    assert OutgoingMail.objects.get().cause == "everything was kept, put off or let go"


def test_after_an_outage_of_three_days_one_mail_says_it_is_late(deliver, promise):
    (mail,) = deliver(EIGHT + timedelta(days=3))
    assert "This mail comes late: it was meant for Thursday 19 November." in mail.get_body(("plain",)).get_content()
    assert len(deliver(EIGHT + timedelta(days=3, hours=1))) == 1
