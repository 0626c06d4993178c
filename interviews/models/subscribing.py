"""The private link under which a calendar program reads the user's talks and promises."""

from datetime import date

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from base.owned import Versioned
from base.private_links import hash_of


class CalendarFeed(Versioned):
    """One link for each user. The link itself is shown once, when it is made, and stored nowhere."""

    secret_hash = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256 of 128 random bits in the link
    made_at = models.DateTimeField()
    off_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner"], name="calendar_feed_one_each")]

    def __str__(self) -> str:
        return "off" if self.off_at else "on"

    @classmethod
    def of_link(cls, secret: str) -> "CalendarFeed | None":
        """The one a private link opens, whoever holds the link."""
        rows = cls.objects.select_related("owner").filter(owner__is_active=True, off_at__isnull=True)
        return rows.filter(secret_hash=hash_of(secret)).first()

    def get_absolute_url(self) -> str:
        return reverse("calendar_feed")

    def why_stale(self, today: date) -> str:
        if self.is_on:
            return _("Nothing was changed: a link was made before. It was shown then, and is kept nowhere.")
        return _("Nothing was changed: the feed is off.")

    @property
    def is_on(self) -> bool:
        return self.off_at is None
