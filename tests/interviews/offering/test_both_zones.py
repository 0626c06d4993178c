"""What a contact reads in a mail about a time they chose, and about times in two zones."""

from datetime import timedelta

import pytest
import time_machine

from crm.models import Contact
from interviews.models import Interview
from interviews.offering import actions as offering
from interviews.planning.mails import evening_before, plan_confirmations
from tests.factories import NOW, ContactFactory
from tests.interviews.offering.test_offer import TUESDAY
from tests.interviews.offering.test_offering_mails import composed, offered, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", email="ana@nubank.example", time_zone="America/Los_Angeles")


def chosen(ana: Contact) -> Interview:
    offer = offered(ana, confirm_them=True)
    return offering.choose(offer=offer, answer=offering.Answer(TUESDAY, "phone", "+1 310 555"), now=NOW)


def test_the_invitation_to_what_they_chose_asks_nothing(user, ana):
    chosen(ana)
    said = text(composed(user.outgoingmails.get(kind="invitation")))
    assert "Your talk with Amara Lindgren is set, as you chose." in said
    assert ("/o/" in said, "/i/" in said) == (True, False)


def test_the_offer_names_my_day_where_it_is_another_one(user, ana):
    offered(ana, times=[TUESDAY, TUESDAY - timedelta(hours=2)])
    said = text(composed(user.outgoingmails.get(kind="offer")))
    assert "- Tuesday 1 December, 00:00 (09:00 for Amara)" in said
    assert "- Monday 30 November, 22:00 (Tuesday 1 December, 07:00 for Amara)" in said


def test_the_day_before_names_the_city_where_their_zone_is_not_known(user, ana):
    Contact.objects.update(time_zone="")
    ana.refresh_from_db()
    talk = chosen(ana)
    evening = evening_before(talk)
    plan_confirmations(evening)
    subject = str(composed(user.outgoingmails.get(kind="tomorrow"), evening)["Subject"])
    assert subject == "Tomorrow at 09:00 in Stockholm: your talk with Amara Lindgren"
