"""What the Today page is made of: everything that wants doing now, each part read once and bounded."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.written import written
from base.dates import instant
from crm.models import Contact, ContactQuerySet
from followups.owed import Owed, Person, awaited, wanted_by
from followups.words import number
from interviews.models import Ask, Counter, Interview, InterviewQuerySet

SHOWN = 40  # promises; the rest stands under Follow-ups
TO_TOUCH = 3
THEIRS = 5
TALKS = 20
TOUCHED = ("owner", "name", "role", "email", "last_touch_on", "organisation__name")  # what a row shows of a person

# looser than what is shown of them: on most days these have nothing, and one look is cheaper than two readings
_WAITING = """
SELECT
  EXISTS (SELECT 1 FROM interviews_counter WHERE owner_id = %(owner)s AND decided_at IS NULL),
  EXISTS (SELECT 1 FROM interviews_ask WHERE owner_id = %(owner)s AND closed_at IS NULL AND follow_up_on <= %(day)s)
"""


class Untold(NamedTuple):
    """A talk that waits for its debrief."""

    pk: int
    starts_at: datetime
    contact: Person


@dataclass(frozen=True)
class Today:
    """One user's day at `now`. `more` promises did not fit."""

    day: date
    now: datetime
    overdue: list[Owed]
    due: list[Owed]
    more: bool
    next_talk: Interview | None
    talks: list[Interview]  # the others of today
    tomorrow: list[Interview]
    to_touch: list[Contact]
    theirs: list[Owed]
    debriefs: list[Untold]
    counters: list[Counter]  # other times people proposed, waiting for me
    asks: list[Ask]  # requests without an answer, whose day has come

    @property
    def is_quiet(self) -> bool:
        people = (self.talks, self.tomorrow, self.to_touch, self.debriefs, self.counters, self.asks)
        return self.next_talk is None and not any((self.overdue, self.due, self.theirs, *people))

    @property
    def has_side(self) -> bool:
        return bool(self.talks or self.tomorrow or self.to_touch or self.theirs)

    @property
    def thanks_somebody(self) -> bool:
        return any(promise.kind == "thank_you" for promise in self.due)

    def lead(self, user: User) -> str:
        """ "Two promises are late, and Mateus is at 14:00."."""
        said = [part for part in (self._owed(), self._proposed(), self._awaited(user)) if part]
        if not said:
            return _("Nothing is owed today, nobody waits.")
        *before, last = said
        line = _("%(first)s, and %(second)s.") % {"first": ", ".join(before), "second": last} if before else f"{last}."
        return line[:1].upper() + line[1:]

    def _owed(self) -> str:
        late, due = len(self.overdue), len(self.due)
        if late:
            count = _("more than %d") % late if self.more else number(late)
            return ngettext("%(n)s promise is late", "%(n)s promises are late", late) % {"n": count}
        return ngettext("%(n)s promise is due", "%(n)s promises are due", due) % {"n": number(due)} if due else ""

    def _proposed(self) -> str:
        """Somebody who named another time waits for an answer, also on a day without promises."""
        count = len(self.counters)
        if not count:
            return ""
        words = ngettext("%(n)s proposed time waits for you", "%(n)s proposed times wait for you", count)
        return words % {"n": number(count)}

    def _awaited(self, user: User) -> str:
        if self.next_talk is None:
            return ""
        at = date_format(self.next_talk.starts_at.astimezone(user.zone), "H:i")
        return _("%(who)s is at %(at)s") % {"who": self.next_talk.contact.first_name, "at": at}


def read_day(user: User, now: datetime) -> Today:
    """Six queries on a plain day, eight on a full one."""
    day = user.today(now)
    have_counters, have_asks = _waiting(user, day)
    wanted = wanted_by(user, day, SHOWN + 1)
    overdue = [promise for promise in wanted[:SHOWN] if promise.due_on < day]
    talks = _talks(user, _midnight(user, day, 0), _midnight(user, day, 2))
    todays = [talk for talk in talks if talk.starts_at < _midnight(user, day, 1)]
    next_talk = next((talk for talk in todays if talk.ends_at > now), None)
    return Today(
        day=day,
        now=now,
        overdue=overdue,
        due=[promise for promise in wanted[:SHOWN] if promise.due_on == day],
        more=len(wanted) > SHOWN,
        next_talk=next_talk,
        talks=[talk for talk in todays if talk is not next_talk],
        tomorrow=[talk for talk in talks if talk not in todays],
        to_touch=_to_touch(user, day),
        theirs=awaited(user, THEIRS),
        counters=list(user.counters.waiting()[:TALKS]) if have_counters else [],
        asks=list(user.asks.to_follow_up(day)[:TALKS]) if have_asks else [],
        debriefs=[Untold(pk, at, Person(who, name)) for pk, at, who, name in _debriefs(user, now)],
    )


def _waiting(user: User, day: date) -> tuple[bool, bool]:
    """Whether there can be counter-proposals, and requests without an answer."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, {"owner": user.pk, "day": day})
        counters, asks = cursor.fetchone()
    return bool(counters), bool(asks)


@written
def _talks(user: User, start: datetime, end: datetime) -> InterviewQuerySet:
    """Those planned in [start, end), with whom they are."""
    return user.interviews.planned().between(start, end).with_row().next_first()[:TALKS]


@written
def _debriefs(user: User, now: datetime) -> QuerySet[Interview, Any]:
    waiting = user.interviews.awaiting_debrief(now).order_by("-held_at", "-pk")  # the order of their index
    return waiting.values_list("pk", "starts_at", "contact", "contact__name")[:TALKS]


@written
def _to_touch(user: User, day: date) -> ContactQuerySet:
    return user.contacts.to_touch(day).select_related("organisation").only(*TOUCHED)[:TO_TOUCH]


def _midnight(user: User, day: date, ahead: int) -> datetime:
    return instant(day + timedelta(days=ahead), time.min, user.zone)
