"""The one mail I get the evening before a talk: when, where, in both zones, and the brief. It also is the confirmation
to me (product.md rule 5); the contact's own is in `planning.mails`."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from base.dates import instant
from crm.models import Stage
from interviews import mail_messages
from interviews.models import Interview
from interviews.preparing.brief import read_brief
from outbox.kinds import Cancelled, Composed, Kind, planner, register
from outbox.left_out import guarded
from outbox.models import OutgoingMail, message_id

BRIEF = "brief"
AT_MOST_AHEAD = timedelta(hours=50)  # midnight of the day before, across a change of the clocks
AT_ONCE = 1000


@planner
def plan_briefs(now: datetime) -> int:
    """One row for each talk whose evening before has come, up to its begin: a late run still sends it. Not for a talk
    that was planned after that evening: it is fresh in the mind, and nothing is prepared yet."""
    planned, due = 0, _due(now)
    while talks := list(islice(due, AT_ONCE)):
        keys = {key_of(talk): talk for talk in talks}
        there = OutgoingMail.objects.filter(kind=BRIEF, occurrence_key__in=keys)
        for key in there.values_list("occurrence_key", flat=True):
            del keys[key]
        OutgoingMail.objects.bulk_create([_row(key, talk, now) for key, talk in keys.items()], ignore_conflicts=True)
        planned += len(keys)
    return planned


def evening_before(owner: User, starts_at: datetime) -> datetime:
    """The owner's evening hour on the local day before the talk."""
    return instant(owner.today(starts_at) - timedelta(days=1), owner.evening_at, owner.zone)


def key_of(interview: Interview) -> str:
    """A talk that moves gets a new brief, whether or not an invitation tells of it: so not the sequence, but the time."""
    return f"{BRIEF}:{interview.uid}:{interview.starts_at:%Y%m%dT%H%MZ}"


def compose_brief(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    """Reads the talk as it is now."""
    interview = Interview.objects.of_mail(mail)
    cause = _why_not(interview, mail, now)
    if interview is None or cause:
        return Cancelled(cause)
    owner = interview.owner
    told = read_brief(owner, interview.contact, interview, now)
    context = {
        "brief": told,
        "interview": interview,
        "contact": interview.contact,
        "owner": owner,
        "site": settings.SITE_URL,
        "brief_url": settings.SITE_URL + reverse("brief", args=[interview.pk]),
        "prepare_url": settings.SITE_URL + reverse("preparation_detail", args=[interview.contact_id]),
        "settings_url": settings.SITE_URL + reverse("settings"),
        "when": "today" if owner.today(now) == owner.today(interview.starts_at) else "tomorrow",
    }
    with timezone.override(owner.zone):
        return mail_messages.to_owner(mail.recipient, "brief", context)


def brief_still_wanted(mail: OutgoingMail) -> bool:
    return not _why_not(Interview.objects.of_mail(mail), mail, timezone.now())


register(Kind(BRIEF, gettext_lazy("Tomorrow’s talk"), compose_brief, still_wanted=brief_still_wanted, is_to_owner=True))


def _due(now: datetime) -> Iterator[Interview]:
    ahead = (
        Interview.objects.planned()
        .filter(starts_at__gt=now, starts_at__lte=now + AT_MOST_AHEAD)
        .filter(owner__is_active=True, owner__wants_briefs=True)
        .exclude(contact__stage=Stage.DROP)
        .select_related("owner")
        .order_by("starts_at", "pk")
    )
    return (
        talk
        for talk in ahead
        if guarded(partial(_is_time, talk, now), owner_id=talk.owner_id, zone=talk.owner.time_zone, step=BRIEF, now=now)
    )


def _is_time(talk: Interview, now: datetime) -> bool:
    return talk.created_at < evening_before(talk.owner, talk.starts_at) <= now


def _row(key: str, interview: Interview, now: datetime) -> OutgoingMail:
    owner = interview.owner
    return OutgoingMail(
        owner_id=owner.pk,
        kind=BRIEF,
        occurrence_key=key,
        message_id=message_id(owner.pk, key),
        recipient=owner.email,
        not_before=evening_before(owner, interview.starts_at),
        next_attempt_at=now,
        created_at=now,
        context={"interview": str(interview.uid)},
    )


def _why_not(interview: Interview | None, mail: OutgoingMail, now: datetime) -> str:
    """Why it is not sent after all; empty when it is."""
    if interview is None:
        return _("the interview is gone")
    reasons = {
        _("the interview was cancelled"): interview.is_cancelled,
        _("the interview was moved"): key_of(interview) != mail.occurrence_key,
        _("the interview has begun"): interview.starts_at <= now or not interview.is_planned,
        _("you switched these mails off"): not interview.owner.wants_briefs,
    }
    silent = mail_messages.why_silent(interview.contact)
    return silent or next((words for words, holds in reasons.items() if holds), "")
