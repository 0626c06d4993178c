"""What is known of delivery as a whole: its workers, the mail server, and what the tick counts."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from outbox.models.mail import OutgoingMail

RELAY = 1  # the one row of Relay


class WorkerBeatQuerySet(models.QuerySet["WorkerBeat"]):
    def holding(self) -> "WorkerBeatQuerySet":
        """Those with mail in their hands."""
        return self.filter(Exists(OutgoingMail.objects.in_hand().filter(claimed_by=OuterRef("pk"))))


class WorkerBeat(models.Model):
    """A delivering process and when it was last seen: tells at once that a claim belongs to the dead."""

    host = models.CharField(max_length=255)
    pid = models.PositiveIntegerField()
    started_at = models.CharField(max_length=64)  # the process's start time as the kernel knows it: pids are used again
    seen_at = models.DateTimeField()

    objects = WorkerBeatQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["host", "pid", "started_at"], name="worker_beat_unique")]
        indexes = [models.Index(fields=["-seen_at"], name="worker_beat_seen")]

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"


class Relay(models.Model):
    """The mail server as a whole: while it fails nobody asks it before `shut_until`, and no mail is blamed. One row, which every
    page reads."""

    failures = models.PositiveIntegerField(default=0)  # in a row
    shut_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)
    server = models.CharField(max_length=40, blank=True)  # a digest of the EMAIL_URL with which it failed
    failing_since = models.DateTimeField(null=True)  # the first of these failures
    failed_at = models.DateTimeField(null=True)  # the last one
    drained_at = models.DateTimeField(null=True)  # the last drain of any worker that ran to its end
    left_since = models.DateTimeField(null=True)  # `not_before` of the oldest mail which that drain left waiting
    put_back_at = models.DateTimeField(null=True)  # since then there may be held mails (outbox/put_back.py)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=RELAY), name="relay_is_one_row")]

    def __str__(self) -> str:
        return self.last_error or "relay"

    @staticmethod
    def note(**columns: datetime | Now | None) -> None:
        """Writes these columns alone, also into a row that is not there yet."""
        row = Relay(pk=RELAY, **columns)
        Relay.objects.bulk_create([row], update_conflicts=True, unique_fields=["id"], update_fields=list(columns))


class Figure(models.Model):
    """A count that should be 0 and is written down by a tick: repairs, references across owners."""

    name = models.CharField(max_length=40, primary_key=True)
    last = models.PositiveIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.last}"

    @staticmethod
    def note(name: str, count: int, now: datetime) -> None:
        """Writes a count down, and adds it to all that came before."""
        if not Figure.objects.filter(pk=name).update(last=count, total=F("total") + count, at=now):
            Figure.objects.get_or_create(pk=name, defaults={"last": count, "total": count, "at": now})

    @staticmethod
    def of(name: str) -> "Figure":
        """What was written down; 0 while nothing was."""
        return Figure.objects.filter(pk=name).first() or Figure(name=name)


class HighestDrain(models.Model):
    """How many drains there have been, on Postgres: a dump leaves this table out (outbox/put_back.py). One row."""

    number = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return str(self.number)


class LeftOut(models.Model):
    """An owner whom a step of the tick leaves out, since something of theirs cannot be read (outbox/left_out.py)."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="left_out")
    step = models.CharField(max_length=40)
    cause = models.CharField(max_length=200)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()  # by the last tick that noted it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "step"], name="left_out_once_per_step")]

    def __str__(self) -> str:
        return f"{self.step}: {self.cause}"
