"""What can happen between two people and to the days, as single steps that a property test strings together.

Each step picks its row by a number, and is refused as on the pages where it does not fit."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import get_random_string

from accounts.models import User
from base.dates import instant
from base.owned import Stale
from crm import actions as people
from crm.models import Contact, Stage
from followups import actions as promising
from interviews.asking import actions as asking
from interviews.debriefing import actions as debriefing
from interviews.models import Agreed, AttendeeStatus, Interview, InterviewState, Offer, OfferState
from interviews.offering import actions as offering
from interviews.offering import silence
from interviews.past_talks import actions as past_talks
from interviews.planning import actions as planning
from interviews.replying import actions as replying
from outbox.models import State
from tests.factories import NOW, ContactFactory, UserFactory

REFUSED = (Stale, offering.ClosedError, offering.AlreadySetError, offering.TakenError, offering.PassedError)
DAY = timedelta(days=1)


@dataclass
class World:
    """One user and two contacts: one with an address, who introduced one without."""

    user: User
    now: datetime = NOW

    def take(self, verb: str, number: int) -> None:
        """One step a minute after the last; nothing changes when it is refused, or there is no row for it."""
        self.now += timedelta(minutes=1)
        with suppress(*REFUSED), transaction.atomic():
            VERBS[verb](self, number)

    def midnight(self, days: int) -> datetime:
        return instant(self.user.today(self.now) + days * DAY, time.min, self.user.zone)

    def contacts(self) -> list[Contact]:
        return list(self.user.contacts.alive().order_by("pk"))

    def talks(self) -> list[Interview]:
        rows = self.user.interviews.alive().select_related("contact", "debrief", "offer").order_by("pk")
        return [self._owned(talk) for talk in rows]

    def was_decided(self, contact: Contact) -> bool:
        return contact.stage_changes.filter(after__in=[Stage.CONTINUE, Stage.DROP]).exists()

    def is_silent(self, asked: Any, since: datetime) -> bool:
        """Whether a letter or an offer waits for an answer: no talk is set, and nothing else was asked or answered since."""
        contact = asked.contact
        if contact.stage in (Stage.SCHEDULED, Stage.DROP):
            return False
        talks = contact.interviews.alive().filter(created_at__gte=since)
        offers = contact.offers.exclude(state=OfferState.WITHDRAWN).filter(created_at__gt=since)
        return not (talks.exists() or offers.exists() or contact.asks.filter(asked_at__gt=since).exists())

    def contact(self, number: int, *, asked: bool = False) -> Contact:
        """`asked`: to be asked for a talk, for which nobody is who was dropped."""
        found = self.contacts()[number % 2]
        found.owner = self.user
        if asked and found.is_dropped:
            raise Stale(found)
        return found

    def talk(self, number: int, **state: Any) -> Interview:
        rows = self.user.interviews.alive().filter(**state).select_related("contact", "offer")
        return self._owned(pick(rows, number))

    def invited(self, number: int) -> Interview:
        """A talk that the contact can answer by the link in its mail."""
        talk = self.talk(number, state=InterviewState.PLANNED, invited_email__gt="")
        if talk.ends_at <= self.now:
            raise Stale(talk)
        return talk

    def offer(self, number: int) -> Offer:
        return pick(self.user.offers.select_related("contact", "owner", "interview"), number)

    def counter(self, number: int) -> Any:
        return pick(self.user.counters.select_related("offer__contact", "offer__owner", "offer__interview"), number)

    def promise(self, number: int, **state: Any) -> Any:
        return pick(self.user.promises.alive().filter(**state).select_related("owner", "contact"), number)

    def _owned(self, talk: Interview) -> Interview:
        talk.owner = talk.contact.owner = self.user
        return talk


def open_world() -> World:
    user = UserFactory()
    ana = ContactFactory(owner=user, name="Ana Souza", email="ana@nubank.example")
    ContactFactory(owner=user, name="Ben Okafor", introduced_by=ana)
    return World(user)


def pick(rows: QuerySet[Any], number: int) -> Any:
    """The newest is 0; of none there is nothing to do."""
    found = list(rows.order_by("-pk"))
    if not found:
        raise Stale(rows.model())
    return found[number % len(found)]


def days_pass(world: World, number: int) -> None:
    world.now += (timedelta(hours=5), DAY, 3 * DAY, 11 * DAY)[number]


def plan(world: World, number: int) -> None:
    day = world.user.today(world.now) + (number + 1) * DAY
    agreed = Agreed("phone", 20, day, time(10, 5 * number), world.user.time_zone)
    planning.plan(owner=world.user, contact=world.contact(number, asked=True), agreed=agreed, now=world.now)


def move(world: World, number: int) -> None:
    talk = world.talk(number, state=InterviewState.PLANNED)
    at = max(talk.starts_at, world.now) + 2 * DAY
    local = at.astimezone(world.user.zone)
    agreed = Agreed("phone", 30, local.date(), time(local.hour), world.user.time_zone)
    planning.change(interview=talk, agreed=agreed, now=world.now)


def of_talk(verb: Callable[..., Any], **state: Any) -> Callable[[World, int], None]:
    return lambda world, number: verb(interview=world.talk(number, **state), now=world.now)


def of_offer(verb: Callable[..., Any], **more: Any) -> Callable[[World, int], None]:
    return lambda world, number: verb(offer=world.offer(number), now=world.now, **more)


def of_counter(verb: Callable[..., Any]) -> Callable[[World, int], None]:
    return lambda world, number: verb(counter=world.counter(number), now=world.now)


def of_letter(verb: Callable[..., Any], **state: Any) -> Callable[[World, int], None]:
    def take(world: World, number: int) -> None:
        ask = pick(world.user.asks.filter(**state).select_related("contact", "owner"), number)
        ask.contact.owner = world.user
        verb(ask=ask, now=world.now)

    return take


def of_contact(verb: Callable[..., Any], **more: Any) -> Callable[[World, int], None]:
    return lambda world, number: verb(contact=world.contact(number), now=world.now, **more)


def of_promise(verb: Callable[..., Any], **state: Any) -> Callable[[World, int], None]:
    return lambda world, number: verb(promise=world.promise(number, **state), now=world.now)


def answer(status: str) -> Callable[[World, int], None]:
    """By the link in the mail."""

    def take(world: World, number: int) -> None:
        talk = world.invited(number)
        at = talk.starts_at + DAY if status == AttendeeStatus.COUNTERED else None
        replying.answer(interview=talk, said=replying.Said(status, "So it is.", at), now=world.now)

    return take


def say_no_by_phone(world: World, number: int) -> None:
    talk = world.talk(number, state=InterviewState.PLANNED)
    replying.record(interview=talk, status=AttendeeStatus.DECLINED, now=world.now)


def offer(world: World, number: int) -> None:
    contact = world.contact(number, asked=True)
    times = [world.midnight(days) + timedelta(hours=11) for days in (2, 3, 5)]
    offering.offer(owner=world.user, contact=contact, terms=offering.Terms(20, ["phone"], times), now=world.now)


def of_silent_offer(verb: Callable[..., Any]) -> Callable[[World, int], None]:
    def take(world: World, number: int) -> None:
        found = world.offer(number)
        found.owner = world.user
        verb(offer=found, seen=found.version, now=world.now)

    return take


def choose(world: World, number: int) -> None:
    """The contact takes a time, or another one instead of it."""
    found = world.offer(number)
    free = found.free_slots(world.now)
    if free:
        said = offering.Answer(free[number % len(free)].starts_at, "phone")
        offering.choose(offer=found, answer=said, moving=number > 1, now=world.now)


def propose(world: World, number: int) -> None:
    at = world.midnight(number + 1) + timedelta(hours=15)
    offering.propose(offer=world.offer(0), answer=offering.Answer(at, "phone"), now=world.now)


def write_letter(world: World, number: int) -> None:
    letter = asking.Letter("Twenty minutes?", "Would you?", 20, "mail" if number % 2 == 0 else "copied")
    asking.ask(owner=world.user, contact=world.contact(number, asked=True), letter=letter, now=world.now)


def log_talk(world: World, number: int) -> None:
    terms = {"day": world.user.today(world.now) - number * DAY, "medium": "phone", "minutes": 0}
    uid = Interview().uid
    past_talks.log_talk(owner=world.user, contact=world.contact(number), uid=uid, now=world.now, **terms)


def put_back_talk(world: World, number: int) -> None:
    rows = world.user.interviews.filter(is_logged=True, binned_at__isnull=False).select_related("contact")
    past_talks.put_back_talk(interview=world._owned(pick(rows, number)), now=world.now)


def finish_debrief(world: World, number: int) -> None:
    talk = world.talk(number, state=InterviewState.HELD)
    found = world.user.debriefs.filter(interview=talk).first()
    said = [debriefing.Promised("the tide logs", None, "theirs")]
    go = ("", "continue", "drop", "")[number]
    outcome = debriefing.Outcome(learned="Tides", go=go, promises=said)
    debriefing.finish(interview=talk, outcome=outcome, seen=found.version if found else 1, now=world.now)


def reopen_debrief(world: World, number: int) -> None:
    found = pick(world.user.debriefs.filter(interview__state=InterviewState.HELD), number)
    debriefing.reopen(debrief=found, seen=found.version)


def promise(world: World, number: int) -> None:
    due = world.user.today(world.now) + (number - 1) * DAY
    world.contact(number).promises.make(what=get_random_string(8), due_on=due, now=world.now)


def see_news(world: World, number: int) -> None:
    found = pick(world.user.newsitems.filter(seen_at=None), number)
    found.see(found.version, world.now)


def unsee_news(world: World, number: int) -> None:
    found = pick(world.user.newsitems.exclude(seen_at=None), number)
    found.unsee(found.version)


def mail_comes_back(world: World, number: int) -> None:
    found = pick(world.user.outgoingmails.filter(state=State.PENDING).exclude(recipient_name=""), number)
    world.user.outgoingmails.filter(pk=found.pk).update(state=State.DEAD)


def mails_leave(world: World, number: int) -> None:
    left = world.now + timedelta(minutes=1)
    world.user.outgoingmails.filter(state=State.PENDING).update(state=State.SENT, fence_at=left, sent_at=left)


VERBS: dict[str, Callable[[World, int], None]] = {
    "days pass": days_pass,
    "mails leave": mails_leave,
    "a mail comes back": mail_comes_back,
    "plan": plan,
    "move": move,
    "cancel": of_talk(planning.cancel),
    "uncancel": of_talk(planning.uncancel, state=InterviewState.CANCELLED),
    "hold": of_talk(planning.hold, state=InterviewState.PLANNED),
    "no show": of_talk(planning.no_show, state=InterviewState.PLANNED),
    "unhold": of_talk(planning.unhold, is_logged=False),
    "log a talk": log_talk,
    "remove the logged talk": of_talk(past_talks.remove_talk, is_logged=True),
    "put the logged talk back": put_back_talk,
    "they say yes": answer(AttendeeStatus.ACCEPTED),
    "they say no": answer(AttendeeStatus.DECLINED),
    "they name another time": answer(AttendeeStatus.COUNTERED),
    "they say no by phone": say_no_by_phone,
    "take the answer back": of_talk(replying.take_back),
    "take their time": of_talk(replying.take_their_time, attendee_status=AttendeeStatus.COUNTERED),
    "do not take their time": of_talk(replying.untake_their_time),
    "refuse their time": of_talk(replying.refuse_their_time, attendee_status=AttendeeStatus.COUNTERED),
    "reconsider their time": of_talk(replying.reconsider_their_time),
    "offer times": offer,
    "take the offer back": of_offer(offering.withdraw),
    "offer again": of_offer(offering.offer_again),
    "wait for an answer to the times": of_silent_offer(silence.wait),
    "they answered the times": of_silent_offer(silence.let_be),
    "follow the times up": of_silent_offer(silence.follow_up),
    "they choose": choose,
    "they propose": propose,
    "they decline": of_offer(offering.decline, note="Not now."),
    "they leave a word": of_offer(offering.say, words="Second floor."),
    "accept": of_counter(offering.accept),
    "unaccept": of_counter(offering.unaccept),
    "refuse": of_counter(offering.refuse),
    "reconsider": of_counter(offering.reconsider),
    "write a letter": write_letter,
    "take the letter back": of_letter(asking.take_back),
    "wait for an answer": of_letter(asking.wait, closed_at=None),
    "they answered the letter": of_letter(asking.close, closed_at=None),
    "they did not answer it": of_letter(asking.reopen, closed_at__isnull=False),
    "finish the debrief": finish_debrief,
    "reopen the debrief": reopen_debrief,
    "continue": of_contact(people.continue_with, count=1, unit="weeks"),
    "drop": of_contact(people.drop),
    "resume": of_contact(people.resume),
    "promise": promise,
    "keep": of_promise(promising.keep, state="open"),
    "let go": of_promise(promising.let_go, state="open"),
    "reopen the promise": of_promise(promising.reopen),
    "see the news": see_news,
    "unsee the news": unsee_news,
}
