from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import OwnerRequest, go_back, require_form, seen_version, tell, undo_url
from base.owned import Stale
from interviews.models import AttendeeStatus, Interview
from interviews.replying import actions
from interviews.replying.forms import ReplyForm


@require_form
def interview_reply(request: OwnerRequest, pk: int) -> HttpResponse:
    """Takes the file with which their calendar answered the invitation."""
    interview = _interview(request, pk)
    form = ReplyForm(request.POST or None, request.FILES or None, interview=interview)
    if request.method == "POST" and form.is_valid() and form.reply and not form.asks:
        actions.apply(interview=interview, reply=form.reply, now=timezone.now())
        tell(request, _said(interview), undo=undo_url("interview_unsay", interview))
        return redirect(interview)
    context = {"form": form, "interview": interview, "contact": interview.contact}
    return render(request, "interviews/reply_form.html", context)


@require_POST
def interview_said_yes(request: OwnerRequest, pk: int) -> HttpResponse:
    return _record(request, pk, AttendeeStatus.ACCEPTED)


@require_POST
def interview_said_perhaps(request: OwnerRequest, pk: int) -> HttpResponse:
    return _record(request, pk, AttendeeStatus.TENTATIVE)


@require_POST
def interview_said_no(request: OwnerRequest, pk: int) -> HttpResponse:
    return _record(request, pk, AttendeeStatus.DECLINED)


@require_POST
def interview_unsay(request: OwnerRequest, pk: int) -> HttpResponse:
    """Undoes what was recorded last, by hand or from a file."""
    interview = _interview(request, pk)
    seen_version(request, interview)
    actions.take_back(interview=interview, now=timezone.now())
    tell(request, _("Taken back. %(said)s") % {"said": _said(interview)})
    return go_back(request, interview.get_absolute_url())


@require_POST
def interview_take_their_time(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = _interview(request, pk)
    actions.take_their_time(interview=interview, now=timezone.now())
    said = _("Moved. %(name)s hears of it in a moment.") % {"name": interview.contact.first_name}
    tell(request, said, undo=undo_url("interview_untake_their_time", interview))
    return redirect(interview)


@require_POST
def interview_untake_their_time(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = _interview(request, pk)
    seen_version(request, interview)
    try:
        actions.untake_their_time(interview=interview, now=timezone.now())
    except Stale:
        tell(request, _("Nothing was changed: the mail about it has left. Change the talk instead."))
    else:
        tell(request, _("Taken back. %(name)s heard nothing.") % {"name": interview.contact.first_name})
    return redirect(interview)


@require_POST
def interview_refuse_their_time(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = _interview(request, pk)
    known = {"name": interview.contact.first_name, "n": settings.INVITATION_DELAY}
    is_mailed = actions.refuse_their_time(interview=interview, now=timezone.now())
    mailed = _("%(name)s hears it by mail in %(n)d seconds. The talk stands as it was.")
    silent = _("The talk stands as it was. Nothing is sent: %(name)s has no address.")
    tell(
        request, (mailed if is_mailed else silent) % known, undo=undo_url("interview_reconsider_their_time", interview)
    )
    return go_back(request, interview.get_absolute_url())


@require_POST
def interview_reconsider_their_time(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = _interview(request, pk)
    seen_version(request, interview)
    is_unheard = actions.reconsider_their_time(interview=interview, now=timezone.now())
    unheard, heard = _("Taken back. %(name)s heard nothing."), _("Open again. The mail to %(name)s had left.")
    tell(request, (unheard if is_unheard else heard) % {"name": interview.contact.first_name})
    return go_back(request, interview.get_absolute_url())


def _record(request: OwnerRequest, pk: int, status: str) -> HttpResponse:
    interview = _interview(request, pk)
    seen_version(request, interview)
    actions.record(interview=interview, status=status, now=timezone.now())
    tell(request, _said(interview), undo=undo_url("interview_unsay", interview))
    return go_back(request, interview.get_absolute_url())


def _said(interview: Interview) -> str:
    known = {"name": interview.contact.first_name, "status": interview.get_attendee_status_display()}
    return _("%(name)s: %(status)s.") % known


def _interview(request: OwnerRequest, pk: int) -> Interview:
    found = get_object_or_404(request.user.interviews.alive().with_contact(), pk=pk)
    found.contact.owner = request.user
    return found
