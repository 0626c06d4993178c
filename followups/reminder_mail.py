"""What a reminder says: every promise of its owner that is due, the most urgent first, with its buttons."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import Message
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, Window
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
from base.zones import city
from followups import mail_links
from followups.models import Promise, PromiseQuerySet
from interviews.models import Interview, InterviewQuerySet
from outbox.composing import new_message
from outbox.kinds import Cancelled, Composed
from outbox.models import OutgoingMail

SHOWN = (20, 10, 3)  # promises in one mail, as many as fit; the others come the next day
LARGEST = 95_000  # bytes of its text and HTML: a mail over 100 KB is cut off by mail programs

# what a mail is written from: a hundred thousand of them are due at one hour
READ = (
    *("uid", "what", "kind", "due_on", "promised_on", "interview_id", "reminded_on", "remind_at", "version"),
    *("owner__email", "owner__name", "owner__time_zone", "owner__mail_at", "owner__twelve_hours"),
    *("contact__name", "contact__called"),
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
        found.count, found.first = vars(promise)["count"], vars(promise)["first"]
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
