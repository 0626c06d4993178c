"""What a step of the tick cannot read of one owner leaves out this owner only: shown under Deliveries, and logged once."""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q
from django.utils.translation import gettext_noop

from outbox.models import LeftOut
from outbox.settling import DATABASE_AWAY

logger = logging.getLogger(__name__)

# the slowest step, reconcile, comes every 15 minutes: what it did not name since then has been mended
STANDS_FOR = timedelta(minutes=20)
WRITTEN_EVERY = timedelta(minutes=1)
UNKNOWN_ZONE = gettext_noop("this server does not know your time zone")
UNREADABLE = gettext_noop("something in it cannot be read")

T = TypeVar("T")


def guarded(work: Callable[[], T], *, owner_id: int, zone: str, step: str, now: datetime) -> T | None:
    """What `work` returns; None when it raises, or when nobody can say what time it is in the owner's zone."""
    try:
        ZoneInfo(zone)
        return work()
    except DATABASE_AWAY:
        raise
    except Exception as error:  # whatever it is, the next owner must not suffer from it
        note(owner_id, step, error, now)
        return None


def note(owner_id: int, step: str, error: Exception, now: datetime) -> None:
    """Told without the error's message, which may be somebody's text."""
    rows = LeftOut.objects.filter(owner_id=owner_id, step=step)
    standing = rows.filter(seen_at__gt=now - STANDS_FOR)
    if standing.exists():
        standing.filter(seen_at__lt=now - WRITTEN_EVERY).update(seen_at=now)
        return
    cause = UNKNOWN_ZONE if isinstance(error, ZoneInfoNotFoundError) else UNREADABLE
    values = {"since": now, "seen_at": now, "cause": cause}
    LeftOut.objects.update_or_create(owner_id=owner_id, step=step, defaults=values)
    where = "".join(traceback.format_tb(error.__traceback__)[-3:])
    data = {"owner": owner_id, "step": step, "error": type(error).__name__, "where": where}
    logger.error("One owner is left out; the others go on.", extra={"data": data})


def standing_at(now: datetime) -> Q:
    return Q(seen_at__gt=now - STANDS_FOR)
