"""What a contact gets of a talk: the invitation with its changes, the cancellation, and the confirmation of the day before, when it
was ticked for that talk (product.md rule 5). All composed just before they leave; and what Deliveries foresees of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.dates import instant
from base.owned import Stale
from base.text import clean_line
from base.zones import city, load_zone
from crm.models import Stage
from interviews import calendars, mail_messages
from interviews.models import Agreed, Counter, Interview, InterviewQuerySet, Offer, OfferSlot
from interviews.planning.actions import keep_local_time
from interviews.planning.contact_mail import CANCELLATION, INVITATION, address_of, last_mail
from interviews.preparing import mails as brief_mails
from outbox.kinds import Cancelled, Coming, Composed, Kind, forecaster, planner, reconciler, register
from outbox.left_out import guarded
from outbox.models import OutgoingMail

CONFIRMATION, RULES = "tomorrow", "zone rules"
AT_MOST_AHEAD = timedelta(hours=75)  # the day before on the other side of the world, across a change of the clocks
AT_ONCE = 500
LOOKED_THROUGH = 30  # of the talks to come, the next ones


def compose_invitation(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    interview = Interview.objects.of_mail(mail)
    if interview is None:
        return Cancelled(_("the interview is gone"))
    cause = _why_not_invited(interview, mail, now)
    if cause:
        return Cancelled(cause)
    ics = calendars.request(
        interview,
        address=mail.recipient,
        sequence=mail.context["sequence"],
        is_chosen=_is_theirs(mail, interview),
        now=now,
    )
    return _composed(mail, interview, interview.agreed, INVITATION, ics)


def compose_cancellation(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    interview = Interview.objects.of_mail(mail)
    if interview is None:
        return Cancelled(_("the interview is gone"))
    if interview.is_planned and interview.invited_email == mail.recipient:
        return Cancelled(_("it is planned again"))
    agreed = Agreed.from_json(mail.context["agreed"])
    ics = calendars.cancel(interview, agreed=agreed, address=mail.recipient, sequence=mail.context["sequence"], now=now)
    return _composed(mail, interview, agreed, CANCELLATION, ics)


def invitation_still_wanted(mail: OutgoingMail) -> bool:
    interview = Interview.objects.of_mail(mail)
    return interview is not None and not _why_not_invited(interview, mail, timezone.now())


def cancellation_still_wanted(mail: OutgoingMail) -> bool:
    interview = Interview.objects.of_mail(mail)
    return interview is not None and not (interview.is_planned and interview.invited_email == mail.recipient)


register(Kind(INVITATION, gettext_lazy("Invitation"), compose_invitation, still_wanted=invitation_still_wanted))
register(Kind(CANCELLATION, gettext_lazy("Cancellation"), compose_cancellation, still_wanted=cancellation_still_wanted))


def _why_not_invited(interview: Interview, mail: OutgoingMail, now: datetime) -> str:
    """Why the invitation is not sent after all; empty when it is."""
    contact = interview.contact
    reasons = {
        _("the interview was cancelled"): interview.is_cancelled,
        _("the interview is over"): interview.ends_at <= now or not interview.is_planned,
        _("%(name)s gets a newer invitation") % {"name": contact.first_name}: (
            (interview.invited_email, interview.invited_sequence) != (mail.recipient, mail.context["sequence"])
        ),
    }
    return mail_messages.why_silent(contact) or next((words for words, holds in reasons.items() if holds), "")


def _composed(mail: OutgoingMail, interview: Interview, agreed: Agreed, name: str, ics: bytes) -> Composed:
    context = _context(mail, interview, agreed)
    message = mail_messages.to_contact(mail.recipient, interview.owner, interview.contact, name, context)
    mail_messages.put_in_thread(
        message, [*mail_messages.offer_references(_offer_of(interview)), *context["references"]]
    )
    method = "REQUEST" if name == INVITATION else "CANCEL"
    mail_messages.attach_calendar(message, ics, method=method, name=name)
    return Composed(message, str(message["Subject"]))


def _offer_of(interview: Interview) -> Offer | None:
    return getattr(interview, "offer", None)


def _is_theirs(mail: OutgoingMail, interview: Interview) -> bool:
    """They chose the time: nobody asks whether it suits."""
    is_update = bool(mail.context.get("references"))
    return mail.context.get("by_them", False) or (_offer_of(interview) is not None and not is_update)


def _context(mail: OutgoingMail, interview: Interview, agreed: Agreed) -> dict[str, Any]:
    """What the templates say, each time in the contact's zone first, when it is known."""
    theirs, offer = interview.their_zone, _offer_of(interview)
    return {
        "interview": interview,
        "contact": interview.contact,
        "owner": interview.owner,
        "agreed": agreed,
        "zone": theirs or agreed.zone,
        "other_zone": agreed.zone if theirs and theirs != agreed.zone else "",
        "zone_is_theirs": bool(theirs),
        "references": mail.context.get("references", []),
        "is_update": bool(mail.context.get("references")),
        "by_them": mail.context.get("by_them", False),
        "is_theirs": _is_theirs(mail, interview),
        "by_rules": bool(mail.context.get("references")) and mail.context.get("by_rules", False),
        "page_url": offer.url if offer else "",
        "yes_url": interview.answer_url("yes", mail.context["sequence"]),
        "no_url": interview.answer_url("no", mail.context["sequence"]),
        "another_url": interview.answer_url("another", mail.context["sequence"]),
    }


# --- when a zone's rules change ---


@reconciler
def keep_local_times(now: datetime) -> int:
    """Talks, and times that are offered or proposed, stay at their local time. More than 0 after new zone rules alone."""
    talks = Interview.objects.planned().filter(starts_at__gt=now).select_related("owner", "contact")
    moved = 0
    for talk in talks.iterator(chunk_size=AT_ONCE):
        keep = partial(_keep_local_time, talk, now)
        moved += bool(guarded(keep, owner_id=talk.owner_id, zone=talk.time_zone, step=RULES, now=now))
    slots = OfferSlot.objects.filter(taken_at__isnull=True, starts_at__gt=now)
    counters = Counter.objects.filter(decided_at__isnull=True, starts_at__gt=now)
    return moved + _keep_proposed(slots, now) + _keep_proposed(counters, now)


def _keep_local_time(talk: Interview, now: datetime) -> bool:
    if talk.agreed.starts_at == talk.starts_at:
        return False
    try:
        return keep_local_time(interview=talk, now=now)
    except Stale:  # somebody is at it: the next time
        return False


def _keep_proposed(rows: QuerySet[OfferSlot] | QuerySet[Counter], now: datetime) -> int:
    def keep(row: OfferSlot | Counter) -> int:
        starts_at = instant(row.local_date, row.local_time, ZoneInfo(row.time_zone))
        if starts_at == row.starts_at:
            return 0
        return rows.filter(pk=row.pk, starts_at=row.starts_at).update(starts_at=starts_at)

    found = rows.iterator(chunk_size=AT_ONCE)
    return sum(
        guarded(partial(keep, row), owner_id=row.owner_id, zone=row.time_zone, step=RULES, now=now) or 0
        for row in found
    )


# --- the day before ---


@planner
def plan_confirmations(now: datetime) -> int:
    """One row for each ticked talk whose evening before has come where the contact lives. A late run still sends it."""
    planned = 0
    for talk in _ahead(now):
        zone = talk.their_zone or talk.owner.time_zone
        plan = partial(_plan, talk, now)
        planned += bool(guarded(plan, owner_id=talk.owner_id, zone=zone, step=CONFIRMATION, now=now))
    return planned


def _plan(talk: Interview, now: datetime) -> bool:
    address = address_of(talk.contact)
    is_time = not talk.is_unsuited and talk.created_at < evening_before(talk) <= now
    return bool(address) and is_time and _queue(talk, address, now)


def evening_before(interview: Interview) -> datetime:
    """The user's evening hour, on the contact's clock and on the day before the contact's date."""
    zone = _zone(interview)
    day = interview.starts_at.astimezone(zone).date() - timedelta(days=1)
    return instant(day, interview.owner.evening_at, zone)


def confirmation_key(interview: Interview) -> str:
    """A talk that moves gets another confirmation."""
    return f"{CONFIRMATION}:{interview.uid}:{interview.starts_at:%Y%m%dT%H%MZ}"


def compose_confirmation(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    interview = Interview.objects.of_mail(mail)
    cause = _why_not_confirmed(interview, mail, now)
    if interview is None or cause:
        return Cancelled(cause)
    zone, owner = _zone(interview), interview.owner
    offer = _offer_of(interview)
    context = {
        "interview": interview,
        "agreed": interview.agreed,
        "contact": interview.contact,
        "owner": owner,
        "zone": zone.key,
        "in_city": "" if interview.their_zone else _(" in %(city)s") % {"city": city(zone.key)},
        "other_zone": owner.time_zone if owner.time_zone != zone.key else "",
        "is_today": now.astimezone(zone).date() == interview.starts_at.astimezone(zone).date(),
        "url": offer.url if offer else "",
    }
    with timezone.override(zone):
        message = mail_messages.to_contact(mail.recipient, owner, interview.contact, "tomorrow", context)
    mail_messages.mark_as_automatic(message)
    mail_messages.put_in_thread(message, mail_messages.offer_references(offer))
    return Composed(message, str(message["Subject"]))


def confirmation_still_wanted(mail: OutgoingMail) -> bool:
    return not _why_not_confirmed(Interview.objects.of_mail(mail), mail, timezone.now())


register(
    Kind(
        CONFIRMATION, gettext_lazy("The day-before mail"), compose_confirmation, still_wanted=confirmation_still_wanted
    )
)


def _ahead(now: datetime) -> InterviewQuerySet:
    return (
        Interview.objects.planned()
        .filter(confirm_them=True, owner__is_active=True, starts_at__gt=now, starts_at__lte=now + AT_MOST_AHEAD)
        .exclude(contact__stage=Stage.DROP)
        .select_related("owner", "contact", "offer")
        .order_by("starts_at", "pk")[:AT_ONCE]
    )


def _queue(talk: Interview, address: str, now: datetime) -> bool:
    key = confirmation_key(talk)
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
    return load_zone(interview.their_zone or interview.owner.time_zone)


def _why_not_confirmed(interview: Interview | None, mail: OutgoingMail, now: datetime) -> str:
    """Why it is not sent after all; empty when it is."""
    if interview is None:
        return _("the interview is gone")
    told = last_mail(interview)
    reasons = {
        _("the interview was cancelled"): interview.is_cancelled,
        _("the interview was moved"): confirmation_key(interview) != mail.occurrence_key,
        _("the interview has begun"): interview.starts_at <= now or not interview.is_planned,
        _("they declined, or proposed another time"): interview.is_unsuited,
        _("they have another address now"): address_of(interview.contact) != mail.recipient,
        _("you took the tick away"): not interview.confirm_them,
        _("an invitation told them this evening"): told and told.created_at > evening_before(interview),
    }
    silent = mail_messages.why_silent(interview.contact)
    return silent or next((words for words, holds in reasons.items() if holds), "")


@forecaster
def foresee(owner_id: int, now: datetime) -> list[Coming]:
    """At most one of each, which has no row yet."""
    ahead = Interview.objects.planned().filter(owner=owner_id, starts_at__gt=now).exclude(contact__stage=Stage.DROP)
    talks = list(ahead.select_related("owner", "contact", "offer").next_first()[:LOOKED_THROUGH])
    found = (
        min(coming, key=lambda one: one.at, default=None)
        for coming in (_briefs(talks, now), _confirmations(talks, now))
    )
    return [coming for coming in found if coming]


def _briefs(talks: list[Interview], now: datetime) -> Iterator[Coming]:
    for talk in talks:
        evening = brief_mails.evening_before(talk.owner, talk.starts_at)
        if talk.owner.wants_briefs and max(now, talk.created_at) < evening:
            yield Coming(evening, _("The brief for %(name)s") % {"name": clean_line(talk.contact.name)})


def _confirmations(talks: list[Interview], now: datetime) -> Iterator[Coming]:
    for talk in talks:
        evening = evening_before(talk)
        is_wanted = talk.confirm_them and not talk.is_unsuited and address_of(talk.contact)
        if is_wanted and max(now, talk.created_at) < evening:
            yield Coming(evening, _("The day-before mail"), to=clean_line(talk.contact.name))
