"""Asking for somebody's time by letter, and asking again: after three working days, a last time after seven, then no more."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from base.owned import Stale
from crm.actions import advance
from crm.models import Contact, Stage
from interviews.asking.steps import a_while_later, follow_up_day, next_step
from interviews.debriefing.named import keep_promise_to_write, reopen_promise_to_write
from interviews.models import Ask, AskVia
from interviews.planning import actions as planning
from interviews.planning.contact_mail import address_of, mail_contact, may_have_arrived
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
    contact.asks.filter(closed_at__isnull=True).update(closed_at=now, follow_up_on=None, version=F("version") + 1)
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
    _change_open(ask)
    ask.delete()
    before = contact.asks.filter(closed_at=ask.asked_at).order_by("-pk").first()
    if before:
        before.change(before.version, closed_at=None, follow_up_on=contact.owner.today(now))
    elif step == 1:
        planning.step_back(contact, Stage.ASKED, now, is_told=False)
    reopen_promise_to_write(contact, ask.asked_at, now)
    return True


def wait(*, ask: Ask, now: datetime) -> None:
    """Proposes the next letter some working days later."""
    owner = ask.owner
    _change_open(ask, follow_up_on=a_while_later(owner, owner.today(now)))


def close(*, ask: Ask, now: datetime) -> None:
    """They answered, or I let it be: nothing more is proposed."""
    _change_open(ask, closed_at=now, follow_up_on=None)


@transaction.atomic
def reopen(*, ask: Ask, now: datetime) -> None:
    """Undoes `close` and `wait`, unless another letter has been written since."""
    owner = ask.owner
    owner.hold()  # so that no other letter is opened meanwhile
    if ask.contact.asks.filter(closed_at__isnull=True).exclude(pk=ask.pk).exists():
        raise Stale(ask)
    ask.change(ask.version, closed_at=None, follow_up_on=owner.today(now))
    advance(contact=ask.contact, to=Stage.ASKED, by_hand=True, now=now)


def _change_open(ask: Ask, **fields: Any) -> None:
    """Stale when they answered, or another letter has followed it."""
    if ask.closed_at:
        raise Stale(ask)
    ask.change(ask.version, **fields)


def _mails(ask: Ask) -> OutgoingMailQuerySet:
    return ask.owner.outgoingmails.filter(occurrence_key=f"{ASK}:{ask.uid}")


def _queue(ask: Ask, address: str, now: datetime) -> None:
    key, said = f"{ASK}:{ask.uid}", {"ask": str(ask.uid)}
    mail_contact(ask.owner, ask.contact, address, kind=ASK, key=key, summary=ask.subject, context=said, now=now)
