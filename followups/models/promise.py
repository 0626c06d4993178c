"""What was promised, by when, and what became of it."""

import uuid
from collections.abc import Iterator, Sequence
from copy import copy
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.owned import Stale, Versioned
from base.text import clean_line
from crm.models import Contact, Stage
from followups.models.kinds import Kind, PromiseState, Whose
from followups.reminders import next_reminder
from interviews.models import Interview
from outbox.models import REMINDERS, OutgoingMail

DUE_WITHOUT_A_DATE = timedelta(days=3)  # product.md rule 10
CHECK_IN_AFTER = timedelta(days=10)
LONGEST = 300  # of what is promised
CHUNK = 2000
ROW = (
    *("owner", "contact", "whose", "kind", "what", "due_on", "promised_on"),
    *("state", "closed_at", "snoozed_until", "version"),
)
OPEN = Q(binned_at__isnull=True, state=PromiseState.OPEN)
MINE, THEIRS = Q(whose=Whose.MINE), Q(whose=Whose.THEIRS)
CLOCKS_APART = timedelta(minutes=5)  # tolerated difference between the clocks of web host and mail worker


class PromiseQuerySet(models.QuerySet["Promise"]):
    def alive(self) -> "PromiseQuerySet":
        return self.filter(binned_at__isnull=True, contact__binned_at__isnull=True)

    def open(self) -> "PromiseQuerySet":
        return self.filter(OPEN)

    def mine(self) -> "PromiseQuerySet":
        return self.filter(MINE)

    def owed(self) -> "PromiseQuerySet":
        """What I owe."""
        return self.filter(OPEN & MINE, contact__binned_at__isnull=True)

    def awaited(self) -> "PromiseQuerySet":
        """What they owe."""
        return self.filter(OPEN & THEIRS, contact__binned_at__isnull=True)

    def overdue(self, as_of: date) -> "PromiseQuerySet":
        """What I owe since before `as_of`, the owner's local date."""
        return self.owed().filter(due_on__lt=as_of)

    def due_by(self, day: date) -> "PromiseQuerySet":
        """What I owe by `day`, the owner's local date."""
        return self.owed().filter(due_on__lte=day)

    def to_do_on(self, day: date) -> "PromiseQuerySet":
        """Those that Today may show: not put off beyond `day`, and about nobody who was dropped, unless they stand after it."""
        is_back = Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=day)
        return self.filter(is_back, ~Q(contact__stage=Stage.DROP, stands_after_drop=False))

    def to_remind(self, now: datetime) -> "PromiseQuerySet":
        """Those whose reminder is due: by its constraint open, mine and not binned. Never equality: a late run finds them."""
        return self.filter(remind_at__lte=now)

    def closed_as(self, state: str) -> "PromiseQuerySet":
        return self.filter(state=state)

    def slim(self) -> "PromiseQuerySet":
        """What a row shows of a promise, on the page of its contact."""
        return self.only(*ROW)

    def with_row(self) -> "PromiseQuerySet":
        """All that a row of a list shows, and no more: a contact is a wide row."""
        return self.select_related("contact").only(*ROW, "contact__name", "contact__called")

    def most_urgent_first(self) -> "PromiseQuerySet":
        return self.order_by("due_on", "pk")

    def replan(self, now: datetime) -> int:
        """Writes `remind_at` anew from what is stored, and says for how many it was another. Called when something a
        reminder depends on has changed elsewhere: the contact dropped or binned, the mail hour, the zone."""
        return sum(promise.replan(now) for promise in self.in_chunks())

    def in_chunks(self) -> "Iterator[Promise]":
        """Open promises of mine in order of their number, a chunk in memory at a time."""
        rows = self.open().mine().select_related("owner", "contact").order_by("pk")
        last = 0
        while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
            yield from chunk
            last = chunk[-1].pk


_FromQuerySet = models.Manager.from_queryset(PromiseQuerySet)


class PromiseManager(_FromQuerySet["Promise"]):
    """On the related manager: `contact.promises.make(...)`."""

    instance: Contact  # which Django sets on a related manager

    @transaction.atomic
    def make(
        self,
        *,
        what: str,
        now: datetime,
        whose: str = Whose.MINE,
        kind: str | None = None,
        due_on: date | None = None,
        interview: Interview | None = None,
        uid: uuid.UUID | None = None,
    ) -> "Promise":
        """Records what was promised to, or by, this contact. Without a date mine is due in 3 days; theirs makes a
        friendly check-in of mine (product.md rule 10). IntegrityError when there is one of that `uid`."""
        contact = self.instance
        today = contact.owner.today(now)
        words = clean_line(what)[:LONGEST]
        promise = Promise(
            owner=contact.owner,
            uid=uid or uuid.uuid4(),
            contact=contact,
            interview=interview,
            whose=whose,
            kind=kind or Kind.guess(words),
            what=words,
            due_on=due_on or today + (DUE_WITHOUT_A_DATE if whose == Whose.MINE else CHECK_IN_AFTER),
            promised_on=today,
            created_at=now,
            remind_after=now,
        )
        promise.remind_at = next_reminder(promise)
        promise.save(force_insert=True)
        if promise.whose == Whose.THEIRS:
            promise.make_check_in(now)
        contact.refresh_search_text()
        return promise

    @transaction.atomic
    def make_many(self, promised: Sequence[tuple[str, date | None]], *, now: datetime) -> list["Promise"]:
        """Promises of mine out of one text, in one statement. The caller, who has written the text, refreshes what the
        contact is found by."""
        contact, today = self.instance, self.instance.owner.today(now)
        promises = [
            Promise(
                owner=contact.owner,
                contact=contact,
                kind=Kind.guess(what),
                what=clean_line(what)[:LONGEST],
                due_on=due_on or today + DUE_WITHOUT_A_DATE,
                promised_on=today,
                created_at=now,
                remind_after=now,
            )
            for what, due_on in promised
        ]
        for promise in promises:
            promise.remind_at = next_reminder(promise)
        return self.bulk_create(promises)


class Promise(Versioned):
    """Something owed: mine or theirs. `due_on` is a date in the owner's zone and has no hour; `remind_at` is the UTC
    instant of the next reminder, written by `followups.reminders` alone."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="promises")
    interview = models.ForeignKey(Interview, null=True, blank=True, on_delete=models.SET_NULL, related_name="promises")
    whose = models.CharField(max_length=6, choices=Whose, default=Whose.MINE)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    what = models.CharField(_("what"), max_length=300)
    due_on = models.DateField(_("by"))
    promised_on = models.DateField()
    state = models.CharField(max_length=6, choices=PromiseState, default=PromiseState.OPEN)
    closed_at = models.DateTimeField(null=True)
    snoozed_until = models.DateField(null=True)  # no reminder before this local date; the due date stays what was said
    remind_at = models.DateTimeField(null=True)
    remind_after = models.DateTimeField(null=True)  # when it was last made or changed: no reminder up to then
    reminded_on = models.DateField(null=True)  # local date of the last reminder that left
    check_in_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="check_ins"
    )  # my friendly check-in about their promise
    stands_after_drop = models.BooleanField(default=False)  # the contact was dropped, and I do what I said all the same
    created_at = models.DateTimeField()
    binned_at = models.DateTimeField(null=True)

    objects = PromiseManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="promise_says_what"),
            models.CheckConstraint(condition=Q(whose__in=Whose.values), name="promise_whose_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="promise_kind_known"),
            models.CheckConstraint(condition=Q(state__in=PromiseState.values), name="promise_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="promise_closed_has_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(remind_at__isnull=True) | Q(state="open", whose="mine", binned_at__isnull=True),
                name="promise_reminds_only_while_open_and_mine",
            ),
        ]
        indexes = [
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="promise_to_remind"),
            models.Index(
                fields=["owner", "whose", "due_on", "id"],
                condition=Q(state="open", binned_at__isnull=True),
                name="promise_open",
            ),
            models.Index(fields=["owner", "state", "-closed_at", "-id"], name="promise_closed"),
            models.Index(fields=["contact", "state", "due_on"], name="promise_of_contact"),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("promise_detail", args=[self.pk])

    @classmethod
    def named(cls, uid: uuid.UUID) -> "Promise":
        """The one a signed link names, whoever holds the link."""
        return cls.objects.select_related("contact", "owner").get(uid=uid)

    @property
    def is_open(self) -> bool:
        return self.state == PromiseState.OPEN

    @property
    def is_mine(self) -> bool:
        return self.whose == Whose.MINE

    @property
    def closed_on(self) -> date | None:
        """The local date it was kept or let go. Costs a query unless `owner` is known."""
        return self.owner.today(self.closed_at) if self.closed_at else None

    def is_put_off(self, today: date) -> bool:
        return self.is_open and self.snoozed_until is not None and self.snoozed_until > today

    def days_late(self, today: date) -> int:
        """How many days overdue on the owner's local date; 0 on the due day and before."""
        return max(0, (today - self.due_on).days)

    def wants_reminder_from(self) -> date:
        """The first local date a reminder may come on: the due day, or where it was put off to."""
        return max(self.due_on, self.snoozed_until or self.due_on)

    def why_stale(self, today: date) -> str:
        known = {"what": self.what, "who": self.contact.first_name}
        if self.binned_at:
            return gettext("This promise is in the bin.")
        if self.state == PromiseState.KEPT:
            kept = gettext("Kept already: “%(what)s”, for %(who)s.")
            return (kept if self.is_mine else gettext("Arrived already: “%(what)s”, from %(who)s.")) % known
        if self.state == PromiseState.LET_GO:
            return gettext("Let go already: “%(what)s”, for %(who)s.") % known
        if self.is_put_off(today):
            return gettext("Still open, and put off already: “%(what)s”.") % {"what": self.what}
        return gettext("Still open: “%(what)s”. It was changed meanwhile.") % {"what": self.what}

    # --- verbs: each changes this one row as it was read, and raises Stale when it is so already or was changed meanwhile ---

    def keep(self, now: datetime) -> None:
        self._close(PromiseState.KEPT, now)

    def let_go(self, now: datetime) -> None:
        self._close(PromiseState.LET_GO, now)

    def reopen(self, now: datetime) -> None:
        self._expect(not self.is_open)
        self._write(now, state=PromiseState.OPEN, closed_at=None)

    def snooze(self, to: date | int, now: datetime) -> None:
        """Puts it off to a local date, or by so many days from today. The due date stays what was said."""
        until = self.owner.today(now) + timedelta(days=to) if isinstance(to, int) else to
        self._expect(self.is_open and self.snoozed_until != until)
        self._write(now, snoozed_until=until)

    def unsnooze(self, now: datetime, back_to: date | None = None) -> None:
        """Takes the last snooze back, to the date it was put off to before."""
        self._expect(self.is_open and self.snoozed_until != back_to)
        self._write(now, snoozed_until=back_to)

    def bin(self, now: datetime) -> None:
        self._expect(self.binned_at is None)
        self._write_words(now, binned_at=now)

    def restore(self, now: datetime) -> None:
        self._expect(self.binned_at is not None)
        self._write_words(now, binned_at=None)

    @transaction.atomic
    def edit(self, *, what: str, kind: str, due_on: date, now: datetime, seen: int | None = None) -> None:
        """New words, another kind or day. A new day takes back where it was put off to; my check-ins follow. `seen` is the
        version that the words were typed over, where it may be older than this row."""
        before = copy(self)
        moved = {} if due_on == self.due_on else {"due_on": due_on, "snoozed_until": None, "reminded_on": None}
        self._write_words(now, seen, what=what, kind=kind, **moved)
        for check_in in self.check_ins.open().select_related("owner", "contact"):
            check_in.follow(before, self, now)

    def make_check_in(self, now: datetime) -> "Promise":
        """My friendly check-in about what they owe: never before the day they said."""
        today = self.owner.today(now)
        check_in = Promise(
            owner=self.owner,
            contact=self.contact,
            interview=self.interview,
            kind=Kind.CHECK_IN,
            what=self.asked_kindly,
            due_on=max(today + CHECK_IN_AFTER, self.due_on),
            promised_on=today,
            check_in_of=self,
            created_at=now,
            remind_after=now,
        )
        check_in.remind_at = next_reminder(check_in)
        check_in.save(force_insert=True)
        return check_in

    def follow(self, before: "Promise", theirs: "Promise", now: datetime) -> None:
        """A check-in of mine says and waits for what they owe now, unless I made it say or wait for something else."""
        what, due_on, earliest = self.what, self.due_on, self.promised_on + CHECK_IN_AFTER
        if what == before.asked_kindly or what.endswith(f": {before.what}"):
            what = theirs.asked_kindly
        if due_on == max(earliest, before.due_on):
            due_on = max(earliest, theirs.due_on)
        if (what, due_on) != (self.what, self.due_on):
            self.edit(what=what, kind=self.kind, due_on=due_on, now=now)

    @property
    def asked_kindly(self) -> str:
        """How a check-in of mine speaks of what they owe."""
        said = gettext("Ask %(who)s kindly: %(what)s") % {"who": self.contact.first_name, "what": self.what}
        return said[:LONGEST]

    def reminded(self, on: date) -> None:
        """A reminder has left on this local date. Sets the next one; the caller saves."""
        self.reminded_on = on
        self.remind_at = next_reminder(self)

    def replan(self, now: datetime) -> bool:
        """Writes `remind_at` anew. One that comes back to life (a contact resumed) waits for the next mail time."""
        before, wanted = self.remind_at, next_reminder(self)
        if before is None and wanted is not None:
            self.remind_after = now
            wanted = next_reminder(self)
        if wanted == before:
            return False
        self.remind_at = wanted
        # only over what was read: a reminder that leaves at this moment, or a tap, knows better
        rows = Promise.objects.filter(pk=self.pk, version=self.version, remind_at=before)
        changed = bool(rows.update(remind_at=wanted, remind_after=self.remind_after))
        self._take_back_reminder(before, now)
        return changed

    def _close(self, state: str, now: datetime) -> None:
        self._expect(self.is_open)
        self._write(now, state=state, closed_at=now)

    def _expect(self, holds: bool) -> None:
        if not holds:
            raise Stale(self)

    @transaction.atomic
    def _write_words(self, now: datetime, seen: int | None = None, **changes: Any) -> None:
        """A change of what the contact is found by. The contact's row is locked before the promise's."""
        self.contact.hold()
        self._write(now, seen, **changes)
        self.contact.refresh_search_text()

    @transaction.atomic
    def _write(self, now: datetime, seen: int | None = None, **changes: Any) -> None:
        """Writes the changes together with the next reminder, over the version that was seen."""
        before, after = self.remind_at, copy(self)
        for name, value in {**changes, "remind_after": now}.items():
            setattr(after, name, value)
        self.change(self.version if seen is None else seen, **changes, remind_after=now, remind_at=next_reminder(after))
        self._take_back_reminder(before, now)

    def _take_back_reminder(self, due: datetime | None, now: datetime) -> None:
        """A reminder that is being written tells the old truth: up to its fence it is written anew."""
        if due is not None and due <= now + CLOCKS_APART:
            OutgoingMail.objects.of_kind(REMINDERS).filter(owner=self.owner_id).compose_anew(now)
