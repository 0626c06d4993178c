"""The private link under which a calendar program reads the user's talks and promises."""

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import F

from base.owned import Owned


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def turn(self, seen: str, **fields: Any) -> bool:
        """Compare and swap: changes the link only as the page showed it, and says whether it did."""
        rows = self.filter(version=seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else self.none()
        return bool(rows.update(**fields, version=F("version") + 1))


class CalendarFeed(Owned):
    """One link for each user. The link itself is shown once, when it is made, and stored nowhere."""

    secret_hash = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of 128 random bits in the link
    made_at = models.DateTimeField()
    off_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[Any] = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner"], name="calendar_feed_one_each")]

    def __str__(self) -> str:
        return "off" if self.off_at else "on"

    @classmethod
    def of_link(cls, secret_hash: str) -> "CalendarFeed | None":
        """The one a private link opens, whoever holds the link."""
        rows = cls.objects.select_related("owner").filter(owner__is_active=True, off_at__isnull=True)
        found: CalendarFeed | None = rows.filter(secret_hash=secret_hash).first()
        return found

    @property
    def is_on(self) -> bool:
        return self.off_at is None

    def switch_off(self, now: datetime, seen: str) -> bool:
        return self.is_on and bool(self.owner.calendarfeeds.turn(seen, off_at=now))

    def switch_on(self, seen: str) -> bool:
        return not self.is_on and bool(self.owner.calendarfeeds.turn(seen, off_at=None))
