"""Yes or no to an invitation, for mail programs that cannot answer it. As in `guest`, opening changes nothing; pressing does."""

from contextlib import suppress
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from base.owned import Stale
from base.private_links import is_pressed, press_for, private_link
from base.zones import load_zone
from interviews.models import AttendeeStatus, Interview
from interviews.replying import actions


@private_link
@require_http_methods(["GET", "HEAD", "POST"])
def guest_yes(request: HttpRequest, token: str) -> HttpResponse:
    return _answer(request, token, accepts=True)


@private_link
@require_http_methods(["GET", "HEAD", "POST"])
def guest_no(request: HttpRequest, token: str) -> HttpResponse:
    return _answer(request, token, accepts=False)


def _answer(request: HttpRequest, token: str, *, accepts: bool) -> HttpResponse:
    now = timezone.now()
    found = Interview.of_answer_link(token)
    if found is None:
        raise Http404
    interview, sequence = found
    is_current = interview.invited_sequence == sequence and interview.is_planned and interview.ends_at > now
    if request.method == "POST" and is_current and is_pressed(token, request.POST.get("pressed", "")):
        with suppress(Stale):  # a second tap was faster: the page says what stands
            actions.answer(interview=interview, accepts=accepts, now=now)
        return HttpResponseRedirect(request.path)
    zone = interview.contact.time_zone or interview.owner.time_zone
    context = _page(interview, token, zone, accepts=accepts)
    with timezone.override(load_zone(zone)), interview.owner.own_hours():
        status = 200 if is_current else 410
        return render(
            request, "interviews/guest_reply.html", {**context, "is_current": is_current, "now": now}, status=status
        )


def _page(interview: Interview, token: str, zone: str, *, accepts: bool) -> dict[str, Any]:
    wanted = AttendeeStatus.ACCEPTED if accepts else AttendeeStatus.DECLINED
    return {
        "interview": interview,
        "contact": interview.contact,
        "owner": interview.owner,
        "agreed": interview.agreed,
        "zone": zone,
        "accepts": accepts,
        "is_said": interview.attendee_status == wanted,
        "token": token,
        "pressed": press_for(token),
    }
