from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.http import OwnerRequest, go_back, page_or_partial, require_form, seen_version, tell, typed, undo_url
from base.owned import Stale
from base.submitted_once import once, uid_of
from interviews import calendars
from interviews.learning.remembered import remember
from interviews.models import Interview, InterviewQuerySet, InterviewState
from interviews.models.preparing import with_has_preparation
from interviews.planning import actions, toasts
from interviews.planning.contact_mail import address_of, last_mail
from interviews.planning.forms import InterviewForm


@require_form
def interview_new(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    now = timezone.now()
    contact = get_object_or_404(with_has_preparation(request.user.contacts.alive()), pk=contact_pk)
    form = InterviewForm(typed(request, "understood"), owner=request.user, contact=contact, now=now)
    if request.method == "POST" and not contact.is_dropped and form.is_valid() and form.is_hour_settled:
        interview = once(
            uid_of(form, request.user),
            lambda uid: actions.plan(owner=request.user, contact=contact, uid=uid, now=now, **form.terms),
            lambda uid: _interviews(request).filter(uid=uid, state=InterviewState.PLANNED).first(),
        )
        tell(request, toasts.planned(interview), undo=undo_url("interview_cancel", interview))
        return redirect(interview)
    context = {"form": form, "contact": contact, "address": address_of(contact), "delay": settings.INVITATION_DELAY}
    return page_or_partial(request, "interviews/interview_form.html", "understood", context)


@require_form
def interview_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    interview = _interview(request, pk)
    if not interview.is_planned:
        return redirect(interview)
    contact = interview.contact
    form = InterviewForm(
        typed(request, "understood"), owner=request.user, contact=contact, now=now, interview=interview
    )
    if request.method == "POST" and not contact.is_dropped and form.is_valid() and form.is_hour_settled:
        try:
            if form.seen != interview.version:
                raise Stale(interview)
            told = actions.change(interview=interview, now=now, **form.terms)
        except Stale:
            form.show_what_stands(_interview(request, pk))
        else:
            tell(request, toasts.changed(interview, told))
        if not form.differences:  # saved; or by the first of two taps
            return redirect(interview)
    context = {
        "form": form,
        "contact": contact,
        "interview": interview,
        "address": address_of(contact),
        "delay": settings.INVITATION_DELAY,
    }
    return page_or_partial(request, "interviews/interview_form.html", "understood", context)


@require_safe
def interview_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    interview = _interview(request, pk)
    mail = last_mail(interview)
    context = {
        "interview": interview,
        "contact": interview.contact,
        "mail": mail,
        "leaves_in": max(0, round((mail.next_attempt_at - now).total_seconds())) if mail else 0,
        "address": address_of(interview.contact),
        "overlaps": request.user.interviews.overlapping(interview.starts_at, interview.ends_at, but=interview)
        if interview.is_planned
        else [],
        "promises": interview.promises.open().select_related("contact").order_by("due_on", "pk")[:50],
        "has_begun": interview.starts_at <= now,
        "is_over": interview.ends_at <= now,
        "now": now,
        "today": request.user.today(now),
        "remembered": remember(interview) if interview.is_held else None,
        "may_move_to_theirs": interview.may_move_to_theirs(now),
    }
    return page_or_partial(request, "interviews/interview_detail.html", "invitation", context)


@require_safe
def interview_ics(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = _interview(request, pk)
    return HttpResponse(
        calendars.download(interview, now=timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="talk-{interview.local_date}.ics"'},
    )


@require_POST
def interview_cancel(request: OwnerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.cancel, toasts.cancelled, undo="interview_uncancel")


@require_POST
def interview_uncancel(request: OwnerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.uncancel, toasts.planned_again)


@require_POST
def interview_invite(request: OwnerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.invite, toasts.invited)


@require_POST
def interview_hold(request: OwnerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.hold, toasts.held, undo="interview_unhold")


@require_POST
def interview_no_show(request: OwnerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.no_show, toasts.no_show, undo="interview_unhold")


@require_POST
def interview_unhold(request: OwnerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.unhold, toasts.open_again)


def _interviews(request: OwnerRequest) -> InterviewQuerySet:
    return request.user.interviews.alive().with_contact()


def _interview(request: OwnerRequest, pk: int) -> Interview:
    found = get_object_or_404(_interviews(request).select_related("offer"), pk=pk)
    found.contact.owner = request.user
    return found


def _act(
    request: OwnerRequest,
    pk: int,
    verb: Callable[..., Any],
    said: Callable[[Interview, Any], str],
    undo: str = "",
) -> HttpResponse:
    """One verb, its toast with the way back, and the page it was tapped on."""
    interview = _interview(request, pk)
    seen_version(request, interview)
    told = verb(interview=interview, now=timezone.now())
    tell(request, said(interview, told), undo=undo_url(undo, interview) if undo else "")
    return go_back(request, interview.get_absolute_url())
