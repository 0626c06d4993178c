"""The contact's answer to an invitation: by their calendar's file, or by the links in the mail."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from base.owned import Stale
from base.text import clean_line
from interviews.models import Agreed, AttendeeStatus, Interview, NewsKind
from interviews.news.actions import report
from interviews.planning import actions as planning
from interviews.planning.contact_mail import Told, address_of, mail_contact, may_have_arrived
from interviews.replying.calendar_replies import Reply
from outbox.waking import wake

REPLIED, NOT_THEN = "replied", "not-then"
# the rest waits for an answer
NEWS: dict[str, NewsKind] = {AttendeeStatus.ACCEPTED: NewsKind.YES, AttendeeStatus.TENTATIVE: NewsKind.PERHAPS}
EARLIEST_ANSWER = datetime.min.replace(tzinfo=UTC)
MOMENTS = ("attendee_at", "attendee_starts_at", "attendee_refused_at")
NO_ANSWER: dict[str, Any] = {
    **dict.fromkeys(("attendee_starts_at", "attendee_minutes", "attendee_refused_at")),
    "attendee_comment": "",
}


@dataclass(frozen=True)
class Said:
    """What the contact answers by a link in the mail."""

    status: str
    words: str = ""
    starts_at: datetime | None = None  # of another time they propose


@transaction.atomic
def apply(*, interview: Interview, reply: Reply, now: datetime) -> Interview:
    """Keeps what their calendar answered, and the address it came from. The talk itself stays as it is: the owner decides."""
    interview.lock_contacts()
    stood_at = interview.attendee_at or EARLIEST_ANSWER
    fields = {
        "attendee_status": reply.status,
        "attendee_at": max(min(reply.stamp, now), stood_at),  # a clock ahead of ours silences nobody
        "attendee_starts_at": reply.starts_at,
        "attendee_minutes": reply.minutes,
        "attendee_comment": reply.comment,
    }
    _keep_answer(interview, fields, new_address=_keep_address(interview, reply.address), now=now)
    return interview


@transaction.atomic
def record(*, interview: Interview, status: str, now: datetime) -> Interview:
    """What they answered by another way, as the owner heard it."""
    interview.lock_contacts()
    _keep_answer(interview, {"attendee_status": status, "attendee_at": now}, now=now)
    return interview


@transaction.atomic
def take_back(*, interview: Interview, now: datetime) -> Interview:
    """Undoes `apply` and `record`: what was answered before counts again."""
    interview.lock_contacts()
    before = interview.answer_before
    if before is None or "agreed" in before or not interview.is_planned:
        raise Stale(interview)
    if address := before.pop("new_address", ""):
        interview.contact.other_emails.filter(address=address).delete()
        interview.contact.refresh_search_text()
    interview.change(interview.version, **_from_json(before), answer_before=None)
    return interview


@transaction.atomic
def answer(*, interview: Interview, said: Said, now: datetime) -> bool:
    """By the link in the mail; the owner hears of it at once. False when it had been said before."""
    interview.lock_contacts()
    fields = {
        "attendee_status": said.status,
        "attendee_starts_at": said.starts_at,
        "attendee_comment": said.words or interview.attendee_comment,
    }
    if all(getattr(interview, name) == value for name, value in fields.items()):
        return False
    _keep_answer(interview, {**fields, "attendee_at": now}, now=now)
    if said.status in NEWS:
        report(contact=interview.contact, kind=NEWS[said.status], talk=interview, words=said.words, now=now)
    owner = interview.owner
    owner.outgoingmails.queue(
        kind=REPLIED,
        key=f"{REPLIED}:{interview.uid}:{interview.version}:{said.status}",
        recipient=owner.email,
        now=now,
        owner_id=owner.pk,
        context={"interview": str(interview.uid), "what": str(said.status)},
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
    said = {name: getattr(interview, name) for name in ("medium", "where", "purpose")}
    said["minutes"] = interview.attendee_minutes or interview.minutes
    agreed = Agreed.from_instant(at, interview.owner.time_zone, **said)
    memory = planning.memory_of(interview)
    interview.forget_answer()
    told = planning.change(interview=interview, agreed=agreed, now=now)
    interview.change(interview.version, answer_before=memory)
    return told


@transaction.atomic
def untake_their_time(*, interview: Interview, now: datetime) -> None:
    """Undoes `take_their_time` while its mail has not left: the talk and their proposal are as before."""
    interview.owner.hold()
    memory = interview.answer_before
    if memory is None or "agreed" not in memory:
        raise Stale(interview)
    planning.restore(interview=interview, memory=memory, now=now)
    interview.change(interview.version, answer_before=None)


@transaction.atomic
def refuse_their_time(*, interview: Interview, now: datetime) -> bool:
    """It does not suit the owner; the talk stands as it was. True when the contact hears it by mail."""
    if not interview.may_move_to_theirs(now):
        raise Stale(interview)
    interview.change(interview.version, attendee_refused_at=now)
    address = interview.invited_email or address_of(interview.contact)
    if address:
        mail_contact(
            interview.owner,
            interview.contact,
            address,
            kind=NOT_THEN,
            key=f"{_refusals_of(interview)}{interview.version}",
            summary=_("Not then: %(said)s") % {"said": interview.agreed.said},
            context={"interview": str(interview.uid), "sequence": interview.invited_sequence},
            now=now,
        )
    return bool(address)


@transaction.atomic
def reconsider_their_time(*, interview: Interview, now: datetime) -> bool:
    """Undoes `refuse_their_time`. True when the contact heard nothing of it."""
    if interview.attendee_refused_at is None:
        raise Stale(interview)
    interview.change(interview.version, attendee_refused_at=None)
    mails = interview.owner.outgoingmails.filter(occurrence_key__startswith=_refusals_of(interview))
    mails.cancel(_("taken back before it left"), now)
    return not any(may_have_arrived(mail) for mail in mails)


def _refusals_of(interview: Interview) -> str:
    """How the keys begin of the mails that refuse the time they propose now."""
    return f"{NOT_THEN}:{interview.uid}:{interview.attendee_starts_at:%Y%m%dT%H%MZ}:"


def _keep_answer(interview: Interview, fields: dict[str, Any], *, new_address: str = "", now: datetime) -> None:
    """Writes the answer, with what stood before it; their words are kept on the contact too, as a new invitation forgets them."""
    if not interview.is_planned:
        raise Stale(interview)
    before = _as_json(interview.answer)
    words = fields.get("attendee_comment", "")
    if words and words != interview.attendee_comment:
        said = {"name": interview.contact.first_name, "words": words}
        body = _("%(name)s, with the answer to your invitation: “%(words)s”") % said
        interview.contact.notes.create(owner_id=interview.owner_id, uid=uuid.uuid4(), body=body, created_at=now)
        interview.contact.refresh_search_text()
    interview.change(interview.version, **{**NO_ANSWER, **fields}, answer_before={**before, "new_address": new_address})


def _as_json(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in answer.items()}


def _from_json(answer: dict[str, Any]) -> dict[str, Any]:
    moments = {name: datetime.fromisoformat(answer[name]) for name in MOMENTS if answer[name]}
    return {**answer, **moments}


def _keep_address(interview: Interview, address: str) -> str:
    """Keeps another address the contact answers from; empty when there is none, or it is kept already."""
    if not address:
        return ""
    contact = interview.contact
    _row, is_new = contact.other_emails.get_or_create(address=address, defaults={"owner_id": interview.owner_id})
    contact.refresh_search_text()
    return address if is_new else ""
