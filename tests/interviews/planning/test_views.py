from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from crm.models import Contact
from interviews.models import Interview
from interviews.planning import actions
from outbox.models import OutgoingMail, State
from tests.factories import NOW, ContactFactory, InterviewFactory, OfferFactory, OrganisationFactory, PromiseFactory
from tests.interviews.planning.test_actions import TERMS, leaves, moved

pytestmark = pytest.mark.django_db
TYPED = {
    "medium": "phone",
    "minutes": "20",
    "own_minutes": "",
    "day": "4 december",
    "at": "15:00",
    "where": "+351 21 555 0142",
    "purpose": "How she reads churn",
}
HTMX = {"HX-Request": "true", "HX-Target": "understood"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(
        owner=user, name="Ana Souza", email="ana@nubank.example", phone="+351 21", time_zone="Europe/Lisbon"
    )


@pytest.fixture
def interview(user, ana) -> Interview:
    return actions.plan(owner=user, contact=ana, now=NOW, agreed=TERMS)


def new(contact: Contact) -> str:
    return reverse("interview_new", args=[contact.pk])


def url(verb: str, interview: Interview, version: int | None = None) -> str:
    query = f"?v={version}" if version is not None else ""
    return reverse(f"interview_{verb}", args=[interview.pk]) + query


def page(client: Client, interview: Interview) -> Any:
    return client.get(interview.get_absolute_url())


def statements(captured: CaptureQueriesContext) -> list[str]:
    """What asks the database something: not the frame of a transaction."""
    frame = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return [query["sql"] for query in captured if not query["sql"].startswith(frame)]


# --- planning ---------------------------------------------------------------------------------------------------------


def test_form_is_prefilled_with_the_usual(client, ana):
    response = client.get(new(ana))
    assert response.context["form"].initial == {"medium": "phone", "minutes": 20, "where": "+351 21"}


def test_form_says_what_will_happen(client, ana):
    assertContains(client.get(new(ana)), "Ana gets an invitation 20 seconds after you save.")


def test_form_says_that_nothing_is_sent_without_an_address(client, user):
    assertContains(client.get(new(ContactFactory(owner=user, name="Li Wei"))), "Li has no e-mail address")


def test_plan_saves_and_says_so(client, ana):
    response = client.post(new(ana), TYPED, follow=True)
    interview = Interview.objects.get()
    assertRedirects(response, interview.get_absolute_url())
    assertContains(response, "Planned. Ana gets an invitation in 20 seconds.")
    assertContains(response, url("cancel", interview, 1))
    assert (interview.starts_at, interview.minutes) == (datetime(2026, 12, 4, 14, 0, tzinfo=UTC), 20)


def test_plan_shows_both_zones_afterwards(client, ana):
    response = client.post(new(ana), TYPED, follow=True)
    assertContains(response, "Friday 4 December, 15:00")
    assertContains(response, "in Lisbon")


@pytest.mark.parametrize("typed", ["2026-12-04", "4 Dec", "in 15 days", "friday in two weeks", "4.12.2026"])
def test_plan_takes_the_day_in_words(client, ana, typed):
    response = client.post(new(ana), {**TYPED, "day": typed})
    if response.status_code == 200:
        assertContains(response, "Not a date I know.")
    else:
        assert Interview.objects.get().local_date == date(2026, 12, 4)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("15:00", time(15)),
        ("15", time(15)),
        ("3pm", time(15)),
        ("12 am", time(0)),
        ("9.30", time(9, 30)),
        ("15:00:00", time(15)),
    ],
)
def test_plan_takes_the_time_as_people_write_it(client, ana, typed, meant):
    Contact.objects.update(time_zone="")  # midnight is night anywhere else
    client.post(new(ana), {**TYPED, "at": typed})
    assert Interview.objects.get().local_time == meant


@pytest.mark.parametrize(
    ("minutes", "own", "meant"), [("25", "", 25), ("", "10", 10), ("", "120", 120), ("20", "999", 20)]
)
def test_plan_takes_a_length_of_ones_own(client, ana, minutes, own, meant):
    client.post(new(ana), {**TYPED, "minutes": minutes, "own_minutes": own})
    assert Interview.objects.get().minutes == meant


def test_plan_without_an_address_sends_nothing_and_offers_the_file(client, user):
    response = client.post(new(ContactFactory(owner=user, name="Li Wei")), TYPED, follow=True)
    assertContains(response, "Planned. Nothing is sent to Li.")
    assertContains(response, url("ics", Interview.objects.get()))
    assert OutgoingMail.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"day": ""}, "day", "Say which day"),
        ({"day": "31 november"}, "day", "November ends on the 30th. Try “30 November”."),
        ({"day": "9999-12-31"}, "day", "Not a date I know."),
        (
            {"day": "2150-01-01"},
            "day",
            "Thursday 1 January 2150 is too far away. Choose a day up to Wednesday 19 November 2031.",
        ),
        ({"day": "2031-11-20"}, "day", "too far away"),
        ({"day": "d" * 10_000}, "day", "At most 60 characters"),
        ({"day": "\x00"}, "day", "Say which day"),
        ({"at": ""}, "at", "Say at what time"),
        ({"at": "25:00"}, "at", "Not a time I know. Try “15:00”."),
        ({"at": "13pm"}, "at", "Not a time I know. Try “15:00”."),
        ({"at": "\u0661\u0665"}, "at", "Not a time I know. Try “15:00”."),
        ({"at": "1" * 10_000}, "at", "Not a time I know. Try “15:00”."),
        ({"day": "today", "at": "12:59"}, "at", "Thursday 19 November, 12:59 has passed."),
        ({"day": "yesterday"}, "day", "Wednesday 18 November, 15:00 has passed."),
        ({"minutes": "9"}, "minutes", "Minutes are a number, 10 to 120."),
        ({"minutes": "", "own_minutes": "121"}, "own_minutes", "Minutes are a number, 10 to 120."),
        ({"minutes": "", "own_minutes": "1" * 10_000}, "own_minutes", "Minutes are a number, 10 to 120."),
        ({"minutes": "", "own_minutes": ""}, "own_minutes", "Say how many minutes."),
        ({"medium": "pigeon"}, "medium", "That is not among the choices."),
        ({"where": "w" * 10_000}, "where", "At most 300 characters"),
        ({"where": " JavaScript:alert(1)"}, "where", "Not a link that can be sent."),
        ({"purpose": "p" * 10_000}, "purpose", "At most 2000 characters"),
    ],
)
def test_plan_refuses_with_a_sentence_and_keeps_what_was_typed(client, ana, changes, field, sentence):
    response = client.post(new(ana), {**TYPED, **changes})
    assertContains(response, "Everything you typed is kept.")
    assert sentence in " ".join(response.context["form"].errors[field])
    assertContains(response, "How she reads churn" if field != "purpose" else "p" * 10_000)
    assert Interview.objects.count() == OutgoingMail.objects.count() == 0


def test_plan_says_which_hour_the_clocks_skip(client, ana):
    response = client.post(new(ana), {**TYPED, "day": "2027-03-28", "at": "02:30"})
    assert response.context["form"].errors["at"] == [
        "The clocks in Stockholm skip 02:30 on Sunday 28 March 2027. The next hour there is: 03:30."
    ]


def test_plan_takes_the_first_of_an_hour_that_comes_twice_and_says_so(client, ana):
    Contact.objects.update(time_zone="")
    typed = {**TYPED, "day": "2027-10-31", "at": "02:30"}
    assertContains(client.get(new(ana), typed, headers=HTMX), "The first is meant.")
    client.post(new(ana), typed)
    assert Interview.objects.get().starts_at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_plan_cleans_what_no_calendar_can_hold(client, ana):
    client.post(new(ana), {**TYPED, "where": "a\x00b\r\nc\u2028d", "purpose": "one\r\ntwo\x00\u0085"})
    interview = Interview.objects.get()
    assert (interview.where, interview.purpose) == ("a b c d", "one\ntwo")


def test_overlap_is_said_and_saved(client, user, ana):
    other = ContactFactory(owner=user, name="Li Wei")
    actions.plan(owner=user, contact=other, now=NOW, agreed=TERMS)
    assertContains(client.get(new(ana), TYPED, headers=HTMX), "You talk with Li Wei then, 15:00 to 15:20.")
    response = client.post(new(ana), {**TYPED, "at": "15:10"}, follow=True)
    assertContains(response, "You talk with Li Wei then, 15:00 to")
    assert Interview.objects.count() == 2


def test_dropped_contact_is_not_planned_with(client, ana):
    Contact.objects.update(stage="drop")
    response = client.post(new(ana), TYPED)
    assertContains(response, "You dropped Ana, and drop means silence.")
    assert Interview.objects.count() == 0


def test_plan_escapes_text_of_others(client, ana):
    response = client.post(new(ana), {**TYPED, "where": "<script>x</script>", "medium": "video"}, follow=True)
    assertNotContains(response, "<script>x")


# --- the preview ------------------------------------------------------------------------------------------------------


def test_preview_shows_mine_and_theirs(client, ana):
    response = client.get(new(ana), {"day": "4 dec", "at": "15:00", "minutes": "20", "medium": "phone"}, headers=HTMX)
    assertContains(response, "Friday 4 December, 15:00")
    assert "14:00 in Lisbon." in " ".join(response.content.decode().split())
    assertNotContains(response, "<html")


def test_preview_names_their_day_when_it_is_another(client, ana):
    Contact.objects.update(time_zone="Asia/Tokyo")
    html = client.get(new(ana), {**TYPED, "at": "20:00"}, headers=HTMX).content.decode()
    assert "Saturday 5 December, 04:00 in Tokyo." in " ".join(html.split())


def test_preview_shows_the_day_while_the_time_is_missing(client, ana):
    assertContains(client.get(new(ana), {"day": "4 dec", "at": ""}, headers=HTMX), "Friday 4 December")


def test_preview_hints_that_longer_is_theirs_to_offer(client, ana):
    typed = {**TYPED, "minutes": "", "own_minutes": "45"}
    assertContains(client.get(new(ana), typed, headers=HTMX), "Longer than 30 minutes is for Ana to offer.")


def test_preview_changes_nothing(client, ana):
    client.get(new(ana), TYPED, headers=HTMX)
    assert Interview.objects.count() == 0


def test_preview_is_what_the_page_shows(client, ana):
    typed = {**TYPED, "where": "javascript:x"}
    whole = client.post(new(ana), typed).content.decode()
    fragment = client.get(new(ana), typed, headers=HTMX).content.decode()
    assert fragment.strip() in whole


# --- changing ---------------------------------------------------------------------------------------------------------


def edited(interview: Interview, **changes: object) -> dict[str, object]:
    return {**TYPED, "version": interview.version, **changes}


def test_edit_shows_what_stands(client, interview):
    page = client.get(url("edit", interview)).text
    for shown in ("2026-12-04", "15:00", "1"):
        assert f'value="{shown}"' in page


def test_edit_shows_it_in_the_zone_i_am_in_now(client, user, interview):
    user.time_zone = "America/New_York"
    user.save()
    assert client.get(url("edit", interview)).context["form"].initial["at"] == time(9)


def test_edit_moves_and_says_who_hears_of_it(client, interview):
    leaves(interview)
    response = client.post(url("edit", interview), edited(interview, at="16:00"), follow=True)
    assertContains(response, "Changed. Ana hears of it in 20 seconds.")
    assert Interview.objects.get().sequence == 1


def test_edit_before_the_mail_left_says_it_is_one_mail(client, interview):
    response = client.post(url("edit", interview), edited(interview, at="16:00"), follow=True)
    assertContains(response, "Ana gets one invitation, as it stands now, in 20 seconds.")


def test_edit_of_a_stale_version_shows_both(client, interview):
    actions.change(interview=interview, now=NOW, agreed=moved(at=time(17, 0)))
    response = client.post(url("edit", interview), edited(interview, at="16:00", version=1))
    assert response.context["form"].differences == [("Time", "17:00")]
    assertContains(response, 'value="16:00"')
    assert Interview.objects.get().local_time == time(17, 0)


def test_edit_without_a_version_is_a_conflict(client, interview):
    response = client.post(url("edit", interview), {**TYPED, "at": "16:00", "day": "7 december"})
    assert response.context["form"].differences == [("Day", "Friday 4 December"), ("Time", "15:00")]
    assertContains(response, "This was changed elsewhere meanwhile")
    assert Interview.objects.get().local_time == time(15, 0)


def test_edit_sent_twice_is_made_once(client, interview):
    page = edited(interview, at="16:00", version=1)
    for _n in range(2):
        assertRedirects(client.post(url("edit", interview), page), interview.get_absolute_url())
    assert Interview.objects.get().version == 2


def test_edit_after_having_seen_both_replaces_it(client, interview):
    actions.change(interview=interview, now=NOW, agreed=moved(at=time(17, 0)))
    shown = client.post(url("edit", interview), edited(interview, at="16:00", version=1)).context["form"]
    client.post(url("edit", interview), edited(interview, at="16:00", version=shown["version"].value()))
    assert Interview.objects.get().local_time == time(16, 0)


def test_edit_of_what_is_not_planned_leads_to_its_page(client, user, ana):
    held = InterviewFactory(contact=ana, state="cancelled")
    assertRedirects(client.get(url("edit", held)), held.get_absolute_url())


# --- one tap ----------------------------------------------------------------------------------------------------------


def test_cancel_at_once_sends_nothing_and_says_so(client, interview):
    response = client.post(url("cancel", interview, 1), follow=True)
    assertContains(response, "Cancelled. Nothing was sent to Ana.")
    assert OutgoingMail.objects.get().state == State.CANCELLED


def test_cancel_later_says_that_they_are_told(client, interview):
    leaves(interview)
    response = client.post(url("cancel", interview, 1), follow=True)
    assertContains(response, "Cancelled. Ana gets a cancellation in 20 seconds.")
    assertContains(response, url("uncancel", interview, 2))


def test_cancel_can_be_undone(client, interview):
    leaves(interview)
    client.post(url("cancel", interview, 1))
    response = client.post(url("uncancel", interview, 2), follow=True)
    assertContains(response, "Planned again. Nothing was sent to Ana.")
    assert Interview.objects.get().is_planned


def test_a_tap_on_an_old_page_changes_nothing_and_says_what_is_so(client, interview):
    client.post(url("hold", interview, 1))
    response = client.post(url("cancel", interview, 1), follow=True)
    assertContains(response, "Nothing was changed: you have talked with Ana already.")
    assert Interview.objects.get().is_held


@pytest.mark.parametrize("version", ["x", "99999999999999999999", "-1"])
def test_a_forged_version_changes_nothing(client, interview, version):
    client.post(reverse("interview_cancel", args=[interview.pk]) + f"?v={version}")
    assert Interview.objects.get().is_planned


def test_hold_goes_back_to_where_it_was_tapped(client, interview):
    response = client.post(url("hold", interview, 1), {"next": "/contacts/"})
    assert response["Location"] == "/contacts/"


def test_hold_no_show_and_unhold_say_what_became_of_it(client, interview):
    assertContains(client.post(url("hold", interview, 1), follow=True), "You talked with Ana.")
    assertContains(client.post(url("unhold", interview, 2), follow=True), "The talk with Ana is planned again.")
    assertContains(client.post(url("no_show", interview, 3), follow=True), "The talk with Ana did not take place.")


def test_invite_sends_to_an_address_that_came_later(client, user):
    contact = ContactFactory(owner=user, name="Li Wei")
    interview = actions.plan(owner=user, contact=contact, now=NOW, agreed=TERMS)
    Contact.objects.update(email="li@x.example")
    assertContains(page(client, interview), "Li has not been invited by mail yet.")
    assertContains(client.post(url("invite", interview), follow=True), "Li gets an invitation in 20 seconds.")


@pytest.mark.parametrize("verb", ["cancel", "uncancel", "hold", "unhold", "no_show", "invite"])
def test_looking_changes_nothing(client, interview, verb):
    assert client.get(url(verb, interview)).status_code == 405


@pytest.mark.parametrize("verb", ["detail", "edit", "ics", "cancel", "uncancel", "hold", "unhold", "no_show", "invite"])
def test_a_strangers_interview_is_not_there(stranger, interview, verb):
    other = Client()
    other.force_login(stranger)
    assert {other.get(url(verb, interview)).status_code, other.post(url(verb, interview)).status_code} <= {404, 405}


def test_a_strangers_contact_cannot_be_planned_with(client, stranger):
    theirs = ContactFactory(owner=stranger)
    assert client.post(new(theirs), TYPED).status_code == 404
    assert Interview.objects.count() == 0


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "fields", "said"),
    [
        ("pending", {}, "Waiting to leave in 20 seconds."),
        ("pending", {"attempts": 2, "reply_text": "451 try later"}, "The mail server said: 451 try later"),
        ("claimed", {"next_attempt_at": NOW}, "Leaving now."),
        ("handing", {}, "Leaving now."),
        ("sent", {"reply_code": 250}, "The mail server answered 250."),
        ("uncertain", {}, "It may have arrived."),
        ("dead", {"reply_text": "550 no such user"}, "The mail server said: 550 no such user"),
        ("held", {"cause": "After a restore"}, "After a restore"),
        ("cancelled", {"cause": "you cancelled it"}, "you cancelled it."),
    ],
)
def test_page_says_what_became_of_the_invitation(client, interview, state, fields, said):
    past = {"fence_at": NOW + timedelta(seconds=20)} if state in ("handing", "sent", "uncertain") else {}
    if state == "sent":
        past["sent_at"] = past["fence_at"]
    OutgoingMail.objects.update(state=state, claim_token="00000000-0000-0000-0000-000000000001", **past, **fields)
    html = " ".join(page(client, interview).content.decode().split())
    assert said in html


@pytest.mark.parametrize(("state", "offers"), [("dead", True), ("cancelled", True), ("pending", False)])
def test_page_offers_to_send_what_did_not_arrive(client, interview, state, offers):
    OutgoingMail.objects.update(state=state)
    assert (url("invite", interview, 1) in page(client, interview).content.decode()) is offers


def test_page_offers_to_invite_a_new_address(client, interview):
    leaves(interview)
    Contact.objects.update(email="ana@new.example")
    assertContains(page(client, interview), "Invite ana@new.example")


def test_page_shows_the_promises_made_there(client, interview):
    PromiseFactory(contact=interview.contact, interview=interview, what="Send the deck")
    PromiseFactory(contact=interview.contact, what="From another day")
    response = page(client, interview)
    assertContains(response, "Send the deck")
    assertNotContains(response, "From another day")
    assertContains(response, reverse("promise_new", args=[interview.contact_id]) + f"?interview={interview.pk}")


def test_page_asks_what_became_of_it_once_it_has_begun(client, interview):
    with time_machine.travel(interview.starts_at + timedelta(minutes=1)):
        response = page(client, interview)
    assertContains(response, "It took place")
    assertContains(response, "It did not take place")


def test_page_leads_back_to_the_times_offered(client, interview):
    assertNotContains(page(client, interview), "The times you offered")
    offer = OfferFactory(contact=interview.contact, interview=interview, state="answered", answered_at=NOW)
    assertContains(page(client, interview), f'<a href="{offer.get_absolute_url()}">The times you offered</a>')


@pytest.mark.parametrize("count", [1, 30])
def test_page_costs_the_same_with_many_promises(client, user, count, django_assert_max_num_queries):
    contact = ContactFactory(owner=user, organisation=OrganisationFactory(owner=user), email="ana@nubank.example")
    interview = actions.plan(owner=user, contact=contact, now=NOW, agreed=TERMS)
    for _ in range(count):
        PromiseFactory(contact=contact, interview=interview)
    with django_assert_max_num_queries(9) as captured:
        page(client, interview)
    assert len(captured) == 9


def test_planning_costs_ten_statements(client, ana):
    client.get(new(ana))
    with CaptureQueriesContext(connection) as captured:
        client.post(new(ana), TYPED)
    assert len(statements(captured)) <= 10, "\n".join(statements(captured))


def test_file_can_be_taken_along(client, interview):
    response = client.get(url("ics", interview))
    assert (response["Content-Type"], response["Content-Disposition"]) == (
        "text/calendar; charset=utf-8",
        'attachment; filename="talk-2026-12-04.ics"',
    )
    assert b"METHOD:PUBLISH" in response.content


# --- shared fragments -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["planned", "held", "cancelled", "no_show"])
def test_page_stands_in_every_state(client, ana, state):
    interview = InterviewFactory(contact=ana, state=state, held_at=NOW if state == "held" else None)
    assert page(client, interview).status_code == 200


@pytest.mark.parametrize(("minutes_ahead", "acts"), [(1, " Prepare Ana Souza Brief Ana Souza"), (0, "")])
def test_row_says_who_when_and_how_long_and_what_to_do_before(user, ana, rf, minutes_ahead, acts):
    talk = InterviewFactory(contact=ana)
    request = rf.get("/")
    request.user = user
    with timezone.override("Europe/Stockholm"):
        shown = {"today": date(2026, 11, 23), "talks": user.interviews.with_row()}
        now = talk.starts_at - timedelta(minutes=minutes_ahead)
        row = render_to_string("interviews/_talk_rows.html", {**shown, "now": now}, request)
    said = " ".join(strip_tags(row).split())
    assert said == f"AS Ana Souza Tomorrow, 15:00. 14:00 in Lisbon. 20 minutes by phone.{acts}"
