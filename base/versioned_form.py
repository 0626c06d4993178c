"""Forms that change a row with a version. When the row was changed meanwhile, the typed words and the stored ones are shown
together, and saving again replaces the stored ones."""

from collections.abc import Mapping
from copy import copy
from datetime import time
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from base.clock import write_time

LARGEST_VERSION = 2**31 - 1


class VersionField(forms.IntegerField):
    """Nobody types it: one that is missing or nonsense is 0, which no stored row has."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> int:
        try:
            found = super().clean(value)
        except ValidationError:
            return 0
        return found if found is not None and 0 <= found <= LARGEST_VERSION else 0


class Difference(NamedTuple):
    """A field in which the row now says something else than what was typed."""

    label: str
    stands: str


class VersionedForm(forms.Form):
    """A form with the hidden `version` of the row that its page showed. Its view saves with `seen`; on `Stale` it calls
    `show_stale`, and the page includes `django/forms/_changed_meanwhile.html`."""

    version = VersionField(required=False)
    differences: list[Difference] | None = None  # None until a save was stale

    @property
    def seen(self) -> int:
        """The version this form was made with; 0 where there was no row yet. Only of a valid form."""
        version: int = self.cleaned_data["version"]
        return version

    def show_stale(self, version: int, stands: Mapping[str, Any]) -> None:
        """`stands` is what the row of this `version` says, by the names of the fields, as a fresh form would show it."""
        data: Any = copy(self.data)  # of a QueryDict one that can be written
        data[self.add_prefix("version")] = str(version)
        self.data = data
        self.differences = self.compare(stands)

    def compare(self, stands: Mapping[str, Any]) -> list[Difference]:
        """The fields that were typed, and were read, otherwise than they stand."""
        return [
            Difference(str(field.label), self.in_words(field.name, stood))
            for field in self.visible_fields()
            for stood in [stands.get(field.name)]
            if field.field.has_changed(stood, field.data) and self.cleaned_data.get(field.name) != stood
        ]

    def in_words(self, name: str, value: Any) -> str:
        """A stored value as the page would say it."""
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, time):
            return write_time(value)
        choices = dict(getattr(self.fields[name], "choices", ()))
        said = [str(choices.get(one, one)) for one in (value if isinstance(value, list) else [value]) if one]
        return ", ".join(said) or _("nothing")
