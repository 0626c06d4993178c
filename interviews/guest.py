"""The contact's pages: public, for whoever holds the link. Opening one never changes anything; pressing does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.templatetags.keepword import moment
from base.owned import Stale
from base.private_links import private_link
from base.zones import load_zone
from interviews import calendars, links
from interviews.actions import offering as actions
from interviews.forms.answering import MEDIA_SAID, OWN, AnswerForm, WordForm, ZoneForm, name_of
from interviews.models import Medium, Offer, OfferSlot, OfferState

View = Callable[..., HttpResponse]
OPEN_FOR_LONG = gettext_lazy("This page was open for long. Look at it again, and press once more.")


def of_link(view: View) -> View:
    """Finds the offer of the link; a wrong link is not there."""

    @private_link
    @wraps(view)
    def shown(request: HttpRequest, token: str) -> HttpResponse:
        offer = Offer.of_link(links.hash_of(token))
        if offer is None:
            raise Http404
        offer.contact.owner = offer.owner
        try:
            return view(request, offer, token)
        except Stale:  # the owner changed the talk at the same moment: the page says what stands
            return HttpResponseRedirect(links.offer_path(token))

    return shown


@of_link
@require_safe
def guest_offer(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    """What stands: the times to choose from, the talk that is set, or why there is nothing to choose any more."""
    return _show(request, offer, token, timezone.now())


@of_link
@require_POST
def guest_answer(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    return _answer(request, offer, token, moving=False)


@of_link
@require_http_methods(["GET", "HEAD", "POST"])
def guest_move(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    """Another time for a talk that is set, or a time after all."""
    if request.method == "POST":
        return _answer(request, offer, token, moving=True)
    now = timezone.now()
    if not offer.takes_answers(now):
        return HttpResponseRedirect(links.offer_path(token))
    return _choices(request, offer, token, now, moving=True)


@of_link
@require_POST
def guest_cancel(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    """ "Not now", or the end of a talk that was set; a word typed on the same page goes along."""
    now = timezone.now()
    if links.is_pressed(token, request.POST.get("pressed", "")):
        form, zone = _typed(request, offer, now)
        form.judge_the_note_only()
        if form.errors and offer.takes_answers(now):
            return _choices(request, offer, token, now, form=form, zone=zone)
        try:
            actions.decline(offer=offer, note=form.cleaned_data.get("note", ""), now=now)
        except actions.ClosedError:
            return _show(request, offer, token, now)
    return HttpResponseRedirect(links.offer_path(token))


@of_link
@require_POST
def guest_word(request: HttpRequest, offer: Offer, token: str) -> HttpResponse:
    """Something they would like to say, once the talk is set."""
    now = timezone.now()
    form = WordForm(request.POST, offer=offer)
    if not links.is_pressed(token, request.POST.get("pressed", "")):
        form.is_valid()
        form.add_error(None, OPEN_FOR_LONG)
    if not form.is_valid():
        return _show(request, offer, token, now, word=form)
    try:
        actions.say(offer=offer, words=form.cleaned_data["word"], now=now)
    except actions.ClosedError:
        return _show(request, offer, token, now)
    return HttpResponseRedirect(links.offer_path(token) + "#word")


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


def _answer(request: HttpRequest, offer: Offer, token: str, *, moving: bool) -> HttpResponse:
    now = timezone.now()
    form, zone = _typed(request, offer, now)
    if not offer.takes_answers(now):
        return _show(request, offer, token, now)
    if not links.is_pressed(token, request.POST.get("pressed", "")):
        form.is_valid()
        form.add_error(None, OPEN_FOR_LONG)
    if form.is_valid():
        try:
            _take(offer, form, now, moving=moving)
            return HttpResponseRedirect(links.offer_path(token))
        except actions.TakenError:
            form.add_error(
                "slot", _("This time was taken a moment ago. Choose one of the others, or propose your own.")
            )
            form.slots = offer.free_slots(now)
        except actions.AlreadySetError:
            return _show(request, offer, token, now, said=_("A time is set already. You can move the talk below."))
        except actions.ClosedError:
            return _show(request, offer, token, now)
    return _choices(request, offer, token, now, moving=moving, form=form, zone=zone)


def _typed(request: HttpRequest, offer: Offer, now: datetime) -> tuple[AnswerForm, ZoneForm]:
    zone = ZoneForm(request.POST, offer=offer, now=now)
    return AnswerForm(request.POST, offer=offer, slots=offer.free_slots(now), zone=zone.chosen, now=now), zone


def _take(offer: Offer, form: AnswerForm, now: datetime, *, moving: bool) -> None:
    if form.wants_another_time:
        actions.propose(offer=offer, answer=form.answer, now=now)
    else:
        actions.choose(offer=offer, answer=form.answer, moving=moving, now=now)


def _show(
    request: HttpRequest, offer: Offer, token: str, now: datetime, said: str = "", word: WordForm | None = None
) -> HttpResponse:
    interview = offer.interview
    if interview and interview.is_planned and interview.ends_at > now:
        word = word or WordForm(offer=offer)
        return _page(request, "interviews/guest_set.html", offer, token, now, said=said, word=word)
    if offer.is_open and offer.takes_answers(now):
        return _choices(request, offer, token, now)
    standing = {"standing": _standing(offer, now), "may_choose": offer.takes_answers(now)}
    status = 200 if offer.state == OfferState.DECLINED else 410
    return _page(request, "interviews/guest_closed.html", offer, token, now, status=status, **standing)


def _choices(
    request: HttpRequest,
    offer: Offer,
    token: str,
    now: datetime,
    *,
    moving: bool = False,
    form: AnswerForm | None = None,
    zone: ZoneForm | None = None,
) -> HttpResponse:
    zone = zone or ZoneForm(request.GET, offer=offer, now=now)
    form = form or AnswerForm(
        offer=offer, slots=offer.free_slots(now), zone=zone.chosen, now=now, talk=offer.interview if moving else None
    )
    context = {
        "form": form,
        "zone_form": zone,
        "zone": zone.chosen,
        "days": list(_days(form, zone.chosen)),
        "own": OWN,
        "media": _media(offer, form),
        "moving": moving,
        "counter": offer.counters.filter(decided_at__isnull=True).order_by("-pk").first(),
        "refused": offer.counters.filter(decided_at__isnull=False, accepted=False).order_by("-pk").first(),
        "action": reverse("guest_move" if moving else "guest_answer", args=[token]),
        "here": request.path if request.method != "POST" else links.offer_path(token),
    }
    return _page(request, "interviews/guest_offer.html", offer, token, now, **context)


def _page(
    request: HttpRequest, template: str, offer: Offer, token: str, now: datetime, status: int = 200, **context: Any
) -> HttpResponse:
    zone = offer.contact.time_zone or offer.owner.time_zone
    context = {"offer": offer, "owner": offer.owner, "contact": offer.contact, "token": token, "zone": zone, **context}
    context["pressed"] = links.press_for(token)
    context["interview"] = offer.interview
    with timezone.override(load_zone(context["zone"])):
        return render(request, template, context, status=status)


@dataclass(frozen=True)
class Choice:
    value: str
    starts_at: datetime
    is_chosen: bool


def _days(form: AnswerForm, zone: str) -> Iterator[tuple[date, list[Choice]]]:
    """The free times by day, as the clocks show them there."""
    chosen = str(form.data.get("slot", "")) if form.is_bound else ""

    def day_of(slot: OfferSlot) -> date:
        return slot.starts_at.astimezone(load_zone(zone)).date()

    for day, slots in groupby(form.slots, key=day_of):
        yield day, [Choice(name_of(slot), slot.starts_at, name_of(slot) == chosen) for slot in slots]


def _media(offer: Offer, form: AnswerForm) -> list[dict[str, Any]]:
    chosen = form.data.get("medium", "") if form.is_bound else form.initial.get("medium")
    chosen = chosen if chosen in offer.media else offer.media[0]
    return [
        {
            "value": medium,
            "label": Medium(medium).label,
            "said": MEDIA_SAID[Medium(medium)] % {"name": offer.owner.called},
            "is_chosen": medium == chosen,
        }
        for medium in offer.media
    ]


def _standing(offer: Offer, now: datetime) -> str:
    """Why there is nothing to choose, in one sentence."""
    name = {"name": offer.owner.called}
    interview = offer.interview
    if offer.state == OfferState.DECLINED and interview and interview.is_cancelled:
        return _("You cancelled the talk, and %(name)s knows. Thank you for saying so.") % name
    if offer.state == OfferState.DECLINED:
        return _("You said not now, and %(name)s knows. Thank you for saying so.") % name
    if interview and interview.is_cancelled:
        return _("%(name)s had to call the talk off.") % name
    if interview:
        return _("The talk was on %(when)s.") % {
            "when": moment(interview.starts_at, offer.contact.time_zone or offer.owner.time_zone)
        }
    if offer.state == OfferState.WITHDRAWN or offer.contact.is_dropped:
        return _("%(name)s has taken these times back. There is nothing for you to do.") % name
    return _("These times have passed. Write to %(name)s if you would still like to talk.") % name
