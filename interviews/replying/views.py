from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import OwnerRequest, tell
from interviews.models import Interview
from interviews.replying import actions
from interviews.replying.forms import ReplyForm


@require_http_methods(["GET", "HEAD", "POST"])
def interview_reply(request: OwnerRequest, pk: int) -> HttpResponse:
    """Takes the file with which their calendar answered the invitation."""
    interview = _interview(request, pk)
    form = ReplyForm(request.POST or None, request.FILES or None, interview=interview)
    if request.method == "POST" and form.is_valid():
        actions.apply(interview=interview, reply=form.reply, now=timezone.now())
        known = {"name": interview.contact.first_name, "status": interview.get_attendee_status_display()}
        tell(request, _("%(name)s: %(status)s.") % known)
        return redirect(interview)
    context = {"form": form, "interview": interview, "contact": interview.contact}
    return render(request, "interviews/reply_form.html", context)


@require_POST
def interview_take_their_time(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = _interview(request, pk)
    actions.take_their_time(interview=interview, now=timezone.now())
    tell(request, _("Moved. %(name)s hears of it in a moment.") % {"name": interview.contact.first_name})
    return redirect(interview)


def _interview(request: OwnerRequest, pk: int) -> Interview:
    found = get_object_or_404(request.user.interviews.alive().with_contact(), pk=pk)
    found.owner = found.contact.owner = request.user
    return found
