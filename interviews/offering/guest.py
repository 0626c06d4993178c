"""The contact's pages: public, for whoever holds the link. Opening one never changes anything; pressing does."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.http import require_form
from base.owned import Stale
from base.private_links import is_pressed, private_link
from interviews import calendars
from interviews.models import Offer
from interviews.offering import actions
from interviews.offering.guest_forms import AnswerForm, ShownZone, WordForm
from interviews.offering.guest_page import read_guest_page

View = Callable[..., HttpResponse]
OPEN_FOR_LONG = gettext_lazy("This page was open for long. Look at it again, and press once more.")


def of_link(view: View) -> View:
    """Finds the offer of the link; a wrong link is not there."""

    @private_link
    @wraps(view)
    def shown(request: HttpRequest, token: str) -> HttpResponse:
        offer = Offer.of_link(token)
        if offer is None:
            raise Http404
        offer.contact.owner = offer.owner
        try:
            with offer.owner.own_hours():
                return view(request, offer, token)
        except actions.ClosedError:
            return read_guest_page(offer, token, timezone.now()).render(request)
        except Stale:  # the owner changed the talk at the same moment: the page says what stands
            return redirect("guest_offer", token)

    return shown


@of_link
@require_safe
def guest_offer(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    """What stands: the times to choose from, the talk that is set, or why there is nothing to choose any more."""
    now = timezone.now()
    shown_zone = _shown_zone(request.GET.get("zone", ""), offer, now)
    return read_guest_page(offer, token, now, shown_zone=shown_zone).render(request)


@of_link
@require_POST
def guest_answer(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    return _answer(request, offer, token, is_moving=False)


@of_link
@require_form
def guest_move(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    """Another time for a talk that is set, or a time after all."""
    if request.method == "POST":
        return _answer(request, offer, token, is_moving=True)
    now = timezone.now()
    if not offer.takes_answers(now):
        return redirect("guest_offer", token)
    shown_zone = _shown_zone(request.GET.get("zone", ""), offer, now)
    return read_guest_page(offer, token, now, shown_zone=shown_zone, is_moving=True).render(request)


@of_link
@require_POST
def guest_cancel(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    """ "Not now", or the end of a talk that was set; a word typed on the same page goes along."""
    now = timezone.now()
    if is_pressed(token, request.POST.get("pressed", "")):
        form, shown_zone = _typed(request, offer, now)
        form.judge_the_note_only()
        if form.errors and offer.takes_answers(now):
            return read_guest_page(offer, token, now, form=form, shown_zone=shown_zone).render(request)
        actions.decline(offer=offer, note=form.cleaned_data.get("note", ""), now=now)
    return redirect("guest_offer", token)


@of_link
@require_POST
def guest_word(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    """Something they would like to say, once the talk is set."""
    now = timezone.now()
    form = WordForm(request.POST, offer=offer)
    if not is_pressed(token, request.POST.get("pressed", "")):
        form.is_valid()
        form.add_error(None, OPEN_FOR_LONG)
    if not form.is_valid():
        return read_guest_page(offer, token, now, word=form).render(request)
    actions.say(offer=offer, words=form.cleaned_data["word"], now=now)
    return redirect(reverse("guest_offer", args=[token]) + "#word")


@of_link
@require_safe
def guest_ics(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    interview = offer.interview
    if interview is None or not interview.is_planned:
        raise Http404
    interview.owner, interview.contact = offer.owner, offer.contact
    return HttpResponse(
        calendars.download(interview, now=timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="talk-{interview.local_date}.ics"'},
    )


def _answer(request: HttpRequest, offer: Offer, token: str, *, is_moving: bool) -> HttpResponse:
    now = timezone.now()
    if not offer.takes_answers(now):
        return read_guest_page(offer, token, now).render(request)
    form, shown_zone = _typed(request, offer, now)
    if not is_pressed(token, request.POST.get("pressed", "")):
        form.is_valid()
        form.add_error(None, OPEN_FOR_LONG)
    if form.is_valid():
        try:
            _take(offer, form, now, is_moving=is_moving)
            return redirect("guest_offer", token)
        except actions.TakenError:
            taken = _("This time was taken a moment ago. Choose one of the others, or propose your own.")
            form.add_error("slot", taken)
            form.slots = offer.free_slots(now)
        except actions.AlreadySetError:
            said = _("A time is set already. You can move the talk below.")
            return read_guest_page(offer, token, now, said=said).render(request)
    return read_guest_page(offer, token, now, form=form, shown_zone=shown_zone, is_moving=is_moving).render(request)


def _typed(request: HttpRequest, offer: Offer, now: datetime) -> tuple[AnswerForm, ShownZone]:
    shown_zone = _shown_zone(request.POST.get("zone", ""), offer, now)
    slots = offer.free_slots(now)
    return AnswerForm(request.POST, offer=offer, slots=slots, zone=shown_zone.chosen, now=now), shown_zone


def _shown_zone(typed: str, offer: Offer, now: datetime) -> ShownZone:
    return ShownZone(typed, theirs=offer.their_zone, owner=offer.owner, now=now)


def _take(offer: Offer, form: AnswerForm, now: datetime, *, is_moving: bool) -> None:
    if form.wants_another_time:
        actions.propose(offer=offer, answer=form.answer, now=now)
    else:
        actions.choose(offer=offer, answer=form.answer, moving=is_moving, now=now)
