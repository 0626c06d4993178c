"""What cannot be done just now: too many requests (429), a database that is busy or away (503), a full disk (507), a form whose
row another tab has put in the bin (404). Nothing is changed, and what was typed can be sent again."""

import errno
import sys
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.cache import caches
from django.core.exceptions import SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.db.models import Case, F, Q, When
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _
from django.views import defaults

from accounts.http import OwnerRequest
from accounts.models import User, WriteCount

A_MINUTE = 60
WRITES, SEARCHES = 120, 300  # of one user in a minute
SEARCHED = "q"  # the query that every search of ours is asked by
BUSY = 5  # seconds
DISK_FULL = "53100"  # Postgres, appendix A


class LimitRequests(MiddlewareMixin):
    """So many writes and searches of one user in a minute, that one account costs the others nothing."""

    def process_view(self, request: OwnerRequest, view: Callable[..., HttpResponse], *args: Any) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        now = int(time.time())
        minute, wait = now // A_MINUTE, A_MINUTE - now % A_MINUTE
        is_safe, is_read = request.method in ("GET", "HEAD", "OPTIONS"), getattr(view, "only_reads", False)
        if not is_safe and not is_read:
            return None if count_write(request.user, minute) else _too_many(request, WRITES, wait)
        if request.GET.get(SEARCHED) or is_read:
            return (
                None if count_search(str(request.session.session_key), minute) else _too_many(request, SEARCHES, wait)
            )
        return None


def only_reads(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For a POST that changes nothing, sent as one types: it counts as a search."""
    view.only_reads = True  # type: ignore[attr-defined]  # read above
    return view


def count_write(user: User, minute: int) -> bool:
    """Counts one more in this minute, in one statement; False, with nothing counted, when there were enough."""
    row = WriteCount.objects.filter(account=user)
    unless_enough = row.filter(~Q(minute=minute) | Q(count__lt=WRITES))
    more = {"count": Case(When(minute=minute, then=F("count") + 1), default=1), "minute": minute}
    if unless_enough.update(**more):
        return True
    # the first of this user, or too many
    WriteCount.objects.bulk_create([WriteCount(account=user)], ignore_conflicts=True)
    return bool(unless_enough.update(**more))


def count_search(session: str, minute: int) -> bool:
    """The same for a search; in the memory of this process, so that who only reads waits for no writer of the database."""
    key = f"searches:{session}:{minute}"
    counted = caches["process"].get(key, 0) + 1
    caches["process"].set(key, counted, A_MINUTE)
    return bool(counted <= SEARCHES)


def _too_many(request: HttpRequest, most: int, wait: int) -> HttpResponse:
    said = _("That is more than %(n)d in one minute. Wait a minute, then try again.") % {"n": most}
    return try_later(request, said, status=429, wait=wait)


def not_found(request: OwnerRequest, exception: Exception) -> HttpResponse:
    """Django's handler of what is not there. What a form sent is kept: it may be meant for what is in the bin."""
    if not (request.resolver_match and request.user.is_authenticated and _typed(request)):
        return defaults.page_not_found(request, exception)
    said = _("This is not here any more. It may be in the bin.")
    return try_later(request, said, status=HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of what no view caught. A database that is away, or whose writer is held, is no fault of the page; nor is
    a full disk."""
    error = sys.exc_info()[1]
    if _is_full(error):
        said = _("The disk of this server is full, so nothing could be kept.")
        return try_later(request, said, status=507, wait=A_MINUTE)
    if not isinstance(error, OperationalError | InterfaceError):
        return defaults.server_error(request)
    return try_later(request, _("Busy just now. Try again in a moment."), status=503, wait=BUSY)


def _is_full(error: BaseException | None) -> bool:
    """As the system says it, SQLite, or Postgres."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if not isinstance(error, OperationalError):
        return False
    return getattr(error.__cause__, "sqlstate", "") == DISK_FULL or "disk is full" in str(error)


def try_later(request: HttpRequest, said: str, *, status: int, wait: int | None = None) -> HttpResponse:
    """The sentence for a script, which keeps what was typed where it stands; else a page that can send it again. `wait` is in
    seconds. Nothing here asks the database."""
    if "HX-Request" in request.headers or "json" in request.headers.get("Accept", ""):
        response = HttpResponse(said, status=status, content_type="text/plain; charset=utf-8")
    else:
        context = {
            "said": said,
            "typed": _typed(request),
            "url": request.get_full_path(),
            "csrf_token": get_token(request),
            "is_gone": status == HTTPStatus.NOT_FOUND,
        }
        response = HttpResponse(render_to_string("try_later.html", context), status=status)
    if wait:
        response["Retry-After"] = str(wait)
    response["Cache-Control"] = "no-store"
    return response


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form sent, but its token and passwords. A file must be chosen again."""
    try:
        if request.method != "POST" or request.FILES:
            return []
    except (
        SuspiciousOperation,
        MultiPartParserError,
        OSError,
        LookupError,
        UnicodeError,
    ):  # nor was it readable before
        return []
    hidden = ("csrfmiddlewaretoken", "password")
    return [(name, value) for name, values in request.POST.lists() for value in values if not name.startswith(hidden)]
