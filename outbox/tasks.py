"""Thin Celery entry points: each calls one plain function with the time. What they miss, the next tick does."""

import mmap
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down

from outbox import actions, housekeeping
from outbox.claims import Moment, system_clock
from outbox.engine import Hooks, drain
from outbox.kinds import JOBS
from outbox.waking import wake

# one byte that a forked worker shares with its parent, which alone hears of the shutdown
_stop = mmap.mmap(-1, 1)


@worker_shutting_down.connect
def stop_between_two_mails(**_: Any) -> None:
    _stop[0] = 1


@shared_task
def deliver() -> None:
    """Plans what has become due, then works the outbox off."""
    actions.plan(Moment(system_clock).now())
    drain(hooks=Hooks(stopping=lambda: bool(_stop[0]), made_way=wake))


@shared_task
def jobs() -> None:
    """Goes on with the work other than mail; what was interrupted is resumed."""
    actions.run_each(JOBS, Moment(system_clock).now)


@shared_task
def reconcile() -> None:
    actions.reconcile(Moment(system_clock).now())


@shared_task(name="outbox.tasks.housekeeping")
def housekeeping_tick() -> None:
    housekeeping.clear_away(Moment(system_clock).now())
