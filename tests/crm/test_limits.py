"""What one text may hold, and what the dearest of them costs: counted in statements and calls, and where it runs at each keystroke in seconds of CPU."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from crm import actions, markdown, quick
from crm.fields import EmailField, LinkField, TagsField
from crm.forms import NoteForm, QuickForm
from crm.models import Contact, Note
from tests.factories import NOW, TODAY, ContactFactory
from tests.work_done import count_calls

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact(user: User):
    return ContactFactory(owner=user)


def lines(count: int) -> str:
    return "\n".join(f"! send part {n} friday" for n in range(count))


def test_a_note_takes_fifty_promises(contact: Contact):
    assert len(actions.keep_note(contact=contact, body=lines(50), now=NOW).promises) == 50


def test_a_note_of_more_promises_is_refused_with_its_words(client: Client, contact: Contact):
    client.force_login(contact.owner)
    response = client.post(reverse("note_new", args=[contact.pk]), {"body": lines(51)})
    assert "At most 50 promises fit in one note; these are 51. Put the rest into another." in response.text
    assert "! send part 50 friday" in response.text
    assert contact.notes.count() + contact.promises.count() == 0


def test_fifty_promises_cost_hardly_more_statements_than_two(user: User):
    counted = []
    for count in (2, 50):
        contact = ContactFactory(owner=user)
        with CaptureQueriesContext(connection) as asked:
            actions.keep_note(contact=contact, body=lines(count), now=NOW)
        counted.append(len(asked))
    # SQLite takes 999 values in one statement: fifty promises are two of them
    assert counted[0] <= counted[1] <= counted[0] + 1 <= 15


def test_a_line_of_more_promises_is_refused(user: User):
    form = QuickForm({"line": "Ana Souza" + " ! a" * 51}, owner=user, today=TODAY)
    assert form.errors["line"] == ["At most 50 promises fit in one note; these are 51. Put the rest into another."]
    assert form.understood() == []


def test_a_person_takes_fifty_tags():
    assert len(TagsField(max_length=2000).clean(", ".join(f"t{n}" for n in range(50)))) == 50
    with pytest.raises(ValidationError, match="At most 50 tags fit on one person; these are 51"):
        TagsField(max_length=2000).clean(", ".join(f"t{n}" for n in range(51)))


def test_a_line_of_more_tags_is_refused(user: User):
    form = QuickForm({"line": "Ana Souza " + " ".join(f"#t{n}" for n in range(51))}, owner=user, today=TODAY)
    assert form.errors["line"] == ["At most 50 tags fit on one person; these are 51."]


def test_a_tag_that_does_not_fit_is_kept_in_the_note(user: User):
    form = QuickForm({"line": f"Ana Souza #{'x' * 61} #floods"}, owner=user, today=TODAY)
    assert form.is_valid()
    assert (form.details().tags, form.note) == (("floods",), f"Ana Souza #{'x' * 61} #floods")


@pytest.mark.parametrize(
    "more",
    [", met 4 dec at noon x" * 90, ", friday" * 240, ", in 3 weeks" * 160, ", a week from a week" * 99, ", at" * 490],
)
def test_a_long_line_is_read_while_it_is_typed(more: str):
    assert quick.read("Ana Souza" + more, TODAY).name == "Ana Souza"
    calls = count_calls(lambda: quick.read("Ana Souza" + more, TODAY))
    assert calls < 300_000


def test_markdown_draws_a_note_once(client: Client, contact: Contact, monkeypatch: pytest.MonkeyPatch):
    actions.keep_note(contact=contact, body="She *dives* <b>now</b>", now=NOW)
    monkeypatch.setattr(markdown, "draw", lambda _text: pytest.fail("it was drawn again"))
    client.force_login(contact.owner)
    page = client.get(contact.get_absolute_url()).text
    assert "<p>She <em>dives</em> &lt;b&gt;now&lt;/b&gt;</p>" in page


def test_notes_made_in_bulk_are_drawn_too(contact: Contact):
    note = Note(owner=contact.owner, contact=contact, body="*a*\n! send it", created_at=NOW)
    contact.owner.notes.bulk_create([note])
    assert contact.notes.get().html == "<p><em>a</em></p>\n"


@pytest.mark.parametrize("text", ["[" * 20_000, "[" * 200 + "a*" * 9000, "[*" * 400])
def test_a_note_of_open_brackets_is_shown_as_it_was_typed(text: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(markdown._markdown, "render", lambda _text: pytest.fail("Markdown was asked"))
    assert markdown.draw(text) == f"<p>{text}</p>"


def test_a_note_of_many_links_is_drawn():
    assert markdown.draw("[a](https://a.example)\n\n" * 300).count("<a ") == 300


def test_the_longest_note_is_measured():
    assert NoteForm({"body": "x" * 20_000}).is_valid()
    assert not NoteForm({"body": "x" * 20_001}).is_valid()


@pytest.mark.parametrize("length", range(490, 505))
def test_a_web_address_is_measured_with_its_scheme(length: int):
    typed = "a.example/" + "x" * (length - 10)
    try:
        assert len(LinkField(max_length=500).clean(typed)) == length + 8 <= 500
    except ValidationError:
        assert length + 8 > 500


def test_an_address_is_measured_in_small_letters():
    with pytest.raises(ValidationError):
        EmailField(max_length=254).clean("a@" + "İ" * 60 + "." + "İ" * 60 + "." + "İ" * 60 + "." + "İ" * 60 + ".org")
