"""One file, read top to bottom. All variation comes from the environment (or .env); .env.example names every variable."""

import secrets
import zoneinfo
from pathlib import Path
from urllib.parse import quote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

# Zone rules are those of the pinned tzdata package, on every machine: the system's own may be years old. Before anything else,
# so that nothing is read by the others; what an import has read already is forgotten.
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo.clear_cache()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.FileAwareEnv()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

# --- where things lie -------------------------------------------------------------------------------------------------
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
MAIL_DIR = VAR_DIR / "mail"

# --- what kind of server this is --------------------------------------------------------------------------------------
PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
SITE_IS_SECURE = SITE_URL.startswith("https://")
SIGNUP_OPEN = env.bool("SIGNUP_OPEN", default=True)
ADMIN_PATH = env.str("ADMIN_PATH", default="admin/")
ADMIN_SHOWS_WORDS = env.bool("ADMIN_SHOWS_WORDS", default=False)  # contacts, notes, talks and promises of everybody
LOOPBACK = ["localhost", "127.0.0.1", "[::1]"]  # health checks ask from the machine itself
ALLOWED_HOSTS = [*env.list("ALLOWED_HOSTS", default=[SITE_HOST]), *LOOPBACK]
CSRF_TRUSTED_ORIGINS = [SITE_URL]


def _secret_key() -> str:
    """The key from the environment; on a laptop one made once and kept beside the data."""
    if PRODUCTION or env.str("SECRET_KEY", default=""):
        return str(env.str("SECRET_KEY"))
    kept = VAR_DIR / "secret_key"
    if not kept.exists():
        fresh = kept.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        try:
            kept.hardlink_to(fresh)  # web and worker may start together: the first link wins
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return kept.read_text()


SECRET_KEY = _secret_key()
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

if PRODUCTION:
    if DEBUG:
        raise ImproperlyConfigured("PRODUCTION and DEBUG cannot both be on.")
    if "*" in ALLOWED_HOSTS:
        raise ImproperlyConfigured("ALLOWED_HOSTS must name the hosts in production, not *.")
    if not env.str("SITE_URL", default=""):
        raise ImproperlyConfigured(
            "SITE_URL must be set in production: it is the address people type, as in https://keepword.example."
        )
    if len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10 or "insecure" in SECRET_KEY:
        raise ImproperlyConfigured("SECRET_KEY must be 50 random characters in production.")

# --- apps -------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "lucide",
    "template_partials.apps.SimpleAppConfig",
    "config",
    "base",
    "accounts",
    "outbox",
    "crm",
    "interviews",
    "followups",
    "pages",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.unreadable.RefuseUnreadable",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.PageManners",
    "config.middleware.SignInRequired",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.try_later.LimitRequests",
    "accounts.http.AnswerStale",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

_loaders: list[object] = [
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
]
if not DEBUG:
    _loaders = [("django.template.loaders.cached.Loader", _loaders)]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [("template_partials.loader.Loader", _loaders)],
            "builtins": [
                "template_partials.templatetags.partials",
                "lucide.templatetags.lucide",
                "accounts.templatetags.keepword",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pages.navigation.navigation",
                "accounts.http.server",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- database ---------------------------------------------------------------------------------------------------------
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{quote(str(VAR_DIR / 'keepword.sqlite3'))}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE and the time-out: no "database is locked"; FULL: a power cut never forgets a `sent` mark
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # a checkpoint every 16 MB of the log, not 4, since whoever makes it waits for the disk; then the log is cut to 64 MB
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;"
        " PRAGMA journal_size_limit=67108864;",
    }
else:
    # Postgres plans a statement once a connection, not at each request: planning was two thirds of what it did for Today
    DATABASES["default"]["OPTIONS"] = (
        {"connect_timeout": 5}
        | DATABASES["default"].get("OPTIONS", {})
        | {
            "server_side_binding": True,
            "prepare_threshold": 5,
        }
    )
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sessions and rate limits lie in the database, so that a flushed broker loses nothing.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # of the usual 300 a busy hour would throw away limits that still hold
    },
    # what each process counts for itself, without a write
    "process": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 10_000}},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

# --- broker and workers -----------------------------------------------------------------------------------------------
CELERY_BROKER_URL = env.str("REDIS_URL", default=f"redis+socket://{quote(str(VAR_DIR / 'run' / 'valkey.sock'))}")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "mail"
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 0.3,
    "max_retries": 0,  # of a web request's "look now": without it each one waits 6 s for a broker that is away
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SEND_TASK_EVENTS = False

# --- mail: all of it goes through the outbox --------------------------------------------------------------------------
EMAIL_BACKEND = "outbox.backends.QueueBackend"
EMAIL_URL = env.str(
    "EMAIL_URL", default=""
)  # smtp+tls://user:pw@host:587, smtp+ssl://, smtp:// (outbox/smtp.py); empty: files in MAIL_DIR
EMAIL_IDEMPOTENCY_HEADER = env.str("EMAIL_IDEMPOTENCY_HEADER", default="")
EMAIL_TIMEOUT = 30
_mail_host = SITE_HOST if SITE_HOST.rpartition(".")[2].isalpha() else "localhost"  # an address is no domain
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"Keepword <keepword@{_mail_host}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
HOLD_UNCERTAIN_MAIL = env.bool("HOLD_UNCERTAIN_MAIL", default=False)  # ask, instead of the one marked resend
INVITATION_DELAY = env.int("INVITATION_DELAY", default=20)  # seconds: Undo cancels the mail before it leaves

# --- accounts ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = [
    "auth.W004",  # the e-mail is unique, by a constraint on its lower case
    "security.W005",  # HSTS for subdomains and preload: whoever owns the domain says so
    "security.W021",
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.error_messages.NotLikeMe"},
    {"NAME": "accounts.error_messages.LongEnough", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.error_messages.NotCommon"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if EMAIL_URL else "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_CHANGE_EMAIL = True
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("BEHIND_PROXY", default=False) else 0  # whose address is counted
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Django's own: that of allauth asks the database twice more, for a known address alone, which the time tells
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_FORMS = {
    "login": "accounts.sign_in_forms.LoginForm",
    "signup": "accounts.sign_in_forms.SignupForm",
    "add_email": "accounts.sign_in_forms.AddEmailForm",
    "change_password": "accounts.sign_in_forms.ChangePasswordForm",
    "set_password": "accounts.sign_in_forms.SetPasswordForm",
    "reset_password": "accounts.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.sign_in_forms.ResetPasswordKeyForm",
    "reauthenticate": "accounts.sign_in_forms.ReauthenticateForm",
    "request_login_code": "accounts.sign_in_forms.RequestLoginCodeForm",
    "confirm_login_code": "accounts.sign_in_forms.ConfirmLoginCodeForm",
}

# --- language and time: instants are UTC, every date shown is the user's ----------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = False  # every text is marked; while English alone ships, nothing is looked up (a tenth of a page)
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files -----------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.storage.StaticStorage"},
}
WHITENOISE_MAX_AGE = 3600

# --- the browser ------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_SSL_REDIRECT = SITE_IS_SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if SITE_IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)  # binds every other site of the domain too
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SITE_IS_SECURE
SESSION_COOKIE_NAME = "__Host-session" if SITE_IS_SECURE else "session"
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"
CSRF_COOKIE_NAME = "__Host-csrf" if SITE_IS_SECURE else "csrf"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# --- limits before work -----------------------------------------------------------------------------------------------
IMPORT_MAX_BYTES = 20 * 1024 * 1024
IMPORT_MAX_ROWS = 100_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "crm.importing.uploads.Quota",  # first: what is too large is thrown away while it arrives
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 1

# --- logs: one JSON line each, no note text, no tokens ----------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.JSONFormatter"}},
    "filters": {"outages": {"()": "config.logs.OnceAMinute"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["outages"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"celery": {"level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
