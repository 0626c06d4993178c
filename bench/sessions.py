"""What both fillers need: a signed-in session without a sign-in page, and rows in batches. Import after django.setup()."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, models

BATCH = 2000


def sign_in(user: Any) -> str:
    """The key of a session that is signed in as `user`, for the session cookie."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def in_batches(model: type[models.Model], rows: Iterable[models.Model]) -> None:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        model._default_manager.bulk_create(batch)


def settle_statistics() -> None:
    """What autovacuum does within minutes of a large import, done before the first measurement."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
