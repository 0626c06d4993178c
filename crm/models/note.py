"""What was written down about somebody, and when one was in touch."""

import uuid
from datetime import date, datetime

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from base.owned import Owned, Stale, Versioned
from crm.markdown import NoteHtmlField, draw_note
from crm.models.contact import Contact


class Note(Versioned):
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="notes")
    uid = models.UUIDField(default=uuid.uuid4, unique=True)  # made by the page, so that a note sent twice is one note
    body = models.TextField(_("note"), max_length=20_000)
    html = NoteHtmlField()
    body_before = models.TextField(blank=True, default="", editable=False)  # what the last edit can be undone to
    created_at = models.DateTimeField()
    binned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(body=""), name="note_has_body")]
        indexes = [
            models.Index(fields=["contact", "-created_at"], name="note_of_contact"),
            models.Index(fields=["owner", "binned_at"], condition=Q(binned_at__isnull=False), name="note_bin"),
        ]

    def __str__(self) -> str:
        return self.body[:60]

    def get_absolute_url(self) -> str:
        return self.contact.get_absolute_url()

    def why_stale(self, today: date) -> str:
        if self.binned_at:
            return gettext("The note is in the bin already.")
        return gettext("The note was changed meanwhile, in another tab or by a second tap. Nothing was changed now.")

    @transaction.atomic
    def edit(self, body: str, seen: int) -> None:
        self.contact.hold()
        self.change(seen, body=body, html=draw_note(body), body_before=self.body)
        self.contact.refresh_search_text()

    def unedit(self, seen: int) -> None:
        """Takes the last edit back; once more brings it again."""
        if not self.body_before:
            raise Stale(self)
        self.edit(self.body_before, seen)

    @transaction.atomic
    def bin(self, now: datetime, seen: int | None = None) -> None:
        self._put(now, seen)

    @transaction.atomic
    def restore(self, seen: int | None = None) -> None:
        self._put(None, seen)

    def _put(self, binned_at: datetime | None, seen: int | None) -> None:
        self.contact.hold()
        self.change(self.version if seen is None else seen, binned_at=binned_at)
        self.contact.refresh_search_text()


class Touch(Owned):
    """Any contact with the person ("We spoke"): restarts the rhythm."""

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="touches")
    happened_on = models.DateField()
    created_at = models.DateTimeField()
    by_hand = models.BooleanField(default=True)  # not by a talk or a promise, which the story tells itself

    class Meta:
        indexes = [models.Index(fields=["contact", "-happened_on"], name="touch_of_contact")]

    def __str__(self) -> str:
        return self.happened_on.isoformat()
