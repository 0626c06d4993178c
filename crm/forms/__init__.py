"""What is asked about a person, and what of it is refused: with a sentence, next to the field, and everything typed kept."""

from crm.forms.contact import (
    OWES,
    ContactForm,
    ContactSearchForm,
    NoteChangeForm,
    NoteForm,
    RhythmForm,
    StageForm,
    TouchForm,
    check_promised,
    details_of,
    in_words,
)
from crm.forms.quick import Fact, QuickForm, promise_in_words, read_undated

__all__ = [
    "OWES",
    "ContactForm",
    "ContactSearchForm",
    "Fact",
    "NoteChangeForm",
    "NoteForm",
    "QuickForm",
    "RhythmForm",
    "StageForm",
    "TouchForm",
    "check_promised",
    "details_of",
    "in_words",
    "promise_in_words",
    "read_undated",
]
