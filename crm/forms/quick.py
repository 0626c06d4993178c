"""A person in one line, and what was understood of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.templatetags.keepword import day as day_in_words
from base.dates import take_date
from base.submitted_once import UidField
from base.text import key_of, sentence_case, spellings, without_met
from base.zones import zone_of
from crm.actions import Details
from crm.chip_meanings import MEANINGS, apply_meanings, next_meaning, read_meanings, tap_chip
from crm.fields import LONGEST_PROMISE, LONGEST_TAG, TextField, checked_tags
from crm.forms.contact import MOST_PROMISES, check_promised
from crm.models import Contact
from crm.quick import Quick, read
from crm.search import named

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


MEANING_NAMES = dict(
    zip(
        MEANINGS,
        (gettext_lazy("role"), gettext_lazy("organisation"), gettext_lazy("place"), gettext_lazy("how you met")),
        strict=True,
    )
)


@dataclass(frozen=True)
class Fact:
    """One thing understood of a line, as the page says it."""

    label: str
    text: str
    url: str = ""
    aside: str = ""
    promise: str = ""  # of a promise with a day: its words as typed,
    day_said: str = ""  # and those of them that were read as the day
    is_dated: bool = True
    name: str = ""  # what the words mean, when a tap can take that away,
    turns_to: str = ""  # and what another tap makes of them
    back: str = ""  # words in the note that meant something else before a tap

    @property
    def said(self) -> str:
        return f"{self.text}, {self.aside}" if self.aside else self.text


class QuickForm(forms.Form):
    """A person in one line. `understood` says what was read out of it, before and after it is saved."""

    line = TextField(  # a tab or a line break of a pasted line parts what stands around it
        label=gettext_lazy("In one line"),
        max_length=2000,
        required=True,
        help_text=gettext_lazy("Name, “role at organisation”, e-mail, #tag, “through” somebody, ! promise"),
        error_messages={
            "required": gettext_lazy("Who is it? Start with the name, as in “Ana Souza, head of data at Nubank”.")
        },
    )

    uid = UidField()

    def __init__(self, data: Any = None, *, owner: User, today: date, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.owner, self.today = owner, today
        self.found, self.through, self.tags = Quick(""), list[Contact](), tuple[str, ...]()
        self.undated, self.meant = read_undated(data or {}), read_meanings(data)

    def clean_line(self) -> str:
        line: str = self.cleaned_data["line"]
        self.found = self._read(line)
        if not self.found.name or len(self.found.name) > 300:
            raise ValidationError(
                _("I see no name in this line. Start with it, as in “Ana Souza, head of data at Nubank”.")
            )
        if len(self.found.promises) > MOST_PROMISES:
            check_promised(self.found.promises)
        self.tags = checked_tags([tag for tag in self.found.tags if len(tag) <= LONGEST_TAG])
        if self.found.through:
            self.through = named(self.owner, self.found.through)
        return line

    def _read(self, line: str) -> Quick:
        """With the taps on its chips, the last of which is `tap`."""
        found = read(line, self.today)
        apply_meanings(found, self.meant)
        if tapped := self.data.get("tap", ""):
            self.meant = tap_chip(found, self.meant, tapped)
            found = read(line, self.today)
            apply_meanings(found, self.meant)
        return found

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
        return (
            any(len(said[name]) > limit for name, limit in LIMITS.items())
            or any(len(words) > LONGEST_PROMISE for words in self.found.promises)
            or len(self.tags) < len(self.found.tags)
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
            time_zone=zone_of(found.place),
            introduced_by=self.introducer,
            tags=self.tags,
        )

    @property
    def note(self) -> str:
        """The whole line when something of it does not fit; else what has no field of its own."""
        return self.found.line.replace("!", " ") if self.too_long() else "\n".join(self.found.also)

    def initial_for_contact(self) -> dict[str, Any]:
        """What the full form starts with when the line is corrected there."""
        found = self.found
        return {
            **{name: getattr(found, name) for name in (*LIMITS, "name", "met_on", "through")},
            "through": found.through if self.introducer or not found.through else "",
            "how_met": self.how_met,
            "tags": tuple(found.tags),
            "note": "\n".join([*found.also, *(f"! {words}" for words in found.promises)]),
        }

    def understood(self) -> list[Fact]:
        """Before it is saved, with what is new or doubtful. Empty while nothing was typed, or nobody was found in it."""
        if not self.is_bound or not self.is_valid():
            return []
        promises = [self._promised(words) for words in self.found.promises]
        return [*self._here_already(), *self.facts(self._news_of_organisation(), self._also_of()), *promises]

    def facts(self, news_of_organisation: str = "", also_of: str = "") -> list[Fact]:
        found = self.found
        facts = [
            Fact(_("Name"), found.name),
            self._tappable(_("Role"), found.role, "role"),
            self._tappable(_("Organisation"), found.organisation, "organisation", news_of_organisation),
            Fact(_("E-mail"), found.email, aside=also_of),
            Fact(_("Phone"), found.phone),
            Fact(_("LinkedIn"), found.linkedin_url),
            Fact(_("Web page"), found.website),
            self._tappable(_("Place"), found.place, "place"),
            self._led_by(),
            self._tappable(_("How you met"), without_met(found.how_met), "how_met"),
            Fact(_("Met on"), day_in_words(found.met_on), name="met_on"),
            *(Fact(_("Note"), words, back=words if words in self.meant else "") for words in found.also),
            Fact(_("Tags") if len(found.tags) > 1 else _("Tag"), ", ".join(found.tags)),
        ]
        return [fact for fact in facts if fact.text]

    @staticmethod
    def _tappable(label: str, text: str, name: str, aside: str = "") -> Fact:
        return Fact(label, text, aside=aside, name=name, turns_to=str(MEANING_NAMES[next_meaning(name)]))

    def _promised(self, words: str) -> Fact:
        dated, is_dated = take_date(words, self.today), words not in self.undated
        text = promise_in_words(words, self.today) if is_dated else sentence_case(words)
        return Fact(_("You promise"), text, promise=words, day_said=dated.said if dated else "", is_dated=is_dated)

    def _here_already(self) -> list[Fact]:
        """Somebody of that very name: a hint, never a refusal."""
        namesakes = (
            self.owner.contacts.alive().filter(name_key__in=spellings(self.found.name)).select_related("organisation")
        )
        return [
            Fact(_("Here already"), ", ".join(filter(None, (who.name, who.position))), url=who.get_absolute_url())
            for who in namesakes[:1]
        ]

    def _news_of_organisation(self) -> str:
        key = key_of(self.found.organisation)
        return "" if not key or self.owner.organisations.filter(name_key=key).exists() else _("new here")

    def _also_of(self) -> str:
        email = self.found.email.lower()
        others = self.owner.contacts.sharing(email)[:1] if email else ()
        return _("%s has it too") % others[0].name if others else ""

    def _led_by(self) -> Fact:
        through = self.found.through
        if self.introducer:
            return Fact(_("Through"), self.introducer.name, url=self.introducer.get_absolute_url())
        why = _("more than one has that name") if self.through else _("not among your contacts")
        return Fact(_("Through"), through, aside=_("%s: kept in how you met") % why)


def read_undated(data: Any) -> list[str]:
    """The promises whose day was tapped away, as the page carries them: what was read as a day are words of theirs. `toggle`
    is the one that was tapped now, away or back."""
    getlist: Callable[[str], list[str]] = getattr(data, "getlist", lambda _name: [])
    undated = list(dict.fromkeys(getlist("undated")[:MOST_PROMISES]))
    tapped = data.get("toggle", "")
    if not tapped:
        return undated
    return [words for words in undated if words != tapped] if tapped in undated else [*undated, tapped]


def promise_in_words(line: str, today: date) -> str:
    """ "Send the Göta paper, by Friday 20 November" """
    dated = take_date(line, today)
    if dated is None:
        return sentence_case(line)
    return _("%(what)s, by %(day)s") % {"what": sentence_case(dated.rest), "day": day_in_words(dated.day)}
