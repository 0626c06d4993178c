"""What is asked about a person: notes, verbs, the filter of the list; and the long form, which says what it starts with and what it
says when two tabs wrote."""

import hashlib
from dataclasses import fields
from datetime import date
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.forms import ZoneSelect, zone_choices
from accounts.models import User
from base.names import called
from base.submitted_once import UidField
from base.text import fold, profile_url, promise_lines
from base.versioned_form import VersionedForm
from base.zones import zone_names, zone_of
from crm.actions import Details
from crm.fields import (
    LONGEST_NOTE,
    LONGEST_PROMISE,
    EmailField,
    LineField,
    LinkField,
    PastField,
    TagsField,
    TextField,
    ZoneField,
)
from crm.models import Contact, Note, RhythmUnit, Stage
from crm.search import named

LISTED = 50  # how many names a field suggests
MOST_PROMISES = 50  # in one note, or one line
OWES = [("mine", gettext_lazy("I owe something")), ("theirs", gettext_lazy("They owe me"))]


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
        self.fields["body"].widget.attrs |= {
            "placeholder": _("! send the slides friday"),
            "data-key": "n",
            "aria-keyshortcuts": "n",
        }

    def clean_body(self) -> str:
        return check_promises(self.cleaned_data["body"])


class NoteChangeForm(VersionedForm, NoteForm):
    """Changes what a note says."""

    def __init__(self, data: Any = None, *, note: Note) -> None:
        super().__init__(data, initial={"body": note.body, "version": note.version})
        self.fields["body"].label = _("The note")
        del self.fields["uid"]


class ContactSearchForm(forms.Form):
    """What the list is narrowed by. What is not understood narrows nothing."""

    q = LineField(max_length=200)
    stage = forms.MultipleChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices, required=False)
    tag = forms.TypedMultipleChoiceField(label=gettext_lazy("Tag"), coerce=int, required=False)
    owes = forms.MultipleChoiceField(label=gettext_lazy("Promises"), choices=OWES, required=False)
    through = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, tags: list[tuple[int, str]], introducer: Contact | None = None) -> None:
        super().__init__(data)
        self.tags, self.introducer = tags, introducer
        if introducer is None:
            del self.fields["through"]
        cast("forms.MultipleChoiceField", self.fields["tag"]).choices = tags


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


KEPT = ("email", "phone", "linkedin_url", "website", "place", "time_zone", "role", "how_met")


class ContactForm(forms.Form):
    """Everything about a person. For an edit `contact` is given, and `seen` carries what the page showed."""

    name = LineField(label=gettext_lazy("Name"), required=True)
    called = LineField(label=gettext_lazy("Called"), max_length=60)
    role = LineField(label=gettext_lazy("Role"))
    organisation = LineField(
        label=gettext_lazy("Organisation"), help_text=gettext_lazy("A new one is added with the person.")
    )
    email = EmailField(label=gettext_lazy("E-mail"), max_length=254)
    phone = LineField(label=gettext_lazy("Phone"), max_length=60)
    linkedin_url = LinkField(label=gettext_lazy("LinkedIn"), max_length=500)
    website = LinkField(label=gettext_lazy("Web page"), max_length=500)
    place = LineField(label=gettext_lazy("Place"), max_length=200)
    time_zone = ZoneField(label=gettext_lazy("Zone"), max_length=64)
    through = LineField(label=gettext_lazy("Through"), help_text=gettext_lazy("Who led you to this person"))
    met_on = PastField(
        label=gettext_lazy("Met on"), max_length=60, help_text=gettext_lazy("In words: “yesterday”, “4 October”")
    )
    how_met = LineField(label=gettext_lazy("How you met"))
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), choices=Stage.choices, widget=forms.RadioSelect)
    tags = TagsField(
        label=gettext_lazy("Tags"), max_length=2000, help_text=gettext_lazy("With commas between: floods, Mali")
    )
    note = TextField(
        label=gettext_lazy("Note"),
        max_length=LONGEST_NOTE,
        help_text=gettext_lazy("A line that starts with ! becomes a promise, with its date."),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    uid = UidField()

    is_mostly_optional = True  # only the name is asked for: "(if you like)" beside each of the rest would be noise

    def __init__(
        self, data: Any = None, *, owner: User, today: date, contact: Contact | None = None, initial: Any = None
    ) -> None:
        self.owner, self.contact = owner, contact
        self.saved = in_words(details_of(contact)) if contact else {"stage": Stage.TO_MEET.value}
        super().__init__(data, initial={**self.saved, **(initial or {})})
        self.fields["met_on"].today = today  # type: ignore[attr-defined]  # a PastField
        guess = called(contact.name) if contact else ""
        help_text = (
            _("In sentences and letters. Left empty, it is “%(name)s”.") if guess else _("In sentences and letters.")
        )
        self.fields["called"].help_text = help_text % {"name": guess} if guess else help_text
        self.fields["name"].error_messages["required"] = _("A person needs a name.")
        self.fields["stage"].error_messages["invalid_choice"] = _("Choose one of the stages.")
        self.fields["email"].widget.attrs["inputmode"] = "email"
        self.fields["phone"].widget.attrs["type"] = "tel"
        for name in ("organisation", "through"):
            self.fields[name].widget.attrs["list"] = f"known-{name}"
        chosen = str(self["time_zone"].value() or "")
        self.fields["time_zone"].widget = ZoneSelect(choices=lazy(_places, list)(chosen, owner))  # for when it is drawn
        if contact:
            del self.fields["note"], self.fields["uid"]
            self.initial["seen"] = _fingerprint(self.saved)
        else:
            del self.fields["seen"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not fold(name):
            raise ValidationError(_("A person needs a name."))
        return name

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        return zone or zone_of(self.cleaned_data.get("place", ""))

    def clean_linkedin_url(self) -> str:
        """In the one spelling an import compares by; what is no profile stays as it was typed."""
        address: str = self.cleaned_data["linkedin_url"]
        return profile_url(address) or address

    def clean_through(self) -> Contact | None:
        words = self.cleaned_data["through"]
        before = self.contact.introduced_by if self.contact else None
        if not words or (before and before.name == words):
            return before if words else None
        people = named(self.owner, words)
        if not people:
            raise ValidationError(
                _("Nobody called “%(words)s” is among your contacts. Add them first, or write it under how you met."),
                params={"words": words},
            )
        if len(people) > 1:
            raise ValidationError(
                _("More than one of your contacts is called that: %(names)s. Write it under how you met."),
                params={"names": "; ".join(", ".join(filter(None, (one.name, one.position))) for one in people)},
            )
        if people[0] == self.contact:
            raise ValidationError(_("Nobody leads to themselves. Name somebody else, or leave it empty."))
        return people[0]

    def clean_note(self) -> str:
        return check_promises(self.cleaned_data["note"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._keep_what_is_stored(cleaned)
        if self.contact and not self.errors and cleaned.get("seen") != self.initial["seen"]:
            self._say_what_changed()
        return cleaned

    def _keep_what_is_stored(self, cleaned: dict[str, Any]) -> None:
        """What was accepted once, perhaps from a file or by older rules, is no fault of an edit that leaves it alone."""
        for name in [
            name
            for name in self.errors
            if self.contact and name in KEPT and self.data.get(name, "").strip() == self.saved[name]
        ]:
            del self.errors[name]
            cleaned[name] = getattr(self.contact, name)

    def _say_what_changed(self) -> None:
        """Both texts beside each other: the typed one in the field, the saved one under it. Saving again keeps the typed."""
        typed = in_words(self.details())
        for name in [name for name in typed if typed[name] != self.saved[name]]:
            saved = Stage(self.saved[name]).label if name == "stage" else self.saved[name] or _("nothing")
            self.add_error(name, _("Saved meanwhile: “%s”. Yours stands here.") % saved)
        if self.errors:
            self.add_error(None, _("This person was changed while you wrote, perhaps in another tab."))
            self.data = {**self.data.dict(), "seen": self.initial["seen"]}  # type: ignore[attr-defined]  # a QueryDict

    @property
    def wrong_fields(self) -> list[forms.BoundField]:
        """The fields that want another look, for the top of the page."""
        return [self[name] for name in self.errors if name in self.fields]

    @property
    def first_name(self) -> str:
        return str(self["called"].value() or "") or called(str(self["name"].value() or ""))

    def details(self) -> Details:
        data = {k: v for k, v in self.cleaned_data.items() if k not in ("note", "seen", "through", "uid")}
        return Details(**data, introduced_by=self.cleaned_data["through"])

    def known(self) -> dict[str, list[str]]:
        """What the fields suggest, a screenful each."""
        people = self.owner.contacts.alive().exclude(pk=self.contact.pk if self.contact else 0)
        return {
            "organisation": list(self.owner.organisations.order_by("name_key").values_list("name", flat=True)[:LISTED]),
            "through": list(people.in_list_order().values_list("name", flat=True)[:LISTED]),
        }


def details_of(contact: Contact) -> Details:
    """What is stored, as a form would have said it."""
    row = {f.name: getattr(contact, f.name) for f in fields(Details) if f.name not in ("organisation", "tags")}
    organisation = contact.organisation.name if contact.organisation else ""
    tags = contact.tags.order_by("name_key").values_list("name", flat=True)
    return Details(**row, organisation=organisation, tags=tuple(tags))


def in_words(details: Details) -> dict[str, str]:
    """As the fields of the form show it: what an edit starts with, and what it is compared by."""
    words = {f.name: str(getattr(details, f.name) or "") for f in fields(details) if f.name != "introduced_by"}
    return {
        **words,
        "through": details.introduced_by.name if details.introduced_by else "",
        "met_on": date_format(details.met_on, "j F Y") if details.met_on else "",
        "tags": ", ".join(sorted(details.tags, key=fold)),
    }


def _places(chosen: str, owner: User) -> list[tuple[str, str]]:
    places = zone_choices(chosen if chosen in zone_names() else "", timezone.now(), owner.zone)
    return [("", _("As the place says")), *places]


def _fingerprint(words: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(words.items())).encode()).hexdigest()[:16]
