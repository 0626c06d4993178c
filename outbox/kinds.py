"""What a mail is, to the engine: a kind with a composer. Each app's `mails.py` declares its own, found at start."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

if TYPE_CHECKING:
    from outbox.models import OutgoingMail


@dataclass(frozen=True)
class Composed:
    """One mail as it will leave. `settles` is kept on the row at the fence and handed to the kind's `settle`."""

    message: Message
    summary: str  # one line for the Deliveries page: "You owe Ana an article, and 2 more"
    settles: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cancelled:
    """Nothing left to say; `cause` is shown on the Deliveries page ("the promise was kept")."""

    cause: str


@dataclass(frozen=True)
class Kind:
    """`compose(mail, now)` reads today's truth just before the fence. `settle(mail, now)` runs in the commit that marks the
    mail `sent`. `still_wanted(mail)` is asked before the one marked resend of an uncertain mail. `prepare(mails, now)` may
    read for many at once, seconds before they are composed, and leave it on each as `mail.prepared`: what must hold up to the
    fence calls `compose_anew` on the rows when it changes."""

    name: str
    label: str | Promise  # why, on the Deliveries page: "What you owe"
    compose: Callable[["OutgoingMail", datetime], Composed | Cancelled]
    settle: Callable[["OutgoingMail", datetime], None] = lambda mail, now: None
    still_wanted: Callable[["OutgoingMail"], bool] = lambda mail: True
    prepare: Callable[[list["OutgoingMail"], datetime], None] = lambda mails, now: None
    is_to_owner: bool = False  # it goes to the address that its owner has when it leaves
    is_stored: bool = False  # its bytes are written at insert, not composed, and erased as soon as it has left or ended


@dataclass(frozen=True)
class Coming:
    """A mail that no row stands for yet, as the Deliveries page tells it."""

    at: datetime
    summary: str | Promise
    to: str = ""  # the owner, unless somebody is named


KINDS: dict[str, Kind] = {}
PLANNERS: list[Callable[[datetime], int]] = []  # plan(now) inserts rows for what has become due, and says how many
RECONCILERS: list[Callable[[datetime], int]] = []  # recompute what the planners go by, and say how many were wrong
# work other than mail: take one job row, go on with it, say how many were worked
JOBS: list[Callable[[datetime], int]] = []
HOUSEKEEPERS: list[Callable[[datetime], int]] = []  # nightly: clear away what is over, and say how many
FORECASTERS: list[Callable[[int, datetime], list[Coming]]] = []  # what will be planned for this owner next, if anything


def register(kind: Kind) -> Kind:
    KINDS[kind.name] = kind
    return kind


def planner(plan: Callable[[datetime], int]) -> Callable[[datetime], int]:
    PLANNERS.append(plan)
    return plan


def reconciler(check: Callable[[datetime], int]) -> Callable[[datetime], int]:
    RECONCILERS.append(check)
    return check


def job(work: Callable[[datetime], int]) -> Callable[[datetime], int]:
    JOBS.append(work)
    return work


def housekeeper(clear: Callable[[datetime], int]) -> Callable[[datetime], int]:
    HOUSEKEEPERS.append(clear)
    return clear


def forecaster(foresee: Callable[[int, datetime], list[Coming]]) -> Callable[[int, datetime], list[Coming]]:
    FORECASTERS.append(foresee)
    return foresee
