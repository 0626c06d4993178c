"""What the Today page is made of: everything that wants doing now, each part read once and bounded."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.templatetags.keepword import clock
from base.counting import CAP, in_figures, in_words
from base.dates import instant
from crm.models import Contact, Stage
from followups.models import Kind, Promise
from interviews.models import UNSUITED, Ask, AttendeeStatus, Counter, Interview, InterviewQuerySet, NewsItem, Offer
from outbox.deliveries_page import Line, coming
from outbox.mail_states import Trouble, trouble

SHOWN = 12  # promises, the most urgent; the rest stands under Follow-ups
TO_TOUCH = 3
TO_DECIDE = 3
TALKS = 20
DEBRIEFS = 3  # the latest; when one is done, the next moves up
NEWS = 10
WEEK = timedelta(days=7)
COMING = 5  # promises and mails shown when today is done
PERSON = ("owner", "name", "called", "role", "email", "last_touch_on", "version")  # what a row shows
RHYTHM = ("stage", "rhythm_count", "rhythm_unit")


@dataclass(frozen=True)
class Today:
    """One user's day at `now`."""

    day: date
    now: datetime
    promises: list[Promise]  # mine, the most urgent first
    late: int  # how many there are, shown or not; together up to base.counting.CAP
    due_today: int
    next_talk: Interview | None
    talks: list[Interview]  # the others of today
    tomorrow: list[Interview]
    asked_about: list[Interview]  # planned, and their time has passed: did you talk?
    debriefs: list[Interview]
    debrief_count: str
    to_decide: list[Contact]  # met, neither continued nor dropped
    more_to_decide: bool
    to_touch: list[Contact]
    unsuited: list[Interview]  # planned, and the contact declined or proposed another time
    news: list[NewsItem] = field(default_factory=list)  # what contacts did, until it is tapped
    came_back: list[Trouble] = field(default_factory=list)  # mails to contacts that did not arrive
    counters: list[Counter] = field(default_factory=list)  # other times people proposed, waiting for me
    asks: list[Ask] = field(default_factory=list)  # letters without an answer, whose day has come
    offers: list[Offer] = field(default_factory=list)  # and offered times

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
        return in_figures(self.due_today if self.late + self.due_today <= CAP else CAP + 1)

    @property
    def more(self) -> str:
        """ "28" of the promises did not fit; empty when all did."""
        if self.late + self.due_today > CAP:
            return in_words(CAP, CAP - SHOWN)
        count = self.late + self.due_today - len(self.promises)
        return in_figures(count) if count > 0 else ""

    @property
    def is_done(self) -> bool:
        """Whether everything that waits for a tap is tapped away; talks to come wait for their hour."""
        people = (self.asked_about, self.debriefs, self.to_decide, self.to_touch, self.asks, self.offers)
        return not any((self.promises, self.has_news, *people))

    @property
    def has_news(self) -> bool:
        return bool(self.news or self.came_back or self.unsuited or self.counters)

    @property
    def has_side(self) -> bool:
        return bool(self.talks or self.tomorrow or self.to_touch)

    @property
    def silent_count(self) -> int:
        return len(self.asks) + len(self.offers)

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
        count = len(self.counters) + sum(talk.attendee_status == AttendeeStatus.COUNTERED for talk in self.unsuited)
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
    """The same queries on a plain day and on a full one, but for the five about what others did while there is nothing of it."""
    day = user.today(now)
    next_midnight, end = (instant(day + timedelta(days=ahead), time.min, user.zone) for ahead in (1, 2))
    wanted = user.promises.due_by(day).to_do_on(day)
    due_days = list(wanted.order_by("due_on").values_list("due_on", flat=True)[: CAP + 1])
    late = sum(due_on < day for due_on in due_days)
    # the last ones before the day after tomorrow: those to come, then those that have passed without an answer
    planned = user.interviews.planned().exclude(contact__stage=Stage.DROP, starts_at__lt=now)
    shown = planned.filter(Q(starts_at__lt=end) | UNSUITED)
    talks = sorted(shown.with_row().last_first()[:TALKS], key=lambda talk: (talk.starts_at, talk.pk))
    unsuited = [talk for talk in talks if talk.ends_at > now and talk.is_unsuited]
    to_come = [talk for talk in talks if talk.ends_at > now and talk not in unsuited]
    todays = [talk for talk in to_come if talk.starts_at < next_midnight]
    waiting = user.interviews.awaiting_debrief(now)
    debriefs = _debriefs(waiting)
    to_decide = user.contacts.to_decide().exclude(pk__in=waiting.values("contact"))  # a debrief asks for it
    undecided = list(to_decide.only(*PERSON)[: TO_DECIDE + 1])
    return Today(
        day=day,
        now=now,
        promises=list(wanted.with_row().most_urgent_first()[:SHOWN]),
        late=late,
        due_today=len(due_days) - late,
        next_talk=todays[0] if todays else None,
        talks=todays[1:],
        tomorrow=[talk for talk in to_come if talk not in todays],
        asked_about=[talk for talk in talks if talk.ends_at <= now],
        debriefs=debriefs[:DEBRIEFS],
        debrief_count=in_figures(len(debriefs), DEBRIEFS),
        to_decide=undecided[:TO_DECIDE],
        more_to_decide=len(undecided) > TO_DECIDE,
        to_touch=list(user.contacts.to_touch(day).only(*PERSON, *RHYTHM)[:TO_TOUCH]),
        unsuited=unsuited,
        **_what_others_did(user, day, now),
    )


def _what_others_did(user: User, day: date, now: datetime) -> dict[str, Any]:
    """Or left undone: the last fields of `Today`. One query says whether there is anything at all; on most days there is not."""
    news, came_back = user.newsitems.unseen(), user.outgoingmails.came_back()
    first, *rest = [row.order_by().values("pk") for row in (news, came_back, user.asks.due(day), user.offers.due(day))]
    if not first.union(*rest, all=True).exists():
        return {}
    return {
        "news": list(news.with_row()[:NEWS]),
        "came_back": [trouble(mail, user, now) for mail in came_back[:NEWS]],
        "counters": list(user.counters.waiting()[:TALKS]),
        "asks": list(user.asks.to_follow_up(day)[:TALKS]),
        "offers": list(user.offers.to_follow_up(day)[:TALKS]),
    }


def _debriefs(waiting: InterviewQuerySet) -> list[Interview]:
    rows = waiting.order_by("-held_at", "-pk")  # the order of their index
    columns = ("owner", "starts_at", "local_date", "is_logged", "contact__name", "contact__called")
    return list(rows.select_related("contact").only(*columns)[: DEBRIEFS + 1])


@dataclass(frozen=True)
class NextUp:
    """What comes when today is done."""

    talk: Interview | None
    promises: list[Promise]  # mine, of the next seven days
    mails: list[Line]  # what goes out by itself


def read_next_up(user: User, now: datetime) -> NextUp:
    day = user.today(now)
    after_tomorrow = instant(day + timedelta(days=2), time.min, user.zone)
    promises = user.promises.due_by(day + WEEK).filter(due_on__gt=day).to_do_on(day + WEEK)
    return NextUp(
        talk=user.interviews.planned().filter(starts_at__gte=after_tomorrow).with_row().next_first().first(),
        promises=list(promises.with_row().most_urgent_first()[:COMING]),
        mails=coming(user, now)[:COMING],
    )
