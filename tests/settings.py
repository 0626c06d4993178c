"""Overrides on top of the real settings, nothing more."""

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE, STORAGES, VAR_DIR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
MIDDLEWARE = [line for line in MIDDLEWARE if "whitenoise" not in line]
MAIL_DIR = VAR_DIR / "test-mail"
INVITATION_DELAY = 20
CELERY_BROKER_URL = "memory://"
