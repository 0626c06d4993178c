"""What looks like something else: names of nothing, links that read like a bank, characters that turn the line."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from accounts.models import User
from base.text import clean_line, clean_text, is_visible
from crm.markdown import draw
from tests.factories import ContactFactory

NOTHING = [
    *("\u200b", "\u2060\u200d", "\u3164", "\u2800\u2800", "\u00ad", "\ufe0f", "\U000e0041", "\u115f\u1160"),
    *("\u0301", "\u180e", "\u202e", "\u034f"),
]
DISGUISED = "https://bank.example@evil.example/account"


@pytest.mark.parametrize("name", NOTHING)
@pytest.mark.parametrize("field", ["name", "line"])
def test_a_name_of_nothing_is_refused(client: Client, user: User, name: str, field: str):
    response = client.post(
        *(
            (reverse("capture"), {"line": name})
            if field == "line"
            else (reverse("contact_new"), {"name": name, "stage": "to_meet"})
        )
    )
    assert response.status_code == 200
    assertContains(response, "field__error")
    assert user.contacts.count() == 0


@pytest.mark.parametrize("name", ["王小明", "Ana", "👋", "א", "&", "ن", "क्षि", "3", "👨\u200d👩\u200d👧"])
def test_other_names_are_seen(name: str):
    assert is_visible(name)
    assert clean_line(name) == name


@pytest.mark.parametrize("turning", "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
def test_nothing_turns_the_line(turning: str):
    assert clean_line(f"Ana{turning}azuoS") == clean_text(f"Ana{turning}azuoS") == "AnaazuoS"


def test_a_link_that_reads_like_another_host_is_refused(client: Client, user: User):
    response = client.post(reverse("contact_new"), {"name": "Ana", "stage": "to_meet", "website": DISGUISED})
    assertContains(response, "This leads to evil.example.")
    assert user.contacts.count() == 0


@pytest.mark.parametrize(
    "address",
    [DISGUISED, "https://bank.example:pw@evil.example/account", "HTTPS://bank.example%2F@evil.example/account"],
)
def test_a_stored_one_is_shown_as_what_it_is(client: Client, user: User, address: str):
    response = client.get(ContactFactory(owner=user, website=address).get_absolute_url())
    assertContains(response, ">evil.example/account</a>")
    assertNotContains(response, "bank.example")


@pytest.mark.parametrize(
    "note", [f"[bank]({DISGUISED})", f"<{DISGUISED}>", f"see {DISGUISED}", f"[bank](https:{DISGUISED[6:]})"]
)
def test_a_note_has_no_such_link(note: str):
    assert "href" not in draw(note)
    assert "href" in draw("[ana](https://people.example/@ana)")


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("[https://bank.example](https://evil.example/account)", "https://bank.example</a> (evil.example)"),
        ("[bank.example/login](http://evil.example)", "bank.example/login</a> (evil.example)"),
        ("[see **www.bank.example**](https://evil.example)", "</strong></a> (evil.example)"),
        ("[bank.example](//evil.example/)", "bank.example</a> (evil.example)"),
        ("[bank.example](https:/evil.example/)", "bank.example</a> (evil.example)"),
        ("[bank.example](https://bank.example.evil.example)", "bank.example</a> (bank.example.evil.example)"),
        ("[ana@people.example](mailto:eve@evil.example?subject=x)", "ana@people.example</a> (eve@evil.example)"),
        ("[`bank.example`](https://evil.example)", "</code></a> (evil.example)"),
        ("https://bänk.example", "</a> (xn--bnk-qla.example)"),
        ("<https://bänk.example>", "</a> (xn--bnk-qla.example)"),
    ],
)
def test_a_link_that_is_called_by_another_address_says_where_it_leads(note: str, said: str):
    assert said in draw(note)


@pytest.mark.parametrize(
    "note",
    [
        "[her paper](https://people.example/paper)",
        "[people.example](https://www.people.example/@ana)",
        "<https://people.example/a.pdf?to=b>",
        "https://people.example/a.pdf?to=b",
        "WWW.People.example",
        "[WWW.People.example](https://people.example)",
        "[ana@people.example](mailto:ana@people.example)",
        "<ana@people.example>",
    ],
)
def test_other_links_say_no_more_than_was_typed(note: str):
    assert draw(note).strip().endswith("</a></p>")
