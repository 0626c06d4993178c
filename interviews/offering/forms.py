"""What I offer: how long, by which media, at which times."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.templatetags.keepword import clock, moment
from accounts.templatetags.keepword import day as in_words
from base.clock import ClockField, write_time
from base.dates import add_months, exists, instant, understand
from base.submitted_once import UidField
from base.zones import city
from crm.fields import LineField, TextField
from crm.models import Contact
from interviews.models import ASKED_FOR, Agreed, Interview, Medium
from interviews.offering import working_hours
from interviews.offering.actions import Terms
from interviews.planning.forms import OTHER, Chips, MinutesField, PageForm

TIMES = 5
MONTHS_AHEAD = 6
MOST_OPEN = 50  # offers of one user that wait at a time


class Ticks(forms.CheckboxSelectMultiple):
    template_name = "interviews/_chips.html"


@dataclass(frozen=True)
class Row:
    """One line of the form: a day, a time, and what the two mean."""

    day: forms.BoundField
    at: forms.BoundField
    starts_at: datetime | None

    @property
    def errors(self) -> list[str]:
        return [*self.day.errors, *self.at.errors]


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

    def __init__(self, data: Any = None, *, owner: User, contact: Contact, now: datetime) -> None:
        self.owner, self.contact, self.now = owner, contact, now
        self.today = owner.today(now)
        super().__init__(data, initial=self._initial() if data is None else None)
        for n in range(1, TIMES + 1):
            self.fields[f"day{n}"] = LineField(
                label=_("Day %(n)d") % {"n": n}, max_length=60, widget=forms.DateInput(attrs={"type": "date"})
            )
            self.fields[f"at{n}"] = ClockField(label=_("Time %(n)d") % {"n": n}, required=False)
        self.fields["about"].help_text = _("One line, as in “How you measure a breach”.")
        self.fields["own_minutes"].help_text = _("Longer than 30 minutes is for %(name)s to offer.") % {
            "name": contact.first_name
        }

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        self._clean_minutes(found)
        times = [starts_at for n in range(1, TIMES + 1) if (starts_at := self._clean_time(n, found))]
        if len(times) != len(set(times)):
            self.add_error(None, _("Two of the times are the same. Change one, or leave it empty."))
        if not times and not any(self.has_error(f"{part}{n}") for n in range(1, TIMES + 1) for part in ("day", "at")):
            self.add_error("day1", _("Offer at least one time; three to five are kind."))
        if self.owner.offers.standing(self.now).count() >= MOST_OPEN:
            self.add_error(
                None,
                _("%(n)d offers wait for an answer. Take one back before you offer more times.") % {"n": MOST_OPEN},
            )
        found["times"] = times
        return found

    @property
    def terms(self) -> Terms:
        found = self.cleaned_data
        names = ("minutes", "times", "about", "message", "chase", "confirm_them")
        return Terms(media=found["ways"], **{name: found[name] for name in names})

    @property
    def rows(self) -> Iterator[Row]:
        for n in range(1, TIMES + 1):
            yield Row(self[f"day{n}"], self[f"at{n}"], self._starts_at(n))

    @property
    def understood(self) -> list[tuple[datetime, list[Interview], str]]:
        """Each time that can be read, with what stands in its way: talks then, and a holiday of mine."""
        times = sorted({row.starts_at for row in self.rows if row.starts_at and row.starts_at > self.now})
        return [(at, self._overlaps(at), working_hours.holiday(self.owner, self._day(at))) for at in times]

    def _overlaps(self, starts_at: datetime) -> list[Interview]:
        utc = starts_at.astimezone(UTC)
        wanted = Agreed(Medium.PHONE, ASKED_FOR[-1], utc.date(), utc.time(), "UTC")
        return self.owner.interviews.overlapping(wanted)

    def _day(self, starts_at: datetime) -> date:
        return starts_at.astimezone(self.owner.zone).date()

    def _clean_minutes(self, found: dict[str, Any]) -> None:
        if found.get("minutes"):
            self.errors.pop("own_minutes", None)
        elif "minutes" not in self.errors:
            found["minutes"] = found.get("own_minutes")
            if not found["minutes"] and "own_minutes" not in self.errors:
                self.add_error("own_minutes", _("Say how many minutes."))

    def _clean_time(self, n: int, found: dict[str, Any]) -> datetime | None:
        words, at = found.get(f"day{n}"), found.get(f"at{n}")
        if self.has_error(f"day{n}") or self.has_error(f"at{n}") or (not words and at is None):
            return None
        if not words or at is None:
            self.add_error(
                f"at{n}" if words else f"day{n}", _("A time has a day and an hour; leave both empty for none.")
            )
            return None
        try:
            return self._instant(understand(words, self.today), at)
        except ValidationError as error:
            self.add_error(f"day{n}", error)
            return None

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

    def _starts_at(self, n: int) -> datetime | None:
        """What a line means, as far as it can be read; for the page, not for the database."""
        source = self.data if self.is_bound else self.initial
        words, typed = str(source.get(f"day{n}") or ""), source.get(f"at{n}")
        try:
            at = ClockField(required=False).clean(typed)
            return self._instant(understand(words, self.today), at) if words and at is not None else None
        except ValidationError:
            return None

    def _initial(self) -> dict[str, Any]:
        ways = [Medium.PHONE, Medium.VIDEO]
        found = {"minutes": ASKED_FOR[0], "ways": ways, "chase": False, "confirm_them": False}
        free = working_hours.propose(
            self.owner, minutes=ASKED_FOR[-1], their_zone=self.contact.time_zone, now=self.now, count=TIMES
        )
        for n, starts_at in enumerate(free, 1):
            local = starts_at.astimezone(self.owner.zone)
            found |= {f"day{n}": local.date().isoformat(), f"at{n}": write_time(local)}
        return found
