"""The confirmation the contact gets the day before, when it was ticked for that talk (product.md rule 5). The user's own one
is the brief, in `preparing`."""

from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.dates import instant
from base.text import clean_line
from base.zones import city, load_zone
from crm.models import Stage
from interviews import links
from interviews.invitations import address_of, last_mail
from interviews.mails import composing
from interviews.models import Interview, InterviewQuerySet, Offer
from outbox.kinds import Cancelled, Composed, Kind, planner, register
from outbox.left_out import guarded
from outbox.models import OutgoingMail

CONFIRMATION = "tomorrow"
AT_MOST_AHEAD = timedelta(hours=75)  # the day before on the other side of the world, across a change of the clocks
AT_ONCE = 500


@planner
def plan_confirmations(now: datetime) -> int:
    """One row for each ticked talk whose evening before has come where the contact lives. A late run still sends it."""
    planned = 0
    for talk in _ahead(now):
        zone = talk.contact.time_zone or talk.owner.time_zone
        plan = partial(_plan, talk, now)
        planned += bool(guarded(plan, owner_id=talk.owner_id, zone=zone, step=CONFIRMATION, now=now))
    return planned


def _plan(talk: Interview, now: datetime) -> bool:
    address = address_of(talk.contact)
    is_time = talk.suits_them and talk.created_at < evening_before(talk) <= now
    return bool(address) and is_time and _queue(talk, address, now)


def evening_before(interview: Interview) -> datetime:
    """The user's evening hour, on the contact's clock and on the day before the contact's date."""
    zone = _zone(interview)
    day = interview.starts_at.astimezone(zone).date() - timedelta(days=1)
    return instant(day, interview.owner.evening_at, zone)


def key_of(interview: Interview) -> str:
    """A talk that moves gets another confirmation."""
    return f"{CONFIRMATION}:{interview.uid}:{interview.starts_at:%Y%m%dT%H%MZ}"


def compose_confirmation(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    interview = _interview(mail)
    cause = _why_not(interview, mail, now)
    if interview is None or cause:
        return Cancelled(cause)
    zone, owner = _zone(interview), interview.owner
    offer = Offer.objects.filter(interview=interview).first()
    context = {
        "interview": interview,
        "agreed": interview.agreed,
        "contact": interview.contact,
        "owner": owner,
        "zone": zone.key,
        "in_city": "" if interview.contact.time_zone else _(" in %(city)s") % {"city": city(zone.key)},
        "other_zone": owner.time_zone if owner.time_zone != zone.key else "",
        "is_today": now.astimezone(zone).date() == interview.starts_at.astimezone(zone).date(),
        "url": links.offer_url(links.secret_of(offer.uid, offer.secret_hash)) if offer else "",
    }
    with timezone.override(zone):
        return composing.to_contact(mail.recipient, owner, interview.contact, "tomorrow", context)


def confirmation_still_wanted(mail: OutgoingMail) -> bool:
    return not _why_not(_interview(mail), mail, timezone.now())


register(
    Kind(CONFIRMATION, gettext_lazy("The day before"), compose_confirmation, still_wanted=confirmation_still_wanted)
)


def _ahead(now: datetime) -> InterviewQuerySet:
    ahead: InterviewQuerySet = (
        Interview.objects.planned()
        .filter(confirm_them=True, owner__is_active=True, starts_at__gt=now, starts_at__lte=now + AT_MOST_AHEAD)
        .exclude(contact__stage=Stage.DROP)
        .select_related("owner", "contact")
        .order_by("starts_at", "pk")[:AT_ONCE]
    )
    return ahead


def _queue(talk: Interview, address: str, now: datetime) -> bool:
    key = key_of(talk)
    if OutgoingMail.objects.filter(owner_id=talk.owner_id, occurrence_key=key).exists():
        return False
    OutgoingMail.objects.queue(
        kind=CONFIRMATION,
        key=key,
        recipient=address,
        now=now,
        owner_id=talk.owner_id,
        context={"interview": str(talk.uid)},
        recipient_name=clean_line(talk.contact.name),
        summary=_("Tomorrow: %(said)s") % {"said": clean_line(talk.agreed.said)},
    )
    return True


def _zone(interview: Interview) -> ZoneInfo:
    return load_zone(interview.contact.time_zone or interview.owner.time_zone)


def _interview(mail: OutgoingMail) -> Interview | None:
    rows = Interview.objects.filter(owner_id=mail.owner_id, uid=mail.context["interview"])
    found: Interview | None = rows.select_related("owner", "contact").first()
    return found


def _why_not(interview: Interview | None, mail: OutgoingMail, now: datetime) -> str:
    """Why it is not sent after all; empty when it is."""
    if interview is None:
        return _("the interview is gone")
    told = last_mail(interview)
    reasons = {
        _("the contact is in the bin"): interview.binned_at or interview.contact.binned_at,
        _("the interview was cancelled"): interview.is_cancelled,
        _("the interview was moved"): key_of(interview) != mail.occurrence_key,
        _("the interview has begun"): interview.starts_at <= now or not interview.is_planned,
        _("you dropped them"): interview.contact.is_dropped,
        _("they declined, or proposed another time"): not interview.suits_them,
        _("they have another address now"): address_of(interview.contact) != mail.recipient,
        _("you took the tick away"): not interview.confirm_them,
        _("an invitation told them this evening"): told and told.created_at > evening_before(interview),
    }
    return next((words for words, holds in reasons.items() if holds), "")
