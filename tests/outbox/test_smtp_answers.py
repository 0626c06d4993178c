"""A mail server that answers any one command wrongly: what becomes of the mail, and that the next one leaves all the same."""

import pytest

from outbox.claims import Timings
from outbox.smtp import Accepted, Outcome, Refused, RefusedForNow, RelayDown, SMTPTransport, Unknown
from tests.faults.sink import CLOSE, SILENCE, Sink
from tests.outbox.test_smtp import CONTENT, envelope, yes

ANSWERS = {
    421: "421 4.3.2 closing",
    450: "450 4.2.0 not now",
    550: "550 5.7.1 no",
    "a line without a code": "hello there",
    "a code of one digit": "2 ok",
    "hung up": CLOSE,
    "silent": SILENCE,
}
CODES = (421, 450, 550)
# whose fault it is, by command: a code that is not named here is like no code at all
BECOMES: dict[str, dict[int | None, type[Outcome]]] = {
    "EHLO": dict.fromkeys([*CODES, None], RelayDown),
    "STARTTLS": dict.fromkeys([*CODES, None], RelayDown),
    "AUTH": dict.fromkeys([*CODES, None], RelayDown),
    "MAIL": dict.fromkeys([*CODES, None], RelayDown),
    "RCPT": {421: RefusedForNow, 450: RefusedForNow, 550: Refused, None: RefusedForNow},
    "DATA": {421: RefusedForNow, 450: RefusedForNow, 550: Refused, None: RefusedForNow},
    "dot": {421: RefusedForNow, 450: RefusedForNow, 550: Refused, None: Unknown},
}
PHASES = {"MAIL": "sender", "RCPT": "recipient", "dot": "answer"}
SCHEMES = {"STARTTLS": "smtp+tls://", "AUTH": "smtp://me:s3cret@"}


@pytest.fixture
def sink():
    with Sink() as sink:
        sink.seconds = 5
        yield sink


def connected(sink: Sink, scheme: str = "smtp://") -> SMTPTransport:
    return SMTPTransport(sink.url.replace("smtp://", scheme), Timings(connect=5, command=1, answer=1))


def misbehave(sink: Sink, command: str, how: int | str) -> None:
    sink.at = {command: ANSWERS[how]}
    if command == "EHLO":
        sink.at["HELO"] = ANSWERS[how]


@pytest.mark.parametrize("how", ANSWERS)
@pytest.mark.parametrize("command", BECOMES)
def test_a_wrong_answer_costs_this_try_and_nothing_else(sink: Sink, command: str, how: int | str):
    code = how if isinstance(how, int) else None
    transport = connected(sink, SCHEMES.get(command, "smtp://"))
    misbehave(sink, command, how)
    outcome = transport.hand_over(envelope(), yes)
    found = (type(outcome), outcome.phase, outcome.code)
    assert found == (BECOMES[command][code], PHASES.get(command, command.lower()), code)

    sink.at = {}
    if command == "STARTTLS":  # the sink has none to offer
        transport = connected(sink)
    assert isinstance(transport.hand_over(envelope(), yes), Accepted)
    transport.close()
    assert sink.texts == [CONTENT]


@pytest.mark.parametrize("how", ANSWERS)
def test_a_wrong_answer_to_rset_changes_nothing_about_the_refusal_before_it(sink: Sink, how: int | str):
    transport = connected(sink)
    sink.at = {"RCPT": ANSWERS[450], "RSET": ANSWERS[how]}
    assert transport.hand_over(envelope(), yes) == RefusedForNow("recipient", 450, "4.2.0 not now")

    sink.at = {}
    assert isinstance(transport.hand_over(envelope(), yes), Accepted)
    transport.close()


@pytest.mark.parametrize("how", ANSWERS)
def test_a_wrong_answer_to_the_farewell_is_no_error(sink: Sink, how: int | str):
    transport = connected(sink)
    sink.at = {"QUIT": ANSWERS[how]}
    assert isinstance(transport.hand_over(envelope(), yes), Accepted)
    transport.close()
    assert isinstance(transport.hand_over(envelope(), yes), Accepted)
    sink.at = {}
    transport.close()
