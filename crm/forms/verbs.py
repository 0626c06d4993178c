"""What a verb asks for: how often, which stage, when."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from crm.fields import PastField
from crm.models import RhythmUnit, Stage


class RhythmForm(forms.Form):
    """How often I want to be in touch."""

    count = forms.IntegerField(label=gettext_lazy("Every"), min_value=1, max_value=99)
    unit = forms.ChoiceField(label=gettext_lazy("of"), choices=RhythmUnit.choices)


class StageForm(forms.Form):
    stage = forms.ChoiceField(choices=Stage.choices)


class TouchForm(forms.Form):
    """When we spoke; today when nothing is said."""

    on = PastField(label=gettext_lazy("When"), max_length=60)

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data)
        self.today = today
        self.fields["on"].today = today  # type: ignore[attr-defined]  # a PastField

    def clean_on(self) -> date:
        return self.cleaned_data["on"] or self.today
