"""The reminder mail: who is due one, what it says, and what becomes of the promises in it once it has left."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import Message
from functools import partial
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q, Window
from django.template.loader import get_template
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from accounts.templatetags.keepword import moment
from base.clock import write_time
from base.counting import in_words
from base.text import clean_line
from base.zones import city, load_zone
from followups import mail_links
from followups.models import Promise, PromiseQuerySet
from interviews.models import Interview, InterviewQuerySet
from outbox.composing import new_message
from outbox.kinds import Cancelled, Coming, Composed, Kind, forecaster, planner, reconciler, register
from outbox.left_out import guarded, note
from outbox.models import BY_HAND, REMINDERS, OutgoingMail, State, message_id

logger = logging.getLogger(__name__)

WHAT_YOU_OWE = gettext_lazy("What you owe")
SHOWN = (20, 10, 3)  # promises in one mail, as many as fit; the others come the next day
LARGEST = 95_000  # bytes of its text and HTML: a mail over 100 KB is cut off by mail programs
HOUR_IS_NEAR, MISSED_FOR_LONG = timedelta(hours=4), timedelta(hours=36)
OWNERS_AT_ONCE = 2000

# what a mail is written from: a hundred thousand of them are due at one hour
READ = (
    *("uid", "what", "kind", "due_on", "promised_on", "interview_id", "reminded_on", "remind_at", "version"),
    *(
        "owner__email",
        "owner__name",
        "owner__time_zone",
        "owner__mail_at",
        "owner__twelve_hours",
        "contact__name",
        "contact__called",
    ),
    # and when its next reminder is
    *("whose", "state", "snoozed_until", "remind_after", "created_at", "binned_at"),
    *("owner__wants_reminders", "contact__binned_at", "contact__stage"),
)
TALK = ("owner_id", "starts_at", "minutes", "medium", "contact__name", "contact__called", "contact__time_zone")

BUTTONS = {
    mail_links.Answer.KEPT: gettext_lazy("Kept"),
    mail_links.Answer.TOMORROW: gettext_lazy("Tomorrow"),
    mail_links.Answer.IN_3_DAYS: gettext_lazy("+3 days"),
    mail_links.Answer.NEXT_WEEK: gettext_lazy("Next week"),
    mail_links.Answer.LET_GO: gettext_lazy("Let go"),
}


# --- who is due one ---------------------------------------------------------------------------------------------------


@planner
def plan(now: datetime) -> int:
    """One row for each owner with a reminder due whose mail of the day may leave. Safe to run twice, late or never."""
    due = Promise.objects.to_remind(now).filter(owner__wants_reminders=True, owner__is_active=True)
    zones = _known(due, now)
    if not zones:
        return 0
    owners = (
        due.filter(_may_leave(zones, now))
        .order_by("owner_id")
        .values_list("owner_id", "owner__email", "owner__time_zone")
        .annotate(first=Min("remind_at"))
    )
    planned, last = 0, 0
    while batch := list(owners.filter(owner_id__gt=last)[:OWNERS_AT_ONCE]):
        made = (
            guarded(partial(_row, owner, email, zone, first, now), owner_id=owner, zone=zone, step=REMINDERS, now=now)
            for owner, email, zone, first in batch
        )
        rows = [row for row in made if row is not None]
        OutgoingMail.objects.bulk_create(rows, ignore_conflicts=True)
        _plan_again(rows, now)
        planned, last = planned + len(rows), batch[-1][0]
    return planned


def _known(due: PromiseQuerySet, now: datetime) -> list[str]:
    """The zones of those who are due one. An owner in a zone that this machine does not know is left out, and told so."""
    known = []
    for zone in due.order_by().values_list("owner__time_zone", flat=True).distinct():
        try:
            known.append(ZoneInfo(zone).key)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            for owner in due.order_by().filter(owner__time_zone=zone).values_list("owner_id", flat=True).distinct():
                note(owner, REMINDERS, error, now)
    return known


def _plan_again(rows: list[OutgoingMail], now: datetime) -> None:
    """The day's mail was cancelled, since nothing was left to say; now something is: a kept promise was reopened, or the owner
    moved to a zone where it is not yet the hour. What was cancelled by hand stays so."""
    first = {row.message_id: row.not_before for row in rows}
    cancelled = OutgoingMail.objects.filter(state=State.CANCELLED, message_id__in=first).exclude(cause=BY_HAND)
    for pk, message in cancelled.values_list("pk", "message_id"):
        OutgoingMail.objects.filter(pk=pk, state=State.CANCELLED).revive(now, not_before=first[message])


def _key(day: date) -> str:
    return f"{REMINDERS}:{day.isoformat()}"


def _local_date(zone: str, now: datetime) -> date:
    return now.astimezone(load_zone(zone)).date()


def _may_leave(zones: Iterable[str], now: datetime) -> Q:
    """No row of the owner's local day and none still on its way; and their mail hour has come, so that what today's mail had no
    room for waits for tomorrow's hour and not for midnight. What yesterday's hour missed, since the machine slept, leaves
    at once, unless the hour is near; nothing waits for it longer than `MISSED_FOR_LONG`."""
    mails = OutgoingMail.objects.of_kind(REMINDERS).filter(owner=OuterRef("owner"))
    counted = mails.exclude(Q(state=State.CANCELLED) & ~Q(cause=BY_HAND))
    free = Q()
    by_clock = sorted((now.astimezone(load_zone(zone)).replace(tzinfo=None), zone) for zone in zones)
    for there, same in groupby(by_clock, key=lambda pair: pair[0]):
        said = counted.filter(occurrence_key=_key(there.date()))
        said_before = counted.filter(occurrence_key=_key(there.date() - timedelta(days=1)))
        missed = Q(remind_at__lt=now - MISSED_FOR_LONG)
        if (near := there + HOUR_IS_NEAR).date() == there.date():
            missed |= Q(owner__mail_at__gt=near.time())
        is_time = Q(owner__mail_at__lte=there.time()) | (missed & Q(~Exists(said_before)))
        free |= Q(owner__time_zone__in=[zone for _there, zone in same]) & is_time & Q(~Exists(said))
    leaving = mails.filter(state__in=[State.PENDING, State.CLAIMED, State.HANDING])
    return free & Q(~Exists(leaving))


def _row(owner_id: int, email: str, zone: str, first: datetime, now: datetime) -> OutgoingMail:
    key = _key(_local_date(zone, now))
    return OutgoingMail(
        owner_id=owner_id,
        kind=REMINDERS,
        occurrence_key=key,
        message_id=message_id(owner_id, key),
        recipient=email,
        not_before=first,
        next_attempt_at=now,
        created_at=now,
    )


@forecaster
def foresee(owner_id: int, now: datetime) -> list[Coming]:
    """The owner's next reminder, which has no row yet."""
    coming = Promise.objects.filter(owner=owner_id, remind_at__gt=now).order_by("remind_at")
    first = coming.values_list("remind_at", flat=True).first()
    return [Coming(first, WHAT_YOU_OWE)] if first else []


@reconciler
def reconcile(now: datetime) -> int:
    """Computes every reminder anew. More than 0 means that a write has forgotten one, or that a zone's rules changed."""
    repaired = sum(
        guarded(
            partial(promise.replan, now),
            owner_id=promise.owner_id,
            zone=promise.owner.time_zone,
            step=REMINDERS,
            now=now,
        )
        or 0
        for promise in Promise.objects.in_chunks()
    )
    if repaired:
        logger.warning("Reminders were at another time than they should be.", extra={"data": {"repaired": repaired}})
    return repaired


# --- what it says -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One promise, as the mail tells it."""

    what: str
    who: str
    standing: str
    is_late: bool
    promised: str
    buttons: list[tuple[str, str]]


@dataclass
class Due:
    """What one reminder is written from."""

    promises: list[Promise] = field(default_factory=list)  # the most urgent first, and no more than are shown
    count: int = 0  # of all that are due
    first: datetime | None = None  # when the first of them was
    talks: list[Interview] = field(default_factory=list)  # around the owner's today, the next first


def prepare(mails: list[OutgoingMail], now: datetime) -> None:
    """Reads for all of these mails at once. Whoever changes a promise takes them back with `compose_anew`."""
    found = {mail.owner_id: Due() for mail in mails}
    most = SHOWN[0] * 10 * len(found)
    promises = list(_due(now).filter(owner__in=found)[: most + 1])
    if len(promises) > most:  # somebody owes hundreds of things: then each mail reads its own
        return
    for promise in promises:
        found[promise.owner_id].promises.append(promise)
    for talk in _talks_around(now).filter(owner__in=found):
        found[talk.owner_id].talks.append(talk)
    for due in found.values():
        due.count = len(due.promises)
        due.first = min((promise.remind_at for promise in due.promises if promise.remind_at), default=None)
    for mail in mails:
        mail.prepared = found[mail.owner_id]


def _read(owner_id: int, now: datetime) -> Due:
    """For one mail alone."""
    of_all = {"count": Window(Count("pk")), "first": Window(Min("remind_at"))}
    found = Due()
    for promise in _due(now).filter(owner=owner_id).annotate(**of_all)[: SHOWN[0]]:
        found.promises.append(promise)
        found.count, found.first = promise.count, promise.first  # type: ignore[attr-defined]  # annotated
    if found.promises:
        found.talks = list(_talks_around(now).filter(owner=owner_id))
    return found


def compose_reminder(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    """Today's truth: every promise of the owner whose reminder is due, the most urgent first."""
    due = mail.prepared or _read(mail.owner_id or 0, now)
    if not due.promises:
        return Cancelled(_("everything was kept, put off or let go"))
    with due.promises[0].owner.own_hours():
        return _written(mail, due, now)


def _written(mail: OutgoingMail, due: Due, now: datetime) -> Composed:
    owner = due.promises[0].owner
    today = owner.today(now)
    subject = _subject(due)
    context = {
        "subject": subject,
        "owner": owner,
        "day": date_format(today, "l j F"),
        "heading": _heading(due.count, owner.called),
        "meant_for": _meant_for(due, owner, today),
        "talks": [_talk(talk, owner) for talk in due.talks if owner.today(talk.starts_at) == today],
        "mail_at": write_time(owner.mail_at),
        "site": settings.SITE_URL,
        "settings_url": settings.SITE_URL + reverse("settings"),
        "stop_url": mail_links.stop_url(owner.pk),
    }
    for most in SHOWN:
        shown = due.promises[:most]
        lines = [_line(promise, today) for promise in shown]
        message = _message(mail.recipient, subject, {**context, "lines": lines, "more": due.count - len(shown)})
        if len(message.get_payload()) < LARGEST:
            break
    message["References"] = " ".join(_thread(promise) for promise in shown[:10])
    return Composed(message, subject, _settles(shown, today))


def _settles(shown: list[Promise], today: date) -> dict[str, Any]:
    """Which version of each promise was told, and what its reminder is moved from and to once the mail has left."""
    seen = {str(promise.pk): promise.version for promise in shown}
    before = {promise.pk: promise.remind_at for promise in shown}
    for promise in shown:
        promise.reminded(today)
    moves = {str(promise.pk): [_iso(before[promise.pk]), _iso(promise.remind_at)] for promise in shown}
    return {"promises": seen, "moves": moves, "day": today.isoformat()}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _moment(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


def _due(now: datetime) -> PromiseQuerySet:
    wanted = Promise.objects.to_remind(now).filter(owner__wants_reminders=True)
    return wanted.select_related("owner", "contact").only(*READ).most_urgent_first()


def _talks_around(now: datetime) -> InterviewQuerySet:
    """Planned talks of whatever is today somewhere in the world."""
    planned = Interview.objects.planned().filter(contact__binned_at__isnull=True)
    near = planned.between(now - timedelta(days=2), now + timedelta(days=2))
    return near.select_related("contact").only(*TALK).next_first()


def _message(recipient: str, subject: str, context: dict[str, Any]) -> Message:
    text = get_template("followups/email/reminder_body.txt").render(context)
    html = get_template("followups/email/reminder_body.html").render(context)
    message = new_message(subject, settings.DEFAULT_FROM_EMAIL, recipient, text, html)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-Unsubscribe"] = f"<{context['stop_url']}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return message


def _subject(due: Due) -> str:
    """ "You owe Ana an article, and 2 more": on one line, whatever the name holds, and never so long that it is refused."""
    said = get_template("followups/email/reminder_subject.txt").render(
        {"first": due.promises[0], "others": due.count - 1}
    )
    return Truncator(clean_line(said)).chars(200)


def _heading(count: int, called: str) -> str:
    if count == 1:
        return _("One thing you said you would do, %(called)s") % {"called": called}
    return _("%(n)s things you said you would do, %(called)s") % {
        "n": in_words(count, count).capitalize(),
        "called": called,
    }


def _line(promise: Promise, today: date) -> Line:
    buttons = [
        (str(label), mail_links.ButtonLink(promise.uid, promise.version, answer).url())
        for answer, label in BUTTONS.items()
    ]
    return Line(
        what=promise.what,
        who=promise.contact.name,
        standing=_standing(promise, today),
        is_late=promise.due_on < today,
        promised=_promised(promise),
        buttons=buttons,
    )


def _standing(promise: Promise, today: date) -> str:
    late = promise.days_late(today)
    if not late:
        return _("due today")
    if late == 1 and promise.reminded_on is None:
        return _("was due yesterday")
    return ngettext("%(n)d day late", "%(n)d days late", late) % {"n": late}


def _promised(promise: Promise) -> str:
    """Where it was promised, in a few words."""
    on = {"day": date_format(promise.promised_on, "j F")}
    return _("promised when you spoke on %(day)s") % on if promise.interview_id else _("promised on %(day)s") % on


def _meant_for(due: Due, owner: User, today: date) -> date | None:
    """The local day this mail should have left, when that has passed."""
    planned = owner.today(due.first) if due.first else today
    return planned if planned < today else None


def _talk(talk: Interview, owner: User) -> dict[str, Any]:
    theirs = talk.contact.time_zone
    return {
        "at": write_time(talk.starts_at.astimezone(owner.zone)),
        "there": f"{moment(talk.starts_at, theirs)}, {city(theirs)}" if theirs and theirs != owner.time_zone else "",
        "who": talk.contact.name,
        "minutes": talk.minutes,
        "how": talk.get_medium_display(),
        "url": settings.SITE_URL + talk.get_absolute_url(),
    }


def _thread(promise: Promise) -> str:
    """A Message-ID nobody has sent: what the mails about one promise have in common."""
    return f"<promise.{promise.uid.hex}@{settings.SITE_HOST or 'localhost'}>"


# --- once it has left -------------------------------------------------------------------------------------------------


def settle(mail: OutgoingMail, now: datetime) -> None:
    """This step has been given: each promise that still is as the mail told it gets its next one, by compare and swap."""
    told, moves = mail.settles.get("promises", {}), mail.settles.get("moves", {})
    as_told: dict[str | None, Q] = {}  # by the instant of the next reminder, which most of them share
    for pk, (before, after) in moves.items():
        one = Q(pk=int(pk), version=told[pk], remind_at=_moment(before))
        as_told[after] = as_told.get(after, Q()) | one
    for after, ones in as_told.items():
        Promise.objects.filter(ones).update(reminded_on=mail.settles["day"], remind_at=_moment(after))


def still_wanted(mail: OutgoingMail) -> bool:
    """Whether anything in it is still open as it was told."""
    told = mail.settles.get("promises", {})
    still = Promise.objects.open().filter(pk__in=map(int, told), remind_at__isnull=False).values_list("pk", "version")
    return any(told[str(pk)] == version for pk, version in still)


register(Kind(REMINDERS, WHAT_YOU_OWE, compose_reminder, settle, still_wanted, prepare, is_to_owner=True))
