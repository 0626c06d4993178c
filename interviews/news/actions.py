"""Tells the owner on Today what a contact did."""

from datetime import datetime

from django.db.models import F

from crm.models import Contact
from interviews.models import Interview, NewsItem, NewsKind, Offer


def report(
    *,
    contact: Contact,
    kind: str,
    now: datetime,
    talk: Interview | None = None,
    offer: Offer | None = None,
    words: str = "",
) -> NewsItem:
    """Adds a row of news, in the transaction of what happened. An answer takes the place of an earlier one about the same talk
    that nobody has seen; a word stands beside it."""
    if kind != NewsKind.WORD:
        earlier = contact.news.filter(seen_at__isnull=True, interview=talk, offer=offer).exclude(kind=NewsKind.WORD)
        earlier.update(seen_at=now, version=F("version") + 1)
    return contact.news.create(
        owner_id=contact.owner_id, interview=talk, offer=offer, kind=kind, words=words, happened_at=now
    )
