"""System checks for what Django's own do not see. Those marked `deploy` run with `check --deploy` only."""

from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution

LOCAL_HOSTS = {"", "localhost", "127.0.0.1", "::1"}
BROKER_SCHEMES = {"redis", "rediss", "redis+socket", "memory"}  # memory: the tests
CSP_MUST_SAY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "object-src": ["'none'"],
}
CSP_MAY_NAME = {"'none'", "'self'", "data:"}


@register(Tags.compatibility)
def sqlite_modes(**kwargs: Any) -> list[CheckMessage]:
    """Without IMMEDIATE writers fail with "database is locked"; without FULL a power cut forgets a `sent` mark."""
    lacks = what_sqlite_lacks(settings.DATABASES["default"])
    hint = "Keep the OPTIONS that config/settings.py gives SQLite."
    return [Error(f"SQLite lacks {', '.join(lacks)}.", hint=hint, id="keepword.E001")] if lacks else []


def what_sqlite_lacks(database: dict[str, Any]) -> list[str]:
    if not database["ENGINE"].endswith("sqlite3"):
        return []
    options = database.get("OPTIONS", {})
    commands = options.get("init_command", "").replace(" ", "").lower()
    lacks = [mode for mode in ("journal_mode=wal", "synchronous=full") if mode not in commands]
    if options.get("transaction_mode") != "IMMEDIATE":
        lacks.append("transaction_mode IMMEDIATE")
    if options.get("timeout", 0) < 20:
        lacks.append("a timeout of 20 s")
    return lacks


@register(Tags.compatibility)
def broker(**kwargs: Any) -> list[CheckMessage]:
    scheme = urlsplit(settings.CELERY_BROKER_URL).scheme
    if scheme in BROKER_SCHEMES:
        return []
    hint = "Name a Redis or Valkey server: redis://, rediss:// or redis+socket://."
    return [Error(f"REDIS_URL begins with {scheme or 'nothing'}://.", hint=hint, id="keepword.E002")]


@register(Tags.compatibility)
def mail_timeout(**kwargs: Any) -> list[CheckMessage]:
    if settings.EMAIL_TIMEOUT:
        return []
    return [Error("EMAIL_TIMEOUT is not set: a silent mail server would hold a worker for ever.", id="keepword.E003")]


@register(Tags.compatibility)
def all_mail_is_queued(**kwargs: Any) -> list[CheckMessage]:
    backend = settings.EMAIL_BACKEND
    if backend in {"outbox.backends.QueueBackend", "django.core.mail.backends.locmem.EmailBackend"}:  # the tests
        return []
    return [Error(f"EMAIL_BACKEND is {backend}: mail would pass the outbox by.", id="keepword.E004")]


@register(Tags.security, deploy=True)
def content_security_policy(**kwargs: Any) -> list[CheckMessage]:
    directives = getattr(settings, "CONTENT_SECURITY_POLICY", {}).get("DIRECTIVES", {})
    wrong = [name for name, sources in CSP_MUST_SAY.items() if list(directives.get(name, [])) != sources]
    wrong += [name for name, sources in directives.items() if not set(sources) <= CSP_MAY_NAME and name not in wrong]
    if "csp.middleware.CSPMiddleware" not in settings.MIDDLEWARE:
        return [Error("CSPMiddleware is missing: no page carries a policy.", id="keepword.E005")]
    if wrong:
        return [Error(f"The Content-Security-Policy is weaker than agreed in {', '.join(wrong)}.", id="keepword.E006")]
    return []


@register(Tags.security, deploy=True)
def cookies(**kwargs: Any) -> list[CheckMessage]:
    """The prefix makes browsers refuse the cookie from any other host, and without Secure."""
    return [
        Error(f"The {kind.lower()} cookie must be named __Host-..., HttpOnly and SameSite=Lax.", id="keepword.E007")
        for kind in ("SESSION", "CSRF")
        if not getattr(settings, f"{kind}_COOKIE_NAME").startswith("__Host-")
        or not getattr(settings, f"{kind}_COOKIE_HTTPONLY")
        or getattr(settings, f"{kind}_COOKIE_SAMESITE") != "Lax"
    ]


@register(Tags.security, deploy=True)
def site_url(**kwargs: Any) -> list[CheckMessage]:
    """Links in mails are made from it: one that is wrong is wrong in every mail."""
    site = urlsplit(settings.SITE_URL)
    if site.scheme == "https" and site.hostname not in LOCAL_HOSTS and not site.path:
        return []
    hint = "It is the address people type, for instance https://keepword.example, without a path."
    return [Error(f"SITE_URL is {settings.SITE_URL}.", hint=hint, id="keepword.E008")]


@register(Tags.security, deploy=True)
def mail_leaves(**kwargs: Any) -> list[CheckMessage]:
    if settings.EMAIL_URL:
        return []
    return [Caution("EMAIL_URL is not set: mails are written to files and reach nobody.", id="keepword.W009")]


@register(Tags.security, deploy=True)
def mail_sender(**kwargs: Any) -> list[CheckMessage]:
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if address.partition("@")[2] not in LOCAL_HOSTS:
        return []
    hint = "Set MAIL_FROM to an address that this server may send from."
    return [Caution(f"Mails would come from {address or 'nobody'}.", hint=hint, id="keepword.W010")]


@register(Tags.security, deploy=True)
def shared_cache(**kwargs: Any) -> list[CheckMessage]:
    """Sign-in limits are counted in the cache: one for each process would multiply them."""
    backend = settings.CACHES["default"]["BACKEND"]
    if "locmem" not in backend and "dummy" not in backend:
        return []
    return [Error(f"CACHES uses {backend}, which processes do not share.", id="keepword.E011")]
