"""The contact's answer to an invitation: by their calendar's file, or by the links in the mail."""

from datetime import datetime
from typing import Any

from django.db import transaction

from base.owned import Stale
from base.text import clean_line
from base.zones import load_zone
from interviews.models import AttendeeStatus, Interview
from interviews.planning import actions as planning
from interviews.planning.actions import Told
from interviews.replying.calendar_replies import Reply
from outbox.tasks import wake

REPLIED = "replied"


@transaction.atomic
def apply(*, interview: Interview, reply: Reply, now: datetime) -> Interview:
    """Saves what their calendar answered. The talk itself stays as it is: the owner decides about that."""
    _keep_answer(
        interview, reply.status, min(reply.stamp, now), reply.starts_at
    )  # a clock ahead of ours silences nobody
    return interview


@transaction.atomic
def answer(*, interview: Interview, accepts: bool, now: datetime) -> bool:
    """By the link in the mail; the owner hears of it at once. False when it had been said before."""
    status = AttendeeStatus.ACCEPTED if accepts else AttendeeStatus.DECLINED
    if interview.attendee_status == status:
        return False
    _keep_answer(interview, status, now)
    owner = interview.owner
    owner.outgoingmails.queue(
        kind=REPLIED,
        key=f"{REPLIED}:{interview.uid}:{interview.version}:{status}",
        recipient=owner.email,
        now=now,
        owner_id=owner.pk,
        context={"interview": str(interview.uid), "what": str(status)},
        summary=clean_line(interview.contact.first_name),
    )
    wake()
    return True


@transaction.atomic
def take_their_time(*, interview: Interview, now: datetime) -> Told:
    """The owner moves the talk to where their calendar proposed; the contact gets the changed invitation."""
    at = interview.attendee_starts_at
    if at is None or not interview.may_move_to_theirs(now):
        raise Stale(interview)
    local = at.astimezone(interview.owner.zone)
    zone = "UTC" if local.fold else interview.owner.time_zone
    local = at.astimezone(load_zone(zone))
    same: dict[str, Any] = {name: getattr(interview, name) for name in ("medium", "minutes", "where", "purpose")}
    interview.forget_answer()
    return planning.change(
        interview=interview,
        day=local.date(),
        at=local.time().replace(second=0, microsecond=0),
        zone=zone,
        now=now,
        **same,
    )


def _keep_answer(interview: Interview, status: str, at: datetime, starts_at: datetime | None = None) -> None:
    if not interview.is_planned:
        raise Stale(interview)
    interview.change(interview.version, attendee_status=status, attendee_at=at, attendee_starts_at=starts_at)
