"""The times of an offer as they are typed, and what a button does to one of them."""

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import User
from base.clock import ClockField, write_time
from base.dates import exists, instant, understand
from crm.fields import LineField
from crm.models import Contact
from interviews.offering import working_hours
from interviews.planning.start_time import read_day, read_start

TIMES, MOST_TIMES = 5, 10
MONTHS_AHEAD = 6
A_YEAR = timedelta(days=366)
SHIFTS = {
    "earlier": timedelta(minutes=-30),
    "later": timedelta(minutes=30),
    "day-before": timedelta(days=-1),
    "day-after": timedelta(days=1),
}
REMOVE, PUT_BACK, ADD = "remove", "put-back", "add"


class TimeForm(forms.Form):
    """One time: a day and an hour, or neither. One that is removed keeps both, so that it can be put back."""

    use_required_attribute = False
    is_mostly_optional = True

    day = LineField(max_length=60, widget=forms.DateInput(attrs={"type": "date"}))
    at = ClockField(required=False)

    def __init__(self, *args: Any, owner: User, now: datetime, **kwargs: Any) -> None:
        self.owner, self.now, self.today = owner, now, owner.today(now)
        self.local: datetime | None = None  # as typed, on my clock, when it can be read; also when it cannot be offered
        super().__init__(*args, **kwargs)
        nth = str(self.prefix).rpartition("-")[2]
        number = {"n": int(nth) + 1 if nth.isdecimal() else 1}
        self.fields["day"].label = _("Day %(n)d") % number
        self.fields["at"].label = _("Time %(n)d") % number
        for field in self.fields.values():
            field.widget.attrs["aria-describedby"] = f"{self.prefix}-said"

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        words, at = found.get("day"), found.get("at")
        if self.errors or (not words and at is None):
            return found
        if not words or at is None:
            self.add_error("at" if words else "day", _("A time has a day and an hour; leave both empty for none."))
            return found
        day = understand(words, self.today)
        if day and abs(day - self.today) < A_YEAR:
            self.local = datetime.combine(day, at)
        found["starts_at"] = read_start(read_day(words, self.today, MONTHS_AHEAD), at, self.owner.zone, self.now)
        return found

    @property
    def starts_at(self) -> datetime | None:
        """What the line means, as far as it can be read and offered."""
        if self.is_bound:
            return self.cleaned_data.get("starts_at") if self.is_valid() else None
        return self.initial.get("starts_at")

    @property
    def shown_at(self) -> datetime | None:
        """The instant it names, also one that has passed."""
        if self.is_bound:
            self.is_valid()
        return instant(self.local.date(), self.local.time(), self.owner.zone) if self.local else self.starts_at

    @property
    def is_removed(self) -> bool:
        return self.is_bound and bool(self.fields["DELETE"].to_python(self["DELETE"].data))

    @property
    def is_blank(self) -> bool:
        return not self["day"].value() and not self["at"].value()


class TimeRows(forms.BaseFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    @property
    def kept(self) -> list[TimeForm]:
        return [row for row in self.forms if not row.is_removed]

    @property
    def found(self) -> list[datetime]:
        """The times that can be read, in their order."""
        return sorted(starts_at for row in self.kept if (starts_at := row.starts_at))

    @property
    def next_free(self) -> int | None:
        """The row that another time goes into: an empty one, else one that was removed."""
        rows = list(enumerate(self.forms))
        empty = [n for n, row in rows if not row.is_removed and row.is_blank]
        return next(iter([*empty, *(n for n, row in rows if row.is_removed)]), None)

    def clean(self) -> None:
        if any(row.errors for row in self.kept):
            return
        if len(self.found) != len(set(self.found)):
            raise ValidationError(_("Two of the times are the same. Change one, or remove it."))
        if not self.found:
            raise ValidationError(_("Offer at least one time; three to five are kind."))


TimeFormSet = cast(
    "type[TimeRows]",
    forms.formset_factory(
        TimeForm,
        formset=TimeRows,
        extra=TIMES,
        max_num=TIMES,
        absolute_max=MOST_TIMES,
        validate_max=True,
        can_delete=True,
    ),
)


def proposed_rows(owner: User, contact: Contact, minutes: int, now: datetime) -> list[dict[str, Any]]:
    found = working_hours.propose(owner, minutes=minutes, their_zone=contact.time_zone, now=now, count=TIMES)
    return [{**_typed(one.starts_at.astimezone(owner.zone)), "starts_at": one.starts_at} for one in found]


def shifted(data: QueryDict, nth: int, by: str, *, times: TimeRows, contact: Contact, minutes: int) -> QueryDict:
    """What was typed, with one of its `times` moved, removed, put back or added."""
    if nth >= len(times.forms):
        return data
    row = times.forms[nth]
    found = {}
    if by in (REMOVE, PUT_BACK):
        found = {"DELETE": "on" if by == REMOVE else ""}
    elif by in SHIFTS:
        at = moved(row, by)
        found = _typed(at) if at else {}
    elif by == ADD:
        found = {"day": "", "at": "", "DELETE": "", **_another(times, contact, minutes)}
    changed = data.copy()
    for name, words in found.items():
        changed[row.add_prefix(name)] = words
    return changed


def moved(row: TimeForm, by: str) -> datetime | None:
    """Where a button moves it, on my clock: over an hour that the clocks skip. None where nothing can be read."""
    local = row.shown_at and row.shown_at.astimezone(row.owner.zone).replace(tzinfo=None)
    if not local:
        return None
    local += SHIFTS[by]
    while not exists(local.date(), local.time(), row.owner.zone):
        local += SHIFTS[by]
    return local


def _another(times: TimeRows, contact: Contact, minutes: int) -> dict[str, str]:
    """The next time that suits both, on a day of its own where there is one; not what was just removed."""
    row = times.forms[0]
    besides = [at for one in times.forms if (at := one.starts_at)]
    found = working_hours.propose_another(
        row.owner, minutes=minutes, their_zone=contact.time_zone, now=row.now, besides=besides
    )
    return _typed(found.starts_at.astimezone(row.owner.zone)) if found else {}


def _typed(local: datetime) -> dict[str, str]:
    return {"day": local.date().isoformat(), "at": write_time(local)}
