from datetime import datetime

import pytest
from django.test import Client

from accounts.models import User
from tests.factories import NOW, UserFactory


@pytest.fixture
def now() -> datetime:
    """Thursday 19 November 2026, 12:00 UTC: 13:00 in Stockholm, where the user lives."""
    return NOW


@pytest.fixture
def user(db) -> User:
    return UserFactory(email="amara@keepword.example")


@pytest.fixture
def stranger(db) -> User:
    return UserFactory(email="stranger@keepword.example", name="Stranger")


@pytest.fixture
def client(user: User) -> Client:
    """Signed in as `user`."""
    signed_in = Client()
    signed_in.force_login(user)
    return signed_in


@pytest.fixture
def guest() -> Client:
    """Signed in as nobody."""
    return Client()
