from django.conf import settings
from django.http import HttpRequest


def server(request: HttpRequest) -> dict[str, bool]:
    """What kind of server this is, for the templates that must say so."""
    return {"signup_is_open": settings.SIGNUP_OPEN, "mail_is_a_file": not settings.EMAIL_URL}
