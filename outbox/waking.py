"""The "look now" that makes a mail sooner, and is never needed."""

import logging

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

QUEUES = {"deliver": "mail", "jobs": "jobs"}


def wake(name: str = "deliver") -> None:
    """After the commit, asks a worker to look now, for what is due now. Never raises: a web request does not depend on the broker."""
    transaction.on_commit(lambda: _look_now(name), robust=True)


def _look_now(name: str) -> None:
    try:
        current_app.send_task(f"outbox.tasks.{name}", retry=False, expires=60, queue=QUEUES[name])
    except Exception:
        logger.warning("The broker could not be woken; the next tick does the work.", extra={"data": {"tick": name}})
