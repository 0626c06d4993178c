import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.http import seen_version
from followups import views
from followups.models import Promise
from followups.promise_list import _head
from tests.factories import NOW, TODAY, ContactFactory, InterviewFactory, PromiseFactory
from tests.html_elements import read
from tests.reading import every, headings, read_main, rows, text, title


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user, name="Priya Raghunathan")


@pytest.fixture
def promise(contact):
    return PromiseFactory(contact=contact)


@pytest.fixture
def theirs(stranger):
    """Somebody else's promise."""
    return PromiseFactory(contact=ContactFactory(owner=stranger, name="Canary"), what="Canary")


def toast(page) -> tuple[str, str]:
    """What was said on the page, and where its Undo posts to."""
    found = re.search(r'data-toast>\s*<p>(.*?)</p>(?:.*?action="([^"]*)")?', page.text, re.DOTALL)
    return (found[1], (found[2] or "").replace("&amp;", "&")) if found else ("", "")


def tap(client, name, promise, *args, v=None, **data):
    where = reverse(name, args=[promise.pk, *args]) + (f"?v={v}" if v is not None else "")
    return client.post(where, data, follow=True)


# --- a new one --------------------------------------------------------------------------------------------------------


def new(contact) -> str:
    return reverse("promise_new", args=[contact.pk])


def to(client, **typed):
    return client.post(
        reverse("promise_to"),
        {"whose": "mine", "what": "send the deck", "kind": "", "due": "friday", **typed},
        follow=True,
    )


def test_from_follow_ups_a_name_is_enough(client, contact):
    page = to(client, who="priya")
    assert page.redirect_chain == [("/follow-ups/?tab=mine", 302)]
    assert toast(page)[0] == "Noted: “Send the deck”, for Priya, by tomorrow."
    assert contact.promises.get().due_on == date(2026, 11, 20)


def test_theirs_leads_to_what_they_owe(client, contact):
    assert to(client, who="Priya Raghunathan", whose="theirs").redirect_chain == [("/follow-ups/?tab=theirs", 302)]


def test_of_two_of_that_name_each_is_a_tap_away_with_what_was_typed(client, contact):
    other = ContactFactory(owner=contact.owner, name="Priya Nair")
    page = to(client, who="Priya")
    assert "Choose the one you mean." in page.text
    for one in (contact, other):
        assert f'href="{new(one)}?whose=mine&what=send+the+deck&kind=&due=friday"' in page.text.replace("&amp;", "&")


def test_nobody_of_that_name_is_added_by_one_more_tap(client, user):
    page = to(client, who="Teresa Vasconcelos, tide logs at Port of Lisbon", whose="theirs")
    assert "Nobody called that is among your contacts yet." in page.text
    assert "Add Teresa Vasconcelos and note it" in page.text
    assert not user.contacts.exists()
    to(client, who="Teresa Vasconcelos, tide logs at Port of Lisbon", whose="theirs", add="Teresa Vasconcelos")
    teresa = user.contacts.get()
    assert (teresa.name, teresa.role, teresa.organisation.name) == ("Teresa Vasconcelos", "Tide logs", "Port of Lisbon")
    assert [one.what for one in teresa.promises.filter(whose="theirs")] == ["Send the deck"]


def test_a_second_slip_of_the_name_adds_nobody(client, user, contact):
    """Enter presses the first button of the form, which was offered for the first slip."""
    assert "Add Pria and note it" in to(client, who="Pria").text
    assert "Add Prya and note it" in to(client, who="Prya", add="Pria").text
    assert list(user.contacts.all()) == [contact]


def test_a_role_behind_the_name_adds_nobody_twice(client, contact):
    to(client, who="Priya Raghunathan, engineer at Niger Basin Lab", add="Priya Raghunathan")
    assert [one.what for one in contact.promises.all()] == ["Send the deck"]


@pytest.mark.parametrize("who", [" ", "!!", "x" * 301])
def test_what_is_no_name_is_said_and_adds_nobody(client, user, who):
    page = to(client, who=who, add=who)
    assert 'id="id_who_error"' in page.text
    assert "and note it" not in page.text
    assert not user.contacts.exists()


def test_names_are_suggested_from_the_typed_one_on(client, user, theirs):
    for name in ("Ana Souza", "Priya Nair", "Zsófia Kovács"):
        ContactFactory(owner=user, name=name)
    asked = {"HX-Request": "true", "HX-Target": "known-who"}
    page = client.get(reverse("promise_to"), {"who": "pri"}, headers=asked)
    assert re.findall(r'option value="([^"]*)"', page.text) == ["Priya Nair", "Zsófia Kovács"]


def test_a_promise_is_noted(client, contact):
    page = client.post(new(contact), {"what": "send the deck", "due": "next tuesday"}, follow=True)
    promise = contact.promises.get()
    assert (promise.what, promise.due_on, promise.whose, promise.kind) == (
        "Send the deck",
        date(2026, 11, 24),
        "mine",
        "article",
    )
    assert page.redirect_chain == [(contact.get_absolute_url(), 302)]


def test_noting_one_can_be_undone(client, contact):
    response = client.post(new(contact), {"what": "send the deck", "due": "friday"})
    said, undo = toast(client.get(reverse("today")))
    assert response.status_code == 302
    assert said == "Noted: “Send the deck”, for Priya, by tomorrow."
    client.post(undo)
    assert contact.promises.get().binned_at == NOW


def test_an_hour_typed_with_the_day_stays_among_the_words(client, contact):
    client.post(new(contact), {"what": "call her", "due": "friday at 14h30"})
    promise = contact.promises.get()
    assert (promise.what, promise.due_on) == ("Call her at 14h30", date(2026, 11, 20))


def test_a_past_date_is_accepted_and_said(client, contact):
    client.post(new(contact), {"what": "send the deck", "due": "3 days ago"})
    assert contact.promises.get().due_on == date(2026, 11, 16)
    assert "It was due Monday 16 November, so it is late." in toast(client.get(reverse("today")))[0]


def test_theirs_is_noted(client, contact):
    client.post(new(contact), {"what": "an intro to Li", "whose": "theirs", "kind": "introduction"})
    assert list(contact.promises.order_by("pk").values_list("whose", "kind")) == [
        ("theirs", "introduction"),
        ("mine", "check_in"),
    ]


def test_on_an_interview_it_goes_back_there(client, contact):
    interview = InterviewFactory(contact=contact)
    response = client.post(f"{new(contact)}?interview={interview.pk}", {"what": "send it"})
    assert response["Location"] == interview.get_absolute_url()
    assert contact.promises.get().interview == interview


@pytest.mark.parametrize("named", ["0", "x", "9" * 30, "-1", "²"])
def test_an_interview_that_is_none_is_ignored(client, contact, named):
    assert client.get(f"{new(contact)}?interview={named}").status_code == 200


@pytest.mark.parametrize("other", [{}, {"binned_at": NOW}])
def test_a_promise_is_kept_without_an_interview_of_another_contact_or_in_the_bin(client, user, contact, other):
    talk = InterviewFactory(contact=contact if other else ContactFactory(owner=user), **other)
    client.post(f"{new(contact)}?interview={talk.pk}", {"what": "send it"})
    assert contact.promises.get().interview is None


def test_the_form_can_be_filled_by_its_address(client, contact):
    page = client.get(f"{new(contact)}?what=send+the+deck&due=tomorrow&whose=theirs")
    assert 'value="send the deck"' in page.text
    assert "Tomorrow, Friday 20 November." in page.text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"what": ""}, "Say what was promised, in a few words."),
        ({"what": "  \x00 "}, "Say what was promised, in a few words."),
        ({"what": "x" * 10_000}, "At most 300 characters fit here; this has 10000."),
        ({"what": "send it", "due": "tomorow"}, "Not a date I know. Try “tomorrow”."),
        ({"what": "send it", "due": "32 october"}, "October ends on the 31st. Try “31 October”."),
        ({"what": "send it", "due": "31.12.9999"}, "Not a date I know. Try “in 3 weeks”."),
        ({"what": "send it", "due": "x" * 10_000}, "Not a date I know. Try “in 3 weeks”."),
        ({"what": "send it", "kind": "bribe"}, "That is not among the choices."),
        ({"what": "send it", "whose": "ours"}, "That is not among the choices."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, contact, data, said):
    page = client.post(new(contact), data)
    assert page.status_code == 200
    assert said in page.text
    assert data["what"].replace("\x00", "").strip() in page.text
    assert not contact.promises.exists()


def test_hostile_words_are_words(client, contact):
    client.post(new(contact), {"what": "<script>alert(1)</script> javascript:alert(1) \u202e\ufeff"})
    page = client.get(reverse("promise_list"))
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_while_typing_only_the_understood_date_is_sent(client, contact):
    page = client.get(
        new(contact), {"due": "next tuesday"}, headers={"HX-Request": "true", "HX-Target": "due-understood"}
    )
    [hint] = read(page.text.strip()).children
    assert (hint.role, hint.attrs["id"]) == ("status", "due-understood")
    assert hint.text == "Tuesday 24 November, in 5 days."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"due": ""}, "Without a day it is due in 3 days, on Sunday 22 November."),
        ({"due": "", "whose": "theirs"}, "Without a day I remind you on Sunday 29 November to ask kindly."),
        ({"due": "today"}, "Today, Thursday 19 November."),
        ({"due": "yesterday"}, "Yesterday: 1 day ago, so it is late."),
        ({"due": "3 days ago"}, "Monday 16 November: 3 days ago, so it is late."),
        ({"due": "4 dec 2027"}, "Saturday 4 December 2027, in 380 days."),
        ({"due": "wendesday"}, "Try “wednesday”."),
    ],
)
def test_the_line_under_the_date_says(client, contact, typed, said):
    page = client.get(new(contact), typed, headers={"HX-Request": "true", "HX-Target": "due-understood"})
    assert said in page.text


def test_the_page_shows_the_same_line_as_the_fragment(client, contact):
    asked = {"due": "next tuesday"}
    fragment = client.get(new(contact), asked, headers={"HX-Request": "true", "HX-Target": "due-understood"})
    assert fragment.text.strip() in client.get(new(contact), asked).text


# --- one promise ------------------------------------------------------------------------------------------------------


def test_the_page_of_a_promise(client, promise):
    page = client.get(promise.get_absolute_url())
    assert "<h1>Send the article on gauge stations</h1>" in page.text
    assert "due today" in page.text


def test_a_change_is_saved(client, promise):
    data = {"what": "Send the slides", "kind": "other", "due": "friday", "version": 1}
    page = client.post(reverse("promise_edit", args=[promise.pk]), data, follow=True)
    promise.refresh_from_db()
    assert (promise.what, promise.kind, promise.due_on, promise.version) == (
        "Send the slides",
        "other",
        date(2026, 11, 20),
        2,
    )
    assert toast(page)[0] == "Changed: “Send the slides”."


def test_what_the_form_shows_saves_without_a_change(client, promise):
    page = client.get(reverse("promise_edit", args=[promise.pk]))
    assert 'value="19 November 2026"' in page.text
    data = {"what": promise.what, "kind": "article", "due": "19 November 2026", "version": 1}
    client.post(reverse("promise_edit", args=[promise.pk]), data)
    promise.refresh_from_db()
    assert promise.due_on == TODAY


def test_changed_meanwhile_it_says_so_and_the_next_try_goes_through(client, promise):
    Promise.objects.filter(pk=promise.pk).update(version=4, what="Send both")
    where, data = reverse("promise_edit", args=[promise.pk]), {"what": "Send the slides", "due": "friday", "version": 1}
    page = client.post(where, data)
    assert "This was changed elsewhere meanwhile." in page.text
    assert page.context["form"].differences == [
        ("What", "Send both"),
        ("Kind", "article"),
        ("By", "19 November 2026"),
    ]
    assert re.findall(r"<dd>([^<]*)</dd>", page.text) == ["Send both", "article", "19 November 2026"]
    assert 'value="Send the slides"' in page.text
    assert 'name="version" value="4"' in page.text
    client.post(where, {**data, "version": 4})
    promise.refresh_from_db()
    assert promise.what == "Send the slides"


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40])
def test_a_version_that_is_none_changes_nothing(client, promise, version):
    page = client.post(reverse("promise_edit", args=[promise.pk]), {"what": "Eve", "version": version})
    promise.refresh_from_db()
    assert page.status_code == 200
    assert promise.what != "Eve"


# --- taps -------------------------------------------------------------------------------------------------------------


def test_kept_with_undo(client, promise):
    page = tap(client, "promise_keep", promise, v=1, next=reverse("today"))
    promise.refresh_from_db()
    assert promise.state == "kept"
    said, undo = toast(page)
    assert said == "Kept: “Send the article on gauge stations”, for Priya."
    client.post(undo, {"next": reverse("today")})
    promise.refresh_from_db()
    assert promise.state == "open"


def test_theirs_has_arrived(client, contact):
    promise = PromiseFactory(contact=contact, whose="theirs", what="An intro")
    assert toast(tap(client, "promise_keep", promise))[0] == "Arrived: “An intro”, from Priya."


def test_let_go_with_undo(client, promise):
    said, undo = toast(tap(client, "promise_let_go", promise, v=1))
    promise.refresh_from_db()
    assert (promise.state, said) == ("let_go", "Let go: “Send the article on gauge stations”, for Priya.")
    client.post(undo)
    promise.refresh_from_db()
    assert promise.state == "open"


def test_put_off_with_undo_to_where_it_was(client, promise):
    Promise.objects.filter(pk=promise.pk).update(snoozed_until=date(2026, 11, 20))
    said, undo = toast(tap(client, "promise_snooze", promise, 7, v=1))
    promise.refresh_from_db()
    assert promise.snoozed_until == date(2026, 11, 26)
    assert said == "Put off to Thursday 26 November: “Send the article on gauge stations”, for Priya."
    client.post(undo)
    promise.refresh_from_db()
    assert promise.snoozed_until == date(2026, 11, 20)


@pytest.mark.parametrize("days", [0, 367, 10**17])
def test_nobody_puts_off_that_far(client, promise, days):
    assert tap(client, "promise_snooze", promise, days).status_code == 404


def test_binned_with_undo(client, promise):
    said, undo = toast(tap(client, "promise_bin", promise, v=1, next=reverse("today")))
    promise.refresh_from_db()
    assert promise.binned_at == NOW
    assert said == "In the bin: “Send the article on gauge stations”, for Priya."
    client.post(undo)
    promise.refresh_from_db()
    assert promise.binned_at is None


@pytest.mark.parametrize("v", ["1", "x", "", "9" * 50])
def test_a_stale_tap_says_what_is_so_and_changes_nothing(client, promise, v):
    Promise.objects.filter(pk=promise.pk).update(version=2, state="kept", closed_at=NOW)
    said, undo = toast(tap(client, "promise_let_go", promise, v=v))
    promise.refresh_from_db()
    assert (promise.state, promise.version) == ("kept", 2)
    assert (said, undo) == ("Kept already: “Send the article on gauge stations”, for Priya.", "")


def test_a_stale_undo_changes_nothing(client, promise):
    _said, undo = toast(tap(client, "promise_keep", promise, v=1))
    tap(client, "promise_reopen", promise, v=2)
    tap(client, "promise_keep", promise, v=3)
    client.post(undo)
    promise.refresh_from_db()
    assert promise.state == "kept"


BACK = [
    "x", "9999-99-99", "9999-12-31", "0001-01-01", "2026-11-18", "2027-11-21", "2026-11-21T00:00", "٢٠٢٦-11-21", "\0",
]  # fmt: skip


@pytest.mark.parametrize("back", BACK)
def test_an_undo_leads_back_to_no_day_that_a_snooze_could_not_have_set(client, promise, back):
    Promise.objects.filter(pk=promise.pk).update(snoozed_until=date(2026, 11, 20))
    page = client.post(reverse("promise_unsnooze", args=[promise.pk]), query_params={"back": back}, follow=True)
    promise.refresh_from_db()
    assert (promise.snoozed_until, promise.version) == (date(2026, 11, 20), 1)
    assert page.status_code == 400 or toast(page)[0].startswith("Nothing was changed: nobody could have put")


def test_the_second_of_two_snoozes_undone_says_that_the_first_still_holds(client, promise):
    tap(client, "promise_snooze", promise, 1)
    _said, undo = toast(tap(client, "promise_snooze", promise, 7))
    said, _undo = toast(client.post(undo, follow=True))
    assert said == "Put off to tomorrow again: “Send the article on gauge stations”, for Priya."
    assert toast(client.post(reverse("promise_unsnooze", args=[promise.pk]), follow=True))[0].startswith("Not put off")


def test_an_old_undo_never_wins_over_a_decision_made_between_its_look_and_its_write(client, promise, monkeypatch):
    _said, undo = toast(tap(client, "promise_keep", promise, v=1))

    def look_then_let_another_tab_decide(request, row):
        seen = seen_version(request, row)
        other = Promise.objects.select_related("owner", "contact").get(pk=row.pk)
        other.reopen(NOW)
        other.let_go(NOW)
        return seen

    monkeypatch.setattr(views, "seen_version", look_then_let_another_tab_decide)
    said, _undo = toast(client.post(undo, follow=True))
    promise.refresh_from_db()
    assert (promise.state, promise.version) == ("let_go", 4)
    assert said == "Let go already: “Send the article on gauge stations”, for Priya."


@pytest.mark.parametrize(
    ("name", "args", "fields", "said"),
    [
        ("promise_keep", [], {"state": "kept", "closed_at": NOW}, "Kept already"),
        ("promise_let_go", [], {"state": "let_go", "closed_at": NOW}, "Let go already"),
        ("promise_reopen", [], {}, "Still open"),
        ("promise_snooze", [1], {"snoozed_until": date(2026, 11, 20)}, "Still open, and put off already"),
        ("promise_unsnooze", [], {}, "Still open"),
        ("promise_restore", [], {}, "Still open"),
    ],
)
def test_a_tap_on_what_is_so_already_says_so(client, promise, name, args, fields, said):
    Promise.objects.filter(pk=promise.pk).update(**fields)
    page = tap(client, name, promise, *args)
    promise.refresh_from_db()
    assert promise.version == 1
    assert toast(page)[0].startswith(said)


def test_a_promise_due_in_a_far_year_is_kept_and_its_year_said(client, contact):
    page = client.post(new(contact), {"what": "open the box", "due": "1 june 2199"}, follow=True)
    assert "by Saturday 1 June 2199" in toast(page)[0]
    assert contact.promises.get().remind_at.year == 2199


def test_next_leads_back_only_to_a_page_of_ours(client, promise):
    page = client.post(reverse("promise_keep", args=[promise.pk]), {"next": "https://evil.example/"})
    assert page["Location"] == promise.get_absolute_url()


@pytest.mark.parametrize(
    "name", ["promise_keep", "promise_let_go", "promise_reopen", "promise_unsnooze", "promise_bin", "promise_restore"]
)
def test_a_tap_is_a_post_and_on_mine(client, theirs, promise, name):
    assert client.get(reverse(name, args=[promise.pk])).status_code == 405
    assert client.post(reverse(name, args=[theirs.pk])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.version == 1


@pytest.mark.parametrize("name", ["promise_detail", "promise_edit"])
def test_somebody_elses_promise_is_not_there(client, theirs, name):
    assert client.get(reverse(name, args=[theirs.pk])).status_code == 404


def test_a_promise_of_somebody_elses_contact_cannot_be_made(client, theirs):
    assert client.post(new(theirs.contact), {"what": "Eve"}).status_code == 404


def test_a_promise_about_somebody_binned_is_not_there(client, user):
    promise = PromiseFactory(contact=ContactFactory(owner=user, binned_at=NOW))
    assert client.get(promise.get_absolute_url()).status_code == 404


# --- follow-ups -------------------------------------------------------------------------------------------------------


@pytest.fixture
def some(contact):
    """One in each section, by its day."""
    days = {"Overdue": -4, "Today": 0, "This week": 2, "Later": 4}
    return {
        head: PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=days[head]), what=head) for head in days
    }


def whats(page) -> list[str]:
    return [title(row) for row in rows(page)]


def test_i_owe_in_its_sections(client, some):
    page = client.get(reverse("promise_list"))
    assert headings(page) == [(head, "1") for head in some]
    assert whats(page) == list(some)
    assert "You owe four things, one of them late." in page.text


def test_the_tabs_count_and_show_their_own(client, contact, some):
    PromiseFactory(contact=contact, whose="theirs", what="their")
    PromiseFactory(contact=contact, state="kept", closed_at=NOW, what="kept one")
    PromiseFactory(contact=contact, state="let_go", closed_at=NOW, what="gone one")
    page = client.get(reverse("promise_list"))
    tabs = next(every(read_main(page), "nav"))
    assert [text(tab) for tab in every(tabs, "a")] == ["I owe 4", "They owe 1", "Kept", "Let go"]
    tabs = next(every(read_main(client.get(reverse("promise_list"), {"tab": "kept"})), "nav"))
    assert [text(tab) for tab in every(tabs, "a")] == ["I owe 4", "They owe 1", "Kept 1", "Let go"]
    shown = {tab: whats(client.get(reverse("promise_list"), {"tab": tab})) for tab in ("theirs", "kept", "gone")}
    assert shown == {"theirs": ["their"], "kept": ["kept one"], "gone": ["gone one"]}


def test_filtered_by_kind_and_by_contact(client, user, contact):
    PromiseFactory(contact=contact, kind="article", what="article of Priya")
    PromiseFactory(contact=contact, kind="thank_you", what="thanks to Priya")
    PromiseFactory(contact=ContactFactory(owner=user), kind="article", what="article of another")
    assert whats(client.get(reverse("promise_list"), {"kind": "article", "contact": contact.pk})) == [
        "article of Priya"
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"tab": "x", "kind": "y", "contact": "z"},
        {"contact": "9" * 40},
        {"after": "x"},
        {"after": "2026-11-19_"},
        {"before": "9999-99-99_1"},
        {"after": "2026-11-01_" + "9" * 40},
        {"tab": "kept", "after": "0001-01-01T00:00:00+14:00_1"},
        {"tab": "kept", "before": "2026-11-19_1"},
    ],
)
def test_an_address_of_nonsense_shows_the_list(client, some, query):
    assert client.get(reverse("promise_list"), query).status_code == 200


def test_somebody_elses_contact_is_no_filter(client, some, theirs):
    page = client.get(reverse("promise_list"), {"contact": theirs.contact_id})
    assert whats(page) == list(some)
    assert "Canary" not in page.text


@pytest.mark.parametrize(("tab", "fields"), [("mine", {}), ("kept", {"state": "kept", "closed_at": NOW})])
def test_pages_follow_each_other_and_lose_nothing(client, contact, tab, fields):
    for number in range(120):
        PromiseFactory(contact=contact, what=f"{number:03}", due_on=TODAY + timedelta(days=number // 7), **fields)
    seen, address, sizes, back = [], {"tab": tab}, [], ""
    while address:
        page = client.get(reverse("promise_list"), address)
        seen, sizes = seen + whats(page), [*sizes, len(whats(page))]
        back = page.context["page"].earlier or back
        address = {"tab": tab, "after": page.context["page"].later} if page.context["page"].later else None
    assert sizes == [25, 25, 25, 25, 20]
    assert sorted(seen) == [f"{number:03}" for number in range(120)]
    earlier = client.get(reverse("promise_list"), {"tab": tab, "before": back})
    assert whats(earlier) == seen[75:100]


@pytest.mark.parametrize("tab", ["mine", "theirs", "kept", "gone"])
@pytest.mark.parametrize("many", [1, 30])
def test_the_list_costs_the_same_for_one_and_for_thirty(client, user, tab, many, django_assert_num_queries):
    fields = {"mine": {}, "theirs": {"whose": "theirs"}, "kept": {"state": "kept"}, "gone": {"state": "let_go"}}[tab]
    if "state" in fields:
        fields["closed_at"] = NOW
    for _number in range(many):
        PromiseFactory(contact=ContactFactory(owner=user), **fields)
    counts = 3 if tab in ("mine", "theirs") else 4
    with django_assert_num_queries(6 + counts):  # session, user, rows, counts, three of the navigation
        client.get(reverse("promise_list"), {"tab": tab})


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        ("mine", "You owe nobody anything."),
        ("theirs", "Nobody owes you anything."),
        ("kept", "Nothing kept yet."),
        ("gone", "Nothing let go."),
    ],
)
def test_an_empty_tab_says_so(client, user, tab, said):
    assert f"<h2>{said}</h2>" in client.get(reverse("promise_list"), {"tab": tab}).text


def test_an_empty_filter_says_so(client, some):
    assert "Nothing of that kind here." in client.get(reverse("promise_list"), {"kind": "introduction"}).text


@pytest.mark.parametrize(
    ("late", "coming", "lead"),
    [
        (0, 0, "You owe nobody anything."),
        (0, 1, "You owe one thing."),
        (1, 0, "You owe one thing, and it is late."),
        (0, 2, "You owe two things, none of them late."),
        (2, 9, "You owe 11 things, two of them late."),
    ],
)
def test_the_lead_says_how_much(client, contact, late, coming, lead):
    for days in [-1] * late + [1] * coming:
        PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=days))
    assert lead in [line.text for line in read(client.get(reverse("promise_list")).text).all("paragraph")]


def test_past_a_thousand_it_counts_no_further(client, contact):
    late = PromiseFactory.build_batch(1001, contact=contact, owner=contact.owner, due_on=TODAY - timedelta(days=1))
    Promise.objects.bulk_create(late)
    page = client.get(reverse("promise_list"))
    assert "You owe more than 1,000 things, more than 1,000 of them late." in page.text
    assert next(text(tab) for tab in every(next(every(read_main(page), "nav")), "a")) == "I owe 1,000+"
    assert len(rows(page)) == 25


def test_day_of_a_promise_is_a_date(client, contact):
    promise = PromiseFactory(contact=contact, promised_on=TODAY)
    assert "on Thursday 19 November" in client.get(promise.get_absolute_url()).text


def test_the_last_one_of_a_page_kept_leads_to_those_that_are_left(client, contact):
    for n in range(26):
        PromiseFactory(contact=contact, what=f"thing {n}")
    second = f"/follow-ups/?after={client.get('/follow-ups/').context['page'].later}"
    (row,) = client.get(second).context["page"].rows
    page = tap(client, "promise_keep", row, v=row.version, next=second)
    assert len(page.context["page"].rows) == 25


@pytest.mark.parametrize(
    ("day", "heads"),
    [
        (21, {0: "Today", 1: "Tomorrow", 2: "Next week", 8: "Next week", 9: "Later"}),  # a Saturday
        (22, {0: "Today", 1: "Next week", 7: "Next week", 8: "Later"}),
        (23, {0: "Today", 1: "This week", 6: "This week", 7: "Later"}),
    ],
)
def test_weekend_looks_into_the_next_week(day: int, heads: dict[int, str]):
    today = date(2026, 11, day)
    assert {days: _head(today + timedelta(days=days), today) for days in heads} == heads
