"""Tells the user that the contact answered the invitation by its links, and the contact that their own time does not suit."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.zones import load_zone
from interviews import calendars, mail_messages
from interviews.models import AttendeeStatus, Interview
from interviews.planning.contact_mail import last_mail, may_have_arrived
from interviews.replying.actions import NOT_THEN, REPLIED
from outbox.kinds import Cancelled, Composed, Kind, register
from outbox.models import OutgoingMail

ANSWERED_AS = {AttendeeStatus.ACCEPTED: "accepted", AttendeeStatus.COUNTERED: "proposed"}


def compose_replied(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    interview = Interview.objects.of_mail(mail)
    if interview is None:
        return Cancelled(_("the interview is gone"))
    owner, theirs = interview.owner, interview.their_zone
    what = mail.context["what"]
    context = {
        "what": ANSWERED_AS.get(what, "refused"),
        "contact": interview.contact,
        "owner": owner,
        "starts_at": interview.attendee_starts_at if what == AttendeeStatus.COUNTERED else interview.starts_at,
        "how": interview.get_medium_display(),
        "note": interview.attendee_comment,
        "zone": owner.time_zone,
        "other_zone": theirs if theirs and theirs != owner.time_zone else "",
        "url": settings.SITE_URL + interview.get_absolute_url(),
    }
    if context["starts_at"] is None:
        return Cancelled(_("they have answered otherwise since"))
    with timezone.override(owner.zone):
        return mail_messages.to_owner(mail.recipient, "answered", context)


def compose_not_then(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    interview = Interview.objects.of_mail(mail)
    cause = _why_not(interview)
    if interview is None or cause:
        return Cancelled(cause)
    owner, contact, theirs, agreed = interview.owner, interview.contact, interview.their_zone, interview.agreed
    context = {
        "interview": interview,
        "contact": contact,
        "owner": owner,
        "agreed": agreed,
        "starts_at": interview.attendee_starts_at,
        "zone": theirs or agreed.zone,
        "other_zone": agreed.zone if theirs and theirs != agreed.zone else "",
        "another_url": interview.answer_url("another", mail.context["sequence"]),
    }
    with timezone.override(load_zone(context["zone"])):
        message = mail_messages.to_contact(mail.recipient, owner, contact, "not_then", context)
    told = last_mail(interview)
    mail_messages.put_in_thread(message, [told.message_id] if told and may_have_arrived(told) else [])
    ics = calendars.decline_counter(interview, address=mail.recipient, sequence=mail.context["sequence"], now=now)
    mail_messages.attach_calendar(message, ics, method="DECLINECOUNTER", name="not-then")
    return Composed(message, str(message["Subject"]))


def not_then_still_wanted(mail: OutgoingMail) -> bool:
    return not _why_not(Interview.objects.of_mail(mail))


def _why_not(interview: Interview | None) -> str:
    """Why nobody is told that their time does not suit; empty when they are."""
    if interview is None:
        return _("the interview is gone")
    reasons = {
        _("the interview was cancelled, or has begun"): not interview.is_planned
        or interview.starts_at <= timezone.now(),
        _("you or they have answered otherwise since"): not interview.attendee_refused_at,
    }
    silent = mail_messages.why_silent(interview.contact)
    return silent or next((words for words, holds in reasons.items() if holds), "")


register(Kind(REPLIED, gettext_lazy("An answer"), compose_replied, is_to_owner=True))
register(Kind(NOT_THEN, gettext_lazy("Their time does not suit"), compose_not_then, still_wanted=not_then_still_wanted))
