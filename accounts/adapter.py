from datetime import timedelta
from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LINK_LIVES = timedelta(days=3)  # as allauth's and Django's own settings say
# how long the mail is of use; what is not named is a notice, and never too late
LIVES = {
    "login_code": timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT),
    "email_confirmation": LINK_LIVES,
    "email_confirmation_signup": LINK_LIVES,
    "password_reset_key": LINK_LIVES,
    "account_already_exists": timedelta(hours=1),
    "unknown_account": timedelta(hours=1),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    error_messages: ClassVar[dict[str, str | Promise]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed."),
        "email_password_mismatch": _("E-mail and password do not go together. Look at both once more."),
        "email_taken": _("There is an account with this address. Sign in, or make a new password."),
        "duplicate_email": _("This is your address already."),
        "enter_current_password": _("This is not your password now."),
        "incorrect_code": _("Not the code that was sent. Look once more, or send another."),
        "incorrect_password": _("This is not your password."),
        "invalid_or_expired_key": _("This link has ended."),
        "invalid_password_reset": _("This link has ended."),
        "too_many_login_attempts": _("Too many tries. Wait five minutes, or make a new password."),
        "unverified_primary_email": _("The address must be confirmed first: open the link in the mail."),
        "same_as_current": _("This is the one you have. Choose another."),
        "rate_limited": _("Too many tries in a row. Wait a minute."),
    }

    def render_mail(self, template_prefix: str, *args: Any, **kwargs: Any) -> EmailMessage:
        """With how long the mail is of use, for the outbox: as long as its code or link; for ever when it is a notice."""
        message: EmailMessage = super().render_mail(template_prefix, *args, **kwargs)
        vars(message)["lives"] = LIVES.get(template_prefix.removeprefix("account/email/"))
        return message

    def is_safe_url(self, url: str | None) -> bool:
        try:
            return bool(super().is_safe_url(url))
        except ValueError:  # "http://[" is no address at all
            return False

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return bool(settings.SIGNUP_OPEN)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The address becomes the user's, unless another account has it by now: then nothing changes, and it is said."""
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            failed = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, failed, {"email": email_address.email})
            return False
