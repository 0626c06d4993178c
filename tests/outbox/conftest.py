from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage

import pytest

from outbox.engine import Drained, Hooks, drain
from outbox.kinds import KINDS, Cancelled, Composed, Kind
from outbox.models import OutgoingMail
from outbox.smtp import Accepted, Envelope, Fence, Outcome, Slow, Withdrawn, tell_nobody
from tests.factories import NOW


@dataclass
class FakeTransport:
    """A mail server in two lines: asks the fence, then answers what it is told to."""

    answers: list[Outcome | Callable[[Envelope], Outcome]] = field(default_factory=list)
    before_fence: Callable[[], None] = lambda: None
    needs_fence: bool = True
    is_slow: bool = False  # each answer takes longer than the engine's patience
    while_slow: Callable[[], None] = lambda: None
    taken: list[Envelope] = field(default_factory=list)

    def hand_over(self, envelope: Envelope, fence: Fence, slow: Slow = tell_nobody) -> Outcome:
        self.before_fence()
        answer = self.answers.pop(0) if self.answers else Accepted("answer", 250, "2.0.0 queued as 4Zx81")
        if self.needs_fence and not fence():
            return Withdrawn("fence")
        self.taken.append(envelope)
        if self.is_slow:
            slow()
            self.while_slow()
        return answer(envelope) if callable(answer) else answer

    def close(self) -> None: ...


@dataclass
class TestKind:
    """What the kind "test" does, changed by a test at will."""

    __test__ = False
    subject: str = "You owe Ana an article"
    compose: Callable[[OutgoingMail, datetime], Composed | Cancelled] | None = None
    settle: Callable[[OutgoingMail, datetime], None] = lambda mail, now: None
    prepare: Callable[[list[OutgoingMail], datetime], None] = lambda mails, now: None
    still_wanted: Callable[[OutgoingMail], bool] = lambda mail: True
    composed: int = 0

    def composes(self, mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
        self.composed += 1
        if self.compose:
            return self.compose(mail, now)
        message = EmailMessage()
        message["Subject"] = self.subject
        message["From"] = "keepword@localhost"
        message["To"] = mail.recipient
        message.set_content(f"Text {self.composed}\n.dots\n")
        return Composed(message, self.subject, {"promise": 7})


@pytest.fixture
def kind() -> Iterator[TestKind]:
    made = TestKind()
    KINDS["test"] = Kind(
        "test",
        "Test",
        made.composes,
        lambda mail, now: made.settle(mail, now),
        lambda mail: made.still_wanted(mail),
        lambda mails, now: made.prepare(mails, now),
    )
    yield made
    del KINDS["test"]


@pytest.fixture
def relay() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def run(kind: TestKind, relay: FakeTransport) -> Callable[..., Drained]:
    """One drain at an instant, into the fake server."""

    def run(at: datetime = NOW, hooks: Hooks | None = None, **how: object) -> Drained:
        return drain(lambda: at, 20, transport=relay, hooks=hooks, **how)

    return run
