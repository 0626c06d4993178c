"""Rows typed many at a time: Django's formsets, with our limit and its sentence."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

MOST_ROWS = 50  # of one kind, saved at once
MOST_DRAWN = 200


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    """Rows of one kind. A page that does not have them sends none."""

    default_error_messages = {
        **forms.BaseFormSet.default_error_messages,
        "too_many_forms": gettext_lazy("At most %(num)d fit here at once. Keep these first, then add the others."),
    }

    def __init__(self, data: Any = None, *, prefix: str, **options: Any) -> None:
        is_sent = data is not None and f"{prefix}-TOTAL_FORMS" in data
        super().__init__(data if is_sent else None, prefix=prefix, **options)

    @property
    def is_fine(self) -> bool:
        return not self.is_bound or self.is_valid()

    @property
    def sent(self) -> list[Any]:
        return self.forms if self.is_bound else []


def rows_of(form: type[forms.Form], *, extra: int, most: int = MOST_ROWS) -> type[Rows]:
    made = forms.formset_factory(
        form, formset=Rows, extra=extra, max_num=most, absolute_max=MOST_DRAWN, validate_max=True
    )
    return cast("type[Rows]", made)
