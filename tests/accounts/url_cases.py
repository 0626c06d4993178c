"""What the walker (tests/test_urls.py) needs to ask for each of our URLs and of allauth's."""

from collections.abc import Callable
from typing import Any

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str

from accounts import demo
from accounts.models import User


def _nothing(owner: User) -> dict[str, object]:
    return {}


def _demo_link(owner: User) -> dict[str, object]:
    User.objects.filter(pk=owner.pk).update(email=demo.EMAIL)
    owner.refresh_from_db()
    return {"token": demo.make_token(owner)}


def _confirmed(owner: User) -> dict[str, object]:
    EmailAddress.objects.create(user=owner, email=owner.email, primary=True, verified=True)
    return {}


def _confirm_link(owner: User) -> dict[str, object]:
    address = EmailAddress.objects.create(user=owner, email="new@keepword.example")
    return {"key": EmailConfirmationHMAC(address).key}


def _reset_link(owner: User) -> dict[str, object]:
    return {"uidb36": user_pk_to_url_str(owner), "key": EmailAwarePasswordResetTokenGenerator().make_token(owner)}


CASES: dict[str, Callable[[User], dict[str, object]]] = {
    "settings": _nothing,
    "demo_sign_in": _demo_link,
    "account_login": _nothing,
    "account_logout": _nothing,
    "account_inactive": _nothing,
    "account_signup": _nothing,
    "account_reauthenticate": _nothing,
    "account_email": _confirmed,
    "account_email_verification_sent": _nothing,
    "account_change_password": _nothing,
    "account_set_password": _nothing,
    "account_reset_password": _nothing,
    "account_reset_password_done": _nothing,
    "account_reset_password_from_key": _reset_link,
    "account_reset_password_from_key_done": _nothing,
    "account_confirm_email": _confirm_link,
    "account_confirm_login_code": _nothing,
    "account_request_login_code": _nothing,
}

PUBLIC = {
    "demo_sign_in",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_request_login_code",
}

POST_DATA: dict[str, dict[str, Any]] = {
    "settings": {
        "name": "Amara",
        "time_zone": "Europe/Lisbon",
        "mail_at": "07:30",
        "wants_reminders": "on",
        "work_from": "09:00",
        "work_until": "17:00",
        "work_days": ["1"],
        "evening_at": "18:00",
    },
    "demo_sign_in": {"time_zone": "Europe/Lisbon"},
    "account_login": {"login": "amara@keepword.example", "password": "not the password"},
    "account_signup": {"name": "Eve", "email": "eve@keepword.example", "password1": "a long enough word"},
    "account_reset_password": {"email": "amara@keepword.example"},
    "account_request_login_code": {"email": "amara@keepword.example"},
    "account_email": {"action_add": "", "email": "other@keepword.example"},
    "account_change_password": {"oldpassword": "x", "password1": "a long enough word", "password2": "x"},
}
