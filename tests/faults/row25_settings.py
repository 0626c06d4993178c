# ruff: noqa: TID251 - these are settings
"""The real settings; only files are served as in tests."""

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE, STORAGES

MIDDLEWARE = [line for line in MIDDLEWARE if "whitenoise" not in line]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
