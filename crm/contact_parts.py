"""What a contact is found by: its tags, with and without their #, and its notes. In its story: stages, touches, notes."""

from django.db.models import Q, TextField, Value
from django.db.models.functions import Cast, Concat

from crm.parts import Entries, Words, offer

KEPT = Q(binned_at__isnull=True)
BY_HAND = Q(by_hand=True)  # an event has its own entry

offer(
    Words("contacttags", Concat(Value("#"), "tag__name", output_field=TextField())),
    Words("notes", "body", where=KEPT),
    Words("otheremails", "address"),
    Entries("stage", 1, "stage_changes", at="at", text="after", aside="before", where=BY_HAND),
    Entries("touch", 3, "touches", at="created_at", text=Cast("happened_on", TextField()), where=BY_HAND),
    Entries("note", 7, "notes", at="created_at", more=("html",), where=KEPT),
    moved=[
        "crm.Contact.introduced_by",
        "crm.ContactTag.contact",
        "crm.ImportRow.contact",
        "crm.Note.contact",
        "crm.OtherEmail.contact",
        "crm.StageChange.contact",
        "crm.Touch.contact",
    ],
)
