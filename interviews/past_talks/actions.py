"""A talk that took place without the app, logged afterwards (product.md rule 8)."""

import uuid
from datetime import date, datetime, time

from django.db import transaction

from accounts.models import User
from base.dates import local
from base.owned import Stale
from crm.models import Contact
from interviews.models import Agreed, Interview, InterviewState
from interviews.planning.actions import hold, take_back_holding

NOON = time(12)  # what stands for the time of a talk of which only the day is known


@transaction.atomic
def log_talk(
    *, owner: User, contact: Contact, day: date, medium: str, minutes: int, uid: uuid.UUID, now: datetime
) -> Interview:
    """Keeps a talk of `day`, in the owner's zone, and opens its debrief as if it had been planned: stage, rhythm and promises
    follow. `minutes` is 0 when nobody knows. IntegrityError when there is a talk of that `uid`."""
    owner.hold()
    at = NOON if day < owner.today(now) else min(NOON, local(now, owner.zone).time().replace(second=0, microsecond=0))
    interview = Interview(owner=owner, contact=contact, uid=uid, created_at=now, is_logged=True)
    interview.agree(Agreed(medium, minutes, day, at, owner.time_zone))
    interview.save(force_insert=True)
    return hold(interview=interview, now=now)


@transaction.atomic
def remove_talk(*, interview: Interview, now: datetime) -> None:
    """Undoes `log_talk`. What was written in its debrief stays with it."""
    _expect(interview, is_removed=False)
    interview.lock_contacts()
    interview.change(interview.version, binned_at=now)
    take_back_holding(interview, now)
    interview.contact.refresh_search_text()


@transaction.atomic
def put_back_talk(*, interview: Interview, now: datetime) -> None:
    """Undoes `remove_talk`."""
    _expect(interview, is_removed=True)
    interview.change(interview.version, binned_at=None)
    hold(interview=interview, now=now)


def talks_of_day(contact: Contact, day: date) -> list[Interview]:
    """Talks with the contact that stand on this day already, so that one is not logged twice."""
    known = contact.interviews.alive().filter(local_date=day)
    return list(known.filter(state__in=[InterviewState.PLANNED, InterviewState.HELD]).next_first()[:3])


def _expect(interview: Interview, *, is_removed: bool) -> None:
    if not interview.is_logged or (interview.binned_at is not None) != is_removed:
        raise Stale(interview)
