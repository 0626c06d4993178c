"""What was promised, by when, and what became of it."""

import uuid
from datetime import date, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Owned
from crm.models import Contact
from interviews.models import Interview

DUE_WITHOUT_A_DATE = timedelta(days=3)  # product.md rule 10
CHECK_IN_AFTER = timedelta(days=10)


class Whose(models.TextChoices):
    MINE = "mine", _("I owe")
    THEIRS = "theirs", _("they owe")


class Kind(models.TextChoices):
    ARTICLE = "article", _("article")
    INTRODUCTION = "introduction", _("introduction")
    CONTACT = "contact", _("contact someone")
    THANK_YOU = "thank_you", _("thank-you")
    CHECK_IN = "check_in", _("check-in")
    OTHER = "other", _("other")


class PromiseState(models.TextChoices):
    OPEN = "open", _("open")
    KEPT = "kept", _("kept")
    LET_GO = "let_go", _("let go")


class PromiseQuerySet(models.QuerySet["Promise"]):
    def alive(self) -> "PromiseQuerySet":
        return self.filter(binned_at__isnull=True, contact__binned_at__isnull=True)

    def open(self) -> "PromiseQuerySet":
        return self.filter(binned_at__isnull=True, state=PromiseState.OPEN)

    def mine(self) -> "PromiseQuerySet":
        return self.filter(whose=Whose.MINE)

    def theirs(self) -> "PromiseQuerySet":
        return self.filter(whose=Whose.THEIRS)

    def overdue(self, as_of: date) -> "PromiseQuerySet":
        """Due before `as_of`, the owner's local date."""
        return self.filter(due_on__lt=as_of)

    def due_by(self, day: date) -> "PromiseQuerySet":
        return self.filter(due_on__lte=day)


class Promise(Owned):
    """Something owed: mine or theirs. `due_on` is a date in the owner's zone and has no hour; `remind_at` is the UTC
    instant of the next reminder, written by `followups.reminders` alone."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="promises")
    interview = models.ForeignKey(Interview, null=True, blank=True, on_delete=models.SET_NULL, related_name="promises")
    whose = models.CharField(max_length=6, choices=Whose, default=Whose.MINE)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.OTHER)
    what = models.CharField(_("what"), max_length=300)
    due_on = models.DateField(_("by"))
    promised_on = models.DateField()
    state = models.CharField(max_length=6, choices=PromiseState, default=PromiseState.OPEN)
    closed_at = models.DateTimeField(null=True)
    snoozed_until = models.DateField(null=True)  # no reminder before this local date; the due date stays what was said
    remind_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)  # local date of the last reminder that left
    check_in_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="check_ins"
    )  # my friendly check-in about their promise
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    binned_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = PromiseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(what=""), name="promise_says_what"),
            models.CheckConstraint(condition=Q(whose__in=Whose.values), name="promise_whose_known"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="promise_kind_known"),
            models.CheckConstraint(condition=Q(state__in=PromiseState.values), name="promise_state_known"),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True) | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="promise_closed_has_closed_at",
            ),
            models.CheckConstraint(
                condition=Q(remind_at__isnull=True) | Q(state="open", whose="mine", binned_at__isnull=True),
                name="promise_reminds_only_while_open_and_mine",
            ),
        ]
        indexes = [
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="promise_to_remind"),
            models.Index(
                fields=["owner", "whose", "due_on", "id"],
                condition=Q(state="open", binned_at__isnull=True),
                name="promise_open",
            ),
            models.Index(fields=["owner", "state", "-closed_at", "-id"], name="promise_closed"),
            models.Index(fields=["contact", "state", "due_on"], name="promise_of_contact"),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("promise_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == PromiseState.OPEN

    @property
    def is_mine(self) -> bool:
        return self.whose == Whose.MINE

    def days_late(self, today: date) -> int:
        """How many days overdue on the owner's local date; 0 on the due day and before."""
        return max(0, (today - self.due_on).days)

    def wants_reminder_from(self) -> date:
        """The first local date a reminder may come on: the due day, or where it was put off to."""
        return max(self.due_on, self.snoozed_until or self.due_on)
