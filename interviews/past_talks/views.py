from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import OwnerRequest, page_or_partial, require_form, seen_version, tell, typed, undo_url
from base.submitted_once import once, uid_of
from crm.models import Contact
from interviews.models import Interview
from interviews.past_talks import actions
from interviews.past_talks.forms import PastTalkForm


@require_form
def past_talk_new(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    """Logs a talk that took place without the app, then goes on to its debrief."""
    now = timezone.now()
    contact: Contact = get_object_or_404(request.user.contacts.alive().select_related("introduced_by"), pk=contact_pk)
    form = PastTalkForm(typed(request, "understood"), owner=request.user, contact=contact, now=now)
    if request.method == "POST" and form.is_valid():
        interview = once(
            uid_of(form, request.user),
            lambda uid: actions.log_talk(owner=request.user, contact=contact, uid=uid, now=now, **form.terms),
            lambda uid: request.user.interviews.alive().filter(uid=uid).first(),
        )
        said = _("Kept: you talked with %(name)s.") % {"name": contact.first_name}
        tell(request, said, undo=undo_url("past_talk_remove", interview))
        return redirect("debrief", interview.pk)
    context = {"form": form, "contact": contact}
    return page_or_partial(request, "interviews/past_talk_form.html", "understood", context)


@require_POST
def past_talk_remove(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = _talk(request, pk)
    actions.remove_talk(interview=interview, now=timezone.now())
    said = _("The talk with %(name)s is taken out.") % {"name": interview.contact.first_name}
    tell(request, said, undo=undo_url("past_talk_put_back", interview))
    return redirect(interview.contact)


@require_POST
def past_talk_put_back(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = _talk(request, pk)
    actions.put_back_talk(interview=interview, now=timezone.now())
    tell(request, _("The talk with %(name)s is back.") % {"name": interview.contact.first_name})
    return redirect(interview)


def _talk(request: OwnerRequest, pk: int) -> Interview:
    """One that was logged, also when it was taken out."""
    logged = request.user.interviews.filter(is_logged=True, contact__binned_at__isnull=True)
    found: Interview = get_object_or_404(logged.select_related("contact__introduced_by"), pk=pk)
    found.contact.owner = request.user
    seen_version(request, found)
    return found
