"""What is asked about a person, and what of it is refused: with a sentence, next to the field, and everything typed kept."""

from crm.forms.contact import ContactForm, details_of, in_words
from crm.forms.notes import NoteForm
from crm.forms.quick import QuickForm, promise_in_words
from crm.forms.search import OWES, ContactSearchForm
from crm.forms.verbs import RhythmForm, StageForm, TouchForm

__all__ = [
    "OWES",
    "ContactForm",
    "ContactSearchForm",
    "NoteForm",
    "QuickForm",
    "RhythmForm",
    "StageForm",
    "TouchForm",
    "details_of",
    "in_words",
    "promise_in_words",
]
