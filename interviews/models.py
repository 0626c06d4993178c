"""Prepared, held and remembered conversations of 20 to 30 minutes."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned, validate_zone
from crm.models import Contact


class Medium(models.TextChoices):
    PHONE = "phone", _("phone")
    VIDEO = "video", _("video")
    IN_PERSON = "in_person", _("in person")


class InterviewState(models.TextChoices):
    PLANNED = "planned", _("planned")
    HELD = "held", _("held")
    NO_SHOW = "no_show", _("did not take place")
    CANCELLED = "cancelled", _("cancelled")


class InterviewQuerySet(models.QuerySet["Interview"]):
    def alive(self) -> "InterviewQuerySet":
        return self.filter(binned_at__isnull=True)

    def planned(self) -> "InterviewQuerySet":
        return self.alive().filter(state=InterviewState.PLANNED)

    def between(self, start: datetime, end: datetime) -> "InterviewQuerySet":
        """Those that begin in [start, end), both UTC instants."""
        return self.filter(starts_at__gte=start, starts_at__lt=end)

    def next_first(self) -> "InterviewQuerySet":
        return self.order_by("starts_at", "pk")

    def last_first(self) -> "InterviewQuerySet":
        return self.order_by("-starts_at", "-pk")


class Interview(Owned):
    """One informational interview with one contact. The local date, time and zone are what was agreed; the UTC instant
    is derived from them, so that new tzdata can be applied."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="interviews")
    medium = models.CharField(_("how"), max_length=10, choices=Medium, default=Medium.PHONE)
    minutes = models.PositiveSmallIntegerField(
        _("how long"), default=20, validators=[MinValueValidator(10), MaxValueValidator(120)]
    )
    local_date = models.DateField(_("day"))
    local_time = models.TimeField(_("time"))
    time_zone = models.CharField(_("zone"), max_length=64, validators=[validate_zone])
    starts_at = models.DateTimeField()
    where = models.CharField(_("number, link or place"), max_length=300, blank=True)
    purpose = models.TextField(_("what I want from this"), max_length=2000, blank=True)

    state = models.CharField(max_length=10, choices=InterviewState, default=InterviewState.PLANNED)
    sequence = models.PositiveIntegerField(default=0)  # iCalendar SEQUENCE: how often the invitation changed
    invited_email = models.CharField(max_length=254, blank=True)  # who has the last REQUEST, or will in a moment
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    held_at = models.DateTimeField(null=True)
    binned_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = InterviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=10, minutes__lte=120), name="interview_length"),
            models.CheckConstraint(condition=Q(medium__in=Medium.values), name="interview_medium_known"),
            models.CheckConstraint(condition=Q(state__in=InterviewState.values), name="interview_state_known"),
            models.CheckConstraint(
                condition=Q(state="held", held_at__isnull=False) | (~Q(state="held") & Q(held_at__isnull=True)),
                name="interview_held_has_held_at",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "starts_at"],
                condition=Q(state="planned", binned_at__isnull=True),
                name="interview_next",
            ),
            models.Index(fields=["contact", "-starts_at"], name="interview_of_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.local_date} {self.local_time:%H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("interview_detail", args=[self.pk])

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def zone(self) -> ZoneInfo:
        """The zone it was agreed in: mine, at the time of planning."""
        return ZoneInfo(self.time_zone)

    @property
    def is_planned(self) -> bool:
        return self.state == InterviewState.PLANNED
