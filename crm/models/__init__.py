"""People, organisations and what is written down about them, in two files."""

from crm.importing.models import Import, ImportAction, ImportFile, ImportRow, ImportState
from crm.models.contact import (
    RHYTHMS,
    Contact,
    ContactQuerySet,
    ContactTag,
    Organisation,
    OtherEmail,
    RhythmUnit,
    Stage,
    StageChange,
    Tag,
)
from crm.models.note import Note, Touch

__all__ = [
    "RHYTHMS",
    "Contact",
    "ContactQuerySet",
    "ContactTag",
    "Import",
    "ImportAction",
    "ImportFile",
    "ImportRow",
    "ImportState",
    "Note",
    "Organisation",
    "OtherEmail",
    "RhythmUnit",
    "Stage",
    "StageChange",
    "Tag",
    "Touch",
]
