"""What happens to an interview: each verb changes the interview, the relationship and the mails in one commit."""

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import F, Field

from accounts.models import User
from base.owned import Stale
from crm.actions import FORWARD, advance, change_stage, touch, untouch
from crm.models import Contact, Stage
from interviews.debriefing.actions import open_debrief, take_back_debrief
from interviews.models import ANSWER, Agreed, Interview, InterviewState, OfferState
from interviews.planning.contact_mail import Told, announce, current_key, may_have_arrived, take_back

CHANGED = (
    *("medium", "minutes", "local_date", "local_time", "time_zone", "starts_at", "where", "purpose"),
    *("moved_at", "moved_from", "state", "held_at", "sequence", "invited_email", "invited_sequence", "confirm_them"),
    *ANSWER,
    "answer_before",
)
FORGOTTEN = ("moved_at", "moved_from", *ANSWER)  # of the time before, when a talk moves


@transaction.atomic
def plan(
    *,
    owner: User,
    contact: Contact,
    agreed: Agreed,
    now: datetime,
    confirm_them: bool = False,
    uid: uuid.UUID | None = None,
) -> Interview:
    """Sets a time, and invites the contact by mail when there is an address. IntegrityError when there is a talk of that `uid`."""
    owner.hold()  # two talks for one time are set one after the other
    interview = Interview(
        owner=owner, contact=contact, uid=uid or uuid.uuid4(), created_at=now, confirm_them=confirm_them
    )
    interview.agree(agreed)
    announce(interview, before=agreed, changed=True, now=now)
    advance(contact=contact, to=Stage.SCHEDULED, now=now)
    interview.save(force_insert=True)
    contact.preparations.take_along(interview)
    return interview


@transaction.atomic
def change(
    *,
    interview: Interview,
    agreed: Agreed,
    now: datetime,
    confirm_them: bool | None = None,
    by_them: bool = False,
) -> Told:
    """Moves or otherwise changes a planned interview; the contact gets one mail with the last state. It was moved
    `by_them` when the contact chose another time, and their mail does not say that the owner did."""
    interview.owner.hold()
    _expect(interview, InterviewState.PLANNED)
    before = interview.agreed
    if confirm_them is not None and confirm_them != interview.confirm_them:
        interview.confirm_them = confirm_them
        _keep(interview)
    if agreed.starts_at == before.starts_at:  # the same instant seen from another zone is no change
        agreed = replace(agreed, day=before.day, at=before.at, zone=before.zone)
    if agreed == before:
        return Told()
    interview.agree(agreed)
    if interview.starts_at != before.starts_at:
        interview.moved_from, interview.moved_at = before.starts_at, now
        interview.forget_answer()  # it was about another time
    told = announce(interview, before=before, changed=True, by_them=by_them, now=now)
    _keep(interview)
    return told


def memory_of(interview: Interview) -> dict[str, Any]:
    """What `restore` needs, to be kept before a change."""
    stood = {name: getattr(interview, name) for name in FORGOTTEN}
    return {
        "agreed": interview.agreed.as_json(),
        "invited": [interview.invited_email, interview.invited_sequence],
        "stood": {name: at.isoformat() if isinstance(at, datetime) else at for name, at in stood.items()},
    }


@transaction.atomic
def restore(*, interview: Interview, memory: dict[str, Any], now: datetime) -> None:
    """Undoes a change while its mail has not left; the invitation before it stands again, and what they answered to it. Raises
    Stale once it has."""
    _expect(interview, InterviewState.PLANNED)
    _expect_unsent(interview, now)
    interview.agree(Agreed.from_json(memory["agreed"]))
    interview.invited_email, interview.invited_sequence = memory["invited"]
    for name, value in memory.get("stood", {}).items():
        setattr(interview, name, cast("Field[Any, Any]", interview._meta.get_field(name)).to_python(value))
    _keep(interview)


@transaction.atomic
def unplan(*, interview: Interview, now: datetime) -> None:
    """Undoes `plan` while its mail has not left: nobody ever hears of it. What was prepared waits for the next talk."""
    interview.lock_contacts()
    _expect(interview, InterviewState.PLANNED)
    _expect_unsent(interview, now)
    interview.contact.preparations.filter(interview=interview).update(interview=None)
    interview.change(interview.version, binned_at=now, state=InterviewState.CANCELLED)
    step_back(interview.contact, Stage.SCHEDULED, now, is_told=False)


def _expect_unsent(interview: Interview, now: datetime) -> None:
    """Takes the invitation back, or raises Stale when it may have arrived."""
    mails = take_back(interview, now) if interview.invited_email else []
    if any(may_have_arrived(mail) for mail in mails if mail.occurrence_key == current_key(interview)):
        raise Stale(interview)


@transaction.atomic
def keep_local_time(*, interview: Interview, now: datetime) -> bool:
    """A zone's rules have changed: the talk stays at its local time, and a contact who was invited gets one mail that says
    so. False when there was nothing to do."""
    interview.owner.hold()
    _expect(interview, InterviewState.PLANNED)
    before = interview.agreed
    if before.starts_at == interview.starts_at:
        return False
    interview.agree(before)
    if interview.invited_email:
        announce(interview, before=before, changed=True, by_rules=True, now=now)
    _keep(interview)
    return True


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
    advance(contact=interview.contact, to=Stage.SCHEDULED, by_hand=True, now=now)
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
    if interview.is_logged:  # it was never planned: interviews.past_talks takes it back
        raise Stale(interview)
    take_back_holding(interview, now)
    advance(contact=interview.contact, to=Stage.SCHEDULED, by_hand=True, now=now)
    return interview


def take_back_holding(interview: Interview, now: datetime) -> None:
    """Undoes what `hold` did to the interview, its debrief and the contact, in the caller's transaction."""
    held_at, interview.held_at = interview.held_at, None
    _keep(interview, state=InterviewState.PLANNED)
    contact = interview.contact
    if held_at:
        take_back_debrief(interview=interview, held_at=held_at, now=now)
        last = contact.touches.order_by("-created_at", "-pk").first()
        if last and last.created_at == held_at:  # ours; a later one stands for itself
            untouch(contact=contact, now=now)
        step_back(contact, Stage.MET, now)


def _expect(interview: Interview, *states: str) -> None:
    if interview.state not in states:
        raise Stale(interview)


def _set_state(interview: Interview, state: str, now: datetime) -> Told:
    interview.state = state
    told = announce(interview, before=interview.agreed, changed=False, now=now)
    _keep(interview)
    return told


def _keep(interview: Interview, **fields: Any) -> None:
    """Saves the interview; raises Stale when its version has changed since it was read, which rolls the transaction back."""
    said = {name: getattr(interview, name) for name in CHANGED}
    interview.change(interview.version, **{**said, **fields})


def step_back(contact: Contact, stage: str, now: datetime, *, is_told: bool = True) -> None:
    """Sets the contact back to the stage before this one, unless something else stands for it. The story does not tell of it where
    nothing is left that put the contact there."""
    if contact.stage != stage or _stands_for(contact, stage, now):
        return
    earlier = FORWARD[: FORWARD.index(Stage(stage))]
    came = contact.stage_changes.filter(after=stage, before__in=earlier).order_by("-at", "-pk").first()
    if came:
        change_stage(contact=contact, to=came.before, by_hand=is_told, now=now)
        if came.before == Stage.SCHEDULED:
            step_back(contact, Stage.SCHEDULED, now, is_told=is_told)


def _stands_for(contact: Contact, stage: str, now: datetime) -> bool:
    """Whether there is a talk, a letter or an offer that puts the contact on this stage."""
    if stage == Stage.ASKED:
        return contact.asks.filter(closed_at__isnull=True).exists() or contact.offers.awaiting_answer(now).exists()
    talks = contact.interviews.alive()
    state = InterviewState.HELD if stage == Stage.MET else InterviewState.PLANNED
    return bool(talks.filter(state=state).exists())
