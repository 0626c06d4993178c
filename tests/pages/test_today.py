from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from followups.models import Promise
from tests.factories import (
    NOW,
    TODAY,
    AskFactory,
    ContactFactory,
    CounterFactory,
    DebriefFactory,
    InterviewFactory,
    OfferFactory,
    PromiseFactory,
)
from tests.html_elements import read
from tests.htmx import element
from tests.reading import buttons, every, headings, posts_to, read_main, rows, text, title


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def contact(user):
    return ContactFactory(owner=user, name="Priya Raghunathan")


def today(client):
    return client.get(reverse("today"))


def talk(user, at: time, days: int = 0, **fields):
    name = fields.pop("name", "Mateus Oliveira")
    return InterviewFactory(
        contact=ContactFactory(owner=user, name=name), local_date=TODAY + timedelta(days=days), local_time=at, **fields
    )


def to_touch(user, **fields):
    return ContactFactory(owner=user, stage="continue", rhythm_count=2, rhythm_unit="months", touch_on=TODAY, **fields)


def test_everything_in_its_order(client, user, contact):
    PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=4))
    PromiseFactory(contact=contact)
    talk(user, time(14))
    talk(user, time(16), name="Li Wei")
    talk(user, time(9), days=1, name="Nguyễn Thị Hồng Nhung")
    to_touch(user, name="Ingrid Sæther")
    PromiseFactory(contact=contact, whose="theirs")
    assert headings(today(client)) == [
        ("Mateus Oliveira", ""),
        ("Overdue", "1"),
        ("Due today", "1"),
        ("Also today", "1"),
        ("Tomorrow", "1"),
        ("Stay in touch", "1"),
    ]


@pytest.mark.parametrize(
    ("late", "due", "at", "lead"),
    [
        (2, 1, time(14), "Two promises are late, and Mateus is at 14:00."),
        (1, 0, None, "One promise is late."),
        (0, 3, None, "Three promises are due."),
        (0, 1, time(15, 30), "One promise is due, and Mateus is at 15:30."),
        (0, 0, time(15, 30), "Mateus is at 15:30."),
        (0, 0, None, "Nothing is owed today, nobody waits."),
    ],
)
def test_the_lead_says_the_day_in_a_sentence(client, user, contact, late, due, at, lead):
    for days in [-1] * late + [0] * due:
        PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=days))
    if at:
        talk(user, at)
    assert lead in [line.text for line in read(today(client).text).all("paragraph")]


@pytest.mark.parametrize(
    ("late", "counters", "at", "lead"),
    [
        (0, 1, None, "One proposed time waits for you."),
        (0, 2, time(14), "Two proposed times wait for you, and Mateus is at 14:00."),
        (1, 1, None, "One promise is late, and one proposed time waits for you."),
        (1, 1, time(14), "One promise is late, one proposed time waits for you, and Mateus is at 14:00."),
    ],
)
def test_the_lead_counts_times_proposed_to_me(client, user, contact, late, counters, at, lead):
    for _ in range(late):
        PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=1))
    for _ in range(counters):
        CounterFactory(offer__contact=contact, offer__state="countered")
    if at:
        talk(user, at)
    assert lead in [line.text for line in read(today(client).text).all("paragraph")]


def test_the_day_is_the_users(client, user, contact):
    PromiseFactory(contact=contact, due_on=TODAY + timedelta(days=1))
    with time_machine.travel(datetime(2026, 11, 19, 23, 30, tzinfo=UTC), tick=False):
        page = today(client)
    assert "<h1>Friday 20 November</h1>" in page.text
    assert headings(page) == [("Due today", "1")]


def test_what_is_put_off_comes_back_on_its_day(client, contact):
    PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=4), snoozed_until=TODAY + timedelta(days=1))
    assert headings(today(client)) == []
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        assert headings(today(client)) == [("Overdue", "1")]


def test_nothing_nags_about_somebody_dropped(client, user, contact):
    dropped = ContactFactory(owner=user, stage="drop")
    PromiseFactory(contact=dropped, due_on=TODAY - timedelta(days=4))
    PromiseFactory(contact=dropped, whose="theirs")
    assert headings(today(client)) == []


def test_the_figure_beside_today_is_that_of_the_page(client, user, contact):
    PromiseFactory(contact=contact)
    PromiseFactory(contact=contact, snoozed_until=TODAY + timedelta(days=1))
    PromiseFactory(contact=ContactFactory(owner=user, stage="drop"))
    PromiseFactory(contact=ContactFactory(owner=user, binned_at=NOW))
    talk(user, time(14))
    for page in (today(client), client.get(contact.get_absolute_url())):
        assert "Today1 due" in [link.text for link in read(page.text).all("link")]


def test_a_talk_that_is_over_is_not_the_next_one(client, user):
    talk(user, time(9), name="Over Already")
    talk(user, time(14))
    page = today(client)
    assert "Mateus is at 14:00." in page.text
    assert headings(page) == [("Mateus Oliveira", ""), ("Did you talk?", "1")]


def test_a_talk_whose_time_has_passed_is_asked_about_until_it_is_answered(client, user):
    passed = talk(user, time(9), days=-3)
    (row,) = rows(today(client), "Did you talk?")
    assert title(row) == "Did you talk with Mateus?"
    assert [said.partition(":")[0].strip() for said in buttons(row)] == ["We talked", "Plan again", "Let it be"]
    after = client.post(posts_to(row, "We talked"), {"next": reverse("debrief", args=[passed.pk])})
    assert after["Location"] == reverse("debrief", args=[passed.pk])
    assert headings(today(client)) == [("Due today", "1"), ("Debriefs waiting", "1")]


def test_it_may_not_have_taken_place(client, user):
    passed = talk(user, time(9))
    (row,) = rows(today(client), "Did you talk?")
    client.post(posts_to(row, "Let it be"))
    passed.refresh_from_db()
    assert passed.state == "no_show"
    assert headings(today(client)) == []


def test_nobody_asks_whether_i_talked_with_somebody_dropped(client, user):
    passed = talk(user, time(9))
    passed.contact.owner.contacts.update(stage="drop")
    assert headings(today(client)) == []


def test_a_talk_that_runs_is_not_asked_about(client, user):
    with time_machine.travel(datetime(2026, 11, 19, 13, 10, tzinfo=UTC), tick=False):
        talk(user, time(14))
        assert headings(today(client)) == [("Mateus Oliveira", "")]


def test_who_was_met_is_decided_on_with_one_tap(client, user):
    met = ContactFactory(owner=user, name="Li Wei", stage="met")
    (row,) = rows(today(client), "To decide")
    client.post(posts_to(row, "Continue"))
    met.refresh_from_db()
    assert (met.stage, met.rhythm) == ("continue", "every 2 months")
    assert headings(today(client)) == []


def test_whose_debrief_waits_is_decided_on_there(client, user):
    InterviewFactory(contact=ContactFactory(owner=user, stage="met"), state="held", held_at=NOW)
    assert headings(today(client)) == [("Debriefs waiting", "1")]


def test_to_stay_in_touch_can_wait(client, user):
    friend = to_touch(user, name="Ingrid Sæther")
    (row,) = rows(today(client), "Stay in touch")
    after = client.post(posts_to(row, "In a week"), {"next": reverse("today")}, follow=True)
    friend.refresh_from_db()
    assert friend.touch_on == TODAY + timedelta(days=7)
    assert "Ingrid Sæther can wait." in after.text
    client.post(reverse("contact_unwait", args=[friend.pk]))
    friend.refresh_from_db()
    assert friend.touch_on == TODAY + timedelta(days=61)


def test_a_day_that_is_done_says_what_comes_next(client, user, contact):
    talk(user, time(9), days=3)
    PromiseFactory(contact=contact, what="Send the maps", due_on=TODAY + timedelta(days=2))
    PromiseFactory(contact=contact, what="Too far away", due_on=TODAY + timedelta(days=8))
    page = today(client)
    assert headings(page) == [("What comes next", "")]
    said = text(read_main(page))
    assert "Talk with Mateus Oliveira" in said
    assert "Send the maps" in said
    assert "Too far away" not in said
    assert "Goes out by itself" in page.text


def test_kept_is_one_tap(client, contact):
    PromiseFactory(contact=contact)
    (row,) = rows(today(client), "Due today")
    after = client.post(posts_to(row, "Kept"), {"next": reverse("today")}, follow=True)
    assert "Kept: “Send the article on gauge stations”, for Priya." in after.text
    assert headings(after) == []


def test_three_at_most_to_stay_in_touch_with(client, user):
    for _number in range(4):
        to_touch(user, last_touch_on=TODAY - timedelta(days=61))
    page = today(client)
    assert ("Stay in touch", "3") in headings(page)
    assert "2 months since you were in touch" in page.text


def test_writing_to_somebody_is_a_mail_link_whatever_the_address_holds(client, user):
    to_touch(user, email='a"b onclick=x@keepword.example')
    assert 'href="mailto:a%22b%20onclick%3Dx@keepword.example"' in today(client).text


def test_before_the_first_contact_it_welcomes(client, user):
    page = today(client)
    assert "<h1>Welcome, Amara</h1>" in page.text
    assert 'href="/capture/?next=%2F" data-capture' in page.text
    assert "One mail a day, at 08:00, and only if something is due." in page.text


def test_with_nothing_to_do_it_says_so(client, contact):
    page = today(client)
    assert "All done for today." in page.text
    assert "<h1>Thursday 19 November</h1>" in page.text


def test_a_talk_of_today_stands_before_the_word_that_all_is_done(client, contact):
    InterviewFactory(contact=contact, starts_at=NOW - timedelta(minutes=5))
    page = today(client).text
    assert page.index("Open the room") < page.index("All done for today.")
    assert page.count("Open the room") == 1
    assert "nothing waits but the talk" in page


def test_the_twelve_most_urgent_are_shown_and_how_many_more_there_are(client, contact):
    for days in range(30):
        PromiseFactory(contact=contact, what=f"late since {days}", due_on=TODAY - timedelta(days=days + 1))
    for _number in range(10):
        PromiseFactory(contact=contact)
    page = today(client)
    assert headings(page)[0] == ("Overdue", "30")
    assert [title(row) for row in rows(page, "Overdue")] == [f"late since {days}" for days in range(29, 17, -1)]
    assert rows(page, "Due today") == []
    assert "30 promises are late." in page.text
    (more,) = [link for link in every(read_main(page), "a") if text(link).startswith("and ")]
    assert (text(more), dict(more.attributes)["href"]) == ("and 28 more under Follow-ups", reverse("promise_list"))


def test_twelve_are_all_there_is(client, contact):
    for _number in range(12):
        PromiseFactory(contact=contact)
    page = today(client)
    assert headings(page) == [("Due today", "12")]
    assert "more under Follow-ups" not in text(read_main(page))


def test_past_a_thousand_it_counts_no_further(client, contact):
    late = PromiseFactory.build_batch(1001, contact=contact, owner=contact.owner, due_on=TODAY - timedelta(days=1))
    Promise.objects.bulk_create(late)
    page = today(client)
    assert headings(page)[0] == ("Overdue", "1,000+")
    assert "More than 1,000 promises are late." in page.text
    assert "and more than 988 more" in text(read_main(page))


def test_a_row_says_what_who_and_when_and_acts_in_one_tap(client, user):
    contact = ContactFactory(owner=user, name="Zsófia Nagy")
    mine = PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=4))
    page = today(client)
    (row,) = rows(page, "Overdue")
    assert text(row).startswith("ZN Send the article on gauge stations Zsófia Nagy · 4 days late")
    assert [said.partition(":")[0].strip() for said in buttons(row)] == [
        "Kept",
        "Tomorrow",
        "In 3 days",
        "Next week",
        "Let go",
    ]
    assert posts_to(row, "Tomorrow") == f"/promises/{mine.pk}/snooze/1/?v=1"
    assert dict(next(every(row, "a")).attributes)["href"] == mine.get_absolute_url()


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", '"><b>', "{{ secret }}", "{% csrf_token %}", "{what}"])
def test_what_was_typed_is_text(client, user, typed):
    PromiseFactory(contact=ContactFactory(owner=user, name=typed), what=typed)
    page = today(client)
    assert "<script>alert" not in page.text
    assert "><b>" not in element(page.text, "main")
    assert title(rows(page, "Due today")[0]) == " ".join(typed.split())


def test_it_says_where_mail_goes_without_a_mail_server(client, contact, settings):
    assert "mails are written as files" in today(client).text
    settings.EMAIL_URL = "smtp://mail.example"
    assert "mails are written as files" not in today(client).text


def test_nobody_elses_day_is_shown(client, stranger, contact):
    other = ContactFactory(
        owner=stranger, name="Canary", stage="continue", rhythm_count=1, rhythm_unit="days", touch_on=TODAY
    )
    PromiseFactory(contact=other, what="Canary")
    PromiseFactory(contact=other, what="Canary", whose="theirs")
    InterviewFactory(contact=other, local_date=TODAY)
    assert "Canary" not in today(client).text


@pytest.mark.parametrize("many", [0, 1, 30])
def test_today_costs_the_same_for_none_one_and_thirty(client, user, many, django_assert_num_queries):
    ContactFactory(owner=user)
    for _number in range(many):
        contact = to_touch(user)
        PromiseFactory(contact=contact, due_on=TODAY - timedelta(days=1))
        PromiseFactory(contact=contact)
        PromiseFactory(contact=contact, whose="theirs")
        InterviewFactory(contact=contact, local_date=TODAY, local_time=time(15))
        InterviewFactory(contact=contact, local_date=TODAY + timedelta(days=1))
        DebriefFactory(interview=InterviewFactory(contact=contact, state="held", held_at=NOW))
        CounterFactory(offer__contact=contact, offer__state="countered")
        AskFactory(contact=ContactFactory(owner=user, stage="asked"), follow_up_on=TODAY)
        OfferFactory(contact=ContactFactory(owner=user, stage="asked"), follow_up_on=TODAY)
        ContactFactory(owner=user, stage="met")
        talk(user, time(9))
    # session, user, promises, which days, talks, debriefs, to decide, to touch, two of the mail, whether others did something;
    # if so news, mails that came back, letters, other times and offers;
    # of a day that is done, whether there is anybody at all, and what comes next
    with django_assert_num_queries(16 if many else 17):
        today(client)


def test_a_proposed_time_that_has_passed_is_not_offered_to_be_taken(client, user, contact):
    passed = NOW - timedelta(hours=1)
    answer = {"attendee_status": "countered", "attendee_at": passed, "attendee_starts_at": passed}
    unsuited = talk(user, time(14), days=1, **answer)
    CounterFactory(offer__contact=contact, offer__state="countered", starts_at=passed)
    found = [row for row in rows(today(client), "News") if "propose" in text(row)]
    assert [name for row in found for name in buttons(row)] == [f"Cancel the talk : {unsuited.contact.name}"]
    page = client.get(unsuited.contact.get_absolute_url())
    assert "Take this time" not in page.text
