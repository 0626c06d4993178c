"""The Deliveries page as data: what comes next, what is late, what is to come and what has gone, by local day."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.keepword import clock, moment
from base.paging import Order
from outbox.figures import Figures
from outbox.kinds import FORECASTERS, KINDS, Coming
from outbox.left_out import standing_at
from outbox.mail_health import read_mail_health
from outbox.mail_states import LOOKS, Trouble, addressee, answer, duration, is_late, title, trouble
from outbox.models import OutgoingMail, OutgoingMailQuerySet, State
from outbox.settling import DATABASE_AWAY, relay_is_shut, relay_state

logger = logging.getLogger(__name__)

LAST_GONE_FIRST = Order("updated_at", falling=True)
COMING, TROUBLES = 50, 30


@dataclass(frozen=True)
class Line:
    """One row of the tables."""

    at: datetime
    to: str
    why: str
    state: str
    icon: str
    tone: str
    answer: str = ""


@dataclass(frozen=True)
class Day:
    date: date
    lines: list[Line]


@dataclass(frozen=True)
class Ahead:
    troubles: list[Trouble]
    lines: list[Line]

    @property
    def next(self) -> Line | None:
        return self.lines[0] if self.lines else None

    def next_said(self, user: User, now: datetime) -> str:
        """ "Next, in 3 hours, to you. Then 18:00: What you owe; Friday 4 December, 07:30: What you owe." """
        if self.next is None:
            return ""
        to = _("you") if self.next.to == _("You") else self.next.to
        said = _("Next, in %(span)s, to %(to)s.") % {"span": duration(max(self.next.at - now, timedelta(0))), "to": to}
        then = [
            f"{_when(line.at, before.at, user)}: {line.why}"
            for before, line in zip(self.lines, self.lines[1:3], strict=False)
        ]
        return f"{said} {_('Then %(what)s.') % {'what': '; '.join(then)}}" if then else said


def _when(at: datetime, before: datetime, user: User) -> str:
    """The hour, and its day where that is another one than the day of the line before."""
    return clock(at, user.zone) if user.today(at) == user.today(before) else moment(at, user.zone)


@dataclass(frozen=True)
class Unplanned:
    """A kind of mail that is not planned for this user, and why."""

    what: str
    why: str
    since: datetime


@dataclass(frozen=True)
class Pulse:
    said: str
    is_late: bool


def ahead(mails: OutgoingMailQuerySet, user: User, now: datetime) -> Ahead:
    """What has not left: what is late or in doubt apart from what is to come."""
    waiting = list(mails.to_come()[:COMING])
    late = [mail for mail in waiting if is_late(mail, now)]
    unseen = list(mails.unseen()[:TROUBLES])
    lines = [_line(mail, mail.next_attempt_at, user) for mail in waiting if mail not in late]
    lines += _foreseen(user, now)
    return Ahead([trouble(mail, user, now) for mail in late + unseen], sorted(lines, key=lambda line: line.at))


def coming(user: User, now: datetime) -> list[Line]:
    """What leaves by itself, soonest first: what is queued, and what is foreseen."""
    waiting = [mail for mail in user.outgoingmails.to_come()[:COMING] if not is_late(mail, now)]
    lines = [_line(mail, mail.next_attempt_at, user) for mail in waiting] + _foreseen(user, now)
    return sorted(lines, key=lambda line: line.at)


def unplanned(user: User, now: datetime) -> list[Unplanned]:
    rows = user.left_out.filter(standing_at(now)).order_by("since")
    return [
        Unplanned(str(KINDS[row.step].label) if row.step in KINDS else row.step, _(row.cause), row.since)
        for row in rows
    ]


def gone_lines(mails: Iterable[OutgoingMail], user: User) -> list[Line]:
    return [_line(mail, mail.updated_at, user) for mail in mails]


def by_day(lines: Iterable[Line], user: User) -> list[Day]:
    days = groupby(lines, key=lambda line: user.today(line.at))
    return [Day(day, list(group)) for day, group in days]


def pulse(user: User, now: datetime) -> Pulse:
    """Whether anybody delivers, and whether the mail server takes it: one sentence."""
    state, health = relay_state(), read_mail_health(user.pk, now)
    if relay_is_shut(state, now) and state.shut_until:
        words = {"error": state.last_error, "time": clock(state.shut_until, user.zone)}
        return Pulse(_("The mail server fails (%(error)s). It is asked again at %(time)s.") % words, True)
    if health.looked_at is None:
        return Pulse(_("No worker has looked for mail yet. It leaves as soon as one does."), True)
    if health.is_late or health.advice:
        return Pulse(f"{health.said}. {health.advice}", True)
    span = duration(max(now - health.looked_at, timedelta(0)))
    return Pulse(_("%(said)s. Looked %(span)s ago.") % {"said": health.said, "span": span}, False)


def _line(mail: OutgoingMail, at: datetime | None, user: User) -> Line:
    icon, tone = LOOKS[State(mail.state)]
    if mail.state == State.SENT and mail.possible_duplicate:
        tone = "soon"
    return Line(
        at=at or mail.created_at,
        to=addressee(mail, user),
        why=title(mail),
        state=str(mail.get_state_display()),
        icon=icon,
        tone=tone,
        answer=answer(mail, user),
    )


def _foreseen(user: User, now: datetime) -> list[Line]:
    found: list[Coming] = []
    for foresee in FORECASTERS:
        try:
            found += foresee(user.pk, now)
        except DATABASE_AWAY:
            raise
        except Exception as error:  # what cannot be read is told by the step that plans it; the page must open
            data = {"step": foresee.__module__, "error": type(error).__name__}
            logger.warning("What comes next could not be foreseen.", extra={"data": data})
    return [
        Line(coming.at, coming.to or _("You"), str(coming.summary), _("Planned"), "clock", "quiet") for coming in found
    ]


def in_figures(found: Figures, repairs: int) -> list[tuple[str, str]]:
    """The last 30 days, a name and a value each."""
    return [
        (_("Sent"), str(found.sent)),
        (_("Late, half of them at most"), _seconds(found.p50)),
        (_("95 of 100"), _seconds(found.p95)),
        (_("99 of 100"), _seconds(found.p99)),
        (_("Tried more than once"), str(found.retried)),
        (_("In doubt"), str(found.uncertain)),
        (_("Not delivered"), str(found.dead)),
        (_("Reminders put right"), str(repairs)),
    ]


def _seconds(value: float | None) -> str:
    return "–" if value is None else duration(timedelta(seconds=max(value, 0)))
