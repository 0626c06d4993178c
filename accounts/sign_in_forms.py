"""allauth's forms in our wording: a label instead of a placeholder, one password field, limits the columns have.

Apart from `accounts.forms`, which allauth itself imports while it makes its sign-up form.
"""

from typing import Any

from allauth.account import app_settings
from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from allauth.core import context as current
from allauth.core import ratelimit
from django import forms
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.core.validators import MaxLengthValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from base.mail_addresses import is_address, wire_address

_LABELS = {
    "login": _("Your e-mail"),
    "email": _("Your e-mail"),
    "password": _("Password"),
    "oldpassword": _("Password now"),
    "password1": _("New password"),
    "password2": _("New password once more"),
    "code": _("Code"),
}
MANDATORY = app_settings.EmailVerificationMethod.MANDATORY
_LONGEST = {"login": 254, "email": 254}  # as the columns; passwords end where hashing them would be work for nothing
_LONGEST_PASSWORD = 1000
GOOD_PASSWORD = _("12 characters or more. A few words in a row are easy to keep.")
E_MAIL_ENDS = _("An e-mail looks like amara@keepword.example.")


def _can_be_reached(address: str) -> None:
    """What is no address at all has its own sentence already."""
    if is_address(address):
        wire_address(address)


class Worded(forms.Form):
    """Mixed into every form of allauth that a page shows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = _LABELS.get(name, field.label)
            if isinstance(field.widget, forms.PasswordInput):
                field.help_text = GOOD_PASSWORD if name == "password1" else ""
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = E_MAIL_ENDS
                field.validators = [check for check in field.validators if not isinstance(check, MaxLengthValidator)]
                field.validators.append(_can_be_reached)
            if name in _LABELS and isinstance(field, forms.CharField):
                self._limit(field, _LONGEST.get(name, _LONGEST_PASSWORD))

    def _limit(self, field: forms.CharField, longest: int) -> None:
        field.max_length = longest
        field.validators.append(MaxLengthValidator(longest))
        field.widget.attrs["maxlength"] = str(longest)


class LoginForm(Worded, allauth.LoginForm):  # type: ignore[misc]  # allauth ships no types
    pass


class SignupForm(Worded, allauth.SignupForm):  # type: ignore[misc]  # allauth ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("Password")

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """The account as a whole or not at all; of two sign-ups with one address the later hears what a known one hears."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])  # the work a new account makes: the time tells nothing
        try:
            with transaction.atomic():
                saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        except IntegrityError as error:
            if "user_email_unique" not in str(error):
                raise
            saved = self._somebody_was_faster(request)
        return saved

    def _somebody_was_faster(self, request: HttpRequest) -> tuple[None, HttpResponse]:
        if app_settings.EMAIL_VERIFICATION != MANDATORY:
            messages.error(request, get_adapter().error_messages["email_taken"])
            return None, redirect("account_login")
        self.account_already_exists = True
        return None, super().try_save(request)[1]


class AddEmailForm(Worded, allauth.AddEmailForm):  # type: ignore[misc]  # allauth ships no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail")
        self.fields["email"].help_text = _("It counts once you open the mail sent there.")

    def clean_email(self) -> str:
        email: str = super().clean_email()
        # where mail confirms, the mail says it, and only to whom it concerns
        if app_settings.EMAIL_VERIFICATION != MANDATORY and self.user.another_has(email):
            raise get_adapter().validation_error("email_taken")
        return email

    def save(self, request: HttpRequest) -> EmailAddress:
        """A new address beside the old one, which stays until the link is opened: allauth would take an unconfirmed one
        away first, and the user's e-mail with it."""
        with transaction.atomic():
            self.user.emailaddress_set.filter(verified=False, primary=False).delete()
            address: EmailAddress = self.user.emailaddress_set.create(email=self.cleaned_data["email"])
        send_verification_email_to_address(request, address)
        return address


class ChangePasswordForm(Worded, allauth.ChangePasswordForm):  # type: ignore[misc]  # allauth ships no types
    pass


class SetPasswordForm(Worded, allauth.SetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    pass


class ResetPasswordForm(Worded, allauth.ResetPasswordForm):  # type: ignore[misc]  # allauth ships no types
    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        self.users = User.reached_at(email)
        return email


class ResetPasswordKeyForm(Worded, allauth.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth ships no types
    pass


class ReauthenticateForm(Worded, allauth.ReauthenticateForm):  # type: ignore[misc]  # allauth ships no types
    pass


class RequestLoginCodeForm(Worded, allauth.RequestLoginCodeForm):  # type: ignore[misc]  # allauth ships no types
    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        if not ratelimit.consume(current.request, action="request_login_code", key=email.lower()):
            raise get_adapter().validation_error("too_many_login_attempts")
        self._user = next(iter(User.reached_at(email)), None)
        return email


class ConfirmLoginCodeForm(Worded, allauth.ConfirmLoginCodeForm):  # type: ignore[misc]  # allauth ships no types
    pass
