"""What the room sends, what the debrief asks, and the thank-you."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.templatetags.keepword import understood
from base.dates import complaint, take_date, understand
from base.text import clean_line, clean_text, sentence_case
from crm.fields import LineField, TextField
from crm.forms import QuickForm
from crm.models import RhythmUnit
from interviews.actions.debriefing import Change, Outcome, Promised
from interviews.actions.holding import LINES, LONGEST_PROMISE, NOTES, Tap, Write
from interviews.models import LONGEST_ANSWER, LONGEST_NOTES, Debrief, Interview, MayUseName

HIGHEST = 2**31 - 1
LATEST_INSTANT = 4_102_444_800_000  # the year 2100
RHYTHMS = [
    ("3-weeks", gettext_lazy("3 weeks")),
    ("2-months", gettext_lazy("2 months")),
    ("6-months", gettext_lazy("6 months")),
    ("1-years", gettext_lazy("a year")),
]
EMPTY_LINE = {
    "mine": gettext_lazy("Say what was promised, in a few words."),
    "theirs": gettext_lazy("Say what was promised, in a few words."),
    "meet": gettext_lazy("Say who, as in “Teresa Vasconcelos, tide logs at Port of Lisbon”."),
}


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
    """One box of the room as one device has it."""

    box = forms.RegexField(r"\A(?:notes|mine|theirs|meet|q\d{1,18})\Z", strip=False)
    text = TextField(max_length=LONGEST_NOTES)
    uid = forms.UUIDField()
    version = forms.IntegerField(min_value=0, max_value=HIGHEST, required=False)
    base = TextField(max_length=2 * LONGEST_NOTES)
    at = InstantField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        box, text = cleaned.get("box", ""), cleaned.get("text", "")
        if box in LINES:
            cleaned["text"] = text = clean_line(text)
            if not text and "text" not in self.errors:
                self.add_error("text", EMPTY_LINE[box])
        most = LONGEST_NOTES if box in (NOTES, *LINES) else LONGEST_ANSWER  # a long line stands among the notes
        if len(text) > most:
            said = _("At most %(most)d characters fit here; this has %(n)d.") % {"most": most, "n": len(text)}
            self.add_error("text", said)
        return cleaned

    @property
    def write(self) -> Write:
        said = self.cleaned_data
        return Write(said["box"], said["text"], said["uid"], said["version"] or 0, said["base"], said["at"])

    @property
    def complaint(self) -> str:
        return " ".join(str(sentence) for sentences in self.errors.values() for sentence in sentences)


def boxes_in(data: Any) -> list[RoomWriteForm]:
    """A whole page sent at once, without a script: a form for each box in it; the page has one `uid`."""
    try:
        page = uuid.UUID(data.get("uid", ""))
    except ValueError:
        page = uuid.uuid4()
    names = [name for name in data if re.fullmatch(r"notes|mine|theirs|meet|q\d{1,18}", name)]
    return [
        RoomWriteForm(
            {
                "box": name,
                "text": data[name],
                "uid": uuid.uuid5(page, f"{name}:{clean_text(data[name])}"),
                "version": data.get(f"{name}-version", ""),
            }
        )
        for name in names
        if name not in LINES or data[name].strip()
    ]


class ExtendForm(forms.Form):
    """How much more time they offered."""

    minutes = forms.TypedChoiceField(choices=[(5, "5"), (10, "10")], coerce=int)


class PromiseRow(forms.Form):
    """One promise of the debrief: a new one, one understood from the notes (`line`), or one that stands (`promise`)."""

    take = forms.BooleanField(required=False)
    line = LineField(max_length=LONGEST_NOTES)
    what = LineField(max_length=LONGEST_PROMISE)
    due = LineField(max_length=60)
    version = forms.IntegerField(required=False, min_value=0, max_value=HIGHEST)

    def __init__(self, data: Any = None, *, prefix: str, today: date, promise: Any = None, line: str = "") -> None:
        self.today, self.promise, self.source = today, promise, line
        super().__init__(data, prefix=prefix, initial=self._written())

    def _written(self) -> dict[str, Any]:
        if self.promise:
            due = date_format(self.promise.due_on, "j F Y")
            return {"what": self.promise.what, "due": due, "version": self.promise.version}
        if self.source:
            dated = take_date(self.source, self.today)
            due = date_format(dated.day, "j F Y") if dated else ""
            what = sentence_case(dated.rest if dated else self.source)
            return {"what": Truncator(what).chars(LONGEST_PROMISE), "due": due, "take": True}
        return {}

    def clean_due(self) -> date | None:
        words: str = self.cleaned_data["due"]
        found = understand(words, self.today)
        if words and not found:
            raise ValidationError(complaint(words, self.today))
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_wanted = self.promise or cleaned.get("due") or (self.source and cleaned.get("take"))
        if is_wanted and not cleaned.get("what") and "what" not in self.errors:
            self.add_error("what", _("Say what was promised, in a few words."))
        if self.promise and self.is_other and cleaned.get("version") != self.promise.version:
            stands = {"what": self.promise.what, "day": date_format(self.promise.due_on, "j F Y")}
            self.add_error("what", _("Changed meanwhile: “%(what)s”, by %(day)s. Yours stands here.") % stands)
            self.data = {**self.data.dict(), self.add_prefix("version"): str(self.promise.version)}  # type: ignore[attr-defined]  # a QueryDict
        return cleaned

    @property
    def is_other(self) -> bool:
        """Whether it says anything else than the promise that stands."""
        said = self.cleaned_data
        due = said.get("due") or self.promise.due_on
        return (said.get("what"), due) != (self.promise.what, self.promise.due_on)

    @property
    def due_said(self) -> str:
        """The line under the date: the day understood, or what is wrong with the words."""
        words = str(self["due"].value() or "").strip()
        day = understand(words, self.today)
        if day:
            return understood(day, self.today)
        return complaint(words, self.today) if words else ""

    @property
    def due_is_wrong(self) -> bool:
        words = str(self["due"].value() or "").strip()
        return bool(words) and not understand(words, self.today)


def rows_in(data: Any, prefix: str, name: str) -> list[int]:
    """The numbers of the rows a page has sent, as in `mine-3-what`."""
    found = (re.fullmatch(rf"{prefix}-(0|[1-9][0-9]{{,17}})-{name}", key) for key in data)
    return sorted({int(match[1]) for match in found if match})


class DebriefForm(forms.Form):
    """The three minutes after a talk, saved whole or in part. The rows stand beside it, each a form of its own: those
    offered, or of a page that was sent exactly its own, since another tab may have saved meanwhile."""

    learned = TextField(label=gettext_lazy("The one thing you will use"), max_length=10_000)
    fit = TextField(label=gettext_lazy("How does it fit what you want?"), max_length=4000)
    may_use_name = forms.ChoiceField(choices=MayUseName.choices, required=False)
    go = forms.ChoiceField(choices=[("continue", ""), ("drop", "")], required=False)
    rhythm = forms.ChoiceField(choices=RHYTHMS, required=False)
    version = forms.IntegerField(required=False, min_value=0, max_value=HIGHEST)

    is_mostly_optional = True  # it can be saved in part: "(if you like)" beside each would be noise

    def __init__(
        self,
        data: Any = None,
        *,
        interview: Interview,
        debrief: Debrief | None,
        promises: list[Any],
        lines: list[str],
        people: list[str],
        today: date,
    ) -> None:
        contact = interview.contact
        rhythm = f"{contact.rhythm_count}-{contact.rhythm_unit}" if contact.rhythm_count else "2-months"
        written = {
            **{name: getattr(debrief, name, "") for name in ("learned", "fit", "may_use_name")},
            "version": debrief.version if debrief else 0,
            "go": contact.stage if contact.stage in ("continue", "drop") else "",
            "rhythm": rhythm if rhythm in dict(RHYTHMS) else "",
        }
        super().__init__(data, initial=written)
        self.interview, self.debrief, self.today = interview, debrief, today
        self.kept = [PromiseRow(data, prefix=f"kept-{one.pk}", today=today, promise=one) for one in promises]
        self.lines = self._lines(lines)
        self.mine, self.theirs = self._new("mine"), self._new("theirs")
        self.people = self._people(people)

    def _lines(self, offered: list[str]) -> list[PromiseRow]:
        lines = dict(enumerate(offered))
        if self.is_bound:
            lines = {n: clean_line(self.data[f"line-{n}-line"]) for n in rows_in(self.data, "line", "line")}
        data = self.data if self.is_bound else None
        return [PromiseRow(data, prefix=f"line-{n}", today=self.today, line=line) for n, line in lines.items()]

    def _new(self, whose: str) -> list[PromiseRow]:
        rows = rows_in(self.data, whose, "what") or [0]
        return [PromiseRow(self.data if self.is_bound else None, prefix=f"{whose}-{n}", today=self.today) for n in rows]

    def _people(self, offered: list[str]) -> list[QuickForm]:
        owner = self.interview.owner
        if self.is_bound:
            rows = [n for n in rows_in(self.data, "meet", "line") if clean_line(self.data[f"meet-{n}-line"])]
            return [QuickForm(self.data, prefix=f"meet-{n}", owner=owner, today=self.today) for n in rows]
        return [
            QuickForm(None, prefix=f"meet-{n}", owner=owner, today=self.today, initial={"line": line})
            for n, line in enumerate(offered)
        ]

    @property
    def blank_person(self) -> int:
        """The number of the row for one more."""
        return max((int(form.prefix.rpartition("-")[2]) for form in self.people if form.prefix), default=-1) + 1

    def rows(self) -> Iterator[forms.Form]:
        yield from (*self.kept, *self.lines, *self.mine, *self.theirs, *self.people)

    def is_valid(self) -> bool:
        return all([super().is_valid(), *(row.is_valid() for row in self.rows())])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.debrief and cleaned.get("version") != self.debrief.version:
            for name in ("learned", "fit"):
                stands = getattr(self.debrief, name)
                if stands and stands != cleaned.get(name):
                    self.add_error(name, _("Saved meanwhile: “%s”. Yours stands here.") % stands)
            if self.errors:
                self.data = {**self.data.dict(), "version": str(self.debrief.version)}  # type: ignore[attr-defined]  # a QueryDict
        return cleaned

    @property
    def outcome(self) -> Outcome:
        said = self.cleaned_data
        new = [
            *(self._promised(row, "mine") for row in (*self.lines, *self.mine)),
            *(self._promised(row, "theirs") for row in self.theirs),
        ]
        count, _dash, unit = said["rhythm"].partition("-")
        return Outcome(
            learned=said["learned"],
            fit=said["fit"],
            may_use_name=said["may_use_name"],
            promises=[one for one in new if one],
            changes=[
                Change(row.promise, row.cleaned_data["what"], row.cleaned_data["due"] or row.promise.due_on)
                for row in self.kept
                if row.is_other
            ],
            people=[form.details() for form in self.people],
            go=said["go"],
            rhythm=(int(count), RhythmUnit(unit)) if count else None,
        )

    def _promised(self, row: PromiseRow, whose: str) -> Promised | None:
        said = row.cleaned_data
        if not said["what"] or (row.source and not said["take"]):
            return None
        return Promised(what=sentence_case(said["what"]), due_on=said["due"], whose=whose, line=row.source)


class ThankYouForm(forms.Form):
    """The letter, as the user wants it to leave."""

    subject = LineField(
        label=gettext_lazy("Subject"),
        max_length=200,
        required=True,
        error_messages={"required": gettext_lazy("A letter needs a subject, as in “Thank you”.")},
    )
    body = TextField(
        label=gettext_lazy("Letter"),
        max_length=4000,
        required=True,
        error_messages={"required": gettext_lazy("There is nothing in the letter yet. Name one thing you learned.")},
    )
