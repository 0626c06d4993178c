import hashlib
import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from base.submitted_once import UidField
from base.text import clean_line
from base.url_values import read_number
from crm.fields import LineField
from crm.importing.changes import write_over
from crm.importing.formats import glance
from crm.importing.formats.people import Unreadable
from crm.models import Import, ImportAction, ImportFile, ImportRow, ImportState

MOST_SHOWN = 200


class UploadForm(forms.Form):
    """A file to look into. What can be told without reading it all is told here, next to the field."""

    uid = UidField()
    file = forms.FileField(
        label=gettext_lazy("Choose a file"),
        help_text=gettext_lazy("LinkedIn’s Connections.csv, or the zip it came in. Up to 20 MB and 100,000 people."),
        error_messages={
            "required": gettext_lazy("No file arrived. Choose Connections.csv, or the zip LinkedIn sent."),
            "empty": gettext_lazy("The file is empty. Choose Connections.csv, or the zip LinkedIn sent."),
            "max_length": gettext_lazy("The file’s name is too long. Give it a shorter one, and choose it again."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.zip,text/csv,application/zip"}),
        max_length=255,
    )
    tag = LineField(label=gettext_lazy("Tag them all"), max_length=60)

    def __init__(self, *args: Any, owner: User, is_too_large: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        if is_too_large:
            self.fields["file"].error_messages["required"] = _(
                "The file is larger than %(mb)d MB. Take Connections.csv out of the zip, or bring in at most %(rows)s "
                "people at a time; nothing was read."
            ) % {"mb": settings.IMPORT_MAX_BYTES // 2**20, "rows": f"{settings.IMPORT_MAX_ROWS:,}"}

    def clean_file(self) -> bytes:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        self.filename = clean_line(file.name or "")[:255] or "Connections.csv"
        content: bytes = file.read()
        try:
            glance(content)
        except Unreadable as refused:
            raise ValidationError(refused.sentence) from refused
        return content

    def clean_tag(self) -> str:
        return str(self.cleaned_data["tag"]).lstrip("#").strip()

    @transaction.atomic
    def save(self, now: datetime) -> Import:
        """Stores the bytes for the worker. The same file sent twice by one page is one import, unless that was undone."""
        digest = hashlib.sha256(self.cleaned_data["file"]).hexdigest()
        uid = uuid.uuid5(self.cleaned_data["uid"], f"import of {self.owner.pk}: {digest} {self.cleaned_data['tag']}")
        if self.owner.imports.filter(uid=uid, state=ImportState.UNDONE).exists():
            uid = uuid.uuid4()  # what was taken out comes in anew
        batch: Import
        batch, is_new = self.owner.imports.get_or_create(
            uid=uid,
            defaults={
                "filename": self.filename,
                "tag": self.cleaned_data["tag"],
                "created_at": now,
            },
        )
        if is_new:
            ImportFile(owner=self.owner, batch=batch, content=self.cleaned_data["file"]).save()
        return batch


class TicksForm(forms.Form):
    """The ticks of the rows that stood on the page; what was not on it keeps its own. Nonsense ticks nothing."""

    def save(self, batch: Import) -> None:
        shown = [pk for text in self._list("shown") if (pk := read_number(text)) is not None]
        taken, changed = set(self._list("take")), set(self._list("change"))
        rows = [row for row in batch.rows.open().filter(pk__in=shown) if _tick(row, taken, changed)]
        write_over(batch.owner.importrows, rows, ["wanted", "changes"])

    def _list(self, name: str) -> list[str]:
        return list(self.data.getlist(name)[:MOST_SHOWN])  # type: ignore[attr-defined]  # the form's data is a QueryDict


def _tick(row: ImportRow, taken: set[str], changed: set[str]) -> bool:
    """Whether anything is ticked otherwise than before."""
    if row.action == ImportAction.NEW:
        wanted = str(row.pk) in taken
        is_other = wanted != row.wanted
    else:
        before = [tick for _old, _new, tick in row.changes.values()]
        for field, change in row.changes.items():
            change[2] = f"{row.pk}:{field}" in changed
        after = [tick for _old, _new, tick in row.changes.values()]
        wanted, is_other = any(after), before != after
    row.wanted = wanted
    return is_other
