"""The thank-you: its letter, proposed from the debrief, and how it is taken back."""

from urllib.parse import quote, urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import OwnerRequest, tell
from interviews import thanks
from interviews.actions import debrief as actions
from interviews.forms.thanking import ThankYouForm
from interviews.invitations import address_of
from interviews.rooms import span_of
from interviews.views.debrief import held_or_404

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_form
def thank_you(request: OwnerRequest, pk: int) -> HttpResponse:
    """GET proposes the letter; POST sends it, after a moment in which it can be taken back."""
    interview, now = held_or_404(request, pk), timezone.now()
    if not interview.is_held:
        return redirect(interview)
    letter, mail = thanks.proposed(interview), thanks.last_mail(interview)
    form = ThankYouForm(request.POST if request.method == "POST" else None, initial=letter.as_dict())
    address = address_of(interview.contact)
    if request.method == "POST" and address and not thanks.is_leaving(mail) and form.is_valid():
        mail = thanks.send(interview=interview, address=address, now=now, **form.cleaned_data)
        said = _("Your thank-you to %(name)s leaves in a moment.") % {"name": interview.contact.first_name}
        tell(request, said, undo=reverse("thank_you_cancel", args=[pk]))
        return redirect("thank_you", pk)
    promise = actions.thanks_of(interview)
    took = thanks.took(interview, promise)
    context = {
        "interview": interview,
        "contact": interview.contact,
        "form": form,
        "mail": mail if thanks.is_leaving(mail) else None,
        "address": address,
        "mailto": _mailto(address, letter),
        "names_something": letter.names_something,
        "speaks_of_them": letter.speaks_of_them,
        "promise": promise,
        "took": _("Thanked %s after the talk.") % span_of(int(took.total_seconds())) if took is not None else "",
        "today": request.user.today(now),
    }
    return render(request, "interviews/thank_you.html", context)


@require_POST
def thank_you_cancel(request: OwnerRequest, pk: int) -> HttpResponse:
    """Takes the letter back while it has not left."""
    interview = held_or_404(request, pk)
    if thanks.take_back(interview, timezone.now()):
        tell(request, _("Taken back. What you wrote is still here."))
    else:
        tell(request, _("Nothing was changed: the letter has left already."))
    return redirect("thank_you", pk)


def _mailto(address: str, letter: thanks.ThankYou) -> str:
    """A link that opens the letter in the mail program."""
    query = urlencode({"subject": letter.subject, "body": letter.body.replace("\n", "\r\n")}, quote_via=quote)
    return f"mailto:{quote(address, safe='@')}?{query}" if address else ""
