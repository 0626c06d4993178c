"""What was promised and by when, with the date as people say it."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from base.submitted_once import UidField
from base.text import sentence_case
from base.versioned_form import VersionedForm
from crm.actions import Details
from crm.fields import DueForm, LineField
from crm.forms import QuickForm
from crm.models import Contact
from crm.search import named
from followups.models import CHECK_IN_AFTER, DUE_WITHOUT_A_DATE, LONGEST, Kind, Promise, Whose


def as_you_type(target: str) -> dict[str, str]:
    """Typing must not reload the page: only the element with the id `target` is fetched."""
    return {
        "hx-get": "",
        "hx-trigger": "input changed delay:200ms",
        "hx-target": f"#{target}",
        "hx-swap": "outerHTML",
        "hx-select": "unset",
        "hx-select-oob": "unset",
        "hx-sync": "this:replace",
    }


SAID_UNDER_IT = {"hx-include": "[name=whose]", "aria-describedby": "due-understood"}


class PromiseForm(DueForm):
    """A promise of mine or theirs, for one contact. `today` is the user's local date."""

    whose = forms.ChoiceField(
        label=gettext_lazy("Whose"),
        choices=Whose.choices,
        initial=Whose.MINE,
        widget=forms.RadioSelect,
        required=False,
    )
    what = LineField(
        label=gettext_lazy("What"),
        max_length=LONGEST,
        required=True,
        error_messages={"required": gettext_lazy("Say what was promised, in a few words.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[("", gettext_lazy("from the words")), *Kind.choices],
        initial="",
        widget=forms.RadioSelect,
        required=False,
    )
    due = LineField(
        label=gettext_lazy("By"), widget=forms.TextInput(attrs={**as_you_type("due-understood"), **SAID_UNDER_IT})
    )
    uid = UidField()

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def said_without_due(self) -> str:
        if self["whose"].value() == Whose.THEIRS:
            day = date_format(self.today + CHECK_IN_AFTER, "l j F")
            return _("Without a day I remind you on %(day)s to ask kindly.") % {"day": day}
        day = date_format(self.today + DUE_WITHOUT_A_DATE, "l j F")
        return _("Without a day it is due in 3 days, on %(day)s.") % {"day": day}

    @property
    def terms(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {
            "what": sentence_case(said["what"]),
            "whose": said["whose"] or Whose.MINE,
            "kind": said["kind"] or None,
            "due_on": said["due"],
        }


class PromiseToForm(PromiseForm):
    """A promise where no contact is at hand: `who` is a name. `meant` are those it might be, when it is not one alone;
    somebody new, who is read as the one line is, is added once `add` names them: nobody is added for a second slip."""

    field_order = ("add", "who")  # whom to add is known before who it is

    who = LineField(
        label=gettext_lazy("With whom"),
        required=True,
        widget=forms.TextInput(attrs={**as_you_type("known-who"), "list": "known-who"}),
        error_messages={"required": gettext_lazy("Say with whom, by name.")},
    )
    add = LineField()

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner, self.meant = owner, list[Contact]()
        self.new = QuickForm({"line": self["who"].value() or ""}, owner=owner, today=self.today)

    def clean_who(self) -> Contact | Details:
        """The details are of somebody who is to be added."""
        is_name = self.new.is_valid()
        self.meant = named(self.owner, self.cleaned_data["who"]) or named(self.owner, self.new.found.name)
        if len(self.meant) == 1:
            return self.meant[0]
        if self.meant:
            raise ValidationError(_("More than one of your contacts is called that. Choose the one you mean."))
        if not is_name:
            raise ValidationError(self.new.errors.as_data()["line"])
        if self.cleaned_data.get("add") != self.new.found.name:
            raise ValidationError(_("Nobody called that is among your contacts yet."))
        return self.new.details()

    @property
    def typed(self) -> str:
        """All but the name, as the page of one contact takes it in its address."""
        return urlencode({name: self[name].value() or "" for name in ("whose", "what", "kind", "due")})


class PromiseChangeForm(VersionedForm, PromiseForm):
    """Changes what a promise says and when it is due."""

    def __init__(self, *args: Any, promise: Promise, **kwargs: Any) -> None:
        super().__init__(*args, initial=_written(promise) | {"version": promise.version}, **kwargs)
        self.promise = promise
        del self.fields["whose"], self.fields["uid"]
        self.fields["kind"].choices = Kind.choices  # type: ignore[attr-defined]  # a ChoiceField

    def said_without_due(self) -> str:
        return _("Without a day it stays due on %(day)s.") % {"day": date_format(self.promise.due_on, "l j F Y")}

    def save(self, now: datetime) -> None:
        """Raises Stale when the promise was changed since the page was opened."""
        said = self.cleaned_data
        self.promise.edit(
            what=said["what"],
            kind=said["kind"] or self.promise.kind,
            due_on=said["due"] or self.promise.due_on,
            now=now,
            seen=self.seen,
        )

    def show_what_stands(self) -> None:
        self.promise.refresh_from_db()
        self.show_stale(self.promise.version, _written(self.promise))


def _written(promise: Promise) -> dict[str, Any]:
    return {"what": promise.what, "kind": promise.kind, "due": date_format(promise.due_on, "j F Y")}
