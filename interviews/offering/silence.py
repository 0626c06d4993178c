"""What follows when nobody answers an offer: a mail that asks again, or a row on Today."""

from datetime import date, datetime

from base.owned import Stale
from interviews.asking.steps import a_while_later, follow_up_day
from interviews.models import Offer, OfferState
from interviews.offering import working_hours
from interviews.planning.contact_mail import address_of

CHASE_AFTER = 3  # working days
MOST_CHASES = 2


def next_days(offer: Offer, today: date) -> tuple[date | None, date | None]:
    """When silence is followed up: by a mail, where that is ticked and times are left to choose by then; else on Today."""
    owner = offer.owner
    if offer.chase and offer.chased < MOST_CHASES and address_of(offer.contact):
        day = working_hours.after_working_days(owner, today, CHASE_AFTER)
        if day <= owner.today(offer.expires_at):
            return day, None
    return None, follow_up_day(owner, offer.steps_taken, today)


def wait(*, offer: Offer, seen: int, now: datetime) -> None:
    """Its silence stands on Today some working days later."""
    _follow_up_on(offer, seen, a_while_later(offer.owner, offer.owner.today(now)))


def let_be(*, offer: Offer, seen: int, now: datetime) -> None:
    """They answered in another way, or I let it be: nothing more is proposed. The link stays open."""
    _follow_up_on(offer, seen, None)


def follow_up(*, offer: Offer, seen: int, now: datetime) -> None:
    """Undoes `wait` and `let_be`."""
    _follow_up_on(offer, seen, offer.owner.today(now))


def _follow_up_on(offer: Offer, seen: int, day: date | None) -> None:
    if offer.state != OfferState.OPEN or offer.chase_on:
        raise Stale(offer)
    offer.change(seen, follow_up_on=day)
