from datetime import date, timedelta

import pytest
from django.http import QueryDict

from accounts.models import User
from crm import actions
from crm.forms import ContactForm, ContactSearchForm, NoteForm, QuickForm, RhythmForm, TouchForm, details_of, in_words
from crm.markdown import draw
from crm.templatetags.contact_links import outward
from tests.factories import NOW, TODAY, ContactFactory, ContactTagFactory, OrganisationFactory

pytestmark = pytest.mark.django_db
LONG = "x" * 10_000


def full(user: User, **typed: object) -> ContactForm:
    data = QueryDict(mutable=True)
    data.update({"name": "Ana Souza", "stage": "to_meet", **typed})
    return ContactForm(data, owner=user, today=TODAY)


def quick(user: User, line: str) -> QuickForm:
    return QuickForm({"line": line}, owner=user, today=TODAY)


def facts(form: QuickForm) -> dict[str, str]:
    return {fact.label: fact.said for fact in form.understood()}


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "", "A person needs a name."),
        ("name", " \0\u2028 ", "A person needs a name."),
        ("name", "\u0301", "A person needs a name."),
        ("name", LONG, "At most 300 characters fit here; this has 10000. Shorten it."),
        ("role", LONG, "At most 300 characters fit here; this has 10000. Shorten it."),
        ("phone", LONG, "At most 60 characters fit here; this has 10000. Shorten it."),
        ("email", "fdiallo@nigerbasin", "The address has no end. Try “fdiallo@nigerbasin.example”."),
        ("email", "fdiallo", "Not an address I know. Try “name@example.org”, or leave it empty."),
        ("email", "ana@☃.example", "“☃.example” cannot be the domain of a mail address. Check how it is spelled."),
        ("email", "a b@x.example", "Not an address I know. Try “name@example.org”, or leave it empty."),
        ("website", "javascript:alert(1)", "Only web addresses lead on from here. Try “https://example.org/name”."),
        ("website", "JavaScript:alert(1)", "Only web addresses lead on from here. Try “https://example.org/name”."),
        ("website", "java\tscript:alert(1)", "Only web addresses lead on from here. Try “https://example.org/name”."),
        ("website", "data:text/html,x", "Only web addresses lead on from here. Try “https://example.org/name”."),
        ("website", "ftp://x.example", "Only web addresses lead on from here. Try “https://example.org/name”."),
        ("website", "https://[x", "Only web addresses lead on from here. Try “https://example.org/name”."),
        ("linkedin_url", "https://nowhere", "Only web addresses lead on from here. Try “https://example.org/name”."),
        ("time_zone", "Atlantis", "“Atlantis” is no time zone I know. Try a large city near it, as in “Lisbon”."),
        (
            "met_on",
            "soon",
            "Not a date I know. Try a day in the past, as in “4 October 2025” or “yesterday”, or leave it empty.",
        ),
        ("met_on", "32 October", "October ends on the 31st. Try “31 October”."),
        (
            "met_on",
            "June 2018",
            "Not a date I know. Try a day in the past, as in “4 October 2025” or “yesterday”, or leave it empty.",
        ),
        ("met_on", "6/25/2024", "Not a date here, where the day comes first: 25/6/2024."),
        ("met_on", "tomorrow", "20 November 2026 is still to come. Try “yesterday”, or leave it empty."),
        ("stage", "bogus", "Choose one of the stages."),
        ("tags", "x" * 61, "A tag has at most 60 characters. Put a comma between two."),
        ("tags", ",".join(map(str, range(51))), "At most 50 tags fit on one person; these are 51."),
        (
            "note",
            "! " + "x" * 301,
            "A promise has at most 300 characters; the one that starts “" + "x" * 30 + "” has 301.",
        ),
        (
            "through",
            "Li Wei",
            "Nobody called “Li Wei” is among your contacts. Add them first, or write it under how you met.",
        ),
    ],
)
def test_refused_with_a_sentence(user: User, stranger: User, field: str, typed: str, sentence: str):
    ContactFactory(owner=stranger, name="Li Wei")
    form = full(user, **{field: typed})
    assert (form.is_valid(), form.errors) == (False, {field: [sentence]})


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("uk.linkedin.com/in/Ana-Souza/?trk=abc", "https://www.linkedin.com/in/ana-souza"),
        ("https://linkedin.com/company/nubank", "https://linkedin.com/company/nubank"),
        ("", ""),
    ],
)
def test_a_profile_is_kept_in_the_one_spelling_an_import_compares_by(user: User, typed: str, stored: str):
    form = full(user, linkedin_url=typed)
    assert form.is_valid()
    assert form.details().linkedin_url == stored


@pytest.mark.parametrize("typed", ["31 december 9999", "in 10000000 years", "0000-00-00", "29 february 2023", "١٢"])
def test_no_such_day(user: User, typed: str):
    assert list(full(user, met_on=typed).errors) == ["met_on"]


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("name", "  Ana\0 \n Souza ", "Ana Souza"),
        ("name", "Ana \ud800", "Ana"),
        ("email", "Ana@Nubank.example", "ana@nubank.example"),
        ("website", "example.org/ana", "https://example.org/ana"),
        ("website", "example.org:8000", "https://example.org:8000"),
        ("website", "HTTPS://example.org", "HTTPS://example.org"),
        ("time_zone", "lisbon", "Europe/Lisbon"),
        ("time_zone", "são paulo", "America/Sao_Paulo"),
        ("time_zone", "Europe/Kiev", "Europe/Kiev"),
        ("met_on", "yesterday", date(2026, 11, 18)),
        ("met_on", "4 december", date(2025, 12, 4)),
        ("met_on", "", None),
        ("tags", " #floods, Mali,, FLOODS ", ("floods", "Mali")),
        ("note", "a\r\nb\x00", "a\nb"),
    ],
)
def test_cleaned(user: User, field: str, typed: str, value: object):
    form = full(user, **{field: typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data[field] == value


def test_through_one_of_mine(user: User):
    li = ContactFactory(owner=user, name="Li Wei")
    form = full(user, through="li wei")
    assert form.is_valid()
    assert form.details().introduced_by == li


def test_through_more_than_one(user: User):
    ContactFactory(owner=user, name="Li Wei", role="Analyst")
    ContactFactory(owner=user, name="Li Wei", organisation=OrganisationFactory(owner=user, name="Delta"))
    (sentence,) = full(user, through="Li Wei").errors["through"]
    assert sentence == (
        "More than one of your contacts is called that: Li Wei, Analyst; Li Wei, Delta. Write it under how you met."
    )


def test_typed_values_are_kept(user: User):
    form = full(user, name=LONG, met_on="32 October")
    assert form.is_valid() is False
    assert (form["name"].value(), form["met_on"].value()) == (LONG, "32 October")
    assert [field.name for field in form.wrong_fields] == ["name", "met_on"]


class TestEdit:
    @pytest.fixture
    def contact(self, user: User):
        details = actions.Details(
            name="Priya", role="Head", organisation="Trust", email="p@trust.example", met_on=date(2026, 10, 4),
            introduced_by=ContactFactory(owner=user, name="Ingrid"), stage="met", tags=("Leeds", "floods"),
        )  # fmt: skip
        return actions.add(owner=user, details=details, now=NOW).contact

    def form(self, contact, seen: str, **typed: str) -> ContactForm:
        data = QueryDict(mutable=True)
        data.update({**in_words(details_of(contact)), "seen": seen, **typed})
        return ContactForm(data, owner=contact.owner, today=TODAY, contact=contact)

    def seen(self, contact) -> str:
        return ContactForm(owner=contact.owner, today=TODAY, contact=contact)["seen"].value()

    def test_shows_what_is_stored(self, contact):
        form = ContactForm(owner=contact.owner, today=TODAY, contact=contact)
        assert {name: form[name].value() for name in ("through", "met_on", "tags", "stage", "organisation")} == {
            "through": "Ingrid", "met_on": "4 October 2026", "tags": "floods, Leeds", "stage": "met",
            "organisation": "Trust",
        }  # fmt: skip

    def test_untouched_is_the_same(self, contact):
        form = self.form(contact, self.seen(contact))
        assert form.is_valid(), form.errors
        assert in_words(form.details()) == in_words(details_of(contact))

    def test_changed_meanwhile_shows_both_texts(self, contact):
        seen = self.seen(contact)
        typed = in_words(details_of(contact))
        actions.edit(contact=contact, details=actions.Details(name="Priya", role="Chair", stage="asked"), now=NOW)
        contact.refresh_from_db()
        form = self.form(contact, seen, **{**typed, "role": "Boss"})
        assert form.is_valid() is False
        assert form.errors["role"] == ["Saved meanwhile: “Chair”. Yours stands here."]
        assert form.errors["email"] == ["Saved meanwhile: “nothing”. Yours stands here."]
        assert form.errors["stage"] == ["Saved meanwhile: “Asked”. Yours stands here."]
        assert form["role"].value() == "Boss"
        again = self.form(contact, form["seen"].value(), **typed)
        assert again.is_valid(), again.errors

    def test_changed_meanwhile_to_the_same_is_no_conflict(self, contact):
        assert self.form(contact, "older").is_valid()

    def test_touched_meanwhile_is_no_conflict(self, contact):
        seen = self.seen(contact)
        actions.touch(contact=contact, on=TODAY, now=NOW)
        contact.refresh_from_db()
        assert self.form(contact, seen, role="Boss").is_valid()

    def test_nobody_leads_to_themselves(self, contact):
        form = self.form(contact, self.seen(contact), through="Priya")
        assert form.errors["through"] == ["Nobody leads to themselves. Name somebody else, or leave it empty."]

    def test_introducer_stays_when_two_share_the_name(self, contact, user: User):
        ContactFactory(owner=user, name="Ingrid")
        form = self.form(contact, self.seen(contact))
        assert form.is_valid()
        assert form.details().introduced_by == contact.introduced_by


class TestQuick:
    def test_says_what_it_understood(self, user: User):
        li = ContactFactory(owner=user, name="Li Wei", email="f@lab.example")
        line = (
            "Fatoumata Diallo, flood engineer at Niger Basin Lab #floods #Mali, f@lab.example, +223 20 555 014, "
            "in Bamako, met yesterday, through Li Wei ! send the Göta paper friday ! call"
        )
        form = quick(user, line)
        assert facts(form) == {
            "Name": "Fatoumata Diallo", "Role": "Flood engineer", "Organisation": "Niger Basin Lab, new here",
            "E-mail": "f@lab.example, Li Wei has it too", "Phone": "+223 20 555 014", "Place": "Bamako",
            "Through": "Li Wei", "How you met": "met yesterday", "Met on": "Wednesday 18 November",
            "Tags": "floods, Mali", "You promise": "Call",
        }  # fmt: skip
        assert form.understood()[-2].said == "Send the Göta paper, by Friday 20 November"
        assert form.details() == actions.Details(
            name="Fatoumata Diallo", role="Flood engineer", organisation="Niger Basin Lab", email="f@lab.example",
            phone="+223 20 555 014", place="Bamako", time_zone="Africa/Bamako", how_met="met yesterday", met_on=date(2026, 11, 18),
            introduced_by=li, tags=("floods", "Mali"),
        )  # fmt: skip

    def test_somebody_of_that_very_name_is_pointed_out(self, user: User, stranger: User):
        ContactFactory(owner=stranger, name="Fatou Ndiaye")
        ContactFactory(owner=user, name="Fatou Ndiaye", binned_at=NOW)
        assert "Here already" not in facts(quick(user, "Fatou Ndiaye"))
        here = ContactFactory(owner=user, name="Fatou Ndiaye", role="Founder", organisation=None)
        (hint, *_rest) = quick(user, "fatou ndiaye, engineer").understood()
        assert (hint.label, hint.text, hint.url) == ("Here already", "Fatou Ndiaye, Founder", here.get_absolute_url())

    def test_met_is_not_said_twice(self, user: User):
        form = quick(user, "Ana, met at PyCon yesterday")
        assert facts(form)["How you met"] == "at PyCon yesterday"
        assert form.details().how_met == "met at PyCon yesterday"
        assert ContactFactory(owner=user, how_met="We met in Lyon").met_how == "in Lyon"
        assert ContactFactory(owner=user, how_met="met friday").met_how == "met friday"

    def test_through_nobody_i_know_is_kept_in_words(self, user: User, stranger: User):
        ContactFactory(owner=stranger, name="Li Wei")
        form = quick(user, "Ana, met at PyCon, through Li Wei")
        assert facts(form)["Through"] == "Li Wei, not among your contacts: kept in how you met"
        assert form.details().how_met == "through Li Wei, met at PyCon"

    def test_through_two_of_one_name_is_kept_in_words(self, user: User):
        ContactFactory.create_batch(2, owner=user, name="Li Wei")
        form = quick(user, "Ana, through Li Wei")
        assert facts(form)["Through"] == "Li Wei, more than one has that name: kept in how you met"

    @pytest.mark.parametrize(
        "line", ["", " \0 ", "met at PyCon", "#floods", "! call", "x@y.example", "?!,;", LONG, "x" * 301]
    )
    def test_no_name_is_said(self, user: User, line: str):
        form = quick(user, line)
        assert (form.is_valid(), form.understood()) == (False, [])
        assert list(form.errors) == ["line"]
        assert form["line"].value() == line

    def test_what_does_not_fit_is_kept_in_a_note(self, user: User):
        line = f"Ana, {'role ' * 70}at Lab ! {'call ' * 70}"
        form = quick(user, line)
        assert form.is_valid()
        assert (form.details().role, form.details().organisation) == ("", "Lab")
        assert form.note.split() == line.replace("!", " ").split()

    def test_fills_the_full_form(self, user: User):
        form = quick(user, "Ana, through Li Wei, met yesterday #floods ! call friday")
        assert form.is_valid()
        initial = form.initial_for_contact()
        assert initial["how_met"] == "through Li Wei, met yesterday"
        assert (initial["through"], initial["note"], initial["tags"]) == ("", "! call friday", ("floods",))
        shown = ContactForm(owner=user, today=TODAY, initial=initial)
        assert (shown["met_on"].value(), shown["tags"].value()) == ("18 November 2026", "floods")


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"body": ""}, {"body": ["The note is still empty."]}),
        ({"body": "\0 "}, {"body": ["The note is still empty."]}),
        ({"body": "x" * 20_001}, {"body": ["At most 20000 characters fit here; this has 20001. Shorten it."]}),
        ({"body": "x", "uid": "not one"}, {}),  # nobody types it: it stands in no one's way
        ({"body": "x"}, {}),
    ],
)
def test_note(data: dict[str, str], errors: dict[str, list[str]]):
    assert NoteForm(data).errors == errors


@pytest.mark.parametrize(
    "data", [{}, {"count": "0", "unit": "days"}, {"count": "100", "unit": "days"}, {"count": "2", "unit": "x"}]
)
def test_rhythm_is_a_small_number_of_something(data: dict[str, str]):
    assert not RhythmForm(data).is_valid()


@pytest.mark.parametrize(("typed", "on"), [("", TODAY), ("yesterday", TODAY - timedelta(days=1))])
def test_touch_is_today_unless_said(typed: str, on: date):
    form = TouchForm({"on": typed}, today=TODAY)
    assert form.is_valid()
    assert form.cleaned_data["on"] == on


def test_search_takes_what_it_understands(user: User):
    tag = ContactTagFactory(contact=ContactFactory(owner=user)).tag
    data = QueryDict(f"q=a%00na&stage=met&stage=bogus&tag={tag.pk}&owes=mine&after=x")
    form = ContactSearchForm(data, tags=[(tag.pk, tag.name)])
    form.is_valid()
    assert form.cleaned_data == {"q": "a na", "tag": [tag.pk], "owes": ["mine"]}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("plain & <b>", "<p>plain &amp; &lt;b&gt;</p>\n"),
        ("a\nb\n\nc", "<p>a<br>b</p>\n\n<p>c</p>"),
        ("**bold**", "<p><strong>bold</strong></p>\n"),
        ("[x](https://x.example)", '<p><a href="https://x.example" rel="noopener noreferrer nofollow">x</a></p>\n'),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("![x](https://x.example/i.png)", "<p></p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
        (
            "see https://x.example/a_(b)?c=1&d=2.",
            '<p>see <a href="https://x.example/a_(b)?c=1&amp;d=2" rel="noopener noreferrer nofollow">'
            "https://x.example/a_(b)?c=1&amp;d=2</a>.</p>\n",
        ),
        (
            "(www.x.example)",
            '<p>(<a href="https://www.x.example" rel="noopener noreferrer nofollow">www.x.example</a>)</p>\n',
        ),
        ("`https://x.example`", "<p><code>https://x.example</code></p>\n"),
        ("javascript:alert(1) ana@x.example", "<p>javascript:alert(1) ana@x.example</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
    ],
)
def test_note_is_shown_safely(text: str, html: str):
    assert draw(text) == html


@pytest.mark.parametrize(
    ("address", "html"),
    [
        ("https://www.x.example/a/", '<a href="https://www.x.example/a/" rel="noopener noreferrer">x.example/a</a>'),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ('http://x.example/"><b>', '<a href="http://x.example/&quot;&gt;&lt;b&gt;" rel="noopener noreferrer">x.example/&quot;&gt;&lt;b&gt;</a>'),
    ],
)  # fmt: skip
def test_link_leads_to_the_web_alone(address: str, html: str):
    assert outward(address) == html
