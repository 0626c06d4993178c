"""The debrief: one form for its texts, and formsets for its promises and people."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from base.dates import take_date, understand
from base.text import clean_line, sentence_case
from base.url_values import LARGEST, read_number
from crm.fields import LONGEST_PROMISE, DueForm, LineField, TextField
from crm.forms import QuickForm
from crm.models import RHYTHMS, RhythmUnit
from interviews.debriefing.actions import Change, Outcome, Person, Promised, promises_of_lines, told_later
from interviews.holding.forms import HIGHEST, rows_of
from interviews.models import LONGEST_NOTES, Debrief, Interview, MayUseName

RHYTHM_CHOICES = [(f"{count}-{unit}", words) for count, unit, words in RHYTHMS]


class PromiseRow(DueForm):
    """One promise of the debrief: a new one, one understood from the notes (`line`), or one that stands (`promise`)."""

    take = forms.BooleanField(required=False)
    line = LineField(max_length=LONGEST_NOTES)
    promise = forms.IntegerField(required=False, min_value=0, max_value=LARGEST)
    what = LineField(max_length=LONGEST_PROMISE)
    due = LineField(max_length=60)
    version = forms.IntegerField(required=False, min_value=0, max_value=HIGHEST)

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        self.today = today
        self.standing: Any = None  # the promise that is named, or that was made of the line

    @classmethod
    def of_promise(cls, promise: Any) -> dict[str, Any]:
        due = date_format(promise.due_on, "j F Y")
        return {"promise": promise.pk, "what": promise.what, "due": due, "version": promise.version}

    @classmethod
    def of_line(cls, line: str, today: date) -> dict[str, Any]:
        dated = take_date(line, today)
        due = date_format(dated.day, "j F Y") if dated else ""
        what = Truncator(sentence_case(dated.rest if dated else line)).chars(LONGEST_PROMISE)
        return {"line": line, "what": what, "due": due, "take": True}

    @property
    def source(self) -> str:
        """The line of the notes."""
        return clean_line(str(self["line"].value() or ""))

    @property
    def number(self) -> int | None:
        """The key of the promise it names."""
        return read_number(str(self["promise"].value() or ""))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_wanted = self.number or cleaned.get("due") or (self.source and cleaned.get("take"))
        if is_wanted and not cleaned.get("what") and "what" not in self.errors:
            self.add_error("what", _("Say what was promised, in a few words."))
        elif not self.errors and self.is_change and cleaned.get("version") != self.standing.version:
            stands = {"what": self.standing.what, "day": date_format(self.standing.due_on, "j F Y")}
            self.add_error("what", _("Changed meanwhile: “%(what)s”, by %(day)s. Yours stands here.") % stands)
            self.data = {**dict(self.data.items()), self.add_prefix("version"): str(self.standing.version)}
        return cleaned

    @property
    def is_wanted(self) -> bool:
        """A line of the notes is left alone unless it is ticked."""
        return bool(self.cleaned_data.get("what")) and (not self.source or self.cleaned_data["take"])

    @property
    def is_change(self) -> bool:
        """Whether it says anything else than the promise that stands, or than the line that one was made of."""
        if not self.standing or not self.is_wanted:
            return False
        said = sentence_case(self.cleaned_data["what"]), self.cleaned_data.get("due") or self.standing.due_on
        if said == (self.standing.what, self.standing.due_on):
            return False
        offered = self.of_line(self.source, self.today) if self.source else {}
        return not offered or said != (offered["what"], understand(offered["due"], self.today))

    @property
    def is_new(self) -> bool:
        """Another text for a promise in the bin makes a new promise."""
        return (self.is_change and self.standing.binned_at) if self.standing else self.is_wanted

    def promised(self, whose: str) -> Promised:
        said = self.cleaned_data
        return Promised(what=sentence_case(said["what"]), due_on=said["due"], whose=whose, line=self.source)

    def change(self) -> Change:
        said = self.cleaned_data
        return Change(self.standing, said["what"], said["due"] or self.standing.due_on)


class PersonRow(QuickForm):
    """One person to meet; an empty line is ignored."""

    uid = None  # type: ignore[assignment]  # so Django leaves a field out

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["line"].required = False

    def clean_line(self) -> str:
        return super().clean_line() if self.cleaned_data["line"] else ""

    @property
    def person(self) -> Person:
        return Person(self.cleaned_data["line"], self.details(), self.note, tuple(self.found.promises))


OfferedRows, NewRows = rows_of(PromiseRow, extra=0), rows_of(PromiseRow, extra=1)
PeopleRows = rows_of(PersonRow, extra=1)


class DebriefForm(forms.Form):
    """The debrief, saved whole or in part, with its formsets. Before it is sent they hold the rows we offer; afterwards exactly
    the rows of the page that was sent, since another tab may have saved meanwhile."""

    learned = TextField(label=gettext_lazy("The one thing you will use"), max_length=10_000)
    fit = TextField(label=gettext_lazy("How does it fit what you want?"), max_length=4000)
    may_use_name = forms.ChoiceField(choices=MayUseName.choices, required=False)
    go = forms.ChoiceField(
        choices=[("continue", gettext_lazy("Continue")), ("drop", gettext_lazy("Drop"))],
        required=False,
        show_hidden_initial=True,
    )
    rhythm = forms.ChoiceField(choices=RHYTHM_CHOICES, required=False, show_hidden_initial=True)
    tell_later = forms.BooleanField(required=False, show_hidden_initial=True)
    version = forms.IntegerField(required=False, min_value=0, max_value=HIGHEST)

    is_mostly_optional = True  # it can be saved in part: "(if you like)" beside each would be noise

    def __init__(
        self,
        data: Any = None,
        *,
        interview: Interview,
        debrief: Debrief | None,
        promises: Iterable[Any],
        lines: list[str],
        people: list[str],
        today: date,
    ) -> None:
        self.interview, self.debrief, self.today = interview, debrief, today
        self.told_later = told_later(interview)
        super().__init__(data, initial=self._written())
        offered = {"form_kwargs": {"today": today}}
        kept = [PromiseRow.of_promise(one) for one in promises]
        self.kept = OfferedRows(data, prefix="kept", initial=kept, **offered)
        of_notes = [PromiseRow.of_line(line, today) for line in lines]
        self.lines = OfferedRows(data, prefix="line", initial=of_notes, **offered)
        self.mine, self.theirs = (NewRows(data, prefix=whose, **offered) for whose in ("mine", "theirs"))
        named = {"form_kwargs": {"today": today, "owner": interview.owner}}
        self.people = PeopleRows(data, prefix="meet", initial=[{"line": line} for line in people], **named)
        self._find_standing(promises)

    def _written(self) -> dict[str, Any]:
        contact = self.interview.contact
        rhythm = f"{contact.rhythm_count}-{contact.rhythm_unit}" if contact.rhythm_count else "2-months"
        return {
            **{name: getattr(self.debrief, name, "") for name in ("learned", "fit", "may_use_name")},
            "version": self.seen,
            "tell_later": bool(self.told_later and not self.told_later.binned_at),
            "go": contact.stage if contact.stage in ("continue", "drop") else "",
            "rhythm": rhythm if rhythm in dict(RHYTHM_CHOICES) else "",
        }

    def _find_standing(self, offered: Iterable[Any]) -> None:
        """The promises that the rows are about, closed and binned ones too: a page may have been open for long."""
        standing = {one.pk: one for one in offered}
        if self.kept.is_bound:
            numbers = [row.number for row in self.kept]
            theirs = self.interview.promises.filter(contact=self.interview.contact)
            standing = theirs.in_bulk([number for number in numbers if number])
        for row in self.kept:
            row.standing = standing.get(row.number)
        made = promises_of_lines(self.interview, [row.source for row in self.lines.sent])
        for row in self.lines.sent:
            row.standing = made.get(row.source)

    @property
    def tells_later(self) -> bool:
        """Whether the tick is set: as it stands, unless the page that was sent has changed it."""
        is_changed = self.is_bound and "tell_later" in self.changed_data
        return bool(self["tell_later"].value() if is_changed else self.initial["tell_later"])

    @property
    def seen(self) -> int:
        """The version whose texts this form has compared itself with."""
        return self.debrief.version if self.debrief else 0

    def is_valid(self) -> bool:
        rows = [self.kept, self.lines, self.mine, self.theirs, self.people]
        return all([super().is_valid(), *(each.is_fine for each in rows)])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.debrief and cleaned.get("version") != self.debrief.version:
            self._compare(cleaned)
            self.data = {**dict(self.data.items()), "version": str(self.debrief.version)}
        return cleaned

    def _compare(self, cleaned: dict[str, Any]) -> None:
        """Another save came first: shows what differs beside what was typed."""
        may_use, go = MayUseName(getattr(self.debrief, "may_use_name", "")), self.initial["go"]
        stands = {
            "learned": getattr(self.debrief, "learned", ""),
            "fit": getattr(self.debrief, "fit", ""),
            "may_use_name": may_use.value,
            "go": go if cleaned.get("go") and "go" in self.changed_data else "",
        }
        shown = {"may_use_name": may_use.label, "go": dict(self.fields["go"].choices).get(go)}  # type: ignore[attr-defined]
        for name, value in stands.items():
            if value and value != cleaned.get(name):
                self.add_error(name, _("Saved meanwhile: “%s”. Yours stands here.") % shown.get(name, value))

    @property
    def outcome(self) -> Outcome:
        said = self.cleaned_data
        count, _dash, unit = said["rhythm"].partition("-")
        is_decided = {"go", "rhythm"}.intersection(self.changed_data)
        rows = [*self.kept.sent, *self.lines.sent, *self.mine.sent, *self.theirs.sent]
        theirs = self.theirs.sent
        return Outcome(
            learned=said["learned"],
            fit=said["fit"],
            may_use_name=said["may_use_name"],
            promises=[row.promised("theirs" if row in theirs else "mine") for row in rows if row.is_new],
            changes=[row.change() for row in rows if row.is_change and not row.is_new],
            people=[row.person for row in self.people.sent if row.cleaned_data.get("line")],
            tell_later=said["tell_later"] if "tell_later" in self.changed_data else None,
            go=said["go"] if is_decided else "",
            rhythm=(int(count), RhythmUnit(unit)) if count else None,
        )
