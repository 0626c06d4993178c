"""What is done to many mails at once: the tick's planning and reconciling, and holding after a restore."""

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from outbox import clocks, put_back
from outbox.claims import Clock
from outbox.figures import REPAIRS
from outbox.kinds import PLANNERS, RECONCILERS
from outbox.models import BY_HAND, NOT_CLAIMED, PUT_BACK, Figure, OutgoingMail, OutgoingMailQuerySet, Relay, State
from outbox.settling import DATABASE_AWAY

logger = logging.getLogger(__name__)


def plan(now: datetime) -> int:
    """Inserts rows for what has become due; says how many. A database put back from a backup holds them, with all that was
    due before."""
    if put_back.is_put_back():
        hold_put_back(now)
    return _plan(now)


def _plan(now: datetime) -> int:
    return sum(run_each(PLANNERS, lambda: now))


@transaction.atomic
def hold_put_back(now: datetime) -> int:
    held = hold_before(now, now)
    put_back.catch_up(now)
    logger.warning("The database was put back: what was due before is held.", extra={"data": {"mails": held}})
    return held


def reconcile(now: datetime) -> int:
    """Recomputes what the planners go by; says how many were wrong, which should be 0, and writes it down."""
    clocks.put_right(now)
    repaired = sum(run_each(RECONCILERS, lambda: now))
    if repaired:
        logger.warning("Reconciling repaired rows; it should find none.", extra={"data": {"repairs": repaired}})
    Figure.note(REPAIRS, repaired, now)
    return repaired


@transaction.atomic
def hold_before(instant: datetime, now: datetime) -> int:
    """Holds what was due by then, planned or not, so that a database put back from a backup does not flood anybody.

    Run it before the workers start. A mail that was claimed or being handed over when the backup was made may have left since.
    """
    _plan(instant)
    states = [State.PENDING, State.CLAIMED, State.HANDING, State.UNCERTAIN]
    due = OutgoingMail.objects.filter(state__in=states, next_attempt_at__lte=instant)
    # the token stays on what is leaving: should it be leaving really, its answer still counts
    in_flight = due.filter(state=State.HANDING)
    changes = {"state": State.HELD, "cause": PUT_BACK, "updated_at": now}
    Relay.note(put_back_at=now)
    flying = in_flight.update(**changes, claimed_by=None, lease_until=None)
    return int(flying + due.update(**changes, **NOT_CLAIMED))


def release(mails: OutgoingMailQuerySet, now: datetime) -> int:
    """Lets held mails leave, each on its own: of two reminders to one owner only the first can."""
    return sum(mail.send_again(now) for mail in mails.filter(state=State.HELD).order_by("-next_attempt_at"))


def discard(mails: OutgoingMailQuerySet, now: datetime) -> int:
    """By hand: no planner takes it for something that has only lost its cause, and writes it anew."""
    return mails.filter(state=State.HELD).cancel(BY_HAND, now)


def undiscard(mails: OutgoingMailQuerySet, discarded_at: datetime, now: datetime) -> int:
    """Undo of discarding all: held as before, and not sent."""
    rows = mails.filter(state=State.CANCELLED, cause=BY_HAND, updated_at=discarded_at)
    return int(rows.update(state=State.HELD, cause=PUT_BACK, updated_at=now))


def run_each(steps: list[Callable[[datetime], int]], clock: Clock) -> list[int]:
    """One that fails does not stop the others."""
    counts = []
    for step in steps:
        try:
            counts.append(step(clock()))
        except DATABASE_AWAY:
            raise
        except Exception as error:
            data = {"step": f"{step.__module__}.{step.__name__}", "error": type(error).__name__}
            logger.exception("A step of the tick failed; the next tick tries again.", extra={"data": data})
    return counts
