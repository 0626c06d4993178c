"""A note, and the promises in it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.submitted_once import UidField
from base.text import promise_lines
from crm.fields import TextField

LONGEST_PROMISE = 300
LONGEST_NOTE = 20_000
MOST_PROMISES = 50  # in one note, or one line


def check_promises(text: str) -> str:
    """The text, when its `!` lines can become promises."""
    check_promised(promise_lines(text))
    return text


def check_promised(lines: list[str]) -> None:
    if len(lines) > MOST_PROMISES:
        raise ValidationError(
            _("At most %(most)d promises fit in one note; these are %(n)d. Put the rest into another."),
            params={"most": MOST_PROMISES, "n": len(lines)},
        )
    for line in lines:
        if len(line) > LONGEST_PROMISE:
            raise ValidationError(
                _("A promise has at most %(most)d characters; the one that starts “%(start)s” has %(n)d."),
                params={"most": LONGEST_PROMISE, "start": line[:30], "n": len(line)},
            )


class NoteForm(forms.Form):
    body = TextField(
        label=gettext_lazy("Add a note"),
        max_length=LONGEST_NOTE,
        required=True,
        help_text=gettext_lazy("A line that starts with ! becomes a promise, with its date."),
        error_messages={"required": gettext_lazy("The note is still empty.")},
    )
    uid = UidField()

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["body"].widget.attrs["placeholder"] = _("! send the slides friday")

    def clean_body(self) -> str:
        return check_promises(self.cleaned_data["body"])
