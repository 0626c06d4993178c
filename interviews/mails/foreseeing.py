"""What Deliveries foresees of the talks: the next brief to the user, and the next word of the day before to a contact."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from base.text import clean_line
from crm.models import Stage
from interviews.invitations import address_of
from interviews.mails import confirming, preparing
from interviews.models import Interview
from outbox.kinds import Coming, forecaster

LOOKED_THROUGH = 30  # of the talks to come, the next ones


@forecaster
def foresee(owner_id: int, now: datetime) -> list[Coming]:
    """At most one of each, which has no row yet."""
    ahead = Interview.objects.planned().filter(owner=owner_id, starts_at__gt=now).exclude(contact__stage=Stage.DROP)
    talks = list(ahead.select_related("owner", "contact").next_first()[:LOOKED_THROUGH])
    found = (min(coming, key=lambda one: one.at, default=None) for coming in (_briefs(talks, now), _words(talks, now)))
    return [coming for coming in found if coming]


def _briefs(talks: list[Interview], now: datetime) -> Iterator[Coming]:
    for talk in talks:
        evening = preparing.evening_before(talk.owner, talk.starts_at)
        if talk.owner.wants_briefs and max(now, talk.created_at) < evening:
            yield Coming(evening, _("The brief for %(name)s") % {"name": clean_line(talk.contact.name)})


def _words(talks: list[Interview], now: datetime) -> Iterator[Coming]:
    for talk in talks:
        evening = confirming.evening_before(talk)
        is_wanted = talk.confirm_them and talk.suits_them and address_of(talk.contact)
        if is_wanted and max(now, talk.created_at) < evening:
            yield Coming(evening, _("The day before"), to=clean_line(talk.contact.name))
