"""What the page behind an offer's link shows to the contact: what stands is read here, and the templates say it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.keepword import moment
from base.private_links import press_for
from base.zones import load_zone
from crm.models import Contact
from interviews.models import Counter, Interview, Medium, Offer, OfferSlot, OfferState
from interviews.offering.guest_forms import MEDIA_SAID, OWN, AnswerForm, ShownZone, WordForm, name_of

CHOICES, SET, CLOSED = "interviews/guest_offer.html", "interviews/guest_set.html", "interviews/guest_closed.html"


@dataclass(frozen=True)
class Choice:
    """A time that can be taken. `value` is how the form sends it."""

    value: str
    starts_at: datetime
    is_chosen: bool


@dataclass(frozen=True)
class Way:
    """A way to talk."""

    value: str
    label: str | Promise
    said: str
    is_chosen: bool


@dataclass(frozen=True)
class GuestPage:
    """One of the three pages, `template`: the times to choose from, the talk that is set, or why there is nothing to choose."""

    template: str
    status: int
    offer: Offer
    owner: User
    contact: Contact
    interview: Interview | None
    token: str
    pressed: str  # proof that this page was opened
    zone: str  # whose clock it shows
    action: str  # where an answer goes
    here: str  # the page itself
    own: str  # the choice that means a time of their own
    is_moving: bool  # another time is chosen for a talk that is set
    may_choose: bool
    said: str  # a sentence above all else
    standing: str  # why there is nothing to choose
    form: AnswerForm
    shown_zone: ShownZone
    word: WordForm
    days: list[tuple[date, list[Choice]]]
    ways: list[Way]
    counter: Counter | None  # their own proposal, which waits
    refused: Counter | None  # the last one that did not suit the owner

    def render(self, request: HttpRequest) -> HttpResponse:
        with timezone.override(load_zone(self.zone)), self.owner.own_hours():
            return render(request, self.template, vars(self), status=self.status)


def read_guest_page(
    offer: Offer,
    token: str,
    now: datetime,
    *,
    shown_zone: ShownZone | None = None,
    form: AnswerForm | None = None,
    word: WordForm | None = None,
    is_moving: bool = False,
    said: str = "",
) -> GuestPage:
    """What stands at `now`. With a `form` that was filled in, or to move the talk, it is the page of choices."""
    interview, may_choose = offer.interview, offer.takes_answers(now)
    shown_zone = shown_zone or ShownZone("", theirs=offer.their_zone, owner=offer.owner, now=now)
    if form or is_moving or (offer.is_open and may_choose and not _is_set(interview, now)):
        template, status = CHOICES, 200
    elif _is_set(interview, now):
        template, status = SET, 200
    else:
        template, status = CLOSED, 200 if offer.state == OfferState.DECLINED else 410
    zone = shown_zone.chosen if template == CHOICES else offer.their_zone or offer.owner.time_zone
    slots = offer.free_slots(now) if template == CHOICES else []
    form = form or AnswerForm(offer=offer, slots=slots, zone=zone, now=now, talk=interview if is_moving else None)
    counters = list(offer.counters.order_by("-pk")[:20]) if template == CHOICES else []
    return GuestPage(
        template=template,
        status=status,
        offer=offer,
        owner=offer.owner,
        contact=offer.contact,
        interview=interview,
        token=token,
        pressed=press_for(token),
        zone=zone,
        action=reverse("guest_move" if is_moving else "guest_answer", args=[token]),
        here=reverse("guest_move" if is_moving else "guest_offer", args=[token]),
        own=OWN,
        is_moving=is_moving,
        may_choose=may_choose,
        said=said,
        standing=_standing(offer) if template == CLOSED else "",
        form=form,
        shown_zone=shown_zone,
        word=word or WordForm(offer=offer),
        days=list(_days(form, zone)),
        ways=list(_ways(offer, form)),
        counter=next((counter for counter in counters if not counter.decided_at), None),
        refused=next((counter for counter in counters if counter.decided_at and not counter.accepted), None),
    )


def _is_set(interview: Interview | None, now: datetime) -> bool:
    return interview is not None and interview.is_planned and interview.ends_at > now


def _days(form: AnswerForm, zone: str) -> Iterator[tuple[date, list[Choice]]]:
    """The free times by day, as the clocks show them there."""
    chosen = str(form.data.get("slot", "")) if form.is_bound else ""

    def day_of(slot: OfferSlot) -> date:
        return slot.starts_at.astimezone(load_zone(zone)).date()

    for day, slots in groupby(form.slots, key=day_of):
        yield day, [Choice(name_of(slot), slot.starts_at, name_of(slot) == chosen) for slot in slots]


def _ways(offer: Offer, form: AnswerForm) -> Iterator[Way]:
    chosen = form.data.get("medium", "") if form.is_bound else form.initial.get("medium")
    chosen = chosen if chosen in offer.media else offer.media[0]
    for medium in offer.media:
        said = MEDIA_SAID[Medium(medium)] % {"name": offer.owner.called}
        yield Way(medium, Medium(medium).label, said, is_chosen=medium == chosen)


def _standing(offer: Offer) -> str:
    """Why there is nothing to choose, in one sentence."""
    name, interview = {"name": offer.owner.called}, offer.interview
    if offer.state == OfferState.DECLINED and interview and interview.is_cancelled:
        return _("You cancelled the talk, and %(name)s knows. Thank you for saying so.") % name
    if offer.state == OfferState.DECLINED:
        return _("You said not now, and %(name)s knows. Thank you for saying so.") % name
    if interview and interview.is_cancelled:
        return _("%(name)s had to call the talk off.") % name
    if interview:
        when = moment(interview.starts_at, offer.their_zone or offer.owner.time_zone)
        return _("The talk was on %(when)s.") % {"when": when}
    if offer.state == OfferState.WITHDRAWN or offer.contact.is_dropped:
        return _("%(name)s has taken these times back. There is nothing for you to do.") % name
    return _("These times have passed. Write to %(name)s if you would still like to talk.") % name
