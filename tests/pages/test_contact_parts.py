"""Whoever adds a relation to a contact says in `contact_parts.py` what becomes of it in a merge."""

from django.apps import apps
from django.db.models import ForeignKey, OneToOneField

from crm.models import Contact
from crm.parts import MOVED, STORY, WORDS


def test_every_foreign_key_to_a_contact_is_offered():
    named = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.fields
        if isinstance(field, ForeignKey | OneToOneField) and field.related_model is Contact
    }
    assert sorted(named - MOVED) == [], "missing in a contact_parts.py"
    assert sorted(MOVED - named) == [], "offered, and not there"


def test_each_app_offers_its_share():
    kinds = ["stage", "talk", "moved", "touch", "ask", "offer", "promise", "note"]
    assert [part.kind for part in STORY] == kinds
    assert {part.rows for part in WORDS} == {
        "contacttags", "otheremails", "notes", "promises", "rooms", "debriefs", "chosenquestions"
    }  # fmt: skip
