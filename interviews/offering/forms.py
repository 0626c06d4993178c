"""What I offer: how long, by which media, at which times."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.templatetags.keepword import clock, moment
from accounts.templatetags.keepword import day as in_words
from base.clock import ClockField, write_time
from base.dates import add_months, exists, instant, understand
from base.submitted_once import UidField
from base.text import clean_line
from base.zones import city
from crm.fields import LineField, TextField
from crm.models import Contact
from interviews.models import ASKED_FOR, LONGEST, Interview, Medium
from interviews.offering import working_hours
from interviews.offering.actions import Terms
from interviews.planning.forms import OTHER, Chips, MinutesField, PageForm

TIMES, MOST_TIMES = 5, 10
MONTHS_AHEAD = 6
SHIFTS = {
    "earlier": timedelta(minutes=-30),
    "later": timedelta(minutes=30),
    "day-before": timedelta(days=-1),
    "day-after": timedelta(days=1),
}  # of one time on the page
REMOVE, ADD = "remove", "add"
MOST_OPEN = 50  # offers of one user that wait at a time


class Ticks(forms.CheckboxSelectMultiple):
    template_name = "interviews/_chips.html"


class TimeForm(forms.Form):
    """One time: a day and an hour, or neither."""

    use_required_attribute = False
    is_mostly_optional = True

    day = LineField(max_length=60, widget=forms.DateInput(attrs={"type": "date"}))
    at = ClockField(required=False)

    def __init__(self, *args: Any, owner: User, now: datetime, **kwargs: Any) -> None:
        self.owner, self.now, self.today = owner, now, owner.today(now)
        super().__init__(*args, **kwargs)
        nth = str(self.prefix).rpartition("-")[2]
        number = {"n": int(nth) + 1 if nth.isdecimal() else 1}
        self.fields["day"].label = _("Day %(n)d") % number
        self.fields["at"].label = _("Time %(n)d") % number

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        words, at = found.get("day"), found.get("at")
        if self.errors or (not words and at is None):
            return found
        if not words or at is None:
            self.add_error("at" if words else "day", _("A time has a day and an hour; leave both empty for none."))
            return found
        try:
            found["starts_at"] = self._instant(understand(words, self.today), at)
        except ValidationError as error:
            self.add_error("day", error)
        return found

    @property
    def starts_at(self) -> datetime | None:
        """What the line means, as far as it can be read."""
        if self.is_bound:
            return self.cleaned_data.get("starts_at") if self.is_valid() else None
        found: datetime | None = self.initial.get("starts_at")
        return found

    def _instant(self, day: date | None, at: time) -> datetime:
        zone = self.owner.zone
        if day is None:
            raise ValidationError(_("Not a date I know. Try “friday”, “in 2 weeks” or “4 dec”."))
        if day > add_months(self.today, MONTHS_AHEAD):
            raise ValidationError(_("%(day)s is too far away. Offer days within half a year.") % {"day": in_words(day)})
        starts_at = instant(day, at, zone)
        if not exists(day, at, zone):
            known = {"city": city(self.owner.time_zone), "time": write_time(at), "next": clock(starts_at, zone)}
            raise ValidationError(_("The clocks in %(city)s skip %(time)s that day. Try %(next)s.") % known)
        if starts_at <= self.now:
            raise ValidationError(_("%(moment)s has passed.") % {"moment": moment(starts_at, zone)})
        return starts_at


class TimeRows(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    @property
    def found(self) -> list[datetime]:
        """The times that can be read, in their order."""
        return sorted(starts_at for row in self.forms if (starts_at := row.starts_at))

    def clean(self) -> None:
        if any(row.errors for row in self.forms):
            return
        if len(self.found) != len(set(self.found)):
            raise ValidationError(_("Two of the times are the same. Change one, or leave it empty."))
        if not self.found:
            raise ValidationError(_("Offer at least one time; three to five are kind."))


TimeFormSet = cast(
    "type[TimeRows]",
    forms.formset_factory(
        TimeForm, formset=TimeRows, extra=TIMES, max_num=TIMES, absolute_max=MOST_TIMES, validate_max=True
    ),
)


@dataclass(frozen=True)
class Preview:
    """What the contact sees of one time, and what stands against it."""

    starts_at: datetime
    overlaps: list[Interview]
    holiday: str  # of mine
    warning: str  # about their day
    is_outside_mine: bool


class OfferForm(PageForm):
    is_mostly_optional = True

    minutes = MinutesField(
        label=gettext_lazy("How long"),
        widget=Chips(choices=[*((n, gettext_lazy("%(n)d min") % {"n": n}) for n in ASKED_FOR), OTHER]),
    )
    own_minutes = MinutesField(label=gettext_lazy("Minutes"), widget=forms.NumberInput(attrs={"inputmode": "numeric"}))
    ways = forms.MultipleChoiceField(
        label=gettext_lazy("They may choose"),
        choices=Medium.choices,
        widget=Ticks,
        error_messages={"required": gettext_lazy("Leave them at least one way to talk.")},
    )
    about = LineField(label=gettext_lazy("What it is about"), max_length=300)
    message = TextField(label=gettext_lazy("A few words with it"), max_length=2000)
    chase = forms.BooleanField(label=gettext_lazy("Ask again when there is no answer"), required=False)
    confirm_them = forms.BooleanField(label=gettext_lazy("Remind them the day before"), required=False)
    uid = UidField()

    def __init__(self, data: Any = None, *, owner: User, contact: Contact, purpose: str = "", now: datetime) -> None:
        self.owner, self.contact, self.now, self.purpose = owner, contact, now, first_line(purpose)
        initial = {"minutes": ASKED_FOR[0], "ways": [Medium.PHONE, Medium.VIDEO], "about": self.purpose}
        super().__init__(data, initial=initial if data is None else None)
        proposed = self._proposed() if data is None else []
        self.times = TimeFormSet(data, prefix="times", initial=proposed, form_kwargs={"owner": owner, "now": now})
        self.times.extra = TIMES - len(proposed)
        self.fields["about"].help_text = _("One line, as in “How you measure a breach”.")
        self.fields["own_minutes"].help_text = _("Longer than 30 minutes is for %(name)s to offer.") % {
            "name": contact.first_name
        }

    def clean_about(self) -> str:
        """An offer has a reason: what stands under Prepare, where none is typed here."""
        return self.cleaned_data["about"] or self.purpose

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        self._clean_minutes(found)
        if not self.times.is_valid():
            self.add_error(None, [*self.times.non_form_errors()] or _("One of the times wants another look."))
        if self.owner.offers.standing(self.now).count() >= MOST_OPEN:
            self.add_error(
                None,
                _("%(n)d offers wait for an answer. Take one back before you offer more times.") % {"n": MOST_OPEN},
            )
        return found

    @property
    def wrong_fields(self) -> list[forms.BoundField]:
        rows = [field for row in self.times.forms for field in row if field.errors] if self.is_bound else []
        return [*rows, *super().wrong_fields]

    @property
    def terms(self) -> Terms:
        found = self.cleaned_data
        names = ("minutes", "about", "message", "chase", "confirm_them")
        return Terms(media=found["ways"], times=self.times.found, **{name: found[name] for name in names})

    @property
    def has_no_reason(self) -> bool:
        return not self["about"].value() and not self.purpose

    @property
    def may_lack_number(self) -> bool:
        """A call may be chosen, and there is no number to call."""
        return Medium.PHONE in (self["ways"].value() or []) and not self.contact.phone

    @property
    def understood(self) -> list[Preview]:
        """Each time that can be read."""
        times = sorted(set(self.times.found))
        talks = self.owner.interviews.planned().select_related("contact").next_first()
        around = (
            talks.between(times[0] - timedelta(minutes=LONGEST), times[-1] + timedelta(minutes=LONGEST))
            if times
            else []
        )
        return [self._preview(starts_at, around) for starts_at in times]

    def _preview(self, starts_at: datetime, talks: Iterable[Interview]) -> Preview:
        there, ends_at = starts_at.astimezone(self.owner.zone), starts_at + timedelta(minutes=self._length)
        return Preview(
            starts_at=starts_at,
            overlaps=[talk for talk in talks if talk.starts_at < ends_at and starts_at < talk.ends_at],
            holiday=working_hours.holiday(self.owner, there.date()),
            warning=working_hours.warning(starts_at, self._length, self.contact),
            is_outside_mine=not self.owner.work_from <= there.time() < self.owner.work_until,
        )

    @property
    def _length(self) -> int:
        """The length as far as it can be read."""
        if self.is_bound:
            self.is_valid()
        found: int | None = self.cleaned_data.get("minutes") if self.is_bound else None
        return found or ASKED_FOR[0]

    def _clean_minutes(self, found: dict[str, Any]) -> None:
        if found.get("minutes"):
            self.errors.pop("own_minutes", None)
        elif "minutes" not in self.errors:
            found["minutes"] = found.get("own_minutes")
            if not found["minutes"] and "own_minutes" not in self.errors:
                self.add_error("own_minutes", _("Say how many minutes."))

    def _proposed(self) -> list[dict[str, Any]]:
        their_zone = self.contact.time_zone
        found = working_hours.propose(
            self.owner, minutes=ASKED_FOR[-1], their_zone=their_zone, now=self.now, count=TIMES
        )
        return [_row(one.starts_at, self.owner) for one in found]


def shifted(data: QueryDict, row: int, by: str, *, owner: User, contact: Contact, now: datetime) -> QueryDict:
    """What was typed, with one of its times moved, removed or added."""
    times = OfferForm(data, owner=owner, contact=contact, now=now).times
    if row >= len(times.forms):
        return data
    at = times.forms[row].starts_at
    found = {"day": "", "at": ""} if by == REMOVE else {}
    if by in SHIFTS and at:
        found = _typed(at.astimezone(owner.zone).replace(tzinfo=None) + SHIFTS[by])
    elif by == ADD:
        length = ASKED_FOR[-1]
        more = working_hours.propose(
            owner, minutes=length, their_zone=contact.time_zone, now=now, count=len(times.found) + TIMES
        )
        fresh = (one.starts_at for one in more if one.starts_at not in times.found)
        found = next((_typed(one.astimezone(owner.zone)) for one in fresh), {})
    changed = data.copy()
    for name, words in found.items():
        changed[times.forms[row].add_prefix(name)] = words
    return changed


def _typed(local: datetime) -> dict[str, str]:
    return {"day": local.date().isoformat(), "at": f"{local:%H:%M}"}


def _row(starts_at: datetime, owner: User) -> dict[str, Any]:
    local = starts_at.astimezone(owner.zone)
    return {"day": local.date().isoformat(), "at": write_time(local), "starts_at": starts_at}


def first_line(purpose: str) -> str:
    """What I want from a talk, in one line that fits into an offer."""
    return clean_line(purpose.strip().partition("\n")[0])[:300]
