"""What the Today page is made of: everything that wants doing now, each part read once and bounded."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.templatetags.keepword import clock
from base.counting import CAP, in_figures, in_words
from base.dates import instant
from crm.models import Contact
from followups.models import Kind, Promise
from interviews.models import Ask, Counter, Interview, InterviewQuerySet

SHOWN = 12  # promises, the most urgent; the rest stands under Follow-ups
TO_TOUCH = 3
THEIRS = 5
TALKS = 20
TOUCHED = ("owner", "name", "role", "email", "last_touch_on", "organisation__name")  # what a row shows of a person


@dataclass(frozen=True)
class Today:
    """One user's day at `now`."""

    day: date
    now: datetime
    promises: list[Promise]  # mine, the most urgent first
    late: int  # how many there are, shown or not, up to base.counting.CAP
    due_today: int
    next_talk: Interview | None
    talks: list[Interview]  # the others of today
    tomorrow: list[Interview]
    to_touch: list[Contact]
    theirs: list[Promise]
    debriefs: list[Interview]
    counters: list[Counter]  # other times people proposed, waiting for me
    asks: list[Ask]  # requests without an answer, whose day has come

    @property
    def overdue(self) -> list[Promise]:
        return [promise for promise in self.promises if promise.due_on < self.day]

    @property
    def due(self) -> list[Promise]:
        return [promise for promise in self.promises if promise.due_on == self.day]

    @property
    def late_count(self) -> str:
        return in_figures(self.late)

    @property
    def due_count(self) -> str:
        return in_figures(self.due_today)

    @property
    def more(self) -> str:
        """ "28" of the promises did not fit; empty when all did."""
        if max(self.late, self.due_today) > CAP:
            return in_words(CAP, CAP - SHOWN)
        count = self.late + self.due_today - len(self.promises)
        return in_figures(count) if count > 0 else ""

    @property
    def is_quiet(self) -> bool:
        people = (self.talks, self.tomorrow, self.to_touch, self.debriefs, self.counters, self.asks)
        return self.next_talk is None and not any((self.promises, self.theirs, *people))

    @property
    def has_side(self) -> bool:
        return bool(self.talks or self.tomorrow or self.to_touch or self.theirs)

    @property
    def thanks_somebody(self) -> bool:
        return any(promise.kind == Kind.THANK_YOU for promise in self.due)

    def lead(self, user: User) -> str:
        """ "Two promises are late, and Mateus is at 14:00."."""
        said = [part for part in (self._owed(), self._proposed(), self._awaited(user)) if part]
        if not said:
            return _("Nothing is owed today, nobody waits.")
        *before, last = said
        line = _("%(first)s, and %(second)s.") % {"first": ", ".join(before), "second": last} if before else f"{last}."
        return line[:1].upper() + line[1:]

    def _owed(self) -> str:
        late, due = self.late, self.due_today
        if late:
            return ngettext("%(n)s promise is late", "%(n)s promises are late", late) % {"n": in_words(late)}
        return ngettext("%(n)s promise is due", "%(n)s promises are due", due) % {"n": in_words(due)} if due else ""

    def _proposed(self) -> str:
        """Somebody who named another time waits for an answer, also on a day without promises."""
        count = len(self.counters)
        if not count:
            return ""
        words = ngettext("%(n)s proposed time waits for you", "%(n)s proposed times wait for you", count)
        return words % {"n": in_words(count)}

    def _awaited(self, user: User) -> str:
        if self.next_talk is None:
            return ""
        at = clock(self.next_talk.starts_at, user.zone)
        return _("%(who)s is at %(at)s") % {"who": self.next_talk.contact.first_name, "at": at}


def read_day(user: User, now: datetime) -> Today:
    """The same nine queries on a plain day and on a full one."""
    day = user.today(now)
    midnight, next_midnight, end = (instant(day + timedelta(days=ahead), time.min, user.zone) for ahead in range(3))
    wanted = user.promises.due_by(day).to_do_on(day)
    talks = list(user.interviews.planned().between(midnight, end).with_row().next_first()[:TALKS])
    todays = [talk for talk in talks if talk.starts_at < next_midnight]
    next_talk = next((talk for talk in todays if talk.ends_at > now), None)
    return Today(
        day=day,
        now=now,
        promises=list(wanted.with_row().most_urgent_first()[:SHOWN]),
        late=wanted.filter(due_on__lt=day)[: CAP + 1].count(),
        due_today=wanted.filter(due_on=day)[: CAP + 1].count(),
        next_talk=next_talk,
        talks=[talk for talk in todays if talk is not next_talk],
        tomorrow=[talk for talk in talks if talk not in todays],
        to_touch=list(user.contacts.to_touch(day).select_related("organisation").only(*TOUCHED)[:TO_TOUCH]),
        theirs=list(user.promises.awaited().to_do_on(day).with_row().most_urgent_first()[:THEIRS]),
        counters=list(user.counters.waiting()[:TALKS]),
        asks=list(user.asks.to_follow_up(day)[:TALKS]),
        debriefs=list(_debriefs(user, now)),
    )


def _debriefs(user: User, now: datetime) -> InterviewQuerySet:
    waiting = user.interviews.awaiting_debrief(now).order_by("-held_at", "-pk")  # the order of their index
    return waiting.select_related("contact").only("owner", "starts_at", "contact__name")[:TALKS]
