"""The thank-you: proposed from the debrief, sent, and taken back."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.http import OwnerRequest, require_form, tell
from base.counting import duration
from crm.fields import LineField, TextField
from interviews.debriefing.actions import thank_you_promise, told_later
from interviews.debriefing.views import held_or_404
from interviews.mail_messages import mailto
from interviews.planning.contact_mail import address_of
from interviews.thanking import actions


class ThankYouForm(forms.Form):
    """The thank-you, as the user wants it to leave."""

    subject = LineField(
        label=gettext_lazy("Subject"),
        max_length=200,
        required=True,
        error_messages={"required": gettext_lazy("A thank-you needs a subject, as in “Thank you”.")},
    )
    body = TextField(
        label=gettext_lazy("Thank-you"),
        max_length=4000,
        required=True,
        error_messages={"required": gettext_lazy("There is nothing in it yet. Name one thing you learned.")},
    )


@require_form
def thank_you(request: OwnerRequest, pk: int) -> HttpResponse:
    """GET proposes the words; POST sends them, after a moment in which they can be taken back."""
    interview, now = held_or_404(request, pk), timezone.now()
    if not interview.is_held:
        return redirect(interview)
    thanks, mail = actions.proposed(interview), actions.last_mail(interview)
    form = ThankYouForm(request.POST if request.method == "POST" else None, initial=thanks.as_dict())
    address = address_of(interview.contact)
    if request.method == "POST" and address and not actions.is_leaving(mail) and form.is_valid():
        mail = actions.send(interview=interview, address=address, now=now, **form.cleaned_data)
        said = _("Your thank-you to %(name)s leaves in a moment.") % {"name": interview.contact.first_name}
        tell(request, said, undo=reverse("thank_you_cancel", args=[pk]))
        return redirect("thank_you", pk)
    promise = thank_you_promise(interview)
    took = actions.took(interview, promise)
    context = {
        "interview": interview,
        "contact": interview.contact,
        "form": form,
        "mail": mail if actions.is_leaving(mail) else None,
        "address": address,
        "mailto": mailto(address, thanks.subject, thanks.body) if address else "",
        "names_something": thanks.names_something,
        "speaks_of_them": thanks.speaks_of_them,
        "promise": promise,
        "told_later": told_later(interview),
        "took": _("Thanked %s after the talk.") % duration(took) if took is not None else "",
        "today": request.user.today(now),
    }
    return render(request, "interviews/thank_you.html", context)


@require_POST
def thank_you_cancel(request: OwnerRequest, pk: int) -> HttpResponse:
    """Takes the thank-you back while it has not left."""
    interview = held_or_404(request, pk)
    if actions.take_back(interview, timezone.now()):
        tell(request, _("Taken back. What you wrote is still here."))
    else:
        tell(request, _("Nothing was changed: the thank-you has left already."))
    return redirect("thank_you", pk)
