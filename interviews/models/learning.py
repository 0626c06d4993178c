"""What came of what people told: read, or joined."""

from datetime import datetime

from django.db import models

from base.owned import Owned


class TickQuerySet(models.QuerySet["Tick"]):
    def done(self) -> "TickQuerySet":
        return self.filter(done_at__isnull=False)


class Tick(Owned):
    """Something people named, by its folded name: it may be written in many answers, and is read or joined once."""

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=600)
    done_at = models.DateTimeField(null=True)

    objects = TickQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name_key"], name="tick_once")]

    def __str__(self) -> str:
        return self.name

    def set(self, now: datetime) -> None:
        self.done_at = now
        self.save(update_fields=["done_at"])

    def unset(self) -> None:
        self.done_at = None
        self.save(update_fields=["done_at"])
