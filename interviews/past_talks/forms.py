"""We talked on …: a talk that has taken place already."""

import re
from calendar import month_abbr, month_name
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from base.dates import add_months
from base.submitted_once import UidField
from base.text import clean_line
from crm.fields import PastField
from crm.models import Contact
from interviews.models import Interview, Medium
from interviews.past_talks.actions import talks_of_day
from interviews.planning.forms import Chips, MinutesField, PageForm

YEARS_BACK = 80
IN_A_MONTH = re.compile(
    r"^(?:(?:some time |sometime )?in |early |mid |late )?(?P<month>[a-z]{3,9})\.?(?: (?:of )?(?P<year>\d{4}))?$"
)
MONTHS = {name.casefold(): n for names in (month_name, month_abbr) for n, name in enumerate(names) if name}


class PastDayField(PastField):
    """A day behind us; a month or a week will do, and its first day stands for it."""

    def clean(self, value: Any) -> date | None:
        return period_begin(clean_line(value or ""), self.today) or super().clean(value)


def period_begin(words: str, today: date) -> date | None:
    """The first day of a month or week behind us ("in May", "May 2025", "last month", "last week"); None for other words, and
    for a month still to come."""
    said = words.casefold()
    if said == "last week":
        return today - timedelta(days=today.weekday() + 7)
    if said == "last month":
        return add_months(today.replace(day=1), -1)
    found = IN_A_MONTH.match(said)
    month = MONTHS.get(found["month"]) if found else None
    if not found or not month:
        return None
    year = int(found["year"]) if found["year"] else today.year - (month > today.month)
    begin = date(year, month, 1) if year else None
    return begin if begin and begin <= today else None


class PastTalkForm(PageForm):
    """The day in words, how we talked, and for how long, if that is known."""

    day = PastDayField(
        label=gettext_lazy("Day"),
        max_length=60,
        required=True,
        help_text=gettext_lazy("“yesterday”, “last tuesday”, “in May”"),
        error_messages={"required": gettext_lazy("Say which day, as in “yesterday” or “last tuesday”.")},
    )
    medium = forms.ChoiceField(label=gettext_lazy("How"), choices=Medium.choices, widget=Chips)
    minutes = MinutesField(
        label=gettext_lazy("Minutes"), required=False, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )
    uid = UidField()

    def __init__(self, data: Any = None, *, owner: User, contact: Contact, now: datetime) -> None:
        self.owner, self.contact, self.today = owner, contact, owner.today(now)
        initial = {"day": _("today"), "medium": Medium.IN_PERSON, "minutes": None}
        super().__init__(data, initial=initial)
        self.fields["day"].today = self.today  # type: ignore[attr-defined]  # a PastField

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day < add_months(self.today, -12 * YEARS_BACK):
            raise ValidationError(_("That is more than %(n)d years ago. Check the year.") % {"n": YEARS_BACK})
        return day

    @property
    def day_understood(self) -> date | None:
        """The day that the words say, as far as they can be read."""
        if not self.is_bound:
            return self.today
        self.is_valid()
        found: date | None = self.cleaned_data.get("day")
        return found

    @property
    def same_day(self) -> list[Interview]:
        """Talks with the same person that stand on that day: a hint, never a refusal."""
        day = self.day_understood
        return talks_of_day(self.contact, day) if day else []

    @property
    def terms(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"day": said["day"], "medium": said["medium"], "minutes": said["minutes"] or 0}
