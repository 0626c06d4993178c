"""Yes, no or another time for an invitation, for mail programs that cannot answer it. As in `guest`, opening changes nothing;
pressing does."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone

from accounts.http import require_form
from base.owned import Stale
from base.private_links import is_pressed, press_for, private_link
from base.zones import load_zone
from interviews.models import AttendeeStatus, Interview
from interviews.offering.guest_forms import ShownZone
from interviews.replying import actions
from interviews.replying.actions import Said
from interviews.replying.forms import AnotherTimeForm, WordForm


@private_link
@require_form
def guest_yes(request: HttpRequest, token: str) -> HttpResponse:
    return _yes_or_no(request, token, AttendeeStatus.ACCEPTED)


@private_link
@require_form
def guest_no(request: HttpRequest, token: str) -> HttpResponse:
    return _yes_or_no(request, token, AttendeeStatus.DECLINED)


@private_link
@require_form
def guest_another(request: HttpRequest, token: str) -> HttpResponse:
    """The time does not suit: they propose another one."""
    now = timezone.now()
    interview, is_current = _of_link(token, now)
    values = request.POST if request.method == "POST" else request.GET
    theirs = interview.their_zone
    shown_zone = ShownZone(values.get("zone", ""), theirs=theirs, owner=interview.owner, now=now)
    form = AnotherTimeForm(
        request.POST if request.method == "POST" else None, zone=shown_zone.chosen, interview=interview, now=now
    )
    if _is_answer(request, token, is_current) and form.is_valid():
        _keep(interview, form.said, now)
        return HttpResponseRedirect(request.path)
    is_said = interview.attendee_status == AttendeeStatus.COUNTERED
    more = {"form": form, "shown_zone": shown_zone, "is_said": is_said}
    return _render(request, "interviews/guest_another.html", interview, token, is_current, shown_zone.chosen, now, more)


def _yes_or_no(request: HttpRequest, token: str, status: str) -> HttpResponse:
    now = timezone.now()
    interview, is_current = _of_link(token, now)
    form = WordForm(request.POST if request.method == "POST" else None, interview=interview)
    if _is_answer(request, token, is_current) and form.is_valid():
        _keep(interview, Said(status, form.cleaned_data["note"]), now)
        return HttpResponseRedirect(request.path)
    accepts = status == AttendeeStatus.ACCEPTED
    more = {"form": form, "accepts": accepts, "is_said": interview.attendee_status == status}
    zone = interview.their_zone or interview.owner.time_zone
    return _render(request, "interviews/guest_reply.html", interview, token, is_current, zone, now, more)


def _of_link(token: str, now: datetime) -> tuple[Interview, bool]:
    """The talk, and whether the invitation with this link is the one that stands."""
    found = Interview.of_answer_link(token)
    if found is None:
        raise Http404
    interview, sequence = found
    interview.contact.owner = interview.owner
    is_current = interview.invited_sequence == sequence and interview.is_planned and interview.ends_at > now
    return interview, is_current


def _is_answer(request: HttpRequest, token: str, is_current: bool) -> bool:
    return request.method == "POST" and is_current and is_pressed(token, request.POST.get("pressed", ""))


def _keep(interview: Interview, said: Said, now: datetime) -> None:
    with suppress(Stale):  # a second tap was faster: the page says what stands
        actions.answer(interview=interview, said=said, now=now)


def _render(
    request: HttpRequest,
    template: str,
    interview: Interview,
    token: str,
    is_current: bool,
    zone: str,
    now: datetime,
    more: dict[str, Any],
) -> HttpResponse:
    context = {
        "interview": interview,
        "contact": interview.contact,
        "owner": interview.owner,
        "agreed": interview.agreed,
        "zone": zone,
        "token": token,
        "pressed": press_for(token),
        "is_current": is_current,
        "now": now,
        **more,
    }
    with timezone.override(load_zone(zone)), interview.owner.own_hours():
        return render(request, template, context, status=200 if is_current else 410)
