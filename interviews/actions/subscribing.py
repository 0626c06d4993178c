"""The link of the calendar feed: made, and made anew."""

import secrets
from datetime import datetime

from accounts.models import User
from base.owned import Stale
from interviews import links


def make_link(*, owner: User, seen: str, now: datetime) -> str:
    """A new secret, told once; the one before opens nothing from now on. `seen` is the version the page showed, or empty."""
    secret = secrets.token_urlsafe(links.BITS // 8)
    fields = {"secret_hash": links.hash_of(secret), "made_at": now}
    if seen:
        made = owner.calendarfeeds.turn(seen, **fields, off_at=None)
    else:
        _feed, made = owner.calendarfeeds.get_or_create(owner=owner, defaults=fields)
    if not made:
        raise Stale(owner.calendarfeeds.get())
    return secret
