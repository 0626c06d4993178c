"""What happens to an interview: each verb changes the interview, the relationship and the mails in one commit."""

import uuid
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import User
from base.owned import Stale
from crm.actions import advance, change_stage, touch, untouch
from crm.models import Contact, Stage
from interviews.debriefing.actions import open_debrief, take_back_debrief
from interviews.models import Agreed, Interview, InterviewState, OfferState
from interviews.planning.invitations import Told, announce
from interviews.preparing import actions as preparing

CHANGED = (
    *("medium", "minutes", "local_date", "local_time", "time_zone", "starts_at", "where", "purpose"),
    *("state", "held_at", "sequence", "invited_email", "invited_sequence", "confirm_them"),
    *("attendee_status", "attendee_at", "attendee_starts_at"),
)


@transaction.atomic
def plan(
    *,
    owner: User,
    contact: Contact,
    medium: str,
    minutes: int,
    day: date,
    at: time,
    where: str,
    purpose: str,
    now: datetime,
    confirm_them: bool = False,
    zone: str = "",
    uid: uuid.UUID | None = None,
) -> Interview:
    """Sets a time in the owner's zone or the one named, and invites the contact by mail when there is an address.
    IntegrityError when there is a talk of that `uid`."""
    owner.hold()  # two talks for one time are set one after the other
    agreed = Agreed(medium, minutes, day, at, zone or owner.time_zone, where, purpose)
    interview = Interview(
        owner=owner, contact=contact, uid=uid or uuid.uuid4(), created_at=now, confirm_them=confirm_them
    )
    interview.agree(agreed)
    announce(interview, before=agreed, changed=True, now=now)
    advance(contact=contact, to=Stage.SCHEDULED, now=now)
    interview.save(force_insert=True)
    preparing.attach(interview)
    return interview


@transaction.atomic
def change(
    *,
    interview: Interview,
    medium: str,
    minutes: int,
    day: date,
    at: time,
    where: str,
    purpose: str,
    now: datetime,
    confirm_them: bool | None = None,
    zone: str = "",
    by_them: bool = False,
) -> Told:
    """Moves or otherwise changes a planned interview; the contact gets one mail with the last state. It was moved
    `by_them` when the contact chose another time, and their mail does not say that the owner did."""
    interview.owner.hold()
    _expect(interview, InterviewState.PLANNED)
    before = interview.agreed
    agreed = Agreed(medium, minutes, day, at, zone or interview.owner.time_zone, where, purpose)
    if confirm_them is not None and confirm_them != interview.confirm_them:
        interview.confirm_them = confirm_them
        _keep(interview)
    if agreed.starts_at == before.starts_at:  # the same instant seen from another zone is no change
        agreed = replace(agreed, day=before.day, at=before.at, zone=before.zone)
    if agreed == before:
        return Told()
    interview.agree(agreed)
    told = announce(interview, before=before, changed=True, by_them=by_them, now=now)
    _keep(interview)
    return told


@transaction.atomic
def invite(*, interview: Interview, now: datetime) -> Told:
    """Invites anew: the address came later, or the mail did not arrive."""
    _expect(interview, InterviewState.PLANNED)
    told = announce(interview, before=interview.agreed, changed=True, now=now)
    _keep(interview)
    return told


@transaction.atomic
def cancel(*, interview: Interview, now: datetime) -> Told:
    """Calls it off. An invitation that has not left never leaves; to one that may have arrived a CANCEL follows."""
    interview.lock_contacts()
    _expect(interview, InterviewState.PLANNED)
    told = _set_state(interview, InterviewState.CANCELLED, now)
    step_back(interview.contact, Stage.SCHEDULED, now)
    return told


@transaction.atomic
def uncancel(*, interview: Interview, now: datetime) -> Told:
    """Takes a cancellation back, also one of theirs: stops its mail, or invites anew when the contact has read it."""
    interview.owner.hold()
    interview.lock_contacts()
    _expect(interview, InterviewState.CANCELLED)
    declined = interview.owner.offers.filter(interview=interview, state=OfferState.DECLINED)
    declined.update(state=OfferState.ANSWERED, version=F("version") + 1)
    told = _set_state(interview, InterviewState.PLANNED, now)
    advance(contact=interview.contact, to=Stage.SCHEDULED, now=now)
    return told


@transaction.atomic
def hold(*, interview: Interview, now: datetime) -> Interview:
    """They talked: the contact is met, and the rhythm starts from the day of the talk."""
    interview.lock_contacts()
    _expect(interview, InterviewState.PLANNED)
    interview.held_at = now
    _keep(interview, state=InterviewState.HELD)
    owner = interview.owner
    advance(contact=interview.contact, to=Stage.MET, now=now)
    touch(contact=interview.contact, on=min(owner.today(interview.starts_at), owner.today(now)), now=now)
    open_debrief(interview=interview, now=now)
    return interview


@transaction.atomic
def no_show(*, interview: Interview, now: datetime) -> Interview:
    """It was planned and did not take place; nobody is told."""
    interview.lock_contacts()
    _expect(interview, InterviewState.PLANNED)
    _keep(interview, state=InterviewState.NO_SHOW)
    step_back(interview.contact, Stage.SCHEDULED, now)
    return interview


@transaction.atomic
def unhold(*, interview: Interview, now: datetime) -> Interview:
    """Planned again, after `hold` or `no_show`."""
    interview.lock_contacts()
    _expect(interview, InterviewState.HELD, InterviewState.NO_SHOW)
    held_at, interview.held_at = interview.held_at, None
    _keep(interview, state=InterviewState.PLANNED)
    contact = interview.contact
    if held_at:
        take_back_debrief(interview=interview, held_at=held_at)
        last = contact.touches.order_by("-created_at", "-pk").first()
        if last and last.created_at == held_at:  # ours; a later one stands for itself
            untouch(contact=contact, now=now)
        step_back(contact, Stage.MET, now)
    advance(contact=contact, to=Stage.SCHEDULED, now=now)
    return interview


def _expect(interview: Interview, *states: str) -> None:
    if interview.state not in states:
        raise Stale(interview)


def _set_state(interview: Interview, state: str, now: datetime) -> Told:
    interview.state = state
    told = announce(interview, before=interview.agreed, changed=False, now=now)
    _keep(interview)
    return told


def _keep(interview: Interview, **fields: Any) -> None:
    """Writes what the row says now, unless it has moved on since it was read; then nothing of the transaction stays."""
    said = {name: getattr(interview, name) for name in CHANGED}
    interview.change(interview.version, **{**said, **fields})


def step_back(contact: Contact, stage: str, now: datetime) -> None:
    """What brought the contact to this stage is undone: back to where it stood, unless another interview is planned."""
    if contact.stage != stage or (stage == Stage.SCHEDULED and contact.interviews.planned().exists()):
        return
    came = contact.stage_changes.filter(after=stage).order_by("-at", "-pk").first()
    if came and came.before not in (Stage.CONTINUE, Stage.DROP):
        change_stage(contact=contact, to=came.before, now=now)
