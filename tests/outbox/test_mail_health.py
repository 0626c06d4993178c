"""What every page says of the mail: the foot, and the banner when it does not leave."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox.claims import Moment, Timings, went_through
from outbox.models import OutgoingMail, Relay
from outbox.settling import mend, relay_state, trip
from outbox.smtp import RelayDown
from tests.factories import OutgoingMailFactory, UserFactory

pytestmark = pytest.mark.django_db
PAGES = ["/", "/contacts/", "/follow-ups/", "/deliveries/", "/settings/"]
GOES, WAITS, BANNER = "Mail is going out", "Mail waits: the mail server does not answer", "banner--late"


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


def looked(ago=timedelta(0)):
    """A drain ran to its end, and left what waits."""
    at = timezone.now() - ago
    went_through(Moment(lambda: at))


def failing_for(span):
    """The mail server has refused connections for so long, and was asked again just now."""
    now = timezone.now()
    for at in (now - span, now - timedelta(seconds=5)):
        trip(Moment(lambda at=at: at), relay_state(), "connect: [Errno 111] Connection refused", Timings())


def late_mail(owner, minutes=6, **values):
    """Tried meanwhile: its next try lies ahead, as after every failure."""
    now = timezone.now()
    values = {"next_attempt_at": now + timedelta(minutes=4), **values}
    return OutgoingMailFactory(owner=owner, not_before=now - timedelta(minutes=minutes), **values)


def pages(client):
    return [client.get(path).content.decode() for path in PAGES]


def test_all_is_well(client, user):
    looked()
    assert all(GOES in page and BANNER not in page for page in pages(client))


def test_one_waiting_mail_is_enough_however_often_it_was_tried(client, user):
    late_mail(user, attempts=3, last_error="450 4.2.0 mailbox busy")
    looked()
    assert all(
        BANNER in page and "Mail has waited for 6 minutes" in page and GOES not in page for page in pages(client)
    )


def test_a_mail_server_that_fails_is_named_on_every_page(client, user):
    looked()
    late_mail(user)
    failing_for(timedelta(minutes=6))
    for page in pages(client):
        assert BANNER in page
        assert WAITS in page
        assert "[Errno 111] Connection refused" in page
        assert GOES not in page


def test_it_is_named_when_it_has_failed_for_five_minutes_though_the_mail_is_younger(client, user):
    looked()
    late_mail(user, minutes=1)
    failing_for(timedelta(minutes=6))
    assert all(BANNER in page and WAITS in page for page in pages(client))


def test_until_then_the_foot_alone_says_so(client, user):
    looked()
    late_mail(user, minutes=1)
    failing_for(timedelta(minutes=2))
    assert all(BANNER not in page and WAITS in page and GOES not in page for page in pages(client))


def test_it_is_well_again_with_the_first_mail_that_left(client, user):
    looked()
    failing_for(timedelta(minutes=6))
    mend(relay_state())
    assert all(GOES in page and BANNER not in page for page in pages(client))
    assert relay_state().failing_since is None


def test_a_failure_that_nobody_looked_at_since_is_forgotten(client, user):
    looked()
    failing_for(timedelta(hours=3))
    OutgoingMail.objects.all().delete()
    Relay.objects.update(failed_at=timezone.now() - timedelta(hours=2), shut_until=None)
    assert all(GOES in page and BANNER not in page for page in pages(client))


def test_another_users_full_mailbox_alarms_nobody_else(client, user):
    late_mail(UserFactory(), attempts=9, last_error="452 4.2.2 mailbox full")
    looked()
    assert all(GOES in page and BANNER not in page for page in pages(client))


def test_mail_that_was_never_tried_is_everybodys_concern(client, user):
    late_mail(UserFactory(), next_attempt_at=timezone.now() - timedelta(minutes=6))
    looked()
    assert all(BANNER in page for page in pages(client))


def test_a_worker_that_is_gone(client, user):
    looked(timedelta(minutes=7))
    assert all(BANNER in page and "No worker has looked for mail for 7 minutes" in page for page in pages(client))


def test_a_worker_that_never_came_and_a_mail_that_waits(client, user):
    assert all(BANNER not in page and GOES not in page for page in pages(client))
    late_mail(user, next_attempt_at=timezone.now() - timedelta(minutes=6))
    assert all(BANNER in page for page in pages(client))


def test_an_outcome_of_the_engine_is_what_starts_it(run, request, user):
    server = request.getfixturevalue("relay")
    OutgoingMailFactory(owner=user, not_before=timezone.now(), next_attempt_at=timezone.now())
    server.needs_fence, server.answers = False, [RelayDown("connect", None, "[Errno 111] Connection refused")]
    now = timezone.now()
    run(now)
    assert Relay.objects.get().failing_since == now
