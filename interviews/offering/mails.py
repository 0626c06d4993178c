"""The offer with its private link, the chasing of a silent one, and the word to the user that somebody answered."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from base.dates import instant
from base.text import clean_line
from base.zones import load_zone
from crm.models import Contact
from interviews import mail_messages
from interviews.models import Interview, InterviewQuerySet, InterviewState, Medium, Offer, OfferState
from interviews.offering import working_hours
from interviews.offering.actions import OFFER, REFUSAL
from interviews.offering.guest_answers import ANSWERED, WORD
from interviews.offering.silence import next_days
from interviews.planning.contact_mail import address_of
from outbox.kinds import Cancelled, Composed, Kind, planner, register
from outbox.left_out import guarded
from outbox.models import OutgoingMail

CHASE = "chase"
AT_ONCE = 200


def compose_offer(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    """The times, or the same again when nobody answered."""
    offer = _offer(mail)
    if offer is None:
        return Cancelled(_("the offer is gone"))
    cause = _why_not(offer) or _why_not_now(offer, now)
    if cause:
        return Cancelled(cause)
    is_chase = mail.kind == CHASE
    context = {
        **_shown(offer, now),
        "is_chase": is_chase,
        "says_how": " / ".join(str(Medium(medium).label) for medium in offer.media),
    }
    with timezone.override(load_zone(context["zone"])):
        message = mail_messages.to_contact(mail.recipient, offer.owner, offer.contact, "offer", context)
    if is_chase:
        mail_messages.mark_as_automatic(message)
        mail_messages.put_in_thread(message, mail_messages.offer_references(offer))
    return Composed(message, str(message["Subject"]))


def compose_answered(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    offer = _offer(mail)
    if offer is None:
        return Cancelled(_("the offer is gone"))
    told, owner = mail.context, offer.owner
    starts_at = datetime.fromisoformat(told["starts_at"])
    zone = told["zone"] or offer.their_zone
    where = told["where"] or (offer.contact.phone if told["medium"] == Medium.PHONE else "")
    leads_to = offer.interview.get_absolute_url() if offer.interview else offer.get_absolute_url()
    context = {
        "what": told["what"],
        "offer": offer,
        "contact": offer.contact,
        "owner": owner,
        "starts_at": starts_at,
        "zone": owner.time_zone,
        "other_zone": zone if zone and zone != owner.time_zone else "",
        "how": Medium(told["medium"]).label,
        "where": where,
        "lacks_number": told["medium"] == Medium.PHONE and not where,
        "note": offer.word if told["what"] == WORD else told["note"],
        "url": settings.SITE_URL + (offer.get_absolute_url() if told["what"] == "proposed" else leads_to),
        "waits_since": mail.created_at if now.date() > mail.created_at.date() else None,
    }
    with timezone.override(owner.zone):
        return mail_messages.to_owner(mail.recipient, "answered", context)


def compose_refusal(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    """Their own time does not suit the owner: what stands instead, and where to choose."""
    offer = _offer(mail)
    if offer is None:
        return Cancelled(_("the offer is gone"))
    counter = offer.counters.select_related("offer").filter(pk=mail.context["counter"]).first()
    if counter is None or not counter.stands_refused:
        return Cancelled(_("you or %(name)s answered otherwise") % {"name": offer.contact.first_name})
    cause = _why_not(offer)
    if cause:
        return Cancelled(cause)
    talk = offer.interview if offer.interview and offer.interview.is_planned else None
    context = {
        **_shown(offer, now, counter.time_zone),
        "starts_at": counter.starts_at,
        "talk": talk,
        "may_choose": offer.takes_answers(now),
    }
    with timezone.override(load_zone(counter.time_zone)):
        message = mail_messages.to_contact(mail.recipient, offer.owner, offer.contact, "refusal", context)
    mail_messages.put_in_thread(message, mail_messages.offer_references(offer))
    return Composed(message, str(message["Subject"]))


def refusal_still_wanted(mail: OutgoingMail) -> bool:
    offer = _offer(mail)
    return offer is not None and not _why_not(offer)


def offer_still_wanted(mail: OutgoingMail) -> bool:
    offer = _offer(mail)
    return offer is not None and not (_why_not(offer) or _why_not_now(offer, timezone.now()))


register(Kind(OFFER, gettext_lazy("Times offered"), compose_offer, still_wanted=offer_still_wanted))
register(Kind(CHASE, gettext_lazy("No answer yet"), compose_offer, still_wanted=offer_still_wanted))
register(Kind(REFUSAL, gettext_lazy("Their time does not suit"), compose_refusal, still_wanted=refusal_still_wanted))
register(Kind(ANSWERED, gettext_lazy("An answer"), compose_answered, is_to_owner=True))


@planner
def plan_chases(now: datetime) -> int:
    """One row for each silent offer whose working days are over, when its user ticked it: in the user's own morning, on a
    working day. Safe to run twice, late or never."""
    due = (
        Offer.objects.filter(state=OfferState.OPEN, chase=True, expires_at__gt=now)
        .filter(chase_on__lte=now.date() + timedelta(days=1))  # the owner's day may be one ahead of that of UTC
        .exclude(Exists(_talks_since(OuterRef("contact"), OuterRef("created_at"))))
        .order_by("pk")
        .values_list("pk", "owner_id", "chase_on")
    )
    days: dict[int, date | None] = {}
    for owner in User.objects.filter(pk__in={owner_id for _pk, owner_id, _chase_on in due}):
        begun = partial(_working_day, owner, now)
        days[owner.pk] = guarded(begun, owner_id=owner.pk, zone=owner.time_zone, step=CHASE, now=now)
    at_work = [pk for pk, owner_id, chase_on in due if (day := days.get(owner_id)) and chase_on and chase_on <= day]
    offers = Offer.objects.filter(pk__in=at_work[:AT_ONCE]).select_related("owner", "contact").order_by("pk")
    return sum(
        guarded(partial(_chase, offer, now), owner_id=offer.owner_id, zone=offer.owner.time_zone, step=CHASE, now=now)
        or 0
        for offer in offers
    )


def _working_day(owner: User, now: datetime) -> date | None:
    """The owner's day, once their work of that day has begun; None before, and on a day without work."""
    today = owner.today(now)
    has_begun = now >= instant(today, owner.work_from, owner.zone)
    return today if has_begun and working_hours.is_working_day(owner, today) else None


@transaction.atomic
def _chase(offer: Offer, now: datetime) -> int:
    """The next date is set in the same commit."""
    rows = Offer.objects.filter(pk=offer.pk, state=OfferState.OPEN, chased=offer.chased)
    offer.chased = chased = offer.chased + 1
    chase_on, follow_up_on = next_days(offer, offer.owner.today(now))
    if not rows.update(chased=chased, chase_on=chase_on, follow_up_on=follow_up_on):
        return 0
    address = address_of(offer.contact)
    if address:
        OutgoingMail.objects.queue(
            kind=CHASE,
            key=f"{OFFER}:{offer.uid}:{chased}",  # begins as the offer's own, so that taking it back finds both
            recipient=address,
            now=now,
            owner_id=offer.owner_id,
            context={"offer": str(offer.uid)},
            recipient_name=clean_line(offer.contact.name),
            summary=_("Times for %(name)s, again") % {"name": clean_line(offer.contact.first_name)},
        )
    return int(bool(address))


def _talks_since(contact: Contact | OuterRef, at: datetime | OuterRef) -> InterviewQuerySet:
    """Those planned with the contact since, also by hand, and not called off."""
    since: InterviewQuerySet = Interview.objects.alive().filter(contact=contact, created_at__gte=at)
    return since.filter(state__in=[InterviewState.PLANNED, InterviewState.HELD])


def _offer(mail: OutgoingMail) -> Offer | None:
    rows = Offer.objects.select_related("owner", "contact", "interview").filter(owner_id=mail.owner_id)
    found: Offer | None = rows.filter(uid=mail.context["offer"]).first()
    if found:
        found.contact.owner = found.owner
    return found


def _shown(offer: Offer, now: datetime, zone: str = "") -> dict[str, Any]:
    """The times that can still be taken, as seen from `zone` and by the owner, and the link to take one."""
    zone = zone or offer.their_zone or offer.owner.time_zone
    other = offer.owner.time_zone if zone != offer.owner.time_zone else ""
    return {
        "offer": offer,
        "contact": offer.contact,
        "owner": offer.owner,
        "times": [slot.starts_at for slot in offer.free_slots(now)],
        "zone": zone,
        "other_zone": other,
        "url": offer.url,
    }


def _why_not(offer: Offer) -> str:
    """Why nothing about it goes to the contact any more."""
    taken_back = _("you took it back") if offer.state == OfferState.WITHDRAWN else ""
    return mail_messages.why_silent(offer.contact) or taken_back


def _why_not_now(offer: Offer, now: datetime) -> str:
    """Why there is nothing to choose."""
    if offer.state != OfferState.OPEN:
        return _("%(name)s has answered") % {"name": offer.contact.first_name}
    if _talks_since(offer.contact, offer.created_at).exists():
        return _("a talk is set")
    return "" if offer.free_slots(now) else _("none of the times is free any more")
