"""A file brought in: the job row that the worker goes by, and one row per line that asks for a decision."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from base import names
from base.owned import Owned
from base.text import fold

UNDO_FOR = timedelta(days=30)


class ImportState(models.TextChoices):
    READING = "reading", _("Reading")  # the file is stored, the worker parses it into rows
    READY = "ready", _("Look before it goes in")
    TAKING_IN = "taking_in", _("Taking in")
    DONE = "done", _("Done")
    UNDOING = "undoing", _("Undoing")
    UNDONE = "undone", _("Undone")
    REFUSED = "refused", _("Not read")
    STOPPED = "stopped", _("Stopped")


WORKING = (ImportState.READING, ImportState.TAKING_IN, ImportState.UNDOING)


_WORKED: dict[str, tuple[str, ...]] = {
    ImportState.READING: ("new", "update", "same", "double", "unreadable", "empty"),
    ImportState.TAKING_IN: ("added", "changed", "passed"),
    ImportState.UNDOING: ("removed", "put_back", "stayed"),
}


def no_counts() -> dict[str, int]:
    """What reading found (new to empty), what was ticked, what taking in did with it, what undoing did with that."""
    found = ("new", "update", "same", "double", "unreadable", "empty")
    return dict.fromkeys((*found, "ticked", "added", "changed", "passed", "removed", "put_back", "stayed"), 0)


class ImportQuerySet(models.QuerySet["Import"]):
    def newest_first(self) -> "ImportQuerySet":
        return self.order_by("-pk")

    def working(self) -> "ImportQuerySet":
        return self.filter(state__in=WORKING)

    def free(self, now: datetime) -> "ImportQuerySet":
        """Wanting work, and held by no worker that is alive; longest waiting first."""
        return (
            self.working()
            .filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now))
            .order_by(models.F("lease_until").asc(nulls_first=True), "pk")
        )


class Import(Owned):
    """One file brought in: a job row. The worker goes on after line `cursor`, whoever was killed in between."""

    # made by the page: sent twice is one import
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    filename = models.CharField(max_length=255)
    header = models.JSONField(default=list)  # the column names, for the file of lines not understood
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.READING)
    problem = models.CharField(max_length=300, blank=True)  # the one sentence, when refused
    tag = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    cursor = models.PositiveIntegerField(default=0)  # the last line worked, in the current state
    total = models.PositiveIntegerField(default=0)  # lines of people in the file
    counts = models.JSONField(default=no_counts)
    # claims since it last got on: a file that kills workers is given up
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = ImportQuerySet.as_manager()

    class Meta:
        app_label = "crm"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ImportState.values), name="import_state_known"),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(problem=""), name="import_refused_says_why"),
        ]
        indexes = [
            # whole, not partial: SQLite cannot see that a parameter meets a condition
            models.Index(fields=["state", "lease_until"], name="import_to_work"),
            models.Index(fields=["owner", "-id"], name="import_of_owner"),
        ]

    def __str__(self) -> str:
        return self.filename

    def get_absolute_url(self) -> str:
        return reverse("import_detail", args=[self.pk])

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def undo_until(self) -> datetime | None:
        return self.finished_at + UNDO_FOR if self.finished_at else None

    def can_undo(self, now: datetime) -> bool:
        """Something went in, and its 30 days are not over."""
        is_time = self.undo_until is None or now < self.undo_until
        return self.state in (ImportState.DONE, ImportState.STOPPED) and self.took_in and is_time

    def can_take_in(self) -> bool:
        """It was read to its end; what was stopped on the way in can go on."""
        return self.state in (ImportState.READY, ImportState.STOPPED) and self.was_read

    @property
    def was_read(self) -> bool:
        return sum(int(self.counts[key]) for key in _WORKED[ImportState.READING]) == self.total > 0

    @property
    def took_in(self) -> bool:
        return bool(self.counts["added"] or self.counts["changed"])

    @property
    def worked(self) -> int:
        """How many people the current state is through with."""
        return sum(int(self.counts[key]) for key in _WORKED.get(self.state, ()))

    @property
    def to_work(self) -> int:
        """Of how many; 0 while the file is still being opened."""
        if self.state == ImportState.READING:
            return self.total
        if self.state == ImportState.TAKING_IN:
            return int(self.counts["ticked"])
        return int(self.counts["added"] + self.counts["changed"])


class ImportFile(Owned):
    """The bytes, until they were read. Apart from the job row, which is written after every batch."""

    batch = models.OneToOneField(Import, on_delete=models.CASCADE, related_name="file")
    content = models.BinaryField()

    class Meta:
        app_label = "crm"

    def __str__(self) -> str:
        return f"the file of {self.batch_id}"


class ImportAction(models.TextChoices):
    NEW = "new", _("new")
    UPDATE = "update", _("update")
    UNREADABLE = "unreadable", _("not understood")


class ImportRowQuerySet(models.QuerySet["ImportRow"]):
    def to_do(self, action: str) -> "ImportRowQuerySet":
        """What the preview lists under one heading, in the order of the file."""
        return self.filter(action=action).order_by("line")

    def open(self) -> "ImportRowQuerySet":
        """Still to be decided."""
        return self.filter(action__in=[ImportAction.NEW, ImportAction.UPDATE], taken_in=False)

    def left_out(self) -> "ImportRowQuerySet":
        return self.filter(wanted=False)

    def waiting(self, after: int) -> "ImportRowQuerySet":
        """Ticked, not in yet, and further down the file than line `after`."""
        return self.filter(
            action__in=[ImportAction.NEW, ImportAction.UPDATE], wanted=True, taken_in=False, line__gt=after
        ).order_by("line")

    def taken(self, after: int) -> "ImportRowQuerySet":
        """What this import put in, further down the file than line `after`."""
        return self.filter(action__in=[ImportAction.NEW, ImportAction.UPDATE], taken_in=True, line__gt=after).order_by(
            "line"
        )


LABELS = {
    "role": _("Role"),
    "organisation": _("Organisation"),
    "email": _("E-mail"),
    "linkedin_url": _("LinkedIn"),
    "website": _("Web page"),
    "connected_on": _("Connected on"),
    "other_email": _("Another e-mail"),  # a row of its own
}


@dataclass(frozen=True)
class Asked:
    """One value before and after, with its tick."""

    key: str
    label: str | Promise
    before: str
    after: str
    ticked: bool

    @property
    def says_less(self) -> bool:
        return bool(self.before) and fold(self.after) in fold(self.before)


def _shown(field: str, value: str) -> str:
    if field == "connected_on" and value:
        return date_format(date.fromisoformat(value), "j F Y")
    return value.removeprefix("https://www.")


class ImportRow(Owned):
    """One line of the file that asks for a decision: what it says, what will happen, and what happened."""

    batch = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    data = models.JSONField(default=dict)  # Person.as_dict(); of a line not understood its cells, as they stand there
    action = models.CharField(max_length=10, choices=ImportAction)
    changes = models.JSONField(default=dict)  # update: {field: [before, after, ticked]}
    problem = models.CharField(max_length=200, blank=True)
    wanted = models.BooleanField(default=True)  # ticked, or some value of it is
    contact = models.ForeignKey("crm.Contact", null=True, on_delete=models.SET_NULL, related_name="import_rows")
    taken_in = models.BooleanField(default=False)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        app_label = "crm"
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="import_row_line_unique"),
            models.CheckConstraint(condition=Q(action__in=ImportAction.values), name="import_row_action_known"),
            models.CheckConstraint(
                condition=~Q(action="unreadable") | (~Q(problem="") & Q(taken_in=False)),
                name="import_row_unreadable_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "action", "line"], name="import_row_by_action"),
            models.Index(fields=["batch", "action"], condition=Q(wanted=False), name="import_row_left_out"),
        ]

    def __str__(self) -> str:
        return f"line {self.line}"

    @property
    def name(self) -> str:
        return str(self.data.get("name", ""))

    @property
    def initials(self) -> str:
        return names.initials(self.name)

    @property
    def tint(self) -> str:
        """The avatar's tint: that of the contact, else by line."""
        return str((self.contact_id or self.line) % 6)

    @property
    def position(self) -> str:
        return ", ".join(part for part in (self.data.get("title"), self.data.get("company")) if part)

    @property
    def asked(self) -> list["Asked"]:
        """The values that the file says otherwise."""
        return [
            Asked(f"{self.pk}:{field}", LABELS[field], _shown(field, before), _shown(field, after), ticked)
            for field, (before, after, ticked) in self.changes.items()
        ]

    @property
    def words(self) -> str:
        """What stands on a line that was not understood."""
        return " · ".join(cell for cell in self.data.get("cells", ()) if cell.strip())

    @property
    def note_uid(self) -> uuid.UUID:
        """The note that keeps what this line replaced or had no field for: always the same one."""
        return uuid.uuid5(self.batch.uid, str(self.line))
