"""What sign-up and Settings ask. `SignupForm` is the half that allauth mixes into its own; the rest is in sign_in_forms.py."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest
from django.utils import dates
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.countries import country_names
from accounts.models import User, validate_zone
from base.clock import ClockField, write_time
from base.versioned_form import VersionedForm
from base.zones import CONTINENTS, NO_CITY, city, load_zone, offered_zones, time_there, zone_names


class SignupForm(forms.Form):
    """What allauth's sign-up asks besides e-mail and password. Zone and clock are filled in by the browser."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        help_text=_("Contacts see it in invitations."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-zone": ""}))
    twelve_hours = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-twelve-hours": ""}))

    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        zone: Any = self.cleaned_data.get("time_zone")
        user.name = self.cleaned_data["name"]
        user.time_zone = zone if zone in zone_names() else "UTC"
        user.twelve_hours = self.cleaned_data.get("twelve_hours") == "yes"
        user.save(update_fields=["name", "time_zone", "twelve_hours"])


class DemoForm(forms.Form):
    """The demo account lives where the visitor's browser is."""

    time_zone = forms.CharField(validators=[validate_zone], widget=forms.HiddenInput(attrs={"data-zone": ""}))
    twelve_hours = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-twelve-hours": ""}))


class ZoneSelect(forms.Select):
    """Hundreds of options: drawn in one template, where Django would render one for each."""

    template_name = "accounts/_zone_select.html"


TIMES = ("mail_at", "work_from", "work_until", "evening_at")
WEEKDAYS = {n + 1: name for n, name in dates.WEEKDAYS.items()}


class Ticks(forms.CheckboxSelectMultiple):
    template_name = "django/forms/_chips.html"


class SettingsForm(VersionedForm, forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """One person's day and mail; `now` tells the time there, and when the next mail is."""

    class Meta:
        model = User
        fields = ["name", "time_zone", "twelve_hours", "mail_at", "wants_reminders"]
        fields += ["country", "work_from", "work_until", "work_days", "wants_briefs", "evening_at"]
        labels = {"name": _("Name"), "time_zone": _("Zone"), "mail_at": _("Reminder at")}
        help_texts = {"name": _("Contacts see it in invitations.")}
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
        }
        field_classes = dict.fromkeys(TIMES, ClockField)
        error_messages = {
            "mail_at": {"required": _("A reminder needs a time.")},
            "time_zone": {"required": _("Choose the zone you live in.")},
            **{name: {"required": _("Say a time.")} for name in ("work_from", "work_until", "evening_at")},
        }

    country = forms.ChoiceField(label=_("Country"), required=False, help_text=_("No talk is proposed on its holidays."))
    work_days = forms.MultipleChoiceField(
        label=_("Working days"),
        choices=[(str(n), WEEKDAYS[n]) for n in range(1, 8)],
        widget=Ticks,
        error_messages={"required": _("Keep at least one day on which you talk with people.")},
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.fields["time_zone"]
        zone.widget = ZoneSelect(choices=lazy(zone_choices, list)(self.instance.time_zone, now))  # for when it is drawn
        zone.help_text = gettext("%(time)s there now. When you travel, hours move with you. Dates stay.") % {
            "time": write_time(now.astimezone(self.instance.zone))
        }
        zone.validators.append(validate_zone)  # here already: the model's own check comes after the user was changed
        self.fields["mail_at"].help_text = next_mail_in_words(self.instance, now)
        country: Any = self.fields["country"]
        country.choices = [("", gettext("None")), *country_names().items()]
        self.initial["work_days"] = list(self.instance.work_days)
        self.initial["version"] = self.instance.version

    @property
    def changed_settings(self) -> list[str]:
        return [name for name in self.changed_data if name != "version"]

    def clean_work_days(self) -> str:
        return "".join(sorted(self.cleaned_data["work_days"]))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        starts, ends = found.get("work_from"), found.get("work_until")
        if starts and ends and starts >= ends:
            self.add_error("work_until", gettext("The day ends before it begins. Try a later time."))
        return found

    def in_words(self, name: str, value: Any) -> str:
        return city(value) if name == "time_zone" else super().in_words(name, value)


def zone_choices(mine: str, now: datetime, here: ZoneInfo | None = None) -> list[tuple[str, str]]:
    """The cities to choose from with their distance from Greenwich, as in "Tokyo (GMT+9)", or from `here`, as in "Tokyo (21:00,
    8 hours ahead)"; and the zone that is chosen now, whatever it is called."""
    places = [(zone, _with_distance(zone, now, here)) for zone in {*offered_zones(), mine} if zone]
    return sorted(places, key=lambda place: place[1])


def _with_distance(zone: str, now: datetime, here: ZoneInfo | None) -> str:
    if not zone.startswith((*CONTINENTS, "UTC", NO_CITY)):
        return city(zone)  # "Eastern"
    distance = time_there(zone, here, now) if here else _ahead(now.astimezone(load_zone(zone)))
    return f"{city(zone)} ({distance})" if distance else city(zone)


def _ahead(there: datetime) -> str:
    minutes = int((there.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return "GMT" + (("+" if minutes > 0 else "−") + str(hours) + (f":{rest:02}" if rest else "") if minutes else "")


def next_mail_in_words(user: User, now: datetime) -> str:
    """ "Next: tomorrow, Friday, 08:00" """
    local = user.next_mail(now).astimezone(user.zone)
    near = gettext("today") if local.date() == user.today(now) else gettext("tomorrow")
    return gettext("Next: %(near)s, %(day)s") % {"near": near, "day": f"{date_format(local, 'l')}, {write_time(local)}"}
