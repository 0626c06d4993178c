from django.conf import settings
from django.http import HttpRequest

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def server(request: HttpRequest) -> dict[str, bool]:
    """What kind of server this is, for the templates that must say so."""
    return {
        "signup_is_open": settings.SIGNUP_OPEN,
        "mail_is_a_file": not settings.EMAIL_URL,
        "opens_only_here": settings.SITE_HOST in LOOPBACK,
    }
