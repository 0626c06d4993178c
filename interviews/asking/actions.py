"""Asking for somebody's time by letter, and asking again: after three working days, a last time after seven, then no more."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from crm.actions import advance
from crm.models import Contact, Stage
from interviews.asking.steps import a_while_later, follow_up_day, next_step
from interviews.debriefing.named import keep_promise_to_write, reopen_promise_to_write
from interviews.models import Ask, AskVia
from interviews.planning import actions as planning
from interviews.planning.telling import address_of, mail_contact, may_have_arrived
from outbox.models import OutgoingMailQuerySet

ASK = "ask"


@dataclass(frozen=True)
class Letter:
    subject: str
    body: str
    minutes: int
    via: str


@transaction.atomic
def ask(*, owner: User, contact: Contact, letter: Letter, uid: uuid.UUID | None = None, now: datetime) -> Ask:
    """Keeps the letter with the day the next step is proposed on; sends it, when it is to be sent from here.
    IntegrityError when there is a letter of that `uid`."""
    owner.hold()
    step = next_step(contact, now)
    contact.asks.filter(closed_at__isnull=True).update(closed_at=now, follow_up_on=None)
    made: Ask = contact.asks.create(
        owner=owner,
        uid=uid or uuid.uuid4(),
        step=step,
        via=letter.via,
        subject=letter.subject,
        body=letter.body,
        minutes=letter.minutes,
        asked_at=now,
        follow_up_on=follow_up_day(owner, step, owner.today(now)),
    )
    if letter.via == AskVia.MAIL:
        _queue(made, address_of(contact), now)
    advance(contact=contact, to=Stage.ASKED, now=now)
    keep_promise_to_write(contact, now)
    return made


@transaction.atomic
def take_back(*, ask: Ask, now: datetime) -> bool:
    """Undoes `ask`. False, with nothing changed, when the mail has left."""
    mails = _mails(ask)
    mails.cancel(_("taken back before it left"), now)
    if any(may_have_arrived(mail) for mail in mails):
        return False
    contact, step = ask.contact, ask.step
    ask.delete()
    before = contact.asks.filter(closed_at=ask.asked_at).order_by("-pk").first()
    if before:
        before.closed_at, before.follow_up_on = None, contact.owner.today(now)
        before.save(update_fields=["closed_at", "follow_up_on"])
    elif step == 1:
        planning.step_back(contact, Stage.ASKED, now, is_told=False)
    reopen_promise_to_write(contact, ask.asked_at, now)
    return True


@transaction.atomic
def wait(*, ask: Ask, now: datetime) -> Ask:
    """Proposes the next letter some working days later."""
    owner = ask.owner
    ask.follow_up_on = a_while_later(owner, owner.today(now))
    ask.save(update_fields=["follow_up_on"])
    return ask


@transaction.atomic
def close(*, ask: Ask, now: datetime) -> Ask:
    """They answered, or I let it be: nothing more is proposed."""
    ask.closed_at, ask.follow_up_on = now, None
    ask.save(update_fields=["closed_at", "follow_up_on"])
    return ask


@transaction.atomic
def reopen(*, ask: Ask, now: datetime) -> Ask:
    """Undoes `close` and `wait`, unless another letter has been written since."""
    if not ask.contact.asks.filter(closed_at__isnull=True).exclude(pk=ask.pk).exists():
        ask.closed_at, ask.follow_up_on = None, ask.owner.today(now)
        ask.save(update_fields=["closed_at", "follow_up_on"])
        advance(contact=ask.contact, to=Stage.ASKED, by_hand=True, now=now)
    return ask


def _mails(ask: Ask) -> OutgoingMailQuerySet:
    return ask.owner.outgoingmails.filter(occurrence_key=f"{ASK}:{ask.uid}")


def _queue(ask: Ask, address: str, now: datetime) -> None:
    key, said = f"{ASK}:{ask.uid}", {"ask": str(ask.uid)}
    mail_contact(ask.owner, ask.contact, address, kind=ASK, key=key, summary=ask.subject, context=said, now=now)
