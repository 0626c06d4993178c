"""The form to plan or change an interview: it reads days and times as people write them, and says next to a field what is doubtful."""

import re
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.templatetags.keepword import clock, moment
from accounts.templatetags.keepword import day as in_words
from base.clock import ClockField, write_time
from base.dates import add_months, exists, instant, is_ambiguous, understand
from base.submitted_once import UidField
from base.text import clean_line
from base.zones import city, load_zone
from crm.fields import LineField, TextField
from crm.models import Contact
from interviews.models import ASKED_FOR, LONGEST, SHORTEST, Agreed, Interview, Medium
from interviews.models.preparing import purpose_of
from interviews.offering import working_hours

YEARS_AHEAD = 5
_UNSAFE_LINK = re.compile(r"^\s*(javascript|data|vbscript|file|blob):", re.IGNORECASE)


def refuse_unsafe_link(where: str) -> None:
    if _UNSAFE_LINK.match(where):
        raise ValidationError(_("Not a link that can be sent. Links begin with https://."))


class Chips(forms.RadioSelect):
    template_name = "django/forms/_chips.html"


SEEN_BY_CSS = " "  # a placeholder, by which CSS sees whether anything stands in the field


class MinutesField(forms.IntegerField):
    default_error_messages = {"invalid": gettext_lazy("Minutes are a number, 10 to 120.")}

    def validate(self, value: Any) -> None:
        """Checks the range only: the form decides which of its two fields is required."""
        if value is not None and not SHORTEST <= value <= LONGEST:
            raise ValidationError(self.error_messages["invalid"])


class PageForm(forms.Form):
    """A form that fills a page, at whose top the fields that want another look are named."""

    use_required_attribute = False

    @property
    def wrong_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.errors]


class LengthForm(PageForm):
    """How long a talk takes: one of the usual lengths, or `own_minutes`."""

    minutes = MinutesField(
        label=gettext_lazy("How long"),
        widget=Chips(
            choices=[*((n, gettext_lazy("%(n)d min") % {"n": n}) for n in ASKED_FOR), ("", gettext_lazy("Other"))]
        ),
    )
    own_minutes = MinutesField(label=gettext_lazy("Minutes"), widget=forms.NumberInput(attrs={"inputmode": "numeric"}))

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = _("Longer than 30 minutes is for %(name)s to offer.") % {"name": contact.first_name}
        self.fields["own_minutes"].help_text = said

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        self.settle_minutes(found)
        return found

    def settle_minutes(self, found: dict[str, Any]) -> None:
        """Leaves what counts as `minutes`."""
        if found.get("minutes"):
            self.errors.pop("own_minutes", None)
        elif "minutes" not in self.errors:
            found["minutes"] = found.get("own_minutes")
            if not found["minutes"] and "own_minutes" not in self.errors:
                self.add_error("own_minutes", _("Say how many minutes."))


class InterviewForm(LengthForm):
    """What, when, where: for a new interview, or for one that is changed (`interview`)."""

    field_order = ("medium",)

    medium = forms.ChoiceField(label=gettext_lazy("How"), choices=Medium.choices, widget=Chips)
    day = LineField(
        label=gettext_lazy("Day"),
        max_length=60,
        required=True,
        error_messages={"required": gettext_lazy("Say which day, as in “friday” or “4 dec”.")},
    )
    at = ClockField(
        label=gettext_lazy("Time"), error_messages={"required": gettext_lazy("Say at what time, as in “15:00”.")}
    )
    where = LineField(label=gettext_lazy("Number, link or place"), max_length=300, validators=[refuse_unsafe_link])
    purpose = TextField(label=gettext_lazy("What I want from this"), max_length=2000)
    confirm_them = forms.BooleanField(label=gettext_lazy("Remind them the day before"), required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    uid = UidField()

    def __init__(
        self,
        data: Any = None,
        *,
        owner: User,
        contact: Contact,
        now: datetime,
        interview: Interview | None = None,
    ) -> None:
        self.owner, self.contact, self.now, self.interview = owner, contact, now, interview
        self.today = owner.today(now)
        super().__init__(data, contact=contact, initial=self._initial() if data is None else None)
        self.fields["day"].help_text = _("“friday”, “in 2 weeks”, “4 dec”")
        self.fields["at"].help_text = _("In %(city)s") % {"city": city(owner.time_zone)}
        self.fields["where"].help_text = _("For a call: the number you dial.")
        self.fields["purpose"].widget.attrs["placeholder"] = SEEN_BY_CSS
        self.fields["purpose"].help_text = _("%(name)s reads it in the invitation.") % {"name": contact.first_name}

    def clean_day(self) -> date:
        found = understand(self.cleaned_data["day"], self.today)
        if found is None:
            raise ValidationError(_("Not a date I know. Try “friday”, “in 2 weeks” or “4 dec”."))
        if found > add_months(self.today, 12 * YEARS_AHEAD):
            raise ValidationError(
                _("%(day)s is too far away. Choose a day within %(years)d years.")
                % {"day": in_words(found), "years": YEARS_AHEAD}
            )
        return found

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("day") and found.get("at") is not None:
            self._check_instant(found["day"], found["at"])
        return found

    @property
    def terms(self) -> dict[str, Any]:
        """What the actions take."""
        return {
            name: self.cleaned_data[name]
            for name in ("medium", "minutes", "day", "at", "where", "purpose", "confirm_them")
        }

    @property
    def seen(self) -> int | None:
        """The version of the interview this form was made with."""
        found: int | None = self.cleaned_data.get("version")
        return found

    def see(self, interview: Interview) -> None:
        """Takes over the version that was shown beside what was typed, so that saving again replaces it."""
        self.data = {**dict(self.data.items()), "version": interview.version}

    @property
    def agreed(self) -> Agreed | None:
        """What the form says, as far as it can be read: day and time at least."""
        if not self.is_bound:
            return self.interview.agreed if self.interview else None
        self.is_valid()
        found = self.cleaned_data
        if not found.get("day") or found.get("at") is None:
            return None
        return Agreed(
            medium=found.get("medium") or Medium.PHONE,
            minutes=found.get("minutes") or ASKED_FOR[0],
            day=found["day"],
            at=found["at"],
            zone=self.owner.time_zone,
            where=found.get("where", ""),
            purpose=found.get("purpose", ""),
        )

    @property
    def day_understood(self) -> date | None:
        """The day alone, while the time is missing or wrong."""
        typed = self.data.get("day") if self.is_bound else self.initial.get("day")
        return understand(clean_line(typed or ""), self.today)

    @property
    def is_another_day_there(self) -> bool:
        agreed, theirs = self.agreed, self.contact.time_zone
        if agreed is None or not theirs:
            return False
        return agreed.starts_at.astimezone(load_zone(theirs)).date() != agreed.day

    @property
    def warning(self) -> str:
        """How it lies in the contact's day, when not well."""
        agreed = self.agreed
        return working_hours.warning(agreed.starts_at, agreed.minutes, self.contact) if agreed else ""

    @property
    def hour_shown(self) -> str:
        """What the page sends back of an hour that it showed."""
        agreed = self.agreed
        return agreed.starts_at.isoformat() if agreed else ""

    @property
    def is_hour_settled(self) -> bool:
        """Nothing stands against the hour; or the page said what does before the form was sent; or the talk stood there already."""
        agreed, talk = self.agreed, self.interview
        if agreed is None or not working_hours.is_unsuited(agreed.starts_at, agreed.minutes, self.contact.time_zone):
            return True
        return self.data.get("hour_seen") == self.hour_shown or (
            talk is not None and talk.starts_at == agreed.starts_at
        )

    @property
    def has_no_reason(self) -> bool:
        return not self["purpose"].value() and not purpose_of(self.contact)

    @property
    def lacks_number(self) -> bool:
        """A call, and no number to dial."""
        return self["medium"].value() == Medium.PHONE and not clean_line(self["where"].value() or "")

    @property
    def comes_twice(self) -> bool:
        """The clocks show this time twice that day; the first is meant."""
        agreed = self.agreed
        return agreed is not None and is_ambiguous(agreed.day, agreed.at, self.owner.zone)

    @property
    def overlaps(self) -> list[Interview]:
        agreed = self.agreed
        return self.owner.interviews.overlapping(agreed, but=self.interview) if agreed else []

    def _check_instant(self, day: date, at: time) -> None:
        zone = self.owner.zone
        starts_at = instant(day, at, zone)
        if not exists(day, at, zone):
            after = starts_at.astimezone(zone)
            self.add_error(
                "at",
                _("The clocks in %(city)s skip %(time)s on %(day)s. The next hour there is: %(next)s.")
                % {
                    "city": city(self.owner.time_zone),
                    "time": write_time(at),
                    "day": in_words(day),
                    "next": clock(after, zone) if after.date() == day else moment(after, zone),
                },
            )
        elif starts_at <= self.now:
            field = "at" if day == self.today else "day"
            self.add_error(
                field, _("%(moment)s has passed. Choose a time to come.") % {"moment": moment(starts_at, zone)}
            )

    def _initial(self) -> dict[str, Any]:
        if self.interview is None:
            purpose = purpose_of(self.contact)
            known = {"where": self.contact.phone, **({"purpose": purpose} if purpose else {})}
            return {"medium": Medium.PHONE, "minutes": ASKED_FOR[0], **known}
        there = self.interview.starts_at.astimezone(self.owner.zone)
        minutes = self.interview.minutes
        return {
            "medium": self.interview.medium,
            "minutes": minutes if minutes in ASKED_FOR else "",
            "own_minutes": None if minutes in ASKED_FOR else minutes,
            "day": there.date().isoformat(),
            "at": write_time(there),
            "where": self.interview.where,
            "purpose": self.interview.purpose,
            "confirm_them": self.interview.confirm_them,
            "version": self.interview.version,
        }
