"""The forms of the preparation page and of the question bank."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from base.text import fold
from base.versioned_form import VersionedForm
from crm.fields import LineField, LinkField, TextField
from interviews.models import ASKED_FOR, Homework, HomeworkItem, Question, QuestionTag
from interviews.planning.forms import Chips, LengthForm
from interviews.preparing.actions import HomeworkEntry
from interviews.preparing.agenda import fit_to_length, proposed, validated
from interviews.preparing.preparation_page import Prepared

MOST_QUESTIONS = 300  # in one bank: a page shows them all


@dataclass(frozen=True)
class HomeworkFields:
    """The three fields of one item, with what was kept of it."""

    item: HomeworkItem
    done: forms.BoundField
    note: forms.BoundField
    link: forms.BoundField
    kept: Homework | None

    @property
    def is_wrong(self) -> bool:
        return bool(self.note.errors or self.link.errors)


class PreparationForm(VersionedForm, LengthForm):
    """Homework, purpose, agenda and length in one form; the questions have their own taps."""

    is_mostly_optional = True
    field_order = ("purpose", "agenda")

    purpose = TextField(
        label=gettext_lazy("Purpose"), max_length=2000, help_text=gettext_lazy("You say this in the first minute.")
    )
    agenda = TextField(
        label=gettext_lazy("Minute by minute"),
        max_length=4000,
        help_text=gettext_lazy("A line each, with its minute first: “8 Data without gauges”."),
    )

    def __init__(self, data: Any = None, *, prepared: Prepared) -> None:
        self.prepared = prepared
        super().__init__(data, contact=prepared.contact, initial=_initial(prepared))
        for name in ("minutes", "own_minutes"):  # they stand beside the form
            self.fields[name].required = False
            self.fields[name].widget.attrs["form"] = "keep"
            if prepared.interview:  # its length is changed where it is planned
                del self.fields[name]
        for item in HomeworkItem:
            self._add(item)
        self.fields["agenda"].widget.attrs["rows"] = 7
        self.fields["purpose"].widget.attrs["rows"] = 2

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("minutes") and found.get("agenda"):
            self._check_agenda(found)
        return found

    def settle_minutes(self, found: dict[str, Any]) -> None:
        if any(found.get(name) or name in self.errors for name in ("minutes", "own_minutes")):
            super().settle_minutes(found)
        else:
            found["minutes"] = self.prepared.minutes

    @property
    def homework(self) -> Iterator[HomeworkFields]:
        for item in HomeworkItem:
            done, note, link = (self[f"{name}_{item}"] for name in ("done", "note", "link"))
            yield HomeworkFields(item, done, note, link, self.prepared.homework.get(item))

    @property
    def terms(self) -> dict[str, Any]:
        found = self.cleaned_data
        return {
            **{name: found[name] for name in ("purpose", "agenda", "minutes")},
            "homework": {
                item: HomeworkEntry(found[f"note_{item}"], found[f"link_{item}"], found[f"done_{item}"])
                for item in HomeworkItem
            },
        }

    def show_what_stands(self, prepared: Prepared) -> None:
        self.prepared = prepared
        self.show_stale(prepared.version, _initial(prepared))

    def _check_agenda(self, found: dict[str, Any]) -> None:
        found["agenda"] = fit_to_length(found["agenda"], found["minutes"])
        if (found["agenda"], found["minutes"]) == (self.prepared.kept_agenda, self.prepared.minutes):
            return  # kept before, when the talk may have been longer: no reason to hold back the rest of the page
        try:
            found["agenda"] = validated(found["agenda"], found["minutes"])
        except ValidationError as wrong:
            self.add_error("agenda", wrong)

    def _add(self, item: HomeworkItem) -> None:
        self.fields[f"done_{item}"] = forms.BooleanField(label=item.label, required=False)
        note = TextField(label=_("What I know: %(item)s") % {"item": item.label}, max_length=4000)
        note.widget.attrs["rows"] = 2
        self.fields[f"note_{item}"] = note
        link = LinkField(label=_("Link: %(item)s") % {"item": item.label}, max_length=500)
        link.widget.attrs["inputmode"] = "url"
        self.fields[f"link_{item}"] = link


class QuestionForm(VersionedForm):
    """A question of the bank: my own, or one of ours in my words."""

    use_required_attribute = False

    text = LineField(
        label=gettext_lazy("Question"),
        max_length=500,
        required=True,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("A question needs words.")},
    )
    tag = forms.ChoiceField(label=gettext_lazy("What it is after"), choices=QuestionTag.choices, widget=Chips)
    must_ask = forms.BooleanField(label=gettext_lazy("Must ask"), required=False)

    def __init__(self, data: Any = None, *, owner: User, question: Question | None = None) -> None:
        self.owner, self.question = owner, question
        initial = _written(question) | {"version": question.version} if question else {"tag": QuestionTag.INSIGHTS}
        super().__init__(data, initial=initial)
        choose_one = _("Choose one of the five.")
        self.fields["tag"].error_messages.update(required=choose_one, invalid_choice=choose_one)

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        others = self.owner.questions.exclude(pk=(self.question and self.question.pk) or 0).values_list(
            "text", flat=True
        )
        if fold(text) in map(fold, others):
            raise ValidationError(_("This question is in your bank already."))
        if self.question is None and len(others) >= MOST_QUESTIONS:
            raise ValidationError(
                _("%(n)d questions are enough for a life. Change one instead.") % {"n": MOST_QUESTIONS}
            )
        return text

    @property
    def terms(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("text", "tag", "must_ask")}

    def show_what_stands(self, question: Question) -> None:
        self.show_stale(question.version, _written(question))


def _written(question: Question) -> dict[str, Any]:
    return {name: getattr(question, name) for name in ("text", "tag", "must_ask")}


def _initial(prepared: Prepared) -> dict[str, Any]:
    kept, minutes = prepared.preparation, prepared.minutes
    values: dict[str, Any] = {
        "purpose": kept.purpose if kept else "",
        "agenda": prepared.kept_agenda or proposed(minutes),
        "minutes": minutes if minutes in ASKED_FOR else "",
        "own_minutes": None if minutes in ASKED_FOR else minutes,
        "version": prepared.version,
    }
    for item, row in prepared.homework.items():
        values |= {f"done_{item}": row.done, f"note_{item}": row.note, f"link_{item}": row.link}
    return values
