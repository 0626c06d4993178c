"""Times offered, and what becomes of them by an answer. Every verb locks the owner's row first, so that a time is taken once."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from base.owned import Stale
from base.private_links import hash_of
from base.zones import load_zone
from crm.actions import advance
from crm.models import Contact, Stage
from interviews.asking.steps import a_while_later, next_step
from interviews.debriefing.named import keep_promise_to_write, reopen_promise_to_write
from interviews.models import Agreed, Counter, Interview, Medium, Offer, OfferSlot, OfferState
from interviews.offering.guest_answers import WORD, Answer, keep_words, learn_from, tell_owner
from interviews.offering.silence import next_days
from interviews.planning import actions as planning
from interviews.planning.contact_mail import address_of, mail_contact, may_have_arrived

OFFER, REFUSAL = "offer", "refusal"


class ClosedError(Exception):
    """The offer is no longer one that can be answered."""


class AlreadySetError(Exception):
    """A time is set; another one is chosen by moving the talk."""


class TakenError(Exception):
    """Somebody was faster, or the owner is busy by now."""


class PassedError(Exception):
    """The time that was proposed has passed meanwhile."""


@dataclass(frozen=True)
class Terms:
    """What is offered, as the form read it."""

    minutes: int
    media: list[str]
    times: list[datetime]
    about: str = ""
    message: str = ""
    chase: bool = False
    confirm_them: bool = False


@transaction.atomic
def offer(*, owner: User, contact: Contact, terms: Terms, uid: uuid.UUID | None = None, now: datetime) -> Offer:
    """Holds the times out to the contact: by mail where there is an address, else by the link alone.
    IntegrityError when there is an offer of that `uid`."""
    made = Offer(owner=owner, contact=contact, created_at=now, minutes=terms.minutes, media=list(terms.media))
    made.uid = uid or made.uid
    made.about, made.message, made.confirm_them = terms.about, terms.message, terms.confirm_them
    made.expires_at = max(terms.times)
    made.secret_hash = hash_of(made.new_secret())
    address = address_of(contact)
    made.chase, made.step = terms.chase and bool(address), next_step(contact, now)
    made.chase_on, made.follow_up_on = next_days(made, owner.today(now))
    made.save(force_insert=True)
    owner.offerslots.bulk_create([_slot(made, at) for at in sorted(set(terms.times))])
    if address:
        _queue(made, OFFER, f"{OFFER}:{made.uid}", address, now)
    advance(contact=contact, to=Stage.ASKED, now=now)
    keep_promise_to_write(contact, now)
    return made


@transaction.atomic
def withdraw(*, offer: Offer, now: datetime) -> bool:
    """Takes the offer back; its mail too, when it has not left. True when the contact never got it."""
    _hold(offer)
    if not offer.is_open:
        raise Stale(offer)
    mails = offer.owner.outgoingmails.filter(occurrence_key__startswith=f"{OFFER}:{offer.uid}")
    mails.cancel(_("taken back before it left"), now)
    sent = any(may_have_arrived(mail) for mail in mails)
    _set(offer, OfferState.WITHDRAWN, chase_on=None)
    if not sent and address_of(offer.contact):
        if offer.step == 1:
            planning.step_back(offer.contact, Stage.ASKED, now, is_told=False)
        reopen_promise_to_write(offer.contact, offer.created_at, now)
    return not sent


@transaction.atomic
def offer_again(*, offer: Offer, now: datetime) -> bool:
    """Undoes `withdraw`, while there is a time to come. True when the contact gets the mail anew, as the first had not left."""
    _hold(offer)
    if offer.state != OfferState.WITHDRAWN or offer.expires_at <= now or offer.contact.is_dropped:
        raise Stale(offer)
    owner, address = offer.owner, address_of(offer.contact)
    waits = offer.counters.filter(decided_at__isnull=True).exists()
    chase_on, follow_up_on = (None, None) if waits else next_days(offer, owner.today(now))
    state = OfferState.COUNTERED if waits else OfferState.OPEN
    _set(offer, state, chase_on=chase_on, follow_up_on=follow_up_on)
    mails = owner.outgoingmails.filter(occurrence_key__startswith=f"{OFFER}:{offer.uid}")
    is_mailed = bool(address) and not any(may_have_arrived(mail) for mail in mails)
    if is_mailed:
        _queue(offer, OFFER, f"{OFFER}:{offer.uid}:again:{offer.version}", address, now)
    advance(contact=offer.contact, to=Stage.ASKED, now=now)
    keep_promise_to_write(offer.contact, now)
    return is_mailed


@transaction.atomic
def choose(*, offer: Offer, answer: Answer, moving: bool = False, now: datetime) -> Interview:
    """The contact takes one of the times: the talk is planned, or moved there when one is set already."""
    _hold(offer)
    interview = _planned(offer)
    is_same_time = interview is not None and interview.starts_at == answer.starts_at
    if interview and is_same_time and _says_nothing_new(offer, interview, answer):
        return interview  # pressed twice
    if interview and not moving:
        raise AlreadySetError
    if not offer.takes_answers(now):
        raise ClosedError
    _take_slot(offer, answer.starts_at, interview, now)
    return _set_talk(offer, interview, answer, "moved" if interview and not is_same_time else "chosen", now)


@transaction.atomic
def propose(*, offer: Offer, answer: Answer, now: datetime) -> Counter:
    """None of the times suits: the contact proposes another. A talk that is set stands until the owner says otherwise."""
    _hold(offer)
    zone = answer.zone or offer.owner.time_zone
    if said := _said_before(offer, replace(answer, zone=zone)):
        return said
    if not offer.takes_answers(now):
        raise ClosedError
    local = answer.starts_at.astimezone(load_zone(zone))
    offer.counters.filter(decided_at__isnull=True).update(decided_at=now)
    made = offer.counters.create(
        owner_id=offer.owner_id,
        local_date=local.date(),
        local_time=local.time(),
        time_zone=zone,
        starts_at=answer.starts_at,
        medium=answer.medium,
        where=answer.where,
        note=answer.note,
        created_at=now,
    )
    learn_from(answer, offer.contact)
    keep_words(offer, answer.note, now)
    _set(offer, OfferState.COUNTERED, chase_on=None, time_zone=zone)
    tell_owner(offer, "proposed", answer, now)
    return made


@transaction.atomic
def accept(*, counter: Counter, now: datetime) -> Interview:
    """The owner takes the time the contact proposed; the invitation is the answer."""
    offer = counter.offer
    _expect_waiting(counter)
    if counter.starts_at <= now:
        raise PassedError
    talk = _planned(offer)
    counter.decided_at, counter.accepted = now, True
    counter.replaced = planning.memory_of(talk) if talk else None
    counter.save(update_fields=["decided_at", "accepted", "replaced"])
    answer = Answer(counter.starts_at, counter.medium, counter.where, zone=counter.time_zone)
    offer.slots.filter(taken_at__isnull=False).update(taken_at=None)
    return _set_talk(offer, talk, answer, "", now)


@transaction.atomic
def unaccept(*, counter: Counter, now: datetime) -> None:
    """Undoes `accept` while its mail has not left: the talk is as it was before, or is none."""
    offer = counter.offer
    _hold(offer)
    counter.refresh_from_db(fields=["decided_at", "accepted", "replaced"])
    talk = _planned(offer)
    if (
        not counter.accepted
        or talk is None
        or talk.starts_at != counter.starts_at
        or offer.state != OfferState.ANSWERED
    ):
        raise Stale(offer)
    if counter.replaced:
        planning.restore(interview=talk, memory=counter.replaced, now=now)
    else:
        planning.unplan(interview=talk, now=now)
    counter.decided_at, counter.accepted, counter.replaced = None, False, None
    counter.save(update_fields=["decided_at", "accepted", "replaced"])
    taken = offer.slots.filter(starts_at=talk.starts_at) if talk.is_planned and not talk.binned_at else None
    if taken is not None:
        taken.update(taken_at=now)
    _set(offer, OfferState.COUNTERED, interview=None if talk.binned_at else talk)


@transaction.atomic
def refuse(*, counter: Counter, now: datetime) -> bool:
    """That does not suit the owner either; the offered times still stand. True when the contact hears it by mail."""
    offer = counter.offer
    _expect_waiting(counter)
    counter.decided_at = now
    counter.save(update_fields=["decided_at"])
    if _planned(offer):
        _set(offer, OfferState.ANSWERED)
    else:
        _set(offer, OfferState.OPEN, follow_up_on=a_while_later(offer.owner, offer.owner.today(now)))
    address = address_of(offer.contact)
    if address:
        _queue(offer, REFUSAL, f"{_refusals_of(counter)}{offer.version}", address, now, counter=counter.pk)
    return bool(address)


@transaction.atomic
def reconsider(*, counter: Counter, now: datetime) -> bool:
    """Undoes `refuse`, unless they have answered since. True when the contact heard nothing of it."""
    offer = counter.offer
    _hold(offer)
    counter.refresh_from_db(fields=["decided_at", "accepted"])
    if not counter.stands_refused or not offer.takes_answers(now):
        raise Stale(offer)
    mails = offer.owner.outgoingmails.filter(occurrence_key__startswith=_refusals_of(counter))
    mails.cancel(_("taken back before it left"), now)
    counter.decided_at = None
    counter.save(update_fields=["decided_at"])
    _set(offer, OfferState.COUNTERED)
    return not any(may_have_arrived(mail) for mail in mails)


@transaction.atomic
def say(*, offer: Offer, words: str, now: datetime) -> None:
    """A word to the owner once the talk is set, changeable until it is over; the owner is told once a day at most."""
    _hold(offer)
    interview = _planned(offer)
    if interview is None or interview.ends_at <= now:
        raise ClosedError
    if words == offer.word:
        return  # pressed twice
    keep_words(offer, words, now)
    offer.word = words
    offer.save(update_fields=["word"])
    answer = Answer(interview.starts_at, interview.medium, note=words)
    tell_owner(offer, WORD, answer, now, once=f"{WORD}:{offer.owner.today(now)}")


@transaction.atomic
def decline(*, offer: Offer, note: str, now: datetime) -> None:
    """ "Not now": before a time was set, or of the talk that was."""
    _hold(offer)
    if offer.state == OfferState.DECLINED:
        return
    interview = _planned(offer)
    if not interview and not offer.is_open:
        raise ClosedError
    answer = Answer(interview.starts_at if interview else offer.expires_at, Medium.PHONE, note=note)
    offer.slots.filter(taken_at__isnull=False).update(taken_at=None)
    keep_words(offer, note, now)
    _set(offer, OfferState.DECLINED, chase_on=None, answered_at=now)
    if interview:
        planning.cancel(interview=interview, now=now)
    tell_owner(offer, "cancelled" if interview else "declined", answer, now)


def _hold(offer: Offer) -> None:
    """Locks the owner and reads the offer anew: what is decided about the times of one owner is decided in turn."""
    offer.owner.hold()
    offer.refresh_from_db(from_queryset=offer.owner.offers.select_related("interview", "contact", "owner"))
    offer.contact.owner = offer.owner
    if offer.interview:
        offer.interview.owner, offer.interview.contact = offer.owner, offer.contact


def _expect_waiting(counter: Counter) -> None:
    """Raises Stale unless the proposal still waits for the owner."""
    offer = counter.offer
    _hold(offer)
    counter.refresh_from_db(fields=["decided_at", "accepted"])
    if offer.state != OfferState.COUNTERED or counter.decided_at or offer.contact.is_dropped:
        raise Stale(offer)


def _planned(offer: Offer) -> Interview | None:
    interview = offer.interview
    return interview if interview and interview.is_planned else None


def _says_nothing_new(offer: Offer, interview: Interview, answer: Answer) -> bool:
    """Whether the answer changes nothing but the time; a number or a word left empty changes nothing."""
    is_known = answer.where in ("", interview.where) and answer.note in ("", offer.word)
    return answer.medium == interview.medium and is_known


def _said_before(offer: Offer, answer: Answer) -> Counter | None:
    """The same sent twice, while it waits for the owner or is the talk by now: a double tap, the back button."""
    last = offer.counters.order_by("-pk").first()
    if last is None or Answer(last.starts_at, last.medium, last.where, last.note, last.time_zone) != answer:
        return None
    talk = _planned(offer)
    waits = offer.state == OfferState.COUNTERED and not last.decided_at
    stands = last.accepted and talk and talk.starts_at == last.starts_at
    return last if waits or stands else None


def _take_slot(offer: Offer, starts_at: datetime, but: Interview | None, now: datetime) -> None:
    owner = offer.owner
    ends_at = starts_at + timedelta(minutes=but.minutes if but else offer.minutes)
    if starts_at <= now or owner.interviews.overlapping(starts_at, ends_at, but=but):
        raise TakenError
    # whoever held this time has let it go, or there would be a talk
    owner.offerslots.filter(starts_at=starts_at, taken_at__isnull=False).update(taken_at=None)
    offer.slots.filter(taken_at__isnull=False).update(taken_at=None)
    if not offer.slots.filter(starts_at=starts_at, taken_at__isnull=True).update(taken_at=now):
        raise TakenError


def _set_talk(offer: Offer, interview: Interview | None, answer: Answer, what: str, now: datetime) -> Interview:
    owner, contact = offer.owner, offer.contact
    learn_from(answer, contact)
    agreed = _agreed(offer, answer, interview)
    if interview:
        planning.change(interview=interview, agreed=agreed, now=now, by_them=True)
    else:
        interview = planning.plan(owner=owner, contact=contact, agreed=agreed, now=now, confirm_them=offer.confirm_them)
    offer.interview = interview
    offer.counters.filter(decided_at__isnull=True).update(decided_at=now)
    keep_words(offer, answer.note, now)
    said = {"word": answer.note} if answer.note else {}
    said |= {"time_zone": answer.zone} if answer.zone else {}
    _set(offer, OfferState.ANSWERED, chase_on=None, answered_at=now, interview=interview, **said)
    if what:
        tell_owner(offer, what, answer, now)
    return interview


def _agreed(offer: Offer, answer: Answer, talk: Interview | None) -> Agreed:
    """A talk that moves keeps its length, and its number, link or place while it is by the same way."""
    stands = talk.where if talk and talk.medium == answer.medium else ""
    where = answer.where or stands or (offer.contact.phone if answer.medium == Medium.PHONE else "")
    minutes = talk.minutes if talk else offer.minutes
    purpose = talk.purpose if talk else offer.about
    said = {"medium": answer.medium, "minutes": minutes, "where": where, "purpose": purpose}
    return Agreed.from_instant(answer.starts_at, offer.owner.time_zone, **said)


def _set(offer: Offer, state: str, **fields: Any) -> None:
    """Any state but OPEN clears `follow_up_on`."""
    still = {} if state == OfferState.OPEN else {"follow_up_on": None}
    offer.change(offer.version, state=state, **{**fields, **still})


def _slot(offer: Offer, starts_at: datetime) -> OfferSlot:
    local = starts_at.astimezone(offer.owner.zone)
    return OfferSlot(
        owner=offer.owner,
        offer=offer,
        local_date=local.date(),
        local_time=local.time(),
        time_zone=offer.owner.time_zone,
        starts_at=starts_at,
    )


def _refusals_of(counter: Counter) -> str:
    """The key prefix of refusal mails; it begins with the offer's, so withdraw() cancels them."""
    return f"{OFFER}:{counter.offer.uid}:no:{counter.pk}:"


def _queue(offer: Offer, kind: str, key: str, address: str, now: datetime, **context: Any) -> None:
    summary = _("Times for %(name)s") % {"name": offer.contact.first_name}
    said = {"offer": str(offer.uid), **context}
    mail_contact(offer.owner, offer.contact, address, kind=kind, key=key, summary=summary, context=said, now=now)
