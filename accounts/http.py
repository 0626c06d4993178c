"""What every view of ours shares: the typed request, page or fragment, and a message that can be undone."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from base.owned import Stale, Versioned, WithVersion
from base.url_values import read_number

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
require_form = require_http_methods(["GET", "HEAD", "POST"])  # of a page that takes its own form


class OwnerRequest(HttpRequest):
    """A request past the login middleware."""

    user: User
    htmx: HtmxDetails


def page_or_partial(request: "OwnerRequest", template: str, partial: str, context: dict[str, Any]) -> HttpResponse:
    """The whole page, or for htmx aiming at the element whose id is `partial` only that named partial of it."""
    htmx = request.htmx
    name = f"{template}#{partial}" if htmx and htmx.target == partial else template
    return render(request, name, context)


def typed(request: "OwnerRequest", preview: str) -> QueryDict | None:
    """What a form is bound to: what was sent, or on the way there what the partial `preview` asks about."""
    if request.method == "POST":
        return request.POST
    return request.GET if request.htmx.target == preview else None


def tell(request: HttpRequest, text: str, undo: str = "") -> None:
    """Leaves a toast for the next page. `undo` is the URL that a POST takes it back with, its version in the query."""
    messages.success(request, text, extra_tags=undo)


def undo_url(name: str, row: WithVersion, *of: object, **query: object) -> str:
    """The URL that a POST takes back the last change of `row` with. `of` replaces the row's key in it."""
    return f"{reverse(name, args=of or [row.pk])}?{urlencode({**query, 'v': row.version})}"


def go_back(request: HttpRequest, default: str) -> HttpResponseRedirect:
    """Redirects to where the tap happened: the form's `next`, when it is a path of ours, else to `default`."""
    target = request.POST.get("next", "")
    if target and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return HttpResponseRedirect(target)
    return redirect(default)


def seen_version(request: HttpRequest, row: Versioned) -> int:
    """The version an Undo takes back (`?v=`). A plain tap names none, and means the row as it was read just now."""
    named = request.GET.get("v")
    seen = row.version if named is None else read_number(named)
    if seen != row.version:
        raise Stale(row)
    return seen


class AnswerStale(MiddlewareMixin):
    """The one answer to `Stale`: a sentence that says what is so already, on the page where the tap happened."""

    def process_exception(self, request: OwnerRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Stale) or not request.user.is_authenticated:
            return None
        row = error.row
        row.refresh_from_db()
        tell(request, row.why_stale(request.user.today(timezone.now())))
        page_of = getattr(row, "get_absolute_url", None)
        return go_back(request, page_of() if page_of and not getattr(row, "binned_at", None) else "/")


def server(request: HttpRequest) -> dict[str, bool]:
    """What kind of server this is, for the templates that must say so: a context processor."""
    return {
        "signup_is_open": settings.SIGNUP_OPEN,
        "mail_is_a_file": not settings.EMAIL_URL,
        "opens_only_here": settings.SITE_HOST in LOOPBACK,
    }
