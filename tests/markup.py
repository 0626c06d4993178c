"""A name that would act with the session of whoever sees it, were it printed unescaped: htmx makes a command of every attribute."""

from django.http import HttpResponse

CANARY = "canary7f3a"
COMMAND = f'<x/hx-post="/x/"hx-trigger="load">{CANARY}'
UNESCAPED = "<x/hx-"  # what is left of it in text, or in an attribute, that nobody escaped


def obeys(response: HttpResponse) -> bool:
    """Whether htmx would find it in this answer. Text that is no HTML (a calendar, JSON) stays as it is."""
    return (
        response.headers.get("Content-Type", "").startswith("text/html") and UNESCAPED.encode() in response.getvalue()
    )
