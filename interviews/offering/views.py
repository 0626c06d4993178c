from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import OwnerRequest, go_back, page_or_partial, require_form, seen_version, tell, typed, undo_url
from base.owned import Stale
from base.submitted_once import once, uid_of
from crm.models import Contact
from interviews.models import Counter, Offer, OfferState
from interviews.models.preparing import purpose_of
from interviews.offering import actions, silence
from interviews.offering.forms import OfferForm
from interviews.offering.time_rows import ADD, PUT_BACK, SHIFTS, shifted
from interviews.planning.contact_mail import address_of
from outbox.models import OutgoingMail

# which button of the card has it, where not the one that was pressed
FOCUS_AFTER = {ADD: "earlier", PUT_BACK: "remove"}


@require_form
def offer_new(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    now = timezone.now()
    contact = get_object_or_404(request.user.contacts.alive(), pk=contact_pk)
    sent = typed(request, "times")
    form = OfferForm(sent, owner=request.user, contact=contact, purpose=purpose_of(contact), now=now)
    address = address_of(contact)
    if request.method == "POST" and not contact.is_dropped and form.is_valid() and form.are_hours_said:
        offer = once(
            uid_of(form, request.user, *form.times.forms),
            lambda uid: actions.offer(owner=request.user, contact=contact, terms=form.terms, uid=uid, now=now),
            lambda uid: contact.offers.awaiting_answer(now).filter(uid=uid).first(),
        )
        tell(request, _what_happens(offer, address), undo=undo_url("offer_withdraw", offer) if address else "")
        return redirect(offer)
    return page_or_partial(request, "interviews/offer_form.html", "times", _form_page(contact, form, now))


@require_form
def offer_shift(request: OwnerRequest, contact_pk: int, row: int, by: str) -> HttpResponse:
    """The form again, with one of its times moved, removed, put back or added. Nothing is saved."""
    now = timezone.now()
    contact = get_object_or_404(request.user.contacts.alive(), pk=contact_pk)
    if request.method != "POST":
        return redirect("offer_new", contact_pk)
    purpose = purpose_of(contact)
    before = OfferForm(request.POST, owner=request.user, contact=contact, purpose=purpose, now=now)
    data = shifted(request.POST, row, by, times=before.times, contact=contact, minutes=before.length)
    form = OfferForm(data, owner=request.user, contact=contact, purpose=purpose, now=now)
    is_there = row < len(form.times.forms)
    context = _form_page(contact, form, now, opened=row if by == ADD and is_there else None)
    context |= {"is_draft": True, "focus": f"{FOCUS_AFTER.get(by, by)}-{row}"}
    if by in SHIFTS:
        context["moved"] = next((card.in_words for card in context["cards"] if card.nth == row), "")
    return page_or_partial(request, "interviews/offer_form.html", "times", context)


def _form_page(contact: Contact, form: OfferForm, now: datetime, opened: int | None = None) -> dict[str, Any]:
    return {
        "form": form,
        "cards": form.cards(opened),
        "contact": contact,
        "address": address_of(contact),
        "delay": settings.INVITATION_DELAY,
        "standing": contact.offers.awaiting_answer(now).first(),
    }


@require_safe
def offer_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    offer = _offer(request, pk)
    is_countered = offer.state == OfferState.COUNTERED and not offer.contact.is_dropped
    free = {slot.pk for slot in offer.free_slots(now)}
    context = {
        "offer": offer,
        "contact": offer.contact,
        "interview": offer.interview,
        "slots": [(slot, slot.pk in free) for slot in offer.slots.order_by("starts_at")],
        "counter": offer.counters.undecided().order_by("-pk").first() if is_countered else None,
        "link": offer.url,
        "mail": _mail_of(request, offer),
        "address": address_of(offer.contact),
        "is_over": offer.expires_at <= now,
        "now": now,
    }
    return page_or_partial(request, "interviews/offer_detail.html", "offer", context)


@require_POST
def offer_withdraw(request: OwnerRequest, pk: int) -> HttpResponse:
    offer = _offer(request, pk)
    seen_version(request, offer)
    unsent = actions.withdraw(offer=offer, now=timezone.now())
    name = {"name": offer.contact.first_name}
    said = (_("Taken back. %(name)s got nothing.") if unsent else _("Taken back. The link says so.")) % name
    tell(request, said, undo=undo_url("offer_unwithdraw", offer))
    return go_back(request, offer.get_absolute_url())


@require_POST
def offer_unwithdraw(request: OwnerRequest, pk: int) -> HttpResponse:
    offer = _offer(request, pk)
    seen_version(request, offer)
    is_mailed = actions.offer_again(offer=offer, now=timezone.now())
    known = {"name": offer.contact.first_name, "n": settings.INVITATION_DELAY}
    mailed = _("Offered again. %(name)s gets the times in %(n)d seconds.")
    silent = _("Offered again. The link is open.")
    undo = undo_url("offer_withdraw", offer) if is_mailed else ""
    tell(request, (mailed if is_mailed else silent) % known, undo=undo)
    return go_back(request, offer.get_absolute_url())


@require_POST
def offer_wait(request: OwnerRequest, pk: int) -> HttpResponse:
    return _follow_up(request, pk, silence.wait, _("Asked again in a few working days: %(name)s."))


@require_POST
def offer_let_be(request: OwnerRequest, pk: int) -> HttpResponse:
    return _follow_up(request, pk, silence.let_be, _("Nothing more is proposed for %(name)s."))


@require_POST
def offer_follow_up(request: OwnerRequest, pk: int) -> HttpResponse:
    return _follow_up(request, pk, silence.follow_up, _("Open again: %(name)s."), undo=False)


def _follow_up(
    request: OwnerRequest, pk: int, verb: Callable[..., None], said: str, *, undo: bool = True
) -> HttpResponse:
    offer = _offer(request, pk)
    verb(offer=offer, seen=seen_version(request, offer), now=timezone.now())
    back = undo_url("offer_follow_up", offer) if undo else ""
    tell(request, said % {"name": offer.contact.first_name}, undo=back)
    return go_back(request, offer.get_absolute_url())


@require_POST
def counter_accept(request: OwnerRequest, pk: int) -> HttpResponse:
    counter = _counter(request, pk)
    name = {"name": counter.offer.contact.first_name}
    try:
        interview = actions.accept(counter=counter, now=timezone.now())
    except actions.PassedError:
        tell(request, _("Nothing was changed. That time has passed: propose another one to %(name)s.") % name)
        return go_back(request, counter.offer.get_absolute_url())
    sent, unsent = _("Set. %(name)s gets an invitation in a moment."), _("Set. Nothing is sent to %(name)s.")
    said = (sent if interview.invited_email else unsent) % name
    tell(request, said, undo=undo_url("counter_unaccept", interview, pk))
    return redirect(interview)


@require_POST
def counter_unaccept(request: OwnerRequest, pk: int) -> HttpResponse:
    counter = _counter(request, pk)
    offer = counter.offer
    if offer.interview is None:
        raise Stale(offer)
    seen_version(request, offer.interview)
    try:
        actions.unaccept(counter=counter, now=timezone.now())
    except Stale:
        tell(request, _("Nothing was changed: the mail about it has left. Change or cancel the talk instead."))
        return redirect(offer.interview)
    tell(request, _("Taken back. %(name)s heard nothing.") % {"name": offer.contact.first_name})
    return redirect(offer)


@require_POST
def counter_decline(request: OwnerRequest, pk: int) -> HttpResponse:
    counter = _counter(request, pk)
    known = {"name": counter.offer.contact.first_name, "n": settings.INVITATION_DELAY}
    is_mailed = actions.refuse(counter=counter, now=timezone.now())
    mailed = _("%(name)s hears it by mail in %(n)d seconds, with the times that still stand.")
    silent = _("Nothing is sent: %(name)s has no address. The page behind the link says so.")
    tell(request, (mailed if is_mailed else silent) % known, undo=undo_url("counter_undecline", counter.offer, pk))
    return go_back(request, counter.offer.get_absolute_url())


@require_POST
def counter_undecline(request: OwnerRequest, pk: int) -> HttpResponse:
    counter = _counter(request, pk)
    seen_version(request, counter.offer)
    is_unheard = actions.reconsider(counter=counter, now=timezone.now())
    unheard, heard = _("Taken back. %(name)s heard nothing."), _("Open again. The mail to %(name)s had left.")
    tell(request, (unheard if is_unheard else heard) % {"name": counter.offer.contact.first_name})
    return go_back(request, counter.offer.get_absolute_url())


def _offer(request: OwnerRequest, pk: int) -> Offer:
    rows = request.user.offers.filter(contact__binned_at__isnull=True)
    found = get_object_or_404(rows.select_related("contact__organisation", "interview"), pk=pk)
    found.contact.owner = request.user
    return found


def _counter(request: OwnerRequest, pk: int) -> Counter:
    rows = request.user.counters.filter(offer__contact__binned_at__isnull=True)
    found = get_object_or_404(rows.select_related("offer__contact", "offer__interview"), pk=pk)
    found.offer.owner = found.offer.contact.owner = request.user
    return found


def _mail_of(request: OwnerRequest, offer: Offer) -> OutgoingMail | None:
    """The one with the times, of which there is another when the first was taken back."""
    mails = request.user.outgoingmails.filter(occurrence_key__startswith=f"{actions.OFFER}:{offer.uid}")
    return mails.filter(kind=actions.OFFER).order_by("pk").last()


def _what_happens(offer: Offer, address: str) -> str:
    known = {"name": offer.contact.first_name, "n": settings.INVITATION_DELAY}
    if address:
        return _("%(name)s gets the times in %(n)d seconds.") % known
    return _("Made. Copy the link and send it to %(name)s.") % known
