"""The three minutes after a talk."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import OwnerRequest, go_back, require_form, seen_version, tell, undo_url
from base.owned import Stale
from interviews.debriefing import actions
from interviews.debriefing.forms import DebriefForm, PromiseRow
from interviews.holding.actions import answered
from interviews.holding.room_page import SHOWN, given_back, room_of
from interviews.models import Debrief, Interview


@require_form
def debrief(request: OwnerRequest, pk: int) -> HttpResponse:
    """POST keeps what has been said so far, for later."""
    if request.method == "POST":
        return _save(request, pk, actions.save, _kept)
    interview, now = held_or_404(request, pk), timezone.now()
    if not interview.is_held:
        return redirect(interview)
    return _render(request, interview, _form(request, interview, now), now)


@require_POST
def debrief_done(request: OwnerRequest, pk: int) -> HttpResponse:
    return _save(request, pk, actions.finish, _done)


@require_POST
def debrief_reopen(request: OwnerRequest, pk: int) -> HttpResponse:
    debrief: Debrief = get_object_or_404(request.user.debriefs.alive(), interview__pk=pk)
    actions.reopen(debrief=debrief, seen=seen_version(request, debrief))
    tell(request, _("The debrief waits on Today again."))
    return go_back(request, debrief.get_absolute_url())


@require_POST
def tell_later(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = held_or_404(request, pk)
    if interview.is_held:
        _see_told_later(request, interview)
        promise = actions.tell_later(interview=interview, now=timezone.now())
        said = _("Promised: %(name)s hears in 30 days what came of the advice.")
        tell(request, said % {"name": interview.contact.first_name}, undo=undo_url("tell_later_not", promise, pk))
    return go_back(request, interview.get_absolute_url())


@require_POST
def tell_later_not(request: OwnerRequest, pk: int) -> HttpResponse:
    """Undoes `tell_later`."""
    interview = held_or_404(request, pk)
    _see_told_later(request, interview)
    promise = actions.do_not_tell_later(interview=interview, now=timezone.now())
    tell(request, _("Taken away again."), undo=undo_url("tell_later", promise, pk) if promise else "")
    return go_back(request, interview.get_absolute_url())


def _see_told_later(request: OwnerRequest, interview: Interview) -> None:
    """Stale when the promise is of another version than an Undo takes back."""
    if promise := actions.told_later(interview):
        seen_version(request, promise)


@require_safe
def day_understood(request: OwnerRequest) -> HttpResponse:
    """The line under a date in words, fetched again as one types."""
    words = next((value for name, value in request.GET.items() if name.endswith("-due")), "")
    row = PromiseRow({"day-due": words}, prefix="day", today=request.user.today(timezone.now()))
    return render(request, "interviews/_debrief_day.html", {"row": row})


def _save(
    request: OwnerRequest,
    pk: int,
    verb: Callable[..., Debrief],
    answer: Callable[[OwnerRequest, Interview, Debrief], HttpResponse],
) -> HttpResponse:
    """Saves the whole page or nothing. What another tab saved first is shown beside what was typed here."""
    now = timezone.now()
    for _once_more in range(2):  # saved elsewhere since it was read here: read again, the form finds what differs
        interview = held_or_404(request, pk)
        if not interview.is_held:
            return redirect(interview)
        form = _form(request, interview, now)
        if not form.is_valid():
            break
        try:
            kept = verb(interview=interview, outcome=form.outcome, seen=form.seen, now=now)
        except Stale:
            continue
        return answer(request, interview, kept)
    return _render(request, interview, form, now)


def _kept(request: OwnerRequest, interview: Interview, kept: Debrief) -> HttpResponse:
    tell(request, _("Kept. The debrief of %(name)s waits on Today.") % {"name": interview.contact.first_name})
    return redirect(kept)


def _done(request: OwnerRequest, interview: Interview, kept: Debrief) -> HttpResponse:
    said = _("The talk with %(name)s is debriefed.") % {"name": interview.contact.first_name}
    tell(request, said, undo=undo_url("debrief_reopen", kept, interview.pk))
    thanked = actions.thank_you_promise(interview)
    then = reverse("thank_you", args=[interview.pk]) if thanked and thanked.is_open else reverse("today")
    if interview.contact.is_dropped and interview.contact.promises.open().mine().exists():
        return redirect(f"{reverse('promises_left', args=[interview.contact_id])}?{urlencode({'next': then})}")
    return redirect(then)


def _form(request: OwnerRequest, interview: Interview, now: datetime) -> DebriefForm:
    room = room_of(interview)
    promises = interview.promises.open().filter(contact=interview.contact, check_in_of__isnull=True)
    told_later = actions.told_later_uid(interview)  # it has its own tick
    return DebriefForm(
        request.POST if request.method == "POST" else None,
        interview=interview,
        debrief=getattr(interview, "debrief", None),
        promises=list(promises.exclude(kind=actions.THANK_YOU).exclude(uid=told_later).order_by("pk")[:SHOWN]),
        lines=actions.lines_to_promise(interview, room, [one.answer for one in answered(interview)])[:SHOWN],
        people=actions.people_to_meet(interview, room)[:SHOWN],
        today=request.user.today(now),
    )


def _render(request: OwnerRequest, interview: Interview, form: DebriefForm, now: datetime) -> HttpResponse:
    context: dict[str, Any] = {
        "interview": interview,
        "contact": interview.contact,
        "form": form,
        "room": room_of(interview),
        "debrief": getattr(interview, "debrief", None),
        "given": given_back(room_of(interview)),
        "wrong": form.is_bound,
        "thanks": actions.thank_you_promise(interview),
        "answers": answered(interview),
        "today": request.user.today(now),
    }
    return render(request, "interviews/debrief.html", context)


def held_or_404(request: OwnerRequest, pk: int) -> Interview:
    rows = request.user.interviews.alive().with_contact()
    rows = rows.select_related("room", "preparation", "debrief", "contact__introduced_by")
    found: Interview = get_object_or_404(rows, pk=pk)
    found.contact.owner = request.user
    room = room_of(found)
    if room:
        room.interview = found
    return found
