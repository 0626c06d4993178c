# ruff: noqa: TID251 - these are settings
"""The real settings, with the harness's own kind of mail and the hooks that kill a process where a cell wants it."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, LOGGING, MIDDLEWARE, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults"]
MIDDLEWARE = ["tests.faults.web.KillPoint", *(line for line in MIDDLEWARE if "whitenoise" not in line)]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGGING = {**LOGGING, "root": {"handlers": ["console"], "level": "WARNING"}}
