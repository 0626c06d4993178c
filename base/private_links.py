"""What every page behind a private link has in common: public, kept by nobody, and not to be guessed at or hammered."""

import hashlib
import math
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from allauth.core.internal.ratelimit import get_ip
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.crypto import salted_hmac
from django.views.decorators.csrf import csrf_exempt

View = Callable[..., HttpResponse]

SPAN = timedelta(minutes=5)
OPENED = 100  # requests of one link in SPAN; scanners and reloads count
MISSED = 40  # links of one address in SPAN that lead nowhere: nobody mistypes as many
PRESSED_WITHIN = timedelta(days=1)

_PRESS = TimestampSigner(salt="base.press", sep=".")


def private_link(view: View) -> View:
    """For the view of a link with a `token`. No cookie gives it any right, the link does, hence csrf_exempt: each form carries
    the proof that its page was opened, and under `no-referrer`, which keeps the link from leaking, browsers send
    `Origin: null`, which Django's own check would refuse.

    Counted in the database cache: each link that opens something, and the misses of each address. Links that open something
    never count against an address, which may be that of a whole office, or of a mail program's servers.
    """

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def shown(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        link, address = _key("link", token), _key("address", get_ip(request))
        counted = cache.get_many([link, address])
        if counted.get(link, 0) >= OPENED or counted.get(address, 0) >= MISSED:
            return kept_by_nobody(_too_many(request))
        try:
            response = kept_by_nobody(view(request, token, *args, **kwargs))
        except Http404:
            _count(address, counted)
            raise
        _count(link, counted)
        return response

    return shown


def kept_by_nobody(response: HttpResponse) -> HttpResponse:
    """No cache, no index, no referrer."""
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def hash_of(secret: str) -> str:
    """What is stored of a link's secret and looked up: a unique index over hashes tells nothing by its timing."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def press_for(token: str) -> str:
    """What the page of a link puts into its forms, and a POST gives back: shows that somebody opened the page and pressed."""
    return _PRESS.sign(_digest(token))


def is_pressed(token: str, proof: str) -> bool:
    try:
        return _PRESS.unsign(proof, max_age=PRESSED_WITHIN) == _digest(token)
    except BadSignature:
        return False


def _digest(token: str) -> str:
    """The proof does not say the link again."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()[:32]


def _key(what: str, value: str) -> str:
    """Of this span of time. The cache learns neither the link nor the address."""
    return f"private:{what}:{_now() // _seconds()}:{salted_hmac('base.private_links', value).hexdigest()}"


def _count(key: str, counted: dict[str, int]) -> None:
    """Two at the same instant may count as one: the limit is a wide one."""
    cache.set(key, counted.get(key, 0) + 1, _seconds())


def _too_many(request: HttpRequest) -> HttpResponse:
    wait = _seconds() - _now() % _seconds()
    response = render(request, "429.html", {"minutes": math.ceil(wait / 60), "is_link": True}, status=429)
    response["Retry-After"] = str(wait)
    return response


def _now() -> int:
    return int(time.time())


def _seconds() -> int:
    return int(SPAN.total_seconds())
