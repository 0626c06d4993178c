"""What a talk leaves behind: its debrief, the thank-you, and the word to whoever led there."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from interviews.models import Debrief, Interview

THANK_YOU, CHECK_IN = "thank_you", "check_in"  # kinds of promise, which live in a higher app


@transaction.atomic
def open_debrief(*, interview: Interview, now: datetime) -> Debrief:
    """They talked: the room is closed, the debrief waits, and what one owes after every talk is promised, once."""
    owner = interview.owner
    debrief, _made = owner.debriefs.get_or_create(interview=interview, defaults={"opened_at": now})
    owner.rooms.filter(interview=interview, ended_at__isnull=True).update(
        ended_at=now, paused_at=None, version=F("version") + 1
    )
    owe_thanks(interview, now)
    close_the_loop(interview, now)
    return debrief


@transaction.atomic
def take_back_debrief(*, interview: Interview, held_at: datetime) -> None:
    """It did not take place after all: what the talk had brought along goes, unless somebody has worked on it."""
    owner = interview.owner
    owner.debriefs.filter(interview=interview, done_at__isnull=True, learned="", fit="", may_use_name="").delete()
    brought = interview.promises.open().mine().filter(created_at=held_at, version=1, kind__in=[THANK_YOU, CHECK_IN])
    for promise in brought.filter(check_in_of__isnull=True).select_related("owner", "contact"):
        promise.bin(held_at)


def owe_thanks(interview: Interview, now: datetime) -> None:
    """A thank-you within a day (product.md rule 9): due the day after the talk, or today when that is over."""
    if thanks_of(interview) is not None:
        return
    contact, today = interview.contact, interview.owner.today(now)
    talked_on = min(interview.owner.today(interview.starts_at), today)
    contact.promises.make(
        what=_("Thank %(name)s for the talk") % {"name": contact.first_name},
        kind=THANK_YOU,
        due_on=max(talked_on + timedelta(days=1), today),
        interview=interview,
        now=now,
    )


def close_the_loop(interview: Interview, now: datetime) -> None:
    """Whoever introduced me hears what came of it (product.md rule 11)."""
    introducer = interview.contact.introduced_by
    if introducer is None or introducer.binned_at or introducer.is_dropped:
        return
    if interview.promises.filter(contact=introducer, binned_at__isnull=True).exists():
        return
    words = {"name": introducer.first_name, "who": interview.contact.first_name}
    introducer.owner = interview.owner
    introducer.promises.make(
        what=_("Tell %(name)s what came of the talk with %(who)s") % words, kind=CHECK_IN, interview=interview, now=now
    )


def thanks_of(interview: Interview) -> Any:
    """The promise to thank for this talk, open or closed; None when there is none."""
    thanks = interview.promises.mine().filter(kind=THANK_YOU, contact=interview.contact, binned_at__isnull=True)
    return thanks.select_related("owner", "contact").order_by("pk").first()
