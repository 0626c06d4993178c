"""What the room sends: one box at a time from its script, or the whole page without it."""

import uuid
from datetime import UTC, datetime
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from base.text import clean_line
from crm.fields import TextField
from interviews.holding.actions import LINES, Tap, Write

MOST_ROWS = 50  # of one kind, saved at once
MOST_DRAWN = 200
HIGHEST = 2**31 - 1
LONGEST_SENT = 1_000_000  # more than a phone has ever laid together
MOST_BOXES = 60
LATEST_INSTANT = 4_102_444_800_000  # the year 2100
EMPTY_LINE = {
    "mine": gettext_lazy("Say what was promised, in a few words."),
    "theirs": gettext_lazy("Say what was promised, in a few words."),
    "meet": gettext_lazy("Say who, as in “Teresa Vasconcelos, tide logs at Port of Lisbon”."),
}


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


class InstantField(forms.IntegerField):
    """Milliseconds, as a phone counts them."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=LATEST_INSTANT, **options)

    def clean(self, value: Any) -> datetime | None:
        milliseconds = super().clean(value)
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


class TapForm(forms.Form):
    """One tap in the room, as a script sends it."""

    uid = forms.UUIDField()
    at = InstantField()

    @property
    def tap(self) -> Tap:
        return Tap(**self.cleaned_data)


class RoomWriteForm(forms.Form):
    """One box of the room as one device has it. Whether its text fits is decided in `holding.actions.write`."""

    box = forms.RegexField(r"\A(?:notes|mine|theirs|meet|q[0-9]{1,18})\Z", strip=False)
    text = TextField(max_length=LONGEST_SENT)
    uid = forms.UUIDField()
    version = forms.IntegerField(min_value=0, max_value=HIGHEST, required=False)
    base = TextField(max_length=LONGEST_SENT)
    at = InstantField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        box = cleaned.get("box", "")
        if box in LINES and "text" not in self.errors:
            cleaned["text"] = clean_line(cleaned["text"])
            if not cleaned["text"]:
                self.refuse_empty(box)
        return cleaned

    def refuse_empty(self, box: str) -> None:
        self.add_error("text", EMPTY_LINE[box])

    @property
    def write(self) -> Write:
        said = self.cleaned_data
        return Write(said["box"], said["text"], said["uid"], said["version"] or 0, said["base"], said["at"])

    @property
    def error_text(self) -> str:
        return " ".join(str(sentence) for sentences in self.errors.values() for sentence in sentences)


class BoxRow(RoomWriteForm):
    """One box of a page that is sent whole, without a script: the page has one `uid`, and empty lines are ignored."""

    uid = base = at = None  # type: ignore[assignment]  # so Django leaves fields out

    def __init__(self, *args: Any, page: uuid.UUID, **options: Any) -> None:
        super().__init__(*args, **options)
        self.page = page

    def refuse_empty(self, box: str) -> None:
        self.cleaned_data["box"] = ""

    @property
    def write(self) -> Write:
        box, text, version = (self.cleaned_data[name] for name in ("box", "text", "version"))
        return Write(box, text, uuid.uuid5(self.page, f"{box}:{text}"), version or 0)


BoxRows = rows_of(BoxRow, extra=0, most=MOST_BOXES)


def boxes_in(data: Any) -> list[BoxRow]:
    """The boxes of a page that were filled in."""
    try:
        page = uuid.UUID(data.get("uid", ""))
    except ValueError:
        page = uuid.uuid4()
    rows = BoxRows(data, prefix="box", form_kwargs={"page": page})
    return [row for row in rows.sent if not row.is_valid() or row.cleaned_data.get("box")]


class ExtendForm(forms.Form):
    """How much more time they offered."""

    minutes = forms.TypedChoiceField(choices=[(5, "5"), (10, "10")], coerce=int)
