"""Every mail of the interviews and the reminder, written by the real actions from the texts given: one of each kind and turn."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

from accounts.models import User
from crm.models import Contact
from followups import mails as reminders
from interviews.asking import actions as asking
from interviews.models import Interview
from interviews.offering import actions as offering
from interviews.offering.mails import plan_chases
from interviews.planning import actions as planning
from interviews.planning.mails import evening_before, plan_confirmations
from interviews.preparing.mails import plan_briefs
from interviews.replying import actions as replying
from interviews.thanking import actions as thanks
from outbox.kinds import KINDS, Composed
from outbox.models import OutgoingMail
from tests.factories import (
    NOW,
    TODAY,
    ChosenQuestionFactory,
    DebriefFactory,
    HomeworkFactory,
    InterviewFactory,
    PreparationFactory,
    PromiseFactory,
)
from tests.interviews.planning.test_actions import TERMS, leaves

DAY = timedelta(days=1)
TUESDAY, THURSDAY = datetime(2026, 12, 1, 8, 0, tzinfo=UTC), datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
Written = tuple[str, EmailMessage]


@dataclass(frozen=True)
class Words:
    """What is typed into the fields that reach a mail."""

    line: str = ""  # one line each: a subject, a number or place, what an offer is about, a promise
    text: str = ""  # several lines each: a purpose, a message, a note, a letter

    def short(self, default: str, longest: int = 300) -> str:
        return (self.line or default)[:longest]

    def long(self, default: str) -> str:
        return self.text or default


def every_mail(user: User, contact: Contact, words: Words) -> Iterator[Written]:
    """Kind and turn of each, and the mail as it would leave. The contact's name and zone, and the user's, are what they are."""
    before = list(user.interviews.values_list("pk", flat=True))
    for turn in (invited, offered, countered, answered, evening, asked, thanked, reminded):
        yield from turn(user, contact, words)
        user.outgoingmails.all().delete()
        user.preparations.exclude(interview__in=before).delete()
        user.interviews.exclude(pk__in=before).delete()


def newest(user: User, turn: str, now: datetime = NOW, kind: str = "") -> Written:
    mails = user.outgoingmails.filter(kind=kind) if kind else user.outgoingmails
    mail: OutgoingMail = mails.order_by("pk").last()
    found = KINDS[mail.kind].compose(mail, now)
    assert isinstance(found, Composed), found
    return f"{mail.kind}: {turn}", found.message


def invited(user: User, contact: Contact, words: Words) -> Iterator[Written]:
    agreed = replace(TERMS, where=words.short("+351 21 555 0142"), purpose=words.long("How she reads churn"))
    talk = planning.plan(owner=user, contact=contact, agreed=agreed, now=NOW)
    yield newest(user, "new")
    leaves(talk)
    planning.change(interview=talk, agreed=replace(agreed, day=agreed.day + DAY), now=NOW)
    yield newest(user, "changed")
    leaves(talk)
    note = words.long("Mornings are better, as a rule.")
    replying.answer(interview=talk, said=replying.Said("accepted", note), now=NOW)
    yield newest(user, "yes")
    replying.answer(interview=talk, said=replying.Said("declined"), now=NOW)
    yield newest(user, "no")
    replying.answer(interview=talk, said=replying.Said("countered", note, THURSDAY), now=NOW)
    yield newest(user, "another time")
    replying.refuse_their_time(interview=talk, now=NOW)
    yield newest(user, "not then")
    planning.cancel(interview=talk, now=NOW)
    yield newest(user, "called off")


def terms(words: Words, **more: Any) -> offering.Terms:
    about, message = words.short("How you measure a breach"), words.long("I read your paper.\n\nWith many thanks")
    return offering.Terms(
        minutes=30, media=["phone", "video"], times=[TUESDAY, THURSDAY], about=about, message=message, **more
    )


def offered(user: User, contact: Contact, words: Words) -> Iterator[Written]:
    offer = offering.offer(owner=user, contact=contact, terms=terms(words, chase=True), now=NOW)
    yield newest(user, "new")
    monday = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # three working days after
    plan_chases(monday)
    yield newest(user, "silent", monday)
    offer.refresh_from_db()
    offering.decline(offer=offer, note=words.long("Not this year."), now=NOW)
    yield newest(user, "not now")


def countered(user: User, contact: Contact, words: Words) -> Iterator[Written]:
    offer = offering.offer(owner=user, contact=contact, terms=terms(words), now=NOW)
    theirs = offering.Answer(THURSDAY, "video", words.short("Their link"), words.long(""), contact.time_zone or "UTC")
    offering.refuse(counter=offering.propose(offer=offer, answer=theirs, now=NOW), now=NOW)
    yield newest(user, "times still free", kind="refusal")
    offering.choose(offer=offer, answer=offering.Answer(TUESDAY, "phone"), now=NOW)
    offering.refuse(counter=offering.propose(offer=offer, answer=theirs, now=NOW), now=NOW + timedelta(hours=1))
    yield newest(user, "the talk stands", kind="refusal")
    offering.say(offer=offer, words=words.long("I have read your questions."), now=NOW)
    yield newest(user, "a word", kind="answered")


def answered(user: User, contact: Contact, words: Words) -> Iterator[Written]:
    offer = offering.offer(owner=user, contact=contact, terms=terms(words, confirm_them=True), now=NOW)
    where, note = words.short("+81 3 555 0142"), words.long("Mornings are better, as a rule.")
    talk = offering.choose(offer=offer, answer=offering.Answer(TUESDAY, "phone", where, note), now=NOW)
    yield newest(user, "chosen", kind="answered")
    yield newest(user, "chosen", kind="invitation")
    leaves(talk)
    zone = contact.time_zone
    offering.propose(offer=offer, answer=offering.Answer(THURSDAY + DAY, "video", where, note, zone), now=NOW)
    yield newest(user, "proposed", kind="answered")
    offering.choose(offer=offer, answer=offering.Answer(THURSDAY, "video", where, note), moving=True, now=NOW)
    yield newest(user, "moved", kind="answered")
    yield newest(user, "moved by them", kind="invitation")
    leaves(talk)
    talk.refresh_from_db()
    evening_there = evening_before(talk)
    plan_confirmations(evening_there)
    yield newest(user, "the day before", evening_there)
    offer.refresh_from_db()
    offering.decline(offer=offer, note=note, now=NOW)
    yield newest(user, "cancelled", kind="answered")
    yield newest(user, "as they wished", kind="cancellation")


def evening(user: User, contact: Contact, words: Words) -> Iterator[Written]:
    evening_before = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    bare = InterviewFactory(contact=contact, local_date=TODAY + 5 * DAY, where="")
    plan_briefs(evening_before)
    yield newest(user, "nothing prepared", evening_before)
    bare.delete()
    held = InterviewFactory(contact=contact, local_date=TODAY - 30 * DAY, state="held", held_at=NOW - 30 * DAY)
    DebriefFactory(interview=held, learned=words.long("A bad gauge tells the truth on Sundays."), done_at=NOW)
    talk: Interview = InterviewFactory(
        contact=contact, local_date=TODAY + 5 * DAY, where=words.short("+351 21 555 0142")
    )
    ready = PreparationFactory(
        contact=contact, interview=talk, purpose=words.long("A bad gauge, or a bad year?"), agenda="5 Churn\n10 Gauges"
    )
    HomeworkFactory(preparation=ready, note=words.long("Harbour engineer, then actuary"))
    ask = words.short("Whom do you trust, and since when?")
    ChosenQuestionFactory(preparation=ready, question__text=ask, must_ask=True)
    PromiseFactory(contact=contact, what=words.short("Send the article on gauge stations"))
    PromiseFactory(contact=contact, what=words.short("The list of stations"), whose="theirs")
    plan_briefs(evening_before)
    yield newest(user, "prepared", evening_before)
    user.promises.all().delete()


def asked(user: User, contact: Contact, words: Words) -> Iterator[Written]:
    body = words.long("Dear Ana,\n\nwould you have 20 minutes for a call?\n\nKind regards\nAmara")
    letter = asking.Letter(words.short("Twenty minutes about gauges?", 200), body, 20, "mail")
    made = asking.ask(owner=user, contact=contact, letter=letter, now=NOW)
    yield newest(user, "first")
    leaves(made)
    asking.ask(owner=user, contact=contact, letter=letter, now=NOW + 4 * DAY)
    yield newest(user, "again")


def thanked(user: User, contact: Contact, words: Words) -> Iterator[Written]:
    talk = InterviewFactory(contact=contact, state="held", held_at=NOW)
    body = words.long("Dear Ana,\n\nI will read the gauges on Sundays from now on.\n\nAmara")
    thanks.send(
        interview=talk, address=contact.email, subject=words.short("Thank you for your time", 200), body=body, now=NOW
    )
    yield newest(user, "new")


def reminded(user: User, contact: Contact, words: Words) -> Iterator[Written]:
    due = {"contact": contact, "remind_at": NOW}
    PromiseFactory(what=words.short("Send the article on gauge stations"), **due)
    reminders.plan(NOW)
    yield newest(user, "one promise")
    PromiseFactory(what=words.short("Introduce her to Ingrid"), kind="introduction", due_on=TODAY - 4 * DAY, **due)
    InterviewFactory(contact=contact, local_date=TODAY)
    yield newest(user, "two and a talk")
