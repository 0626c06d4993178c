from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from base.paging import Page
from base.text import fold
from crm import actions, search
from crm.actions import Details
from crm.models import Contact, ContactQuerySet, Stage
from tests.factories import (
    NOW,
    TODAY,
    ChosenQuestionFactory,
    ContactFactory,
    ContactTagFactory,
    DebriefFactory,
    InterviewFactory,
    PreparationFactory,
    PromiseFactory,
    RoomFactory,
    TagFactory,
)

pytestmark = pytest.mark.django_db


def named(owner: User, *names: str, **fields: object) -> list[Contact]:
    return [ContactFactory(owner=owner, name=name, **fields) for name in names]


def names(people: ContactQuerySet) -> list[str]:
    return [contact.name for contact in people.in_list_order()]


def turn(owner: User, words: str = "", **query: str) -> Page[Contact]:
    return turn_and_count(owner, words, **query)[0]


def turn_and_count(owner: User, words: str = "", **query: str) -> tuple[Page[Contact], int]:
    return search.read_people(search.find(owner.contacts.alive(), words), query, TODAY)


def fill(owner: User, people: int, stem: str = "Person") -> None:
    Contact.objects.bulk_create(
        Contact(
            owner=owner,
            name=f"{stem} {n:05}",
            name_key=fold(f"{stem} {n:05}"),
            search_text=fold(f"{stem} {n:05} engineer floods"),
            created_at=NOW,
        )
        for n in range(people)
    )


@pytest.mark.parametrize("words", ["zoe", "ŻÓŁĆ", "zolc zoe", "lodz", "@lab.example", "#floods", "flood", "oe zo", ""])
def test_found_by_every_word_however_accented(user: User, words: str):
    found = ContactFactory(owner=user, name="Zoë Żółć", search_text=fold("Zoë Żółć Łódź zoe@lab.example #floods"))
    assert list(search.find(user.contacts.alive(), words)) == [found]


@pytest.mark.parametrize("words", ["zoe nobody", "100%", "z_e", "\\", "%", "'"])
def test_not_found(user: User, words: str):
    ContactFactory(owner=user, name="Zoë", search_text="zoe")
    assert list(search.find(user.contacts.alive(), words)) == []


def test_wildcards_are_letters(user: User):
    found = ContactFactory(owner=user, search_text="is 100% sure of a_b")
    assert list(search.find(user.contacts.alive(), "100% a_b")) == [found]


def test_stranger_and_bin_are_not_found(user: User, stranger: User):
    named(stranger, "Ana")
    named(user, "Ana", binned_at=NOW)
    assert turn(user, words="ana").rows == []


def test_one_of_exactly_that_name_comes_first(user: User):
    named(user, "Li Wei", "Li Wei Chen", "Lina")
    assert [contact.name for contact in search.named(user, "li wei")] == ["Li Wei"]
    assert [contact.name for contact in search.named(user, "Li")] == ["Li Wei", "Li Wei Chen"]
    assert search.named(user, "Bo") == search.named(user, "") == []


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ({"name": "Niamh O’Hara"}, "niamh o'hara"),
        ({"name": "Niamh O'Hara"}, "o’hara"),
        ({"name": "Niamh O’Hara"}, "ohara"),
        ({"name": "D`Arcy Lee"}, "d'arcy"),
        ({"name": "Müller"}, "mueller"),
        ({"name": "Mueller"}, "müller"),
        ({"name": "Søren"}, "soeren"),
        ({"name": "Anna", "place": "Göteborg"}, "goeteborg"),
        ({"name": "Ana", "phone": "+44 (0)20 7946 0101"}, "+442079460101"),
        ({"name": "Ana", "phone": "+44 (0)20 7946 0101"}, "02079460101"),
        ({"name": "Ana", "phone": "+44 (0)20 7946 0101"}, "7946 0101"),
        ({"name": "Ana", "phone": "020-7946-0101"}, "(020) 79460101"),
        ({"name": "Ana", "phone": "+44 (0)20 7946 0101"}, "020 7946 0101"),
        ({"name": "Ana", "phone": "0049 (0)30 555-01 42"}, "030 5550142"),
        (
            {"name": "Ana", "linkedin_url": "https://www.linkedin.com/in/ana-9"},
            "https://uk.linkedin.com/in/Ana-9/?trk=x",
        ),
        ({"name": "Ana", "linkedin_url": "https://www.linkedin.com/in/jos%C3%A9"}, "linkedin.com/in/josé"),
    ],
)
def test_found_however_it_is_spelled(user: User, stored: dict[str, str], typed: str):
    contact = ContactFactory(owner=user, **stored)
    contact.refresh_search_text()
    assert list(search.find(user.contacts.alive(), typed)) == [contact]
    assert list(search.find(user.contacts.alive(), f"zz{typed}")) == []


@pytest.mark.parametrize("typed", ["o'hara", "Niamh", "niamh o'hara", "NIAMH O’HARA"])
def test_somebody_is_named_by_either_end_of_the_name(user: User, typed: str):
    (niamh,) = named(user, "Niamh O’Hara")
    assert search.named(user, typed) == [niamh]


@pytest.mark.parametrize("typed", ["Amina", "Dr. Bello", "prof amina", "bello"])
def test_a_title_is_no_part_of_a_name(user: User, typed: str):
    (amina,) = named(user, "Prof. Dr. Amina Bello")
    assert search.named(user, typed) == [amina]
    assert search.named(user, "Dr. Amin") == []


def test_numbers_that_stand_apart_are_found_as_well(user: User):
    contact = ContactFactory(owner=user, how_met="2019 in Lyon, 2020 in Rome")
    contact.refresh_search_text()
    assert list(search.find(user.contacts.alive(), "2020 2019")) == [contact]


def test_somebody_is_named_with_and_without_umlauts(user: User):
    uwe, ute = named(user, "Uwe Müller", "Ute Goetz")
    assert search.named(user, "uwe mueller") == [uwe]
    assert search.named(user, "Götz") == [ute]


@pytest.mark.parametrize("typed", ["oneill", "ONeill", "sean oneill", "Dr. oneill"])
def test_somebody_is_named_without_the_apostrophe(user: User, typed: str):
    (sean,) = named(user, "Seán O’Neill")
    assert search.named(user, typed) == [sean]
    assert search.named(user, "neil") == []


@pytest.mark.parametrize("typed", ["jean luc ode", "JeanLuc Ode", "jj ode", "min su"])
def test_hyphens_and_full_stops_may_be_left_out(user: User, typed: str):
    jean, jj, min_su = named(user, "Jean-Luc Ode", "J.J. Ode", "Kim Min-su")
    expected = {"jean luc ode": [jean], "jj ode": [jj], "min su": [min_su]}
    assert search.named(user, typed) == expected.get(typed, [])


@pytest.mark.parametrize("typed", ["山田", "太郎", "山田太郎", "山田 太郎", "김민수", "김", "민수"])
def test_east_asian_names_need_no_space(user: User, typed: str):
    yamada, other, kim = named(user, "山田 太郎", "山本花子", "김 민수")
    assert search.named(user, typed) == [kim if typed[0] in "김민" else yamada]
    assert search.named(user, "花子") == [other]


def test_pages_follow_each_other_both_ways(user: User):
    fill(user, 60)
    first = turn(user)
    second = turn(user, after=first.later)
    third = turn(user, after=second.later)
    back = turn(user, before=third.earlier)
    start = turn(user, before=back.earlier)
    assert [len(page.rows) for page in (first, second, third, back, start)] == [25, 25, 10, 25, 25]
    assert (first.earlier, third.later, start.earlier) == ("", "", "")
    assert turn_and_count(user, after=second.later)[1] == 60
    assert back.rows == second.rows
    assert start.rows == first.rows


def test_people_of_one_name_are_all_seen(user: User):
    named(user, *["Ana"] * 50)
    first = turn(user)
    second = turn(user, after=first.later)
    assert len({person.pk for person in (*first.rows, *second.rows)}) == 50


@pytest.mark.parametrize("cursor", ["", "x", "1", "1_", "_ana", "-1_ana", "9" * 30 + "_ana", "\0", "1_\0", "٣_ana"])
def test_nonsense_is_the_first_page(user: User, cursor: str):
    named(user, "Ana")
    assert turn_and_count(user, after=cursor)[1] == turn_and_count(user, before=cursor)[1] == 1


def test_search_counts_and_pages(user: User, django_assert_num_queries):
    fill(user, 60)
    with django_assert_num_queries(2):
        page, count = turn_and_count(user, words="person")
    assert (count, len(page.rows)) == (60, 25)
    assert len(turn(user, "person", after=page.later).rows) == 25


def test_nobody_is_looked_for_once(user: User, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert turn(user, words="nobody").rows == []


def test_counts_are_capped(user: User, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(search, "CAP", 100)
    fill(user, 120)
    assert turn_and_count(user)[1] == turn_and_count(user, words="person")[1] == 101


def test_rows_say_what_is_open(user: User):
    contact = ContactFactory(owner=user)
    PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=1))
    PromiseFactory(contact=contact, due_on=TODAY)
    PromiseFactory(contact=contact, whose="theirs", due_on=TODAY - timedelta(days=9))
    PromiseFactory(contact=contact, state="kept", closed_at=NOW)
    PromiseFactory(contact=contact, binned_at=NOW)
    (row,) = turn(user).rows
    assert (row.owed, row.late, row.awaited) == (2, 1, 1)


@pytest.mark.parametrize(("people", "statements"), [(1, 1), (24, 1), (30, 2)])  # one page is counted by its rows
def test_page_costs_the_same(user: User, people: int, statements: int, django_assert_num_queries):
    for contact in named(user, *[f"Person {n}" for n in range(people)]):
        PromiseFactory(contact=contact)
    with django_assert_num_queries(statements):
        found = turn(user).rows
        assert [person.position for person in found] == [""] * len(found)
    assert len(found) == min(people, 25)


def test_narrowed_by_promises_and_tags(user: User):
    ana, bo, cy = named(user, "Ana", "Bo", "Cy")
    PromiseFactory(contact=ana)
    PromiseFactory(contact=bo, whose="theirs")
    PromiseFactory(contact=cy, state="kept", closed_at=NOW)
    tag = TagFactory(owner=user)
    ContactTagFactory(contact=cy, tag=tag)
    people = user.contacts.alive()
    assert [names(people.owing("mine")), names(people.owing("theirs"))] == [["Ana"], ["Bo"]]
    assert names(people.tagged(tag.pk)) == ["Cy"]


def test_facet_counts(user: User, stranger: User):
    named(stranger, "Ana")
    ana, bo = named(user, "Ana", "Bo", stage=Stage.MET)
    named(user, "Cy", binned_at=NOW)
    PromiseFactory(contact=ana)
    tag = ContactTagFactory(contact=bo).tag
    assert search.facet_counts(user) == {"stage:met": 2, f"tag:{tag.pk}": 1, "owes:mine": 1, "owes:theirs": 0}


def plan(people: ContactQuerySet) -> str:
    """How the database would find them; on a table of tests Postgres has to be told not to read it whole."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SELECT gin_clean_pending_list('contact_search')")
            cursor.execute("ANALYZE crm_contact")
    return people.explain()


@pytest.mark.slow
def test_search_goes_by_its_index(user: User, stranger: User):
    fill(stranger, 1500, "Stranger")
    fill(user, 1500)
    assert "contact_search" in plan(search.find(user.contacts.alive(), "person 00700").values("pk")[:101])


@pytest.mark.slow
def test_list_goes_by_its_index_at_any_depth(user: User):
    fill(user, 500)
    cursor = search.BY_NAME.cursor(user.contacts.get(name_key="person 00250"))
    for people in (
        user.contacts.alive().in_list_order(),
        search.BY_NAME.sort(search.BY_NAME.beyond(user.contacts.alive(), cursor)),
        search.BY_NAME.sort(search.BY_NAME.beyond(user.contacts.alive(), cursor, backwards=True), backwards=True),
    ):
        said = plan(people.values("pk")[:51])
        assert "contact_list" in said
        assert "TEMP B-TREE" not in said
        assert "Sort" not in said


@pytest.mark.slow
def test_stages_go_by_their_index(user: User):
    fill(user, 500)
    assert "contact_by_stage" in plan(user.contacts.alive().filter(stage="met").in_list_order().values("pk")[:51])


@pytest.mark.slow
def test_whom_to_touch_is_read_in_the_order_of_its_index(user: User):
    """A thousand whose day has come lie on few days: an index of the day alone leaves them all to be sorted."""
    fill(user, 500)
    user.contacts.update(stage="continue", rhythm_count=2, rhythm_unit="months", touch_on=NOW.date())
    said = plan(user.contacts.to_touch(NOW.date())[:3])
    assert "contact_to_touch" in said
    assert "TEMP B-TREE" not in said
    assert "Sort" not in said


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite covers the scan")
def test_search_on_sqlite_touches_no_row(user: User):
    named(user, "Ana")
    assert "COVERING INDEX contact_search" in plan(search.find(user.contacts.alive(), "ana").values("pk")[:101])
    assert "COVERING INDEX contact_list" in plan(user.contacts.alive().in_list_order().values("pk")[:51])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite covers the scan")
def test_who_is_meant_by_a_name_is_found_in_the_list_index_alone(user: User):
    with CaptureQueriesContext(connection) as asked:
        search.named(user, "Nobody")
    assert len(asked) == 5
    for query in asked:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            assert "USING COVERING INDEX contact_list" in str(cursor.fetchall())


def test_what_was_learned_in_talks_is_found_after_an_edit(user: User):
    contact = ContactFactory(owner=user, name="Mateus Oliveira")
    interview = InterviewFactory(contact=contact)
    RoomFactory(interview=interview, notes="The Größe of the tide log", ended_at=NOW)
    DebriefFactory(interview=interview, learned="Premiums follow gauges")
    preparation = PreparationFactory(contact=contact, interview=interview)
    ChosenQuestionFactory(preparation=preparation, answer="Join the hydrologists", answered_at=NOW)
    actions.edit(contact=contact, details=Details(name="Mateus O.", stage=contact.stage), now=NOW)
    for word in ("grosse", "premiums", "hydrologists"):
        assert list(search.find(user.contacts.alive(), word)) == [contact]


def test_what_was_said_in_a_binned_talk_is_not_found_after_an_edit(user: User):
    contact = ContactFactory(owner=user, name="Mateus Oliveira")
    RoomFactory(interview=InterviewFactory(contact=contact, binned_at=NOW), notes="tide log", ended_at=NOW)
    contact.refresh_search_text()
    contact.refresh_from_db()
    assert contact.search_text == "mateus oliveira"


def test_text_of_many_talks_is_gathered_at_a_fixed_cost(user: User, django_assert_num_queries):
    contact = ContactFactory(owner=user, name="Mateus Oliveira")
    for interview in InterviewFactory.create_batch(30, contact=contact):
        RoomFactory(interview=interview, notes="tide log", ended_at=NOW)
    with django_assert_num_queries(3):
        contact.refresh_search_text()


@pytest.mark.slow
def test_a_page_is_read_by_the_list_index_and_by_its_keys(user: User, stranger: User):
    fill(stranger, 1500, "Stranger")
    fill(user, 1500)
    few = search.BY_NAME.sort(user.contacts.alive())[:26]
    page = plan(search.BY_NAME.sort(few.as_rows(TODAY)))
    assert "contact_list" in page
    assert ("rowid=?" if connection.vendor == "sqlite" else "crm_contact_pkey") in page
