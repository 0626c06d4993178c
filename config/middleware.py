"""Project-wide HTTP manners, once: the user's zone, no-store, Vary, and sign-in under htmx."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


class PageManners:
    """Runs outside the login middleware, so that an expired session under htmx leaves the page instead of filling it."""

    def __init__(self, get_response: Callable[[HtmxRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HtmxRequest) -> HttpResponse:
        if request.user.is_authenticated:
            timezone.activate(zoneinfo.ZoneInfo(request.user.time_zone))
        try:
            response = self.get_response(request)
        finally:
            timezone.deactivate()
        patch_vary_headers(response, ["HX-Request"])
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        if (
            request.htmx
            and response.status_code == 302
            and response["Location"].startswith(resolve_url("account_login"))
        ):
            return self._leave_for(response["Location"])
        return response

    def _leave_for(self, location: str) -> HttpResponse:
        """A full redirect: the sign-in page is not swapped into a form. htmx keeps the typed page in the browser's history."""
        return HttpResponse(headers={"HX-Redirect": location})
