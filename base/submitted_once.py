"""A form that is sent twice, by a double tap or from a page gone back to, makes one thing."""

import json
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models

Made = TypeVar("Made")


class UidField(forms.UUIDField):
    """Made anew by every page; nobody types it, so one that is missing or broken is no mistake of anybody's."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(required=False, initial=uuid.uuid4)

    def clean(self, value: Any) -> uuid.UUID:
        try:
            return super().clean(value) or uuid.uuid4()
        except ValidationError:
            return uuid.uuid4()


def uid_of(form: forms.Form, owner: models.Model, *rows: forms.Form) -> uuid.UUID:
    """The number of what a valid form with a `uid` makes, and the `rows` of its formset: the same for the same words of the same
    page. Includes the owner's key, so no other account can take the uid first."""
    words = {part[name].html_name: part[name].data for part in (form, *rows) for name in part.fields}
    return uuid.uuid5(form.cleaned_data["uid"], json.dumps([owner.pk, words], default=str, sort_keys=True))


def once(uid: uuid.UUID, make: Callable[[uuid.UUID], Made], find_made: Callable[[uuid.UUID], Made | None]) -> Made:
    """Makes it under this number, in a transaction of its own; or gives what stands under it already. What was taken
    back meanwhile is made anew."""
    try:
        return make(uid)
    except IntegrityError:
        return find_made(uid) or make(uuid.uuid4())
