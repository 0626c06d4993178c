from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.dates import zone_names
from accounts.models import User


class SignupForm(forms.Form):
    """What allauth's sign-up asks besides e-mail and password. The zone is filled in by the browser."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        help_text=_("Contacts see it in invitations."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-zone": ""}))

    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        zone: Any = self.cleaned_data.get("time_zone")
        user.name = self.cleaned_data["name"]
        user.time_zone = zone if zone in zone_names() else "UTC"
        user.save(update_fields=["name", "time_zone"])
