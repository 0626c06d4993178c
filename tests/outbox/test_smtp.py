"""The fenced hand-over against a real SMTP server that misbehaves."""

import smtplib
import socket
import ssl
import time
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from outbox.claims import Timings
from outbox.smtp import (
    Accepted,
    Envelope,
    Refused,
    RefusedForNow,
    RelayDown,
    Server,
    SMTPTransport,
    Unknown,
    Withdrawn,
    stuffed,
)
from tests.faults.sink import AT_DATA, AT_DOT, AT_RECIPIENT, AT_SENDER, Sink

TIMINGS = Timings(connect=2, command=2, answer=0.3)
CONTENT = b"Message-ID: <one@localhost>\r\nSubject: x\r\n\r\n.a dot first\r\nlast\r\n"


@pytest.fixture
def sink():
    with Sink() as sink:
        yield sink


@pytest.fixture
def transport(sink):
    made = SMTPTransport(sink.url, TIMINGS)
    yield made
    made.close()


def envelope(recipient="ana@x.example", content=CONTENT):
    return Envelope("keepword@localhost", recipient, content, "name")


def yes():
    return True


def test_mail_arrives_as_it_was_frozen(sink, transport):
    outcome = transport.hand_over(envelope(), yes)
    assert outcome == Accepted("answer", 250, "2.0.0 queued as 4Zx81")
    assert sink.texts == [CONTENT]


def test_text_comes_after_the_fence_and_the_fence_after_354(sink, transport):
    seen = []

    def fence():
        time.sleep(0.1)  # time for anything sent too early to arrive
        seen.append(list(sink.events))
        return True

    transport.hand_over(envelope(), fence)
    assert seen == [["MAIL", "RCPT", "DATA"]]
    assert sink.events == ["MAIL", "RCPT", "DATA", "text"]


def test_a_fence_that_says_no_hangs_up_without_the_text(sink, transport):
    assert transport.hand_over(envelope(), lambda: False) == Withdrawn("fence")
    time.sleep(0.1)
    assert sink.events == ["MAIL", "RCPT", "DATA"]
    assert sink.arrivals == []


def test_a_fence_that_fails_hangs_up_and_the_failure_is_raised(sink, transport):
    def fence():
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError):
        transport.hand_over(envelope(), fence)
    assert sink.arrivals == []


def test_connection_is_kept_for_the_next_mail(sink, transport):
    for _ in range(3):
        transport.hand_over(envelope(), yes)
    assert sink.connections == 1
    assert len(sink.arrivals) == 3


def test_the_dot_does_not_wait_for_the_text_to_be_acknowledged(sink, transport):
    transport.hand_over(envelope(), yes)

    assert transport._smtp.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_kept_connection_that_the_server_closed_is_made_anew(sink, transport):
    transport.hand_over(envelope(), yes)
    transport._smtp.sock.shutdown(socket.SHUT_RDWR)
    assert isinstance(transport.hand_over(envelope(), yes), Accepted)
    assert sink.connections == 2


@pytest.mark.parametrize(
    ("mode", "kind", "phase", "code"),
    [
        ("421-greeting", RelayDown, "connect", 421),
        ("550-hello", RelayDown, "ehlo", 550),
        ("421", RelayDown, "sender", 421),
        ("550-sender", RelayDown, "sender", 550),
        ("552-sender", Refused, "sender", 552),
        ("550-rcpt", Refused, "recipient", 550),
        ("500-rcpt", Refused, "recipient", 500),
        ("530-rcpt", RelayDown, "recipient", 530),
        ("400-rcpt", RefusedForNow, "recipient", 400),
        ("450-rcpt", RefusedForNow, "recipient", 450),
        ("greylisting", RefusedForNow, "recipient", 451),
        ("421-rcpt", RefusedForNow, "recipient", 421),
        ("drop-rcpt", RefusedForNow, "recipient", None),
        ("451-data", RefusedForNow, "data", 451),
        ("554-data", Refused, "data", 554),
        ("451-dot", RefusedForNow, "answer", 451),
        ("421-dot", RefusedForNow, "answer", 421),
        ("550-dot", Refused, "answer", 550),
        ("500-dot", Refused, "answer", 500),
        ("354-dot", Unknown, "answer", 354),
        ("552-dot", Refused, "answer", 552),
        ("drop-after-dot", Unknown, "answer", None),
        ("drop-unkept", Unknown, "answer", None),
    ],
)
def test_fault(sink, transport, mode, kind, phase, code):
    sink.mode = mode
    outcome = transport.hand_over(envelope(), yes)
    assert (type(outcome), outcome.phase, outcome.code) == (kind, phase, code)
    if said := (AT_SENDER | AT_RECIPIENT | AT_DATA | AT_DOT).get(mode):
        assert outcome.said == said

    sink.mode = "ok"
    assert isinstance(transport.hand_over(envelope(), yes), Accepted)


@pytest.mark.parametrize("mode", ["421-rcpt", "drop-rcpt"])
def test_trouble_at_one_recipient_is_the_servers_when_the_next_meets_it_too(sink, transport, mode):
    sink.mode = mode
    assert isinstance(transport.hand_over(envelope("ana@x.example"), yes), RefusedForNow)
    assert isinstance(transport.hand_over(envelope("ana@x.example"), yes), RefusedForNow)
    assert isinstance(transport.hand_over(envelope("ben@x.example"), yes), RelayDown)


def test_trouble_at_one_recipient_stays_its_own_when_others_go_through(sink, transport):
    for address in ("ana@x.example", "ben@x.example"):
        sink.mode = "drop-rcpt"
        assert isinstance(transport.hand_over(envelope(address), yes), RefusedForNow)
        sink.mode = "ok"
        assert isinstance(transport.hand_over(envelope("eve@x.example"), yes), Accepted)


def test_trouble_is_the_servers_when_it_answers_nobody_after_it(sink, transport, monkeypatch):
    sink.mode = "drop-rcpt"
    monkeypatch.setattr(smtplib.SMTP, "noop", lambda self: (421, b"closing"))
    assert isinstance(transport.hand_over(envelope(), yes), RelayDown)


def test_silence_at_one_recipient_is_its_own(sink):
    transport = SMTPTransport(sink.url, Timings(connect=2, command=0.3, answer=0.3))
    sink.mode, sink.seconds = "hang-rcpt", 1
    assert isinstance(transport.hand_over(envelope(), yes), RefusedForNow)
    transport.close()


def test_after_421_nothing_more_goes_over_the_connection(sink, transport):
    sink.mode = "421-dot"
    transport.hand_over(envelope(), yes)
    sink.mode = "ok"
    transport.hand_over(envelope(), yes)
    assert sink.connections == 2


@pytest.mark.parametrize(("error", "words"), [(OSError("no route"), "no route"), (OSError(), "OSError")])
@pytest.mark.parametrize(("writes", "kind", "phase"), [(0, RefusedForNow, "text"), (1, Unknown, "answer")])
def test_a_line_that_breaks_in_the_text_or_at_the_dot(transport, error, words, writes, kind, phase):
    """Without the dot there is no mail; with it nobody knows."""
    written = []

    def sendall(data):
        if len(written) == writes:
            raise error
        written.append(data)

    def break_the_line():
        real = transport._smtp.sock
        transport._smtp.sock = SimpleNamespace(sendall=sendall, close=real.close)
        return True

    outcome = transport.hand_over(envelope(), break_the_line)
    assert outcome == kind(phase, None, words)
    assert transport._smtp is None


def test_after_an_answer_commands_have_their_own_time_out_again(sink, transport):
    transport.hand_over(envelope(), yes)
    assert transport._smtp.sock.gettimeout() == TIMINGS.command


@pytest.mark.parametrize("error", [smtplib.SMTPServerDisconnected("gone"), OSError("gone")])
def test_a_farewell_that_nobody_hears_is_no_error(transport, error):
    def fail():
        raise error

    transport._smtp = SimpleNamespace(quit=fail, close=lambda: None)
    transport.close()
    assert transport._smtp is None


def test_an_answer_beyond_patience_is_told_once_and_still_heard(sink):
    told = []
    transport = SMTPTransport(sink.url, Timings(connect=2, command=2, answer=5, patience=0.1))
    assert isinstance(transport.hand_over(envelope(), yes, lambda: told.append(True)), Accepted)
    assert told == []
    sink.mode, sink.seconds = "slow", 0.4
    assert isinstance(transport.hand_over(envelope(), yes, lambda: told.append(True)), Accepted)
    assert told == [True]
    transport.close()


def test_silence_after_the_dot_is_unknown(sink, transport):
    sink.mode, sink.seconds = "hang", 1
    assert isinstance(transport.hand_over(envelope(), yes), Unknown)


def test_a_slow_answer_counts(sink, transport):
    sink.mode, sink.seconds = "slow", 0.1
    assert isinstance(transport.hand_over(envelope(), yes), Accepted)


def test_a_greylisted_mail_gets_through_the_second_time(sink, transport):
    sink.mode = "greylisting,once"
    assert isinstance(transport.hand_over(envelope(), yes), RefusedForNow)
    assert isinstance(transport.hand_over(envelope(), yes), Accepted)
    assert sink.connections == 1


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("smtp://localhost", ("localhost", 25)),
        ("smtp://mail.example", ("mail.example", 25)),
        ("smtp+tls://mail.example", ("mail.example", 587)),
        ("smtp+ssl://mail.example", ("mail.example", 465)),
        ("smtps://mail.example", ("mail.example", 465)),
        ("submissions://mail.example", ("mail.example", 465)),
        ("smtp+starttls://mail.example", ("mail.example", 587)),
        ("SUBMISSION://mail.example ", ("mail.example", 587)),
        ("smtp://mail.example:2525", ("mail.example", 2525)),
    ],
)
@pytest.mark.parametrize(("error", "words"), [(TimeoutError("timed out"), "timed out"), (OSError(), "OSError")])
def test_it_connects_where_it_is_told_and_waits_as_long(monkeypatch, url, where, error, words):
    asked = []

    def connect(address, timeout, *_):
        asked.append((address, timeout))
        raise error

    monkeypatch.setattr(socket, "create_connection", connect)
    outcome = SMTPTransport(url, TIMINGS).hand_over(envelope(), yes)
    assert asked == [(where, TIMINGS.connect)]
    assert outcome == RelayDown("connect", None, words)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mail.example", "must begin with one of smtp://"),
        ("mail.example:587", "must begin with one of smtp://"),
        ("amara:secret@mail.example:587", "must begin with one of smtp://"),
        ("https://mail.example", "must begin with one of smtp://"),
        ("smtp+tls+x://mail.example", "must begin with one of smtp://"),
        ("smtp://", "names no mail server"),
        ("smtp://:25", "names no mail server"),
        ("smtp+tls://amara:se#cret@mail.example", "cannot be read"),
        ("smtp+tls://amara:99/secret@mail.example", "cannot be read"),
        ("smtp+tls://mail.example:99999", "cannot be read"),
        ("smtp+tls://[::1", "cannot be read"),
        ("smtp://amara:secret@mail.example", "for everybody on the way to read"),
        ("smtp://amara:secret@mail.example:587", "for everybody on the way to read"),
        ("smtp://amara:secret@10.0.0.1", "for everybody on the way to read"),
        ("smtp://amara:secret@127.0.0.1.evil.example", "for everybody on the way to read"),
    ],
)
def test_a_mail_server_that_cannot_be_meant_refuses_to_start(settings, url, sentence):
    settings.EMAIL_URL = url
    with pytest.raises(ImproperlyConfigured, match=sentence) as refused:
        apps.get_app_config("outbox").ready()
    assert "secret" not in str(refused.value)
    assert "cret@" not in str(refused.value)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]", "mail.localhost"])
def test_a_password_stays_on_this_machine(host):
    assert Server.of(f"smtp://amara:sec%40ret@{host}:2525").password == "sec@ret"


def test_it_says_hello_by_its_name(sink):
    transport = SMTPTransport(sink.url, TIMINGS, hello="keepword.example")
    transport.hand_over(envelope(), yes)
    transport.close()
    assert sink.hello == "keepword.example"


def test_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    outcome = SMTPTransport(f"smtp://127.0.0.1:{port}", TIMINGS).hand_over(envelope(), yes)
    assert (type(outcome), outcome.phase) == (RelayDown, "connect")


def test_a_host_nobody_knows_is_the_relays_failure():
    outcome = SMTPTransport("smtp://nowhere.invalid", TIMINGS).hand_over(envelope(), yes)
    assert isinstance(outcome, RelayDown)


def test_a_server_that_says_nothing_is_left_after_the_time_out():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        outcome = SMTPTransport(url, Timings(connect=1, command=0.2)).hand_over(envelope(), yes)
    assert (type(outcome), outcome.phase) == (RelayDown, "connect")


def test_broken_starttls_is_the_relays_failure(sink):
    sink.mode = "starttls-broken"
    transport = SMTPTransport(sink.url.replace("smtp://", "smtp+tls://"), TIMINGS)
    outcome = transport.hand_over(envelope(), yes)
    assert (type(outcome), outcome.phase) == (RelayDown, "starttls")
    assert sink.arrivals == []


def test_a_server_without_starttls_gets_no_mail_where_it_is_asked_for(sink):
    transport = SMTPTransport(sink.url.replace("smtp://", "smtp+tls://"), TIMINGS)
    outcome = transport.hand_over(envelope(), yes)
    assert (type(outcome), outcome.phase) == (RelayDown, "starttls")


def test_tls_from_the_start_with_a_plain_server_is_the_relays_failure(sink):
    transport = SMTPTransport(sink.url.replace("smtp://", "smtp+ssl://"), TIMINGS)
    assert isinstance(transport.hand_over(envelope(), yes), RelayDown)


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtp+ssl"])
def test_a_server_must_prove_its_name(sink, monkeypatch, scheme):
    sink.mode, seen = "starttls-broken", []

    def wrap_socket(context, sock, server_hostname):
        seen.append((context.verify_mode, context.check_hostname, server_hostname))
        sock.close()
        raise ssl.SSLError("no handshake")

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", wrap_socket)
    SMTPTransport(sink.url.replace("smtp", scheme), TIMINGS).hand_over(envelope(), yes)
    assert seen == [(ssl.CERT_REQUIRED, True, "127.0.0.1")]


@pytest.mark.parametrize(("mode", "kind", "phase"), [("auth-refused", RelayDown, "auth"), ("ok", Accepted, "answer")])
def test_signing_in_to_the_server(sink, mode, kind, phase):
    sink.mode = mode
    transport = SMTPTransport(sink.url.replace("//", "//me%40x.example:s3cret@"), TIMINGS)
    outcome = transport.hand_over(envelope(), yes)
    transport.close()
    assert (type(outcome), outcome.phase) == (kind, phase)
    assert sink.signed_in == ("me@x.example", "s3cret")


def test_a_server_is_told_what_comes_as_far_as_it_wants_to_know(sink, transport):
    transport.hand_over(envelope(), yes)
    assert sink.options == [f"SIZE={len(CONTENT)}", "BODY=8BITMIME"]


def test_a_server_that_knows_nothing_is_told_nothing(sink):
    sink.mode = "bare"
    transport = SMTPTransport(sink.url, TIMINGS)
    assert isinstance(transport.hand_over(envelope(), yes), Accepted)
    assert sink.options == []
    transport.close()


def test_letters_beyond_ascii_before_the_at_need_smtputf8(sink):
    sink.mode = "no-utf8"
    transport = SMTPTransport(sink.url, TIMINGS)
    refused = Refused("recipient", None, "the mail server takes no address with such letters")
    assert transport.hand_over(envelope("åsa@x.example"), yes) == refused
    transport.close()


def test_letters_beyond_ascii_before_the_at_are_sent_with_smtputf8(sink, transport):
    assert isinstance(transport.hand_over(envelope("åsa@exämple.org"), yes), Accepted)
    assert sink.arrivals[0].recipient == "åsa@xn--exmple-cua.org"
    assert sink.options == [f"SIZE={len(CONTENT)}", "SMTPUTF8", "BODY=8BITMIME"]


def test_a_domain_beyond_ascii_goes_as_the_network_knows_it(sink, transport):
    transport.hand_over(envelope("ana@exämple.org"), yes)
    assert sink.arrivals[0].recipient == "ana@xn--exmple-cua.org"


@pytest.mark.parametrize(
    "bad", ["", "ana", "ana@", "@x", "ana@x@", "a b@x", "a@x\r\nDATA", "a@x>", "a\u2028@x", "a\x00@x"]
)
def test_what_is_no_address_never_reaches_the_server(sink, transport, bad):
    assert transport.hand_over(envelope(bad), yes) == Refused("address", None, "This is no mail address.")
    assert sink.events == []


def test_the_last_line_ends_and_dots_are_doubled():
    assert stuffed(b".\r\n..\r\nx") == b"..\r\n...\r\nx\r\n"
