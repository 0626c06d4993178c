"""Project-wide HTTP manners, once: the user's zone, no-store, Vary, and sign-in under htmx."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


class PageManners:
    """What is on a page is the user's: in their zone, kept by no cache, and never the fragment for the page."""

    def __init__(self, get_response: Callable[[HtmxRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HtmxRequest) -> HttpResponse:
        if request.user.is_authenticated:
            timezone.activate(request.user.zone)
        hours = request.user.own_hours() if request.user.is_authenticated else nullcontext()
        try:
            with hours:
                response = self.get_response(request)
        finally:
            timezone.deactivate()
        patch_vary_headers(response, ["HX-Request"])
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response


class SignInRequired(LoginRequiredMiddleware):
    """Every view but the public ones asks for sign-in, and leads back to the page, not to a fragment or a POST."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]) -> Any:
        response = redirect_to_login(page_of(request), resolve_url(self.get_login_url(view_func)))
        if HtmxDetails(request):
            # htmx would swap the sign-in page into the form; a full redirect keeps the typed page in the history
            return HttpResponseClientRedirect(response.url)
        return response


def page_of(request: HttpRequest) -> str:
    """The page a request came from, as a path: itself when it asks for a page, else where the form or fragment stood."""
    htmx = HtmxDetails(request)
    if request.method in ("GET", "HEAD") and (htmx.boosted or not htmx):
        return request.get_full_path()
    return _path_here(request, htmx.current_url or request.headers.get("Referer", "")) or resolve_url("today")


def _path_here(request: HttpRequest, url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # "http://[": a header may hold anything
        return ""
    return urlunsplit(("", "", parts.path, parts.query, "")) if parts.netloc == request.get_host() else ""
