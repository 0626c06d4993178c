import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from crm.models import Contact, Stage
from tests.factories import (
    NOW,
    TODAY,
    ContactFactory,
    ContactTagFactory,
    OrganisationFactory,
    PromiseFactory,
    TouchFactory,
)
from tests.html_elements import read
from tests.htmx import element, same, swap

pytestmark = pytest.mark.django_db
LIST, NEW = "/contacts/", "/contacts/new/"
FULL = {"name": "Ana Souza", "stage": "to_meet"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contact(user: User) -> Contact:
    return ContactFactory(owner=user, name="Priya Raghunathan", stage=Stage.MET)


def htmx(target: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": target}


def text(response) -> str:
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def toasts(html: str) -> list[str]:
    return re.findall(r"<p>(.*?)</p>", element(html, "toasts"), re.DOTALL)


def names(html: str) -> list[str]:
    return [row.one("link").text for row in read(element(html, "results")).all("listitem")]


def counts_of_facets(html: str) -> list[str]:
    """The number at the end of each box; nothing while they are not counted."""
    boxes = read(element(html, "facets")).all("checkbox")
    return [[*box.parent.inside()][-1].text for box in boxes]


# --- the list ---------------------------------------------------------------------------------------------------------
def test_list_shows_mine_alone(client: Client, user: User, stranger: User):
    for owner, name in ((user, "Zoë"), (user, "Ana"), (stranger, "Theirs")):
        ContactFactory(owner=owner, name=name)
    ContactFactory(owner=user, name="Binned", binned_at=NOW)
    assert names(text(client.get(LIST))) == ["Ana", "Zoë"]


@pytest.mark.parametrize(
    ("people", "said"), [(1, "1 person"), (1000, "1,000 people"), (1001, "more than 1,000 people")]
)
def test_people_are_counted_up_to_a_thousand(client: Client, user: User, people: int, said: str):
    Contact.objects.bulk_create(ContactFactory.build(owner=user, name_key=str(n)) for n in range(people))
    assert f">{said}<" in " ".join(client.get(reverse("contact_list")).text.split()).replace("> ", ">").replace(
        " <", "<"
    )


@pytest.mark.parametrize(("people", "statements"), [(1, 7), (24, 7), (30, 8)])  # one page is counted by its rows
def test_the_list_costs_the_same(client: Client, user: User, people: int, statements: int, django_assert_num_queries):
    for _ in range(people):
        one = ContactFactory(owner=user, organisation=OrganisationFactory(owner=user))
        PromiseFactory(contact=one)
        ContactTagFactory(contact=one)
        TouchFactory(contact=one)
    with django_assert_num_queries(statements):
        client.get(LIST)


@pytest.mark.parametrize(("people", "statements"), [(1, 3), (24, 3), (30, 4)])  # one page is counted by its rows
def test_the_search_costs_the_same(client: Client, user: User, people: int, statements: int, django_assert_num_queries):
    for n in range(people):
        PromiseFactory(contact=ContactFactory(owner=user, name=f"Ana {n}"))
    with django_assert_num_queries(statements):
        client.get(LIST, {"q": "ana"}, headers=htmx("results"))


@pytest.mark.parametrize("query", ["q=zo", "q=nobody", "stage=met", "stage=met&stage=drop&q=ana", "owes=mine", "q="])
def test_list_after_the_swap_is_the_fresh_list(client: Client, user: User, query: str):
    for name, stage in (("Ana", "met"), ("Zoë", "drop"), ("Bo", "met")):
        PromiseFactory(contact=ContactFactory(owner=user, name=name, stage=stage))
    before, fresh = text(client.get(LIST)), text(client.get(f"{LIST}?{query}"))
    answer = text(client.get(f"{LIST}?{query}", headers=htmx("results")))
    assert "<html" not in answer
    assert element(same(swap(before, answer, "results")), "results") == element(same(fresh), "results")


def test_facets_after_the_swap_are_the_fresh_ones(client: Client, user: User):
    ContactTagFactory(contact=ContactFactory(owner=user, stage="met"))
    before, fresh = text(client.get(LIST)), text(client.get(f"{LIST}?counts=1"))
    answer = text(client.get(LIST, headers=htmx("facets")))
    assert counts_of_facets(before) == [""] * 9
    assert counts_of_facets(answer) == ["0", "0", "0", "1", "0", "0", "1", "0", "0"]
    assert same(swap(before, answer, "facets")) == same(fresh)


def test_list_says_how_many_and_pages(client: Client, user: User):
    ContactFactory.create_batch(40, owner=user, name="Ana")
    first = text(client.get(LIST, {"stage": "to_meet"}))
    (later,) = re.findall(r'href="(\?[^"]*after=[^"]*)"', first)
    second = text(client.get(LIST + later.replace("&amp;", "&")))
    assert first.count("40 people") == second.count("40 people") == 2
    assert (len(names(first)), len(names(second))) == (25, 15)
    assert "before=" in second
    assert "stage=to_meet" in later


def test_chip_takes_one_filter_away(client: Client, user: User):
    tag = ContactTagFactory(contact=ContactFactory(owner=user, stage="met")).tag
    html = text(client.get(LIST, {"stage": ["met", "drop"], "tag": tag.pk, "q": "a"}))
    assert [chip.attrs["href"] for chip in read(html).all("link", "Remove filter:")] == [
        f"/contacts/?q=a&stage=drop&tag={tag.pk}",
        f"/contacts/?q=a&stage=met&tag={tag.pk}",
        "/contacts/?q=a&stage=met&stage=drop",
    ]


@pytest.mark.parametrize(
    "query",
    ["stage=bogus", "tag=x", "tag=999999999999999999999", "after=x", "q=" + "x" * 5000],
)
def test_list_takes_no_harm(client: Client, user: User, query: str):
    ContactFactory(owner=user)
    text(client.get(f"{LIST}?{query}"))


def test_tag_of_somebody_else_narrows_nothing(client: Client, user: User, stranger: User):
    ContactFactory(owner=user, name="Ana")
    theirs = ContactTagFactory(contact=ContactFactory(owner=stranger)).tag
    assert names(text(client.get(LIST, {"tag": theirs.pk}))) == ["Ana"]


def test_nobody_found_is_offered_to_be_added(client: Client):
    html = text(client.get(LIST, {"q": "Ana & Bo"}))
    assert 'href="/capture/?line=Ana%20%26%20Bo"' in html


def test_list_is_light(client: Client, user: User):
    lab = OrganisationFactory(owner=user, name="Süddeutsche Rückversicherung")
    for n in range(60):
        one = ContactFactory(
            owner=user, name=f"Maximiliane Wernigerode {n}", role="Head of programmes", organisation=lab,
            stage=Stage.values[n % 6], last_touch_on=TODAY,
        )  # fmt: skip
        PromiseFactory(contact=one, due_on=TODAY - timedelta(days=n % 3))
    assert len(client.get(LIST).content) <= 45 * 1024


@pytest.mark.parametrize(
    ("stage", "title"),
    [
        ("to_meet", "Ask Ana for twenty minutes"),
        ("asked", "Ana has been asked"),
        ("scheduled", "First the talk with Ana"),
        ("met", "Continue with Ana?"),
    ],
)
def test_contact_says_what_comes_next(client: Client, user: User, stage: str, title: str):
    contact = ContactFactory(owner=user, name="Ana Souza", stage=stage)
    html = text(client.get(contact.get_absolute_url()))
    assert re.sub(r"\s+", " ", re.search(r'<h2 id="decide">(.*?)</h2>', html, re.DOTALL)[1]).strip() == title
    assert (html.count(">Offer times</a>"), html.count("btn--main")) == (1, 0 if stage == "scheduled" else 1)


# --- adding -----------------------------------------------------------------------------------------------------------
def test_full_form_saves(client: Client, user: User):
    response = client.post(NEW, {**FULL, "tags": "floods", "note": "Good.\n! call friday"}, follow=True)
    made = user.contacts.get()
    assert response.redirect_chain == [(f"/contacts/{made.pk}/", 302)]
    assert toasts(text(response)) == ["Added Ana Souza. You promise: Call, by Friday 20 November."]


def test_full_form_then_another(client: Client):
    response = client.post(NEW, {**FULL, "then": "another"})
    assert response["Location"] == NEW


@pytest.mark.parametrize("headers", [{}, htmx("main")])
def test_full_form_refused_keeps_what_was_typed(client: Client, user: User, headers: dict[str, str]):
    html = text(client.post(NEW, {**FULL, "role": "Boss", "website": "javascript:x"}, headers=headers))
    assert 'id="id_website_error"' in html
    assert 'value="Boss"' in html
    assert 'value="javascript:x"' in html
    assert same(html).count("One field wants another look:") == 1
    assert user.contacts.count() == 0


def test_create_costs_eight_statements(client: Client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.post(NEW, {**FULL, "role": "engineer", "organisation": "Lab", "email": "new@people.example"})


def test_shared_e_mail_is_a_hint(client: Client, user: User):
    ContactFactory(owner=user, name="Souleymane Keïta", email="info@lab.example")
    html = text(client.post(NEW, {**FULL, "email": "Info@lab.example"}, follow=True))
    assert "Souleymane Keïta</a> has this e-mail too. That is fine if they share it." in same(html)


# --- editing ----------------------------------------------------------------------------------------------------------
def values(html: str) -> dict[str, str]:
    form = html[html.index("/edit/") :]
    found = dict(re.findall(r'<input type="(?:text|hidden|email|tel)" name="(\w+)" value="([^"]*)"', form))
    return {**found, "stage": re.search(r'value="(\w+)"[^>]*checked', form)[1]}


def test_edit_saves(client: Client, user: User, contact: Contact):
    url = reverse("contact_edit", args=[contact.pk])
    response = client.post(url, {**values(text(client.get(url))), "role": "Boss", "organisation": "Lab"})
    contact.refresh_from_db()
    assert (response["Location"], contact.position) == (f"/contacts/{contact.pk}/", "Boss, Lab")


@pytest.mark.parametrize("address", ["ana@intern", "a..b@lab.example", "ana@-lab.example", "ana@my_host.example"])
def test_edit_keeps_an_address_that_was_accepted_before(client: Client, user: User, contact: Contact, address: str):
    user.contacts.filter(pk=contact.pk).update(email=address)
    contact.other_emails.create(owner=user, address="ana@home.example")
    url = reverse("contact_edit", args=[contact.pk])
    client.post(url, {**values(text(client.get(url))), "role": "Boss"})
    contact.refresh_from_db()
    kept = [contact.email, *(other.address for other in contact.other_emails.all())]
    assert (contact.role, kept) == ("Boss", [address, "ana@home.example"])


def test_edit_changed_meanwhile_is_refused_with_both_texts(client: Client, contact: Contact):
    url = reverse("contact_edit", args=[contact.pk])
    first, second = values(text(client.get(url))), values(text(client.get(url)))
    client.post(url, {**first, "role": "Chair"})
    refused = client.post(url, {**second, "role": "Boss"})
    html = text(refused)
    assert "Saved meanwhile: “Chair”. Yours stands here." in html
    assert 'value="Boss"' in html
    client.post(url, {**values(html), "role": "Boss"})
    contact.refresh_from_db()
    assert contact.role == "Boss"


def test_rows_show_text_as_text(client: Client, user: User):
    evil = "<script>'\"&{}%s{name}"
    ContactFactory(owner=user, name=evil, role=evil, organisation=OrganisationFactory(owner=user, name=evil))
    html = text(client.get(LIST))
    assert "<script>'" not in html
    assert html.count("&lt;script&gt;&#x27;&quot;&amp;{}%s{name}") == 3


def test_rows_say_the_most_urgent_that_is_open(client: Client, user: User):
    late, owed, awaited, _nothing = (ContactFactory(owner=user, name=name) for name in "ABCD")
    for contact, due, whose in ((late, -1, "mine"), (late, 1, "theirs"), (owed, 0, "mine"), (awaited, -9, "theirs")):
        PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=due), whose=whose)
    rows = read(element(text(client.get(LIST)), "results")).all("listitem")
    said = [[words for words in ("1 late", "1 promise", "owes you 1") if words in row.text] for row in rows]
    assert said == [["1 late"], ["1 promise"], ["owes you 1"], []]
