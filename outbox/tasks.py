"""Thin Celery entry points: each calls one plain function with the time. What they miss, the next tick does."""

import logging
from datetime import UTC, datetime

from celery import shared_task
from django.db import transaction

from outbox.kinds import JOBS, RECONCILERS

logger = logging.getLogger(__name__)


@shared_task
def deliver() -> None: ...


@shared_task
def jobs() -> None:
    for work in JOBS:
        work(datetime.now(UTC))


@shared_task
def reconcile() -> None:
    for check in RECONCILERS:
        check(datetime.now(UTC))


@shared_task
def housekeeping() -> None: ...


def _send_now(name: str) -> None:
    try:
        {"deliver": deliver, "jobs": jobs}[name].apply_async(
            retry=False, expires=60, queue="jobs" if name == "jobs" else "mail"
        )
    except Exception:
        logger.warning("The broker could not be woken; the next tick does the work.", extra={"data": {"tick": name}})


def wake(name: str = "deliver") -> None:
    """After the commit, asks a worker to look now. Never raises: a web request does not depend on the broker."""
    transaction.on_commit(lambda: _send_now(name), robust=True)
