"""As Django answers by itself when the database does not: a page that says 500."""

from tests.faults.settings import *  # noqa: F403

ROOT_URLCONF = "tests.faults.plain_urls"
