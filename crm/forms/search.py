"""How the list of people is narrowed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from crm.fields import LineField
from crm.models import Stage, Tag

OWES = [("mine", gettext_lazy("I owe something")), ("theirs", gettext_lazy("They owe me"))]


class ContactSearchForm(forms.Form):
    """What the list is narrowed by. What is not understood narrows nothing."""

    q = LineField(max_length=200)
    stage = forms.MultipleChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices, required=False)
    tag = forms.TypedMultipleChoiceField(label=gettext_lazy("Tag"), coerce=int, required=False)
    owes = forms.MultipleChoiceField(label=gettext_lazy("Promises"), choices=OWES, required=False)

    def __init__(self, data: Any = None, *, tags: list[Tag]) -> None:
        super().__init__(data)
        self.tags = tags
        self.fields["tag"].choices = [(tag.pk, tag.name) for tag in tags]  # type: ignore[attr-defined]  # a choice field
