"""Tells the user that the contact answered the invitation by its links."""

from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from interviews import mail_messages
from interviews.models import AttendeeStatus, Interview
from interviews.replying.actions import REPLIED
from outbox.kinds import Cancelled, Composed, Kind, register
from outbox.models import OutgoingMail


def compose_replied(mail: OutgoingMail, now: datetime) -> Composed | Cancelled:
    interview = Interview.objects.of_mail(mail)
    if interview is None:
        return Cancelled(_("the interview is gone"))
    owner, theirs = interview.owner, interview.contact.time_zone
    context = {
        "what": "accepted" if mail.context["what"] == AttendeeStatus.ACCEPTED else "refused",
        "contact": interview.contact,
        "owner": owner,
        "starts_at": interview.starts_at,
        "zone": owner.time_zone,
        "other_zone": theirs if theirs and theirs != owner.time_zone else "",
        "url": settings.SITE_URL + interview.get_absolute_url(),
    }
    with timezone.override(owner.zone):
        return mail_messages.to_owner(mail.recipient, "answered", context)


register(Kind(REPLIED, gettext_lazy("An answer"), compose_replied, is_to_owner=True))
