"""Security events as one line each: who (the account's number) and from where, never an address, a password or other words."""

import logging
from typing import Any

from allauth.account import signals as allauth
from django.contrib.auth import signals as auth
from django.dispatch import Signal
from django.http import HttpRequest

logger = logging.getLogger("keepword.security")

EVENTS: dict[str, Signal] = {
    "signed in": auth.user_logged_in,
    "signed out": auth.user_logged_out,
    "sign-in failed": auth.user_login_failed,
    "signed up": allauth.user_signed_up,
    "password set": allauth.password_set,
    "password changed": allauth.password_changed,
    "password reset": allauth.password_reset,
    "address confirmed": allauth.email_confirmed,
    "address changed": allauth.email_changed,
    "address added": allauth.email_added,
    "address removed": allauth.email_removed,
    "wrong code": allauth.login_code_rejected,
}


def connect() -> None:
    for name, signal in EVENTS.items():
        signal.connect(_writer(name), weak=False, dispatch_uid=f"security log: {name}")


def _writer(name: str) -> Any:
    def write(sender: Any, request: HttpRequest | None = None, **sent: Any) -> None:
        address = sent.get("email_address")
        account = getattr(sent.get("user"), "pk", None) or getattr(address, "user_id", None)
        data = {"event": name, "account": account, "ip": request.META.get("REMOTE_ADDR") if request else None}
        logger.info(name, extra={"data": data})

    return write
