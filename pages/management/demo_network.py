"""Makes the demo account's network, by the same verbs as the pages, each at the day it is said to have happened."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import User
from base.dates import instant
from base.text import fold
from crm import actions
from crm.models import Contact, Stage
from followups.actions import keep, let_go
from followups.models import Whose
from interviews.asking import actions as asking
from interviews.asking import letters
from interviews.debriefing import actions as debrief_actions
from interviews.learning.reading_lists import key_of
from interviews.models import Agreed, AskVia, Interview
from interviews.planning.actions import hold, plan
from interviews.preparing import actions as preparing
from interviews.preparing import question_bank
from outbox.models import REMINDERS, State
from pages.management.demo_answers import ASKED_BY_LETTER, HAVE_JOINED, HAVE_READ, PREPARED, TOLD
from pages.management.demo_people import IMPORTED, PEOPLE, PROMISES, RHYTHMS, TALKS, Owed, Person, Talk

MORNING = time(9, 0)
PLANNED_BEFORE = 5  # days between setting a time and the talk
LAST_MAILS = (  # how many days ago a reminder came, and what it said
    (12, "You owe Ingrid a thank-you"),
    (6, "You owe Amina a word about her dataset"),
    (3, "You owe Ana an article, and Fatou a list"),
    (1, "You owe Ana an article, and 2 more"),
)


class Network:
    """One network being made. Everything lies in the caller's transaction, so no worker sees a mail before it is marked."""

    def __init__(self, owner: User, now: datetime) -> None:
        self.owner, self.now, self.today = owner, now, owner.today(now)
        self.people: dict[str, Contact] = {}

    def at(self, days: int, clock: time = MORNING) -> datetime:
        """The instant of a time of day so many days from today; what has happened never lies ahead."""
        moment = instant(self.today + timedelta(days=days), clock, self.owner.zone)
        return moment if days > 0 else min(moment, self.now)

    def make(self) -> None:
        question_bank.write_starting(self.owner, self.at(-PEOPLE[0].known_for))
        self.questions = {question.starting: question for question in self.owner.questions.all()}
        for person in PEOPLE:
            self._meet(person)
        for talk in TALKS:
            self._talk(talk)
        for owed in PROMISES:
            self._owe(owed)
        self._tick()
        self._settle_stages()
        self._import()
        self._mails()
        self._remind_from_now_on()

    def _meet(self, person: Person) -> None:
        first, last = fold(person.name).split()[0], fold(person.name).split()[-1]
        domain = "".join(c for c in fold(person.organisation) if c.isascii() and c.isalnum())
        details = actions.Details(
            name=person.name,
            role=person.role,
            organisation=person.organisation,
            email=f"{first}.{last}@{domain}.example".replace("’", ""),
            place=person.place,
            time_zone=person.zone,
            how_met=person.how_met,
            introduced_by=self.people.get(person.through),
            tags=person.tags,
        )
        since = self.at(-person.known_for)
        made = actions.add(owner=self.owner, details=details, note=person.note, now=since).contact
        asked = min(since + timedelta(hours=26), self.now)
        if person.name in ASKED_BY_LETTER:
            self._ask(made, asked)
        elif person.stage != Stage.TO_MEET:
            actions.change_stage(contact=made, to=Stage.ASKED, now=asked)
        self.people[person.name] = made

    def _ask(self, contact: Contact, now: datetime) -> None:
        body = letters.draft(self.owner, contact, step=1, purpose="")
        letter = asking.Letter(letters.subject_for(1, None), body, minutes=20, via=AskVia.MAIL)
        asking.ask(owner=self.owner, contact=contact, letter=letter, now=now)

    def _talk(self, talk: Talk) -> None:
        clock = time.fromisoformat(talk.at) if talk.at else self._later_today()
        planned = min(self.at(talk.days - PLANNED_BEFORE), self.at(-1))
        agreed = Agreed(
            medium=talk.medium,
            minutes=talk.minutes,
            day=self.today + timedelta(days=talk.days),
            at=clock,
            zone=self.owner.time_zone,
            where=talk.where or ("https://video.example/room" if talk.medium == "video" else ""),
            purpose=talk.purpose,
        )
        interview = plan(owner=self.owner, contact=self.people[talk.who], agreed=agreed, now=planned)
        self._prepare(interview, planned)
        if talk.days < 0:
            hold(interview=interview, now=interview.ends_at)
            if talk.days < -1:
                self._look_back(interview)

    def _prepare(self, interview: Interview, now: datetime) -> None:
        contact = interview.contact
        prepared, told = PREPARED.get(contact.name), TOLD.get(contact.name)
        asked = prepared.questions if prepared else tuple(told.answers) if told else ()
        if asked:
            preparing.choose(contact=contact, questions=[self.questions[number] for number in asked], now=now)
        if prepared:
            for chosen in contact.preparations.get().questions.in_order()[: prepared.must_ask]:
                preparing.mark(chosen=chosen, must_ask=True)
            preparing.keep(
                contact=contact,
                seen=0,
                purpose=prepared.purpose,
                agenda=prepared.agenda,
                minutes=interview.minutes,
                homework={item: preparing.HomeworkEntry(note, done=True) for item, note in prepared.homework.items()},
                now=now,
            )

    def _look_back(self, interview: Interview) -> None:
        """Talks before yesterday are debriefed, and what they left behind was kept the day after."""
        done = interview.ends_at + timedelta(days=1)
        told = TOLD[interview.contact.name]
        chosen: Any = self.owner.chosenquestions.filter(preparation__interview=interview)
        for number, answer in told.answers.items():
            chosen.filter(question__starting=number).update(answer=answer, answered_at=interview.ends_at)
        outcome = debrief_actions.Outcome(learned=told.learned)
        debrief_actions.finish(
            interview=interview, outcome=outcome, seen=1, now=interview.ends_at + timedelta(minutes=10)
        )
        for promise in self.owner.promises.open().filter(interview=interview):
            keep(promise=promise, now=done)

    def _later_today(self) -> time:
        """In an hour and a half, on the half hour; late in the evening it was this morning, and waits to be said held."""
        local = self.now.astimezone(self.owner.zone)
        soon = local + timedelta(minutes=90)
        return time(soon.hour, 30 if soon.minute >= 30 else 0) if soon.date() == local.date() else time(10, 0)

    def _owe(self, owed: Owed) -> None:
        promise = self.people[owed.who].promises.make(
            what=owed.what,
            whose=owed.whose,
            due_on=self.today + timedelta(days=owed.due),
            now=self.at(owed.promised, time(18, 0)),
        )
        if owed.end:
            end = keep if owed.end == "kept" else let_go
            end(promise=promise, now=self.at(owed.closed, time(19, 0)))

    def _tick(self) -> None:
        ticks: Any = self.owner.ticks
        for name in (*HAVE_READ, *HAVE_JOINED):
            ticks.create(name=name, name_key=key_of(name), done_at=self.at(-2))

    def _settle_stages(self) -> None:
        for rhythm in RHYTHMS:
            contact, on = self.people[rhythm.who], self.today - timedelta(days=rhythm.last_touch)
            actions.change_stage(contact=contact, to=Stage.MET, now=self.at(-rhythm.last_touch - 1))
            contact.touches.filter(happened_on__gt=on).delete()  # a kept thank-you was one, too
            contact.last_touch_on = None
            contact.save(update_fields=["last_touch_on"])
            actions.touch(contact=contact, on=on, by_hand=True, now=self.at(-rhythm.last_touch))
            actions.continue_with(
                contact=contact, count=rhythm.every, unit=rhythm.unit, now=self.at(-rhythm.last_touch, time(20, 0))
            )
        for person in PEOPLE:
            if person.stage == Stage.DROP:
                actions.drop(contact=self.people[person.name], now=self.at(-person.known_for + 40))

    def _import(self) -> None:
        """Six of them came in a file, too long ago to be undone."""
        imports: Any = self.owner.imports
        came = self.at(-100)
        batch = imports.create(filename="Connections.csv", state="done", created_at=came, finished_at=came, total=6)
        batch.counts |= {"new": 6, "ticked": 6, "added": 6}
        batch.cursor = 6
        batch.save(update_fields=["counts", "cursor"])
        self.owner.contacts.filter(pk__in=[self.people[name].pk for name in IMPORTED]).update(
            imported_by=batch, connected_on=came.date()
        )

    def _mails(self) -> None:
        """What the outbox shows as sent. No mail to a contact leaves: its row is closed before any worker can see it."""
        mails: Any = self.owner.outgoingmails
        for days, summary in LAST_MAILS:
            moment = self.at(-days, self.owner.mail_at)
            mails.queue(
                kind=REMINDERS,
                key=f"{REMINDERS}:{(self.today - timedelta(days=days)).isoformat()}",
                recipient=self.owner.email,
                owner_id=self.owner.pk,
                summary=summary,
                now=moment,
            )
            self._mark_sent()

    def _mark_sent(self) -> None:
        self.owner.outgoingmails.filter(state=State.PENDING).update(
            state=State.SENT,
            cause="demo",
            attempts=1,
            first_attempt_at=F("not_before"),
            fence_at=F("not_before"),
            sent_at=F("not_before"),
            updated_at=F("not_before"),
            reply_code=250,
            reply_text="2.0.0 Ok: kept on this computer",
        )

    def _remind_from_now_on(self) -> None:
        """The next reminder is the first mail time from now: making the demo does not set one off."""
        for promise in self.owner.promises.open().filter(whose=Whose.MINE):
            promise.remind_after = self.now
            promise.save(update_fields=["remind_after"])
            promise.replan(self.now)


@transaction.atomic
def make_network(owner: User, now: datetime | None = None) -> None:
    """Once: an account that has people already is left as it is."""
    if not owner.contacts.exists():
        Network(owner, now or datetime.now(UTC)).make()
