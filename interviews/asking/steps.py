"""How often somebody is asked, by letter or by offered times alike: a request, after three working days a follow-up, after
seven a last one, then no more (product.md rule 13)."""

from datetime import date, datetime, timedelta

from accounts.models import User
from crm.models import Contact
from interviews.models import LAST_STEP, OfferState
from interviews.offering import working_hours

WAITS = {1: 3, 2: 4}  # working days after each step until the next: the last one comes seven after the first
MAY_STILL_ANSWER = timedelta(days=30)
A_WHILE = 3  # "Wait": as many working days more


def next_step(contact: Contact, now: datetime) -> int:
    """The step after the last one that stands without an answer. A mail that chases an offer is a step as well."""
    letters = contact.asks.filter(closed_at__isnull=True).values_list("step", flat=True)
    offers = contact.offers.filter(state=OfferState.OPEN, created_at__gt=now - MAY_STILL_ANSWER)
    taken = [*letters, *(offer.steps_taken for offer in offers if not offer.is_let_be)]
    return min(max(taken, default=0) + 1, LAST_STEP)


def follow_up_day(owner: User, step: int, today: date) -> date | None:
    """When silence after this step is followed up; never after the last."""
    return working_hours.after_working_days(owner, today, WAITS[step]) if step in WAITS else None


def a_while_later(owner: User, today: date) -> date:
    return working_hours.after_working_days(owner, today, A_WHILE)
