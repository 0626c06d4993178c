from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts import demo
from accounts.models import User
from base.owned import count_across_owners
from crm.models import Stage
from followups.mails import plan
from followups.models import PromiseState
from interviews.learning import answers as learned
from interviews.learning.answers import Field
from interviews.learning.reading_lists import SHELVES, shelves_of
from interviews.preparing import preparation_page
from pages.management.commands import demo as command
from pages.management.commands.demo import make_account
from pages.management.demo_answers import ASKED_BY_LETTER
from pages.management.demo_people import PEOPLE
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.slow
EVENING = datetime(2026, 11, 19, 23, 20, tzinfo=UTC)
NEW_YEAR = datetime(2028, 3, 1, 0, 5, tzinfo=UTC)


def run() -> list[str]:
    out = StringIO()
    call_command("demo", stdout=out)
    return out.getvalue().splitlines()


def test_the_zone_is_that_of_the_machine(tmp_path, monkeypatch):
    monkeypatch.setattr(command, "LOCAL_TIME", tmp_path / "localtime")
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Lisbon")

    assert command.machine_zone() == "Europe/Lisbon"


@pytest.fixture(scope="module")
def _network(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Made once for this file, and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TZ", "Europe/Stockholm")
            make_account(NOW)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def owner(_network, db) -> User:
    return User.objects.get(email=demo.EMAIL)


def test_demo_is_refused_in_production(db, settings):
    settings.PRODUCTION = True
    before = User.objects.count()
    with pytest.raises(CommandError, match="not made on a production server"):
        call_command("demo")
    assert User.objects.count() == before


def test_demo_ends_with_a_link_that_signs_in(owner: User, guest: Client):
    link = run()[-1]
    guest.post(link.removeprefix("http://127.0.0.1:8000"))
    assert int(guest.session["_auth_user_id"]) == owner.pk


def test_demo_again_makes_nothing_but_a_link(owner: User):
    before = (owner.contacts.count(), owner.promises.count(), owner.outgoingmails.count())
    again = run()
    assert (owner.contacts.count(), owner.promises.count(), owner.outgoingmails.count()) == before
    assert "/demo/" in again[-1]
    assert User.objects.filter(email=demo.EMAIL).count() == 1


@pytest.mark.parametrize("now", [EVENING, NEW_YEAR])
def test_demo_is_forty_people_in_every_stage(db, now: datetime):
    User.objects.filter(email=demo.EMAIL).delete()
    with time_machine.travel(now, tick=False):
        owner = make_account(now)[0]
    assert owner.contacts.count() == len(PEOPLE) == 40
    assert set(owner.contacts.values_list("stage", flat=True)) == set(Stage.values)
    assert {contact.name: contact.stage for contact in owner.contacts.all()} == {p.name: p.stage for p in PEOPLE}
    assert count_across_owners() == {}


def test_demo_owes_in_every_way(owner: User):
    mine, theirs = owner.promises.mine(), owner.promises.filter(whose="theirs")
    assert mine.open().overdue(TODAY).count() >= 4
    assert mine.open().filter(due_on=TODAY).count() >= 2
    assert mine.open().filter(due_on__gt=TODAY).count() >= 4
    for rows in (mine, theirs):
        assert rows.filter(state=PromiseState.KEPT).exists()
    assert mine.filter(state=PromiseState.LET_GO).exists()
    assert theirs.open().exists()


def test_demo_talks_lie_behind_and_ahead(owner: User):
    planned = owner.interviews.planned().next_first()
    assert [row.local_date - TODAY for row in planned[:2]] == [timedelta(0), timedelta(1)]
    assert planned[0].starts_at > NOW
    assert owner.interviews.filter(state="held", held_at__lte=NOW).count() >= 10


def test_demo_has_people_to_be_in_touch_with(owner: User):
    assert owner.contacts.to_touch(TODAY).count() == 3
    assert owner.contacts.filter(introduced_by__introduced_by__isnull=False).exists()
    assert owner.imports.get().state == "done"


def test_demo_sends_nothing(owner: User):
    assert set(owner.outgoingmails.values_list("state", flat=True)) == {"sent"}
    assert {mail.recipient.rpartition(".")[2] for mail in owner.outgoingmails.all()} == {"example"}
    assert not owner.outgoingmails.filter(sent_at__gt=NOW).exists()
    assert all(contact.email.endswith(".example") for contact in owner.contacts.all())
    assert plan(NOW + timedelta(minutes=1)) == 0  # making it sets no reminder off; the next mail time does


def test_demo_happened_in_the_past(owner: User):
    assert not owner.contacts.filter(created_at__gt=NOW).exists()
    assert not owner.stagechanges.filter(at__gt=NOW).exists()
    assert not owner.touchs.filter(happened_on__gt=TODAY).exists()
    assert not owner.promises.filter(promised_on__gt=TODAY).exists()


def test_demo_opens_every_page(owner: User):
    signed_in = Client()
    signed_in.force_login(owner)
    with time_machine.travel(NOW, tick=False):
        for name in ("today", "contact_list", "promise_list", "delivery_list", "import_list", "settings", "learned"):
            assert signed_in.get(reverse(name)).status_code == 200, name


def test_demo_has_learned_from_its_talks(owner: User):
    counted = learned.count(owner)
    assert (counted.answers >= 25, counted.talks >= 9) == (True, True)
    assert max(question.answers for question in learned.questions_with_answers(owner, Field(""))) >= 4
    assert {key: len(shelf.named) >= 3 for key, shelf in shelves_of(owner, Field("")).items()} == dict.fromkeys(
        SHELVES, True
    )
    assert learned.search(owner, "toothbrush", Field("")).count == 1


def test_demo_finds_what_was_said_in_its_talks(owner: User):
    assert list(owner.contacts.filter(search_text__contains="soldering").values_list("name", flat=True)) == [
        "Nhung Trần"
    ]


def test_demo_is_ready_for_its_next_talk(owner: User):
    talks = owner.interviews.planned().select_related("contact").next_first()[:2]
    first, second = (preparation_page.read(owner, talk.contact) for talk in talks)
    week = preparation_page.Week((), is_this_week=True)
    assert (first.readiness(week).figure, second.readiness(week).is_complete) == (100, False)


def test_demo_waits_for_answers_to_its_letters(owner: User):
    assert set(owner.asks.filter(closed_at__isnull=True).values_list("contact__name", flat=True)) == set(
        ASKED_BY_LETTER
    )
