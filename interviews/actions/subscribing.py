"""The link of the calendar feed: made, and made anew."""

import secrets
from datetime import datetime

from accounts.models import User
from base.owned import Stale
from interviews import links
from interviews.models import CalendarFeed


def make_link(*, owner: User, feed: CalendarFeed | None, now: datetime) -> str:
    """A new secret, told once; the one before, of `feed`, opens nothing from now on."""
    secret = secrets.token_urlsafe(links.BITS // 8)
    fields = {"secret_hash": links.hash_of(secret), "made_at": now}
    if feed:
        feed.change(feed.version, **fields, off_at=None)
        return secret
    there, is_made = owner.calendarfeeds.get_or_create(owner=owner, defaults=fields)
    if not is_made:
        raise Stale(there)
    return secret
