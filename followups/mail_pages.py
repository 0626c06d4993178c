"""Pages behind the links of a mail: public, for whoever holds the link. Opening one never changes anything; pressing does.

The one bare POST is List-Unsubscribe of RFC 8058.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import require_form
from accounts.models import User
from base.owned import Stale
from base.private_links import is_pressed, press_for, private_link
from followups import actions, mail_links
from followups.mail_links import Answer, ButtonLink
from followups.models import Promise

View = Callable[..., HttpResponse]


def signed(view: View) -> View:
    """An expired link gets its sentence, a forged one is not there."""

    @private_link
    @wraps(view)
    def shown(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return view(request, token)
        except mail_links.ExpiredLinkError:
            return render(request, "followups/link_expired.html", status=410)
        except (mail_links.UnknownLinkError, Promise.DoesNotExist, User.DoesNotExist):
            raise Http404 from None

    return shown


@signed
@require_form
def promise_button(request: HttpRequest, token: str) -> HttpResponse:
    now = timezone.now()
    link = mail_links.read_button(token)
    promise = Promise.named(link.uid)
    if request.method == "POST" and is_pressed(token, request.POST.get("pressed", "")):
        return HttpResponseRedirect(_press(promise, link, now) or request.path)
    with timezone.override(promise.owner.zone), promise.owner.own_hours():
        return render(request, "followups/promise_button.html", _page(promise, link, token, now))


def _press(promise: Promise, link: ButtonLink, now: datetime) -> str:
    """Does what the link says, if the promise is as its mail told it. Gives the page that says so and offers the way back;
    nothing after an Undo, and when nothing was done."""
    if promise.version != link.version or promise.binned_at:
        return ""
    try:
        _act(promise, link.answer, now)
    except Stale:
        return ""
    return (
        "" if link.answer == Answer.UNDO else ButtonLink(promise.uid, promise.version, Answer.UNDO, link.stamp).path()
    )


def _act(promise: Promise, answer: Answer, now: datetime) -> None:
    if answer == Answer.KEPT:
        actions.keep(promise=promise, now=now)
    elif answer == Answer.LET_GO:
        actions.let_go(promise=promise, now=now)
    elif answer == Answer.UNDO and promise.is_open:
        promise.unsnooze(now)
    elif answer == Answer.UNDO:
        actions.reopen(promise=promise, now=now)
    else:
        promise.snooze(mail_links.PUTS_OFF[answer], now)


def _page(promise: Promise, link: ButtonLink, token: str, now: datetime) -> dict[str, Any]:
    """The promise, one button for what the link says and the others beside it; or what is already so."""
    today = promise.owner.today(now)
    context: dict[str, Any] = {"promise": promise, "today": today, "token": token}
    if promise.version == link.version and promise.is_open and link.answer != Answer.UNDO:
        buttons = [_button(promise, link, answer, today) for answer in mail_links.ANSWERS]
        context["first"] = next(button for button in buttons if button["answer"] == link.answer)
        context["others"] = [button for button in buttons if button["answer"] != link.answer]
        return context
    context["standing"] = _standing(promise, link, today)
    # a press led here: what it did can be taken back, once
    if link.answer == Answer.UNDO and promise.version == link.version and not promise.binned_at:
        context["undo"] = _button(promise, link, Answer.UNDO, today)
    return context


def _button(promise: Promise, link: ButtonLink, answer: Answer, today: date) -> dict[str, Any]:
    token = ButtonLink(promise.uid, promise.version, answer, link.stamp).token()
    return {
        "answer": answer,
        "label": _label(promise, answer, today),
        "token": token,
        "pressed": press_for(token),
    }


def _label(promise: Promise, answer: Answer, today: date) -> str:
    if answer == Answer.KEPT:
        kept = {"article": _("Kept, I sent it"), "thank_you": _("Kept, I wrote it")}
        return kept.get(promise.kind, _("Kept, I did it"))
    if answer in mail_links.PUTS_OFF:
        day = date.fromordinal(today.toordinal() + mail_links.PUTS_OFF[answer])
        said = {
            Answer.TOMORROW: _("Tomorrow, %(weekday)s"),
            Answer.IN_3_DAYS: _("%(weekday)s, in 3 days"),
            Answer.NEXT_WEEK: _("Next week, %(weekday)s %(number)d"),
        }[answer]
        return said % {"weekday": date_format(day, "l"), "number": day.day}
    return _("Let go") if answer == Answer.LET_GO else _("Undo")


def _standing(promise: Promise, link: ButtonLink, today: date) -> str:
    """What is so already, whoever did it."""
    day = {"day": date_format(promise.closed_on or promise.wants_reminder_from(), "l j F")}
    if promise.binned_at or promise.contact.binned_at:
        return _("It is in the bin.")
    if promise.is_open and promise.is_put_off(today):
        return _("Put off to %(day)s.") % day
    if promise.is_open and link.answer == Answer.UNDO:
        return _("Open again, due %(day)s.") % day
    if promise.is_open:
        return _("Still open, due %(day)s. It was changed after this mail.") % day
    return (_("Kept on %(day)s.") if promise.state == "kept" else _("Let go on %(day)s.")) % day


@signed
@require_form
def reminders_stop(request: HttpRequest, token: str) -> HttpResponse:
    """One-click unsubscribe (RFC 8058): the POST needs nothing but its body, and stops reminder mail only."""
    user = User.named(mail_links.read_stop(token))
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click":
        _want_reminders(user, False)
    context = {
        "wants": user.wants_reminders,
        "mail_at": user.mail_at,
        "token": token,
        "pressed": press_for(token),
    }
    with user.own_hours():
        return render(request, "followups/reminders_stop.html", context)


@signed
@require_POST
def reminders_start(request: HttpRequest, token: str) -> HttpResponse:
    user = User.named(mail_links.read_stop(token))
    if is_pressed(token, request.POST.get("pressed", "")):
        _want_reminders(user, True)
    return HttpResponseRedirect(mail_links.stop_path(token))


def _want_reminders(user: User, wants: bool) -> None:
    if user.wants_reminders != wants:
        user.wants_reminders = wants
        user.keep_settings(["wants_reminders"], timezone.now())
