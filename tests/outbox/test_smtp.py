"""The fenced hand-over against a real SMTP server that misbehaves."""

import socket
import time

import pytest

from outbox.smtp import (
    Accepted,
    Envelope,
    Refused,
    RefusedForNow,
    RelayDown,
    SMTPTransport,
    Unknown,
    Withdrawn,
    ascii_domain,
    is_address,
    stuffed,
)
from outbox.timing import Timings
from tests.faults.sink import Sink

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
        ("421", RelayDown, "sender", 421),
        ("550-sender", RelayDown, "sender", 550),
        ("552-sender", Refused, "sender", 552),
        ("550-rcpt", Refused, "recipient", 550),
        ("450-rcpt", RefusedForNow, "recipient", 450),
        ("greylisting", RefusedForNow, "recipient", 451),
        ("421-rcpt", RelayDown, "recipient", 421),
        ("drop-rcpt", RelayDown, "recipient", None),
        ("451-data", RefusedForNow, "data", 451),
        ("554-data", Refused, "data", 554),
        ("451-dot", RefusedForNow, "answer", 451),
        ("421-dot", RefusedForNow, "answer", 421),
        ("550-dot", Refused, "answer", 550),
        ("552-dot", Refused, "answer", 552),
        ("drop-after-dot", Unknown, "answer", None),
        ("drop-unkept", Unknown, "answer", None),
    ],
)
def test_fault(sink, transport, mode, kind, phase, code):
    sink.mode = mode
    outcome = transport.hand_over(envelope(), yes)
    assert (type(outcome), outcome.phase, outcome.code) == (kind, phase, code)

    sink.mode = "ok"
    assert isinstance(transport.hand_over(envelope(), yes), Accepted)


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


@pytest.mark.parametrize(("mode", "kind"), [("auth-refused", RelayDown), ("ok", Accepted)])
def test_signing_in_to_the_server(sink, mode, kind):
    sink.mode = mode
    transport = SMTPTransport(sink.url.replace("//", "//me%40x.example:s3cret@"), TIMINGS)
    assert type(transport.hand_over(envelope(), yes)) is kind
    transport.close()


def test_letters_beyond_ascii_before_the_at_need_smtputf8(sink):
    sink.mode = "no-utf8"
    transport = SMTPTransport(sink.url, TIMINGS)
    assert isinstance(transport.hand_over(envelope("åsa@x.example"), yes), Refused)
    transport.close()


def test_letters_beyond_ascii_before_the_at_are_sent_with_smtputf8(sink, transport):
    assert isinstance(transport.hand_over(envelope("åsa@exämple.org"), yes), Accepted)
    assert sink.arrivals[0].recipient == "åsa@xn--exmple-cua.org"


def test_a_domain_beyond_ascii_goes_as_the_network_knows_it(sink, transport):
    transport.hand_over(envelope("ana@exämple.org"), yes)
    assert sink.arrivals[0].recipient == "ana@xn--exmple-cua.org"
    assert ascii_domain("ana@x") == "ana@x"


@pytest.mark.parametrize("bad", ["", "ana", "ana@", "@x", "a b@x", "a@x\r\nDATA", "a@x>", "a\u2028@x", "a\x00@x"])
def test_what_is_no_address_never_reaches_the_server(sink, transport, bad):
    assert not is_address(bad)
    assert isinstance(transport.hand_over(envelope(bad), yes), Refused)
    assert sink.events == []


def test_the_last_line_ends_and_dots_are_doubled():
    assert stuffed(b".\r\n..\r\nx") == b"..\r\n...\r\nx\r\n"
