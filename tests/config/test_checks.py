import pytest
from django.conf import settings
from django.db import connection

from config import checks

GOOD_SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}


def ids(found) -> list[str]:
    return [message.id for message in found]


@pytest.mark.parametrize(
    "check",
    [
        checks.sqlite_modes,
        checks.broker,
        checks.mail_timeout,
        checks.all_mail_is_queued,
        checks.content_security_policy,
        checks.shared_cache,
    ],
)
def test_settings_as_shipped_pass(check):
    assert check() == []


@pytest.mark.parametrize(
    ("spoilt", "lacking"),
    [
        ({}, []),
        ({"transaction_mode": "DEFERRED"}, ["transaction_mode IMMEDIATE"]),
        ({"timeout": 5}, ["a timeout of 20 s"]),
        ({"init_command": "PRAGMA journal_mode=WAL;"}, ["synchronous=full"]),
        ({"init_command": "PRAGMA synchronous=FULL;"}, ["journal_mode=wal"]),
    ],
)
def test_sqlite_needs_each_of_its_modes(spoilt, lacking):
    database = {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {**GOOD_SQLITE, **spoilt}}
    assert checks.what_sqlite_lacks(database) == lacking


def test_sqlite_that_lacks_a_mode_is_an_error(monkeypatch):
    monkeypatch.setattr(checks, "what_sqlite_lacks", lambda database: ["synchronous=full"])
    assert ids(checks.sqlite_modes()) == ["keepword.E001"]


def test_sqlite_modes_are_not_asked_of_postgres():
    assert checks.what_sqlite_lacks({"ENGINE": "django.db.backends.postgresql"}) == []


@pytest.mark.parametrize("url", ["amqp://localhost", "filesystem://", ""])
def test_broker_of_another_kind_is_an_error(settings, url):
    settings.CELERY_BROKER_URL = url
    assert ids(checks.broker()) == ["keepword.E002"]


@pytest.mark.parametrize("url", ["redis://localhost", "rediss://redis.example", "redis+socket:///run/valkey.sock"])
def test_broker_may_be_any_redis(settings, url):
    settings.CELERY_BROKER_URL = url
    assert checks.broker() == []


def test_mail_without_timeout_is_an_error(settings):
    settings.EMAIL_TIMEOUT = None
    assert ids(checks.mail_timeout()) == ["keepword.E003"]


def test_mail_that_passes_the_outbox_by_is_an_error(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    assert ids(checks.all_mail_is_queued()) == ["keepword.E004"]


def test_missing_policy_middleware_is_an_error(settings):
    settings.MIDDLEWARE = [line for line in settings.MIDDLEWARE if "csp" not in line]
    assert ids(checks.content_security_policy()) == ["keepword.E005"]


@pytest.mark.parametrize(
    ("directive", "sources"),
    [
        ("script-src", ["'self'", "'unsafe-inline'"]),
        ("style-src", ["'unsafe-inline'"]),
        ("default-src", ["'self'"]),
        ("img-src", ["https://pictures.example"]),
        ("connect-src", ["*"]),
    ],
)
def test_weaker_policy_is_an_error(settings, directive, sources):
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {**policy, directive: sources}}
    assert ids(checks.content_security_policy()) == ["keepword.E006"]


def production_cookies(settings) -> None:
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"


def test_production_cookies_pass(settings):
    production_cookies(settings)
    assert checks.cookies() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("SESSION_COOKIE_NAME", "session"), ("CSRF_COOKIE_HTTPONLY", False), ("SESSION_COOKIE_SAMESITE", "None")],
)
def test_weak_cookie_is_an_error(settings, name, value):
    production_cookies(settings)
    setattr(settings, name, value)
    assert ids(checks.cookies()) == ["keepword.E007"]


def test_site_url_of_a_public_host_passes(settings):
    settings.SITE_URL = "https://keepword.example"
    assert checks.site_url() == []


@pytest.mark.parametrize("url", ["http://keepword.example", "https://localhost", "https://keepword.example/app", ""])
def test_site_url_nobody_can_follow_is_an_error(settings, url):
    settings.SITE_URL = url
    assert ids(checks.site_url()) == ["keepword.E008"]


def test_mail_that_stays_on_the_server_is_warned_of(settings):
    settings.EMAIL_URL = ""
    assert ids(checks.mail_leaves()) == ["keepword.W009"]


def test_mail_server_set_passes(settings):
    settings.EMAIL_URL = "smtp://mail.example"
    assert checks.mail_leaves() == []


@pytest.mark.parametrize("sender", ["Keepword <keepword@localhost>", "keepword", ""])
def test_sender_nobody_can_answer_is_warned_of(settings, sender):
    settings.DEFAULT_FROM_EMAIL = sender
    assert ids(checks.mail_sender()) == ["keepword.W010"]


def test_sender_with_a_host_passes(settings):
    settings.DEFAULT_FROM_EMAIL = "Keepword <hello@keepword.example>"
    assert checks.mail_sender() == []


def test_cache_of_one_process_is_an_error(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    assert ids(checks.shared_cache()) == ["keepword.E011"]


def test_the_log_beside_sqlite_is_cut_again_after_it_grew():
    asked = settings.DATABASES["default"]["OPTIONS"].get("init_command", "")
    assert connection.vendor != "sqlite" or "PRAGMA journal_size_limit=67108864;" in asked
