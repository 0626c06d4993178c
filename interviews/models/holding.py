"""The talk itself, its clock and its notes, and the three minutes after it."""

import uuid
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.owned import Owned, Versioned
from interviews.models.interview import Interview

OPENING = timedelta(seconds=90)  # as long as the end is being said aloud
LAST_QUESTION = timedelta(minutes=3)  # product.md rule 6
LONGEST_NOTES, LONGEST_ANSWER = 50_000, 20_000


class Phase(models.TextChoices):
    """Where a talk stands by its clock; each has its cue."""

    BEGINS = "begins", _("begins")
    RUNS = "runs", _("runs")
    SOON = "soon", _("the last question")
    OVER = "over", _("over")
    PAUSED = "paused", _("paused")


class RoomQuerySet(models.QuerySet["Room"]):
    def alive(self) -> "RoomQuerySet":
        return self.filter(interview__binned_at__isnull=True, interview__contact__binned_at__isnull=True)

    def with_is_repeat(self, uid: uuid.UUID) -> "RoomQuerySet":
        """With `is_repeat`: whether this write has arrived before."""
        return self.annotate(is_repeat=Exists(RoomWrite.objects.filter(room=OuterRef("pk"), uid=uid)))


class Room(Versioned):
    """The page I have open during the interview. The server's start time is the truth; phones have their own clocks."""

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="room")
    started_at = models.DateTimeField()
    extended_minutes = models.PositiveSmallIntegerField(default=0)  # they offered more time; nothing else extends it
    paused_at = models.DateTimeField(null=True)
    paused_seconds = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    notes = models.TextField(_("notes"), max_length=LONGEST_NOTES, blank=True)
    notes_version = models.PositiveIntegerField(default=0)

    objects = RoomQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(paused_at__isnull=True) | Q(ended_at__isnull=True), name="room_ended_is_not_paused"
            )
        ]

    def __str__(self) -> str:
        return f"of interview {self.interview_id}"

    def get_absolute_url(self) -> str:
        return reverse("room", args=[self.interview_id])

    def why_stale(self, today: date) -> str:
        return gettext("Nothing was changed: the room has changed meanwhile, perhaps on another device.")

    @property
    def minutes(self) -> int:
        """What was asked for, and what they offered on top."""
        return self.interview.minutes + self.extended_minutes

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    def paused_for(self, now: datetime) -> timedelta:
        standing = max(timedelta(0), now - self.paused_at) if self.paused_at else timedelta(0)
        return timedelta(seconds=self.paused_seconds) + standing

    def ends_at(self, now: datetime) -> datetime:
        """The agreed end. While the clock stands it moves on with `now`."""
        return self.started_at + timedelta(minutes=self.minutes) + self.paused_for(now)

    def left(self, now: datetime) -> timedelta:
        """Negative past the end."""
        return self.ends_at(now) - now

    def phase(self, now: datetime) -> Phase:
        left = self.left(now)
        if self.is_paused:
            return Phase.PAUSED
        if left <= timedelta(0):
            return Phase.OVER
        if left <= LAST_QUESTION:
            return Phase.SOON
        return Phase.BEGINS if now - self.started_at < OPENING else Phase.RUNS

    def moment(self, at: datetime, now: datetime) -> datetime:
        """The time a phone says, limited to between the start and the server's `now`."""
        return min(max(at, self.started_at), now)

    @property
    def given_back(self) -> timedelta:
        """The time left when it ended; negative when it ran over."""
        return self.left(self.ended_at) if self.ended_at else timedelta(0)


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


class DebriefQuerySet(models.QuerySet["Debrief"]):
    def alive(self) -> "DebriefQuerySet":
        return self.filter(interview__binned_at__isnull=True, interview__contact__binned_at__isnull=True)


class Debrief(Versioned):
    """The three minutes after a talk. Until it is done the interview stays on Today (product.md rule 8)."""

    interview = models.OneToOneField(Interview, on_delete=models.CASCADE, related_name="debrief")
    learned = models.TextField(_("what did I learn"), max_length=10_000, blank=True)
    fit = models.TextField(_("how does it fit"), max_length=4000, blank=True)
    may_use_name = models.CharField(_("may I use their name"), max_length=3, choices=MayUseName, blank=True)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    objects = DebriefQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(may_use_name__in=MayUseName.values), name="debrief_may_use_name_known")
        ]
        indexes = [
            models.Index(fields=["owner", "opened_at"], condition=Q(done_at__isnull=True), name="debrief_waiting")
        ]

    def __str__(self) -> str:
        return f"of interview {self.interview_id}"

    def get_absolute_url(self) -> str:
        return reverse("debrief", args=[self.interview_id])

    def why_stale(self, today: date) -> str:
        return gettext("Nothing was changed: the debrief has changed meanwhile.")

    @property
    def is_done(self) -> bool:
        return self.done_at is not None
