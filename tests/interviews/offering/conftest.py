import pytest

from crm.models import Contact
from interviews.models import Offer
from interviews.offering import actions as offering
from tests.factories import NOW, ContactFactory
from tests.interviews.offering.test_offer import terms


@pytest.fixture
def misaki(user) -> Contact:
    return ContactFactory(owner=user, name="Misaki Tanaka", email="misaki@riken.example", time_zone="Asia/Tokyo")


@pytest.fixture
def offer(user, misaki) -> Offer:
    return offering.offer(owner=user, contact=misaki, terms=terms(), now=NOW)
