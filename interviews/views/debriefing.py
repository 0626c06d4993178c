"""The three minutes after a talk, and the thank-you that comes of them."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import OwnerRequest, go_back, tell
from interviews import thanks
from interviews.actions import debriefing as actions
from interviews.actions.holding import answered
from interviews.forms.holding import DebriefForm, PromiseRow, ThankYouForm, rows_in
from interviews.invitations import address_of
from interviews.models import Debrief, Interview
from interviews.rooms import SHOWN, given_back, room_of, span_of

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_form
def debrief(request: OwnerRequest, pk: int) -> HttpResponse:
    """POST keeps what has been said so far, for later."""
    interview, now = _held(request, pk), timezone.now()
    if not interview.is_held:
        return redirect(interview)
    form = _form(request, interview, now)
    if request.method == "POST" and form.is_valid():
        actions.save(interview=interview, outcome=form.outcome, now=now)
        tell(request, _("Kept. The debrief of %(name)s waits on Today.") % {"name": interview.contact.first_name})
        return redirect("debrief", pk)
    return _render(request, interview, form, now)


@require_POST
def debrief_done(request: OwnerRequest, pk: int) -> HttpResponse:
    interview, now = _held(request, pk), timezone.now()
    if not interview.is_held:
        return redirect(interview)
    form = _form(request, interview, now)
    if not form.is_valid():
        return _render(request, interview, form, now)
    done = actions.finish(interview=interview, outcome=form.outcome, now=now)
    said = _("The talk with %(name)s is debriefed.") % {"name": interview.contact.first_name}
    tell(request, said, undo=f"{reverse('debrief_reopen', args=[pk])}?v={done.version}")
    thanked = actions.thanks_of(interview)
    return redirect("thank_you", pk) if thanked and thanked.is_open else redirect("today")


@require_POST
def debrief_reopen(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = _held(request, pk)
    written: Debrief | None = getattr(interview, "debrief", None)
    is_stale = written is None or request.GET.get("v", str(written.version)) != str(written.version)
    if is_stale or not actions.wait_again(interview=interview):
        tell(request, _("Nothing was changed: the debrief has changed meanwhile."))
    else:
        tell(request, _("The debrief waits on Today again."))
    return go_back(request, reverse("debrief", args=[pk]))


@require_form
def thank_you(request: OwnerRequest, pk: int) -> HttpResponse:
    """GET proposes the letter; POST sends it, after a moment in which it can be taken back."""
    interview, now = _held(request, pk), timezone.now()
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
    interview = _held(request, pk)
    if thanks.take_back(interview, timezone.now()):
        tell(request, _("Taken back. What you wrote is still here."))
    else:
        tell(request, _("Nothing was changed: the letter has left already."))
    return redirect("thank_you", pk)


@require_safe
def day_understood(request: OwnerRequest) -> HttpResponse:
    """The line under a date in words, fetched again as one types."""
    words = next((value for name, value in request.GET.items() if name.endswith("-due")), "")
    row = PromiseRow({"day-due": words}, prefix="day", today=request.user.today(timezone.now()))
    return render(request, "interviews/_debrief_day.html", {"row": row})


def _form(request: OwnerRequest, interview: Interview, now: datetime) -> DebriefForm:
    room = room_of(interview)
    answers = [one.answer for one in answered(interview)]
    is_sent, promises = request.method == "POST", interview.promises.alive()
    promises = promises.filter(pk__in=rows_in(request.POST, "kept", "what")) if is_sent else promises.open()
    promises = promises.filter(contact=interview.contact, check_in_of__isnull=True).exclude(kind=actions.THANK_YOU)
    return DebriefForm(
        request.POST if is_sent else None,
        interview=interview,
        debrief=getattr(interview, "debrief", None),
        promises=list(promises.order_by("pk")[:SHOWN]),
        lines=actions.lines_to_promise(interview, room, answers)[:SHOWN],
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
        "thanks": actions.thanks_of(interview),
        "answers": answered(interview),
        "today": request.user.today(now),
    }
    return render(request, "interviews/debrief.html", context)


def _held(request: OwnerRequest, pk: int) -> Interview:
    rows = request.user.interviews.alive().with_contact()
    rows = rows.select_related("room", "preparation", "debrief", "contact__introduced_by")
    found: Interview = get_object_or_404(rows, pk=pk)
    found.owner = found.contact.owner = request.user
    room = room_of(found)
    if room:
        room.interview = found
    return found


def _mailto(address: str, letter: thanks.ThankYou) -> str:
    """A link that opens the letter in the mail program."""
    query = urlencode({"subject": letter.subject, "body": letter.body.replace("\n", "\r\n")}, quote_via=quote)
    return f"mailto:{quote(address, safe='@')}?{query}" if address else ""
