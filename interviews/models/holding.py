"""The talk itself, its clock and its notes, and the three minutes after it."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned
from interviews.models.interview import Interview


class Room(Owned):
    """The page I have open during the interview. The server's start time is the truth; phones have their own clocks."""

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="room")
    started_at = models.DateTimeField()
    extended_minutes = models.PositiveSmallIntegerField(default=0)  # they offered more time; nothing else extends it
    paused_at = models.DateTimeField(null=True)
    paused_seconds = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    notes = models.TextField(_("notes"), max_length=50_000, blank=True)
    notes_version = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(ended_at__isnull=True), name="room_ended_is_not_paused"
            )
        ]

    def __str__(self) -> str:
        return f"of interview {self.interview_id}"


class RoomWrite(Owned):
    """One thing the room sent, known by the `uid` the browser gave it: sent again, it is written once."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="writes")
    uid = models.UUIDField(default=uuid.uuid4)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "uid"], name="room_write_once")]

    def __str__(self) -> str:
        return str(self.uid)


class MayUseName(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")
    NOT_ASKED = "", _("not asked")


class Debrief(Owned):
    """The three minutes after a talk. Until it is done the interview stays on Today (product.md rule 8)."""

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="debrief")
    learned = models.TextField(_("what did I learn"), max_length=10_000, blank=True)
    fit = models.TextField(_("how does it fit"), max_length=4000, blank=True)
    may_use_name = models.CharField(_("may I use their name"), max_length=3, choices=MayUseName, blank=True)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(may_use_name__in=MayUseName.values), name="debrief_may_use_name_known")
        ]
        indexes = [
            models.Index(fields=["owner", "opened_at"], condition=Q(done_at__isnull=True), name="debrief_waiting")
        ]

    def __str__(self) -> str:
        return f"of interview {self.interview_id}"
