"""Requests that cannot be read are 400 with our page."""

import codecs
from collections.abc import Callable
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_header_parameters

UNREADABLE = "keepword.unreadable"  # in the environ: what came cannot be decoded
OUR_CHARSETS = {"utf-8", "ascii"}


def read_charset(environ: dict[str, Any], **kwargs: Any) -> None:
    """Takes the charset out of a Content-Type, before Django makes its request of it: UTF-8 is what it reads anyway, and any
    other ("hex", "idna") would break it where no error page can be shown."""
    try:
        kind, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
        is_ours = codecs.lookup(parameters.pop("charset", "utf-8")).name in OUR_CHARSETS
    except (LookupError, ValueError):
        kind, parameters, is_ours = "", {}, False
    environ[UNREADABLE] = not is_ours
    environ["CONTENT_TYPE"] = "; ".join([kind, *(f'{name}="{value}"' for name, value in parameters.items())])


class RefuseUnreadable:
    """What Django or Postgres cannot read is 400, before a view or the database is asked: another charset than UTF-8, and NUL
    in the address, a query or a cookie. In a body the forms say it, next to the field."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.META.get(UNREADABLE):
            raise BadRequest("a charset other than UTF-8")
        # a quoted cookie may spell it \000, so the values are looked at as Django reads them
        if (
            "\0" in request.path
            or "%00" in request.META.get("QUERY_STRING", "")
            or any("\0" in value for value in request.COOKIES.values())
        ):
            raise BadRequest("NUL in the address or a cookie")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: Any) -> None:
        """Reads the body, as the CSRF check would next: a part of it may name a charset of its own."""
        try:
            request.POST  # noqa: B018 - read at the first look
        except (LookupError, UnicodeError) as error:
            raise BadRequest("a part of the body in a charset other than UTF-8") from error
