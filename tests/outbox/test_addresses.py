"""Addresses with letters beyond ASCII, from the row to the wire."""

from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP

import pytest
from django.core.mail import EmailMessage

from interviews.planning.contact_mail import mailable
from outbox.claims import Timings
from outbox.engine import drain
from outbox.models import OutgoingMail, State
from outbox.smtp import SMTPTransport
from tests.factories import NOW, ContactFactory, OutgoingMailFactory
from tests.faults.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


def leave(sink):
    drain(lambda: NOW, 20, transport=SMTPTransport(sink.url, Timings(connect=2, command=2, answer=2)))


def headers(sink, number=0):
    return message_from_bytes(sink.texts[number], policy=SMTP)


def test_envelope_and_headers_name_the_domain_as_the_network_knows_it(sink, kind, settings):
    settings.DEFAULT_FROM_EMAIL = "Keepword <post@straße.example>"
    OutgoingMailFactory(recipient="info@straße.example", next_attempt_at=NOW, not_before=NOW)
    leave(sink)
    assert sink.arrivals[0].recipient == "info@xn--strae-oqa.example"
    assert headers(sink)["To"] == "info@xn--strae-oqa.example"
    assert sink.sender == "post@xn--strae-oqa.example"


def test_an_address_that_idna_refuses_is_dead_with_a_sentence_and_stops_nobody(sink, kind):
    bad = OutgoingMailFactory(recipient="ana@i❤.example", next_attempt_at=NOW - timedelta(minutes=1), not_before=NOW)
    good = OutgoingMailFactory(recipient="ana@x.example", next_attempt_at=NOW, not_before=NOW)
    leave(sink)
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == (State.DEAD, State.SENT)
    assert bad.last_error == "“i❤.example” cannot be the domain of a mail address. Check how it is spelled."


@pytest.mark.parametrize(
    ("typed", "state"),
    [("Jörg <info@straße.example>", State.SENT), ("ana@" + "ä" * 70 + ".example", State.DEAD)],
    ids=["sent", "dead"],
)
def test_sign_in_mail_goes_the_same_way(sink, settings, typed, state):
    settings.EMAIL_BACKEND = "outbox.backends.QueueBackend"
    message = EmailMessage("Your code", "123456", "k@straße.example", [typed], reply_to=["me@straße.example"])
    message.lives = None
    message.send()
    OutgoingMail.objects.update(not_before=NOW, next_attempt_at=NOW)
    leave(sink)
    assert OutgoingMail.objects.get().state == state
    if state == State.SENT:
        assert sink.arrivals[0].recipient == "info@xn--strae-oqa.example"
        assert headers(sink)["To"].addresses[0].addr_spec == "info@xn--strae-oqa.example"
        assert headers(sink)["From"] == "k@xn--strae-oqa.example"
        assert headers(sink)["Reply-To"] == "me@xn--strae-oqa.example"


def test_links_calendars_and_invitations_name_the_same_domain(client):
    contact = ContactFactory(email="info@straße.example")
    client.force_login(contact.owner)
    page = client.get(contact.get_absolute_url()).content.decode()
    assert 'href="mailto:info@xn--strae-oqa.example"' in page
    assert "info@straße.example</a>" in page.replace("<wbr>", "")
    assert mailable(contact.email) == "info@xn--strae-oqa.example"
    assert mailable("ana@i❤.example") == ""
