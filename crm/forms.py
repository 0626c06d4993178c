"""What is asked about a person, and what of it is refused: with a sentence, next to the field, and everything typed kept."""

import hashlib
import uuid
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.dates import take_date
from accounts.models import User
from accounts.templatetags.keepword import day as day_in_words
from crm.actions import Details
from crm.fields import EmailField, LineField, LinkField, PastField, TagsField, TextField, ZoneField
from crm.models import Contact, RhythmUnit, Stage, Tag
from crm.quick import Quick, read
from crm.search import named
from crm.text import fold, key_of, promise_lines, sentence_case

LONGEST_PROMISE = 300
LONGEST_NOTE = 20_000
LISTED = 50  # how many names a field suggests
OWES = [("mine", gettext_lazy("I owe something")), ("theirs", gettext_lazy("They owe me"))]
LIMITS = {
    "role": 300,
    "organisation": 300,
    "email": 254,
    "phone": 60,
    "linkedin_url": 500,
    "website": 500,
    "place": 200,
    "how_met": 300,
}


@dataclass(frozen=True)
class Fact:
    """One thing understood of a line, as the page says it."""

    label: str
    text: str
    url: str = ""
    aside: str = ""

    @property
    def said(self) -> str:
        return f"{self.text}, {self.aside}" if self.aside else self.text


def as_typed() -> dict[str, str]:
    """What makes a line be read while it is typed."""
    return {
        "hx-post": reverse("contact_understand"),
        "hx-trigger": "input changed delay:200ms",
        "hx-target": "#understood",
        "hx-swap": "outerHTML show:none",
        "hx-select": "unset",
        "hx-select-oob": "unset",
        "hx-disabled-elt": "unset",
        "hx-sync": "this:replace",
    }


class QuickForm(forms.Form):
    """A person in one line. `understood` says what was read out of it, before and after it is saved."""

    line = LineField(
        label=gettext_lazy("In one line"),
        max_length=2000,
        required=True,
        help_text=gettext_lazy("Name, “role at organisation”, e-mail, #tag, “through” somebody, ! promise"),
        error_messages={
            "required": gettext_lazy("Who is it? Start with the name, as in “Ana Souza, head of data at Nubank”.")
        },
    )

    def __init__(self, data: Any = None, *, owner: User, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.owner, self.today = owner, today
        self.found, self.through = Quick(""), list[Contact]()
        self.fields["line"].widget = forms.Textarea(attrs={"rows": 2, "autocomplete": "off", **as_typed()})

    def clean_line(self) -> str:
        line: str = self.cleaned_data["line"]
        self.found = read(line, self.today)
        if not self.found.name or len(self.found.name) > 300:
            raise ValidationError(
                _("I see no name in this line. Start with it, as in “Ana Souza, head of data at Nubank”.")
            )
        if self.found.through:
            self.through = named(self.owner, self.found.through)
        return line

    @property
    def introducer(self) -> Contact | None:
        return self.through[0] if len(self.through) == 1 else None

    @property
    def how_met(self) -> str:
        """With the one who led here, when that is nobody in the list: no word is lost."""
        found = self.found
        through = _("through %s") % found.through if found.through and not self.introducer else ""
        return ", ".join(part for part in (through, found.how_met) if part)

    def too_long(self) -> bool:
        """Whether something understood does not fit its field: then the whole line is kept as a note."""
        said = {**vars(self.found), "how_met": self.how_met}
        return any(len(said[name]) > limit for name, limit in LIMITS.items()) or any(
            len(words) > LONGEST_PROMISE for words in self.found.promises
        )

    def details(self) -> Details:
        found = self.found
        fits = {
            name: value if len(value := {**vars(found), "how_met": self.how_met}[name]) <= limit else ""
            for name, limit in LIMITS.items()
        }
        return Details(
            **fits,
            name=found.name,
            met_on=found.met_on,
            introduced_by=self.introducer,
            tags=tuple(tag[:60] for tag in found.tags),
        )

    @property
    def note(self) -> str:
        return self.found.line.replace("!", " ") if self.too_long() else ""

    def initial_for_contact(self) -> dict[str, Any]:
        """What the full form starts with when the line is corrected there."""
        found = self.found
        return {
            **{name: getattr(found, name) for name in (*LIMITS, "name", "met_on", "through")},
            "through": found.through if self.introducer or not found.through else "",
            "how_met": self.how_met,
            "tags": tuple(found.tags),
            "note": "\n".join(f"! {words}" for words in found.promises),
        }

    def understood(self) -> list[Fact]:
        """Before it is saved, with what is new or doubtful. Empty while nothing was typed, or nobody was found in it."""
        if not self.is_bound or not self.is_valid():
            return []
        promises = [Fact(_("You promise"), promise_in_words(words, self.today)) for words in self.found.promises]
        return [*self.facts(self._news_of_organisation(), self._also_of()), *promises]

    def facts(self, news_of_organisation: str = "", also_of: str = "") -> list[Fact]:
        found = self.found
        facts = [
            Fact(_("Name"), found.name),
            Fact(_("Role"), found.role),
            Fact(_("Organisation"), found.organisation, aside=news_of_organisation),
            Fact(_("E-mail"), found.email, aside=also_of),
            Fact(_("Phone"), found.phone),
            Fact(_("LinkedIn"), found.linkedin_url),
            Fact(_("Web page"), found.website),
            Fact(_("Place"), found.place),
            self._led_by(),
            Fact(_("How you met"), found.how_met),
            Fact(_("Met on"), day_in_words(found.met_on)),
            Fact(_("Tags") if len(found.tags) > 1 else _("Tag"), ", ".join(found.tags)),
        ]
        return [fact for fact in facts if fact.text]

    def _news_of_organisation(self) -> str:
        key = key_of(self.found.organisation)
        return "" if not key or self.owner.organisations.filter(name_key=key).exists() else _("new here")

    def _also_of(self) -> str:
        others = self.owner.contacts.sharing(self.found.email)[:1]
        return _("%s has it too") % others[0].name if others else ""

    def _led_by(self) -> Fact:
        through = self.found.through
        if self.introducer:
            return Fact(_("Through"), self.introducer.name, url=self.introducer.get_absolute_url())
        why = _("more than one has that name") if self.through else _("not among your contacts")
        return Fact(_("Through"), through, aside=_("%s: kept in how you met") % why)


def promise_in_words(line: str, today: date) -> str:
    """ "Send the Göta paper, by Friday 20 November" """
    dated = take_date(line, today)
    if dated is None:
        return sentence_case(line)
    return _("%(what)s, by %(day)s") % {"what": sentence_case(dated.rest), "day": day_in_words(dated.day)}


def _check_promises(text: str) -> str:
    for line in promise_lines(text):
        if len(line) > LONGEST_PROMISE:
            raise ValidationError(
                _("A promise has at most %(most)d characters; the one that starts “%(start)s” has %(n)d."),
                params={"most": LONGEST_PROMISE, "start": line[:30], "n": len(line)},
            )
    return text


class ContactForm(forms.Form):
    """Everything about a person. For an edit `contact` is given, and `seen` carries what the page showed."""

    name = LineField(label=gettext_lazy("Name"), required=True)
    role = LineField(label=gettext_lazy("Role"))
    organisation = LineField(
        label=gettext_lazy("Organisation"), help_text=gettext_lazy("A new one is added with the person.")
    )
    email = EmailField(label=gettext_lazy("E-mail"), max_length=254)
    phone = LineField(label=gettext_lazy("Phone"), max_length=60)
    linkedin_url = LinkField(label=gettext_lazy("LinkedIn"), max_length=500)
    website = LinkField(label=gettext_lazy("Web page"), max_length=500)
    place = LineField(label=gettext_lazy("Place"), max_length=200)
    time_zone = ZoneField(
        label=gettext_lazy("Zone"), max_length=64, help_text=gettext_lazy("A city is enough: “Lisbon”.")
    )
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

    is_mostly_optional = True  # only the name is asked for: "(if you like)" beside each of the rest would be noise

    def __init__(
        self, data: Any = None, *, owner: User, today: date, contact: Contact | None = None, initial: Any = None
    ) -> None:
        self.owner, self.contact = owner, contact
        self.saved = in_words(details_of(contact)) if contact else {"stage": Stage.TO_MEET.value}
        super().__init__(data, initial={**self.saved, **(initial or {})})
        self.fields["met_on"].today = today  # type: ignore[attr-defined]  # a PastField
        self.fields["name"].error_messages["required"] = _("A person needs a name.")
        self.fields["stage"].error_messages["invalid_choice"] = _("Choose one of the stages.")
        self.fields["email"].widget.attrs["inputmode"] = "email"
        self.fields["phone"].widget.attrs["type"] = "tel"
        for name in ("organisation", "through", "time_zone"):
            self.fields[name].widget.attrs["list"] = f"known-{name}"
        if contact:
            del self.fields["note"]
            self.initial["seen"] = _fingerprint(self.saved)
        else:
            del self.fields["seen"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not fold(name):
            raise ValidationError(_("A person needs a name."))
        return name

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
        return _check_promises(self.cleaned_data["note"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.contact and not self.errors and cleaned.get("seen") != self.initial["seen"]:
            self._say_what_changed()
        return cleaned

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
    def wrong(self) -> list[forms.BoundField]:
        """The fields that want another look, for the top of the page."""
        return [self[name] for name in self.errors if name in self.fields]

    @property
    def first_name(self) -> str:
        return next(iter(str(self["name"].value() or "").split()), "")

    def details(self) -> Details:
        data = {k: v for k, v in self.cleaned_data.items() if k not in ("note", "seen", "through")}
        return Details(**data, introduced_by=self.cleaned_data["through"])

    def known(self) -> dict[str, list[str]]:
        """What the fields suggest, a screenful each."""
        people = self.owner.contacts.alive().exclude(pk=self.contact.pk if self.contact else 0)
        return {
            "organisation": list(self.owner.organisations.order_by("name_key").values_list("name", flat=True)[:LISTED]),
            "through": list(people.in_list_order().values_list("name", flat=True)[:LISTED]),
            "time_zone": list(ZONES),
        }


ZONES = (
    *("Europe/London", "Europe/Lisbon", "Europe/Paris", "Europe/Berlin", "Europe/Stockholm", "Europe/Warsaw"),
    *("Europe/Athens", "Europe/Kyiv", "Europe/Istanbul", "Europe/Moscow", "Africa/Lagos", "Africa/Accra"),
    *("Africa/Bamako", "Africa/Cairo", "Africa/Johannesburg", "Africa/Nairobi", "Asia/Dubai", "Asia/Tehran"),
    *("Asia/Karachi", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Bangkok", "Asia/Jakarta"),
    *("Asia/Singapore", "Asia/Manila", "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Seoul", "Asia/Tokyo"),
    *("Australia/Perth", "Australia/Sydney", "Pacific/Auckland", "Pacific/Honolulu", "America/Los_Angeles"),
    *("America/Denver", "America/Chicago", "America/New_York", "America/Toronto", "America/Mexico_City"),
    *("America/Bogota", "America/Lima", "America/Santiago", "America/Sao_Paulo", "America/Argentina/Buenos_Aires"),
)


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


def _fingerprint(words: dict[str, str]) -> str:
    return hashlib.sha256(repr(sorted(words.items())).encode()).hexdigest()[:16]


class NoteForm(forms.Form):
    """`uid` is made by the page: a note that arrives twice is one note."""

    body = TextField(
        label=gettext_lazy("Add a note"),
        max_length=LONGEST_NOTE,
        required=True,
        help_text=gettext_lazy("A line that starts with ! becomes a promise, with its date."),
        error_messages={"required": gettext_lazy("The note is still empty.")},
    )
    uid = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, initial={"uid": uuid.uuid4()}, **kwargs)
        self.fields["body"].widget.attrs["placeholder"] = _("! send the slides friday")

    def clean_body(self) -> str:
        return _check_promises(self.cleaned_data["body"])

    def clean_uid(self) -> uuid.UUID:
        return self.cleaned_data["uid"] or uuid.uuid4()


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
