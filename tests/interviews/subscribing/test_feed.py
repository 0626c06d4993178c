from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from base.dates import instant
from base.private_links import OPENED, hash_of
from interviews import calendars
from interviews.models import CalendarFeed, Interview
from interviews.subscribing.feed import AT_MOST, read_feed
from tests.factories import NOW, TODAY, CalendarFeedFactory, ContactFactory, InterviewFactory, PromiseFactory
from tests.interviews.subscribing.url_cases import SECRET
from tests.interviews.test_calendars import HOSTILE, findings
from tests.test_urls import body

pytestmark = pytest.mark.django_db
URL = f"/feed/{SECRET}.ics"
ZONES = ["Europe/Stockholm", "America/New_York", "Asia/Kolkata", "Asia/Tokyo", "Australia/Lord_Howe"]


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def feed(user: User) -> CalendarFeed:
    return CalendarFeedFactory(owner=user, secret_hash=hash_of(SECRET))


@pytest.fixture
def ana(user: User):
    return ContactFactory(owner=user, name="Ana Souza", email="ana@nubank.example")


@pytest.fixture
def talk(ana) -> Interview:
    return InterviewFactory(contact=ana, where="+351 21 555 0142", purpose="How she reads churn", sequence=2)


def events(written: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(written).walk("VEVENT"))


def summaries(user: User) -> list[str]:
    return [entry.summary for entry in read_feed(user, NOW).entries]


# --- what is in it


def test_talk_is_the_event_of_its_invitation(guest: Client, feed, talk):
    (event,) = events(guest.get(URL).content)
    asked = events(calendars.request(talk, address="ana@nubank.example", sequence=2, now=NOW))[0]
    same = ("UID", "SEQUENCE", "DTSTART", "DTEND", "LOCATION", "STATUS")
    assert [event[name] for name in same] == [asked[name] for name in same]
    assert event["SUMMARY"] == "Ana Souza: 20 minutes by phone"


def test_talk_leads_to_its_page_and_keeps_my_notes_and_her_address(guest: Client, feed, talk):
    written = guest.get(URL).content
    assert events(written)[0]["URL"] == f"http://127.0.0.1:8000/interviews/{talk.pk}/"
    for private in (b"churn", b"nubank", b"ATTENDEE", b"ORGANIZER"):
        assert private not in written


def test_promise_takes_the_day_it_is_due_and_leaves_it_free(guest: Client, feed, ana):
    PromiseFactory(contact=ana, due_on=TODAY + timedelta(days=1))
    (event,) = events(guest.get(URL).content)
    assert (event["SUMMARY"], event["DTSTART"].dt, event["DTEND"].dt, event["TRANSP"]) == (
        "You owe Ana: Send the article on gauge stations",
        date(2026, 11, 20),
        date(2026, 11, 21),
        "TRANSPARENT",
    )


@pytest.mark.parametrize("status", ["declined", "tentative"])
def test_talk_they_are_not_sure_of_says_so(guest: Client, feed, talk, status):
    Interview.objects.update(attendee_status=status, attendee_at=NOW)
    assert events(guest.get(URL).content)[0]["STATUS"] == "TENTATIVE"


@pytest.mark.parametrize(
    "fields",
    [{"state": "cancelled"}, {"state": "no_show"}, {"binned_at": NOW}, {"starts_at": NOW - timedelta(days=91)}],
)
def test_talk_that_does_not_take_place_is_gone(user, talk, fields):
    assert summaries(user) == ["Ana Souza: 20 minutes by phone"]
    Interview.objects.update(**fields)
    assert summaries(user) == []


def test_talk_of_last_month_stays(user, ana):
    InterviewFactory(contact=ana, state="held", held_at=NOW, local_date=TODAY - timedelta(days=30))
    assert summaries(user) == ["Ana Souza: 20 minutes by phone"]


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "kept", "closed_at": NOW},
        {"whose": "theirs"},
        {"binned_at": NOW},
        {"due_on": TODAY - timedelta(days=91)},
    ],
)
def test_promise_that_is_not_owed_is_not_there(user, ana, fields):
    PromiseFactory(contact=ana, **fields)
    assert summaries(user) == []


@pytest.mark.parametrize("fields", [{"stage": "drop"}, {"binned_at": NOW}])
def test_nothing_is_owed_to_who_was_dropped_or_binned(user, fields):
    PromiseFactory(contact=ContactFactory(owner=user, **fields))
    assert summaries(user) == []


def test_nothing_of_another_user_is_there(user, stranger):
    InterviewFactory(contact=ContactFactory(owner=stranger))
    PromiseFactory(contact=ContactFactory(owner=stranger))
    assert summaries(user) == []


def test_what_is_too_much_leaves_the_oldest_out(user, ana):
    first = InterviewFactory(contact=ana, local_date=TODAY, minutes=10)
    rows = [
        InterviewFactory.build(contact=ana, owner=user, local_date=TODAY + timedelta(days=2)) for _ in range(AT_MOST)
    ]
    Interview.objects.bulk_create(rows)
    uids = [entry.uid for entry in read_feed(user, NOW).entries]
    assert (len(uids), first.uid in uids) == (AT_MOST, False)


# --- every feed passes the oracle


@pytest.mark.parametrize("zone", ZONES)
def test_feed_passes_the_oracle_around_the_year(guest: Client, feed, ana, zone):
    for month in range(12):
        day = TODAY.replace(day=5) + timedelta(days=30 * month)
        starts = instant(day, time(15, 0), ZoneInfo(zone))
        InterviewFactory(contact=ana, local_date=day, local_time=time(15, 0), time_zone=zone, starts_at=starts)
        PromiseFactory(contact=ana, due_on=day)
    assert findings(guest.get(URL).content, "feed") == []


def test_feed_with_all_zones_at_once_passes_the_oracle(guest: Client, feed, ana):
    for n, zone in enumerate([*ZONES, "UTC", "America/Santiago", "Africa/Casablanca"]):
        InterviewFactory(contact=ana, local_date=TODAY + timedelta(days=40 * n), time_zone=zone)
    assert findings(guest.get(URL).content, "feed") == []


def test_empty_feed_is_a_calendar_still(guest: Client, feed):
    assert [found["code"] for found in findings(guest.get(URL).content, "feed")] == ["NOEVENT"]


def test_hostile_text_stays_text(guest: Client, feed, user):
    contact = ContactFactory(owner=user, name=HOSTILE)
    InterviewFactory(contact=contact, where=HOSTILE)
    PromiseFactory(contact=contact, what=HOSTILE)
    written = guest.get(URL).content
    assert findings(written, "feed") == []
    assert len(events(written)) == 2


def test_calendar_is_named_and_asked_hourly(guest: Client, feed):
    written = guest.get(URL).content.replace(b"\r\n", b"\n")
    for line in (b"\nNAME:Keepword\n", b"\nX-WR-CALNAME:Keepword\n", b"\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\n"):
        assert line in written
    assert b"METHOD" not in written


# --- the link


def test_answer_is_a_calendar_that_nothing_else_keeps(guest: Client, feed):
    headers = guest.get(URL).headers
    assert (headers["Content-Type"], headers["Cache-Control"], headers["Referrer-Policy"], headers["X-Robots-Tag"]) == (
        "text/calendar; charset=utf-8",
        "no-store",
        "no-referrer",
        "noindex, nofollow",
    )
    assert "Set-Cookie" not in headers


def test_what_the_calendar_has_is_not_written_again(guest: Client, feed, talk):
    etag = guest.get(URL).headers["ETag"]
    with time_machine.travel(NOW + timedelta(hours=1)):
        again = guest.get(URL, headers={"If-None-Match": etag})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
        Interview.objects.update(where="+351 21 555 0199")
        assert guest.get(URL, headers={"If-None-Match": etag}).status_code == 200


def test_head_has_the_headers_of_get(guest: Client, feed, talk):
    head, got = guest.head(URL), guest.get(URL)
    assert (head.content, head.status_code, head.headers["ETag"]) == (b"", 200, got.headers["ETag"])


def test_wrong_switched_off_and_replaced_links_are_the_same_404(guest: Client, feed, user):
    wrong = guest.get("/feed/AAAAAAAAAAAAAAAAAAAAAA.ics")
    CalendarFeed.objects.update(off_at=NOW)
    off = guest.get(URL)
    CalendarFeed.objects.update(off_at=None, secret_hash=hash_of("another"))
    replaced = guest.get(URL)
    assert [answer.status_code for answer in (wrong, off, replaced)] == [404, 404, 404]
    assert body(wrong) == body(off) == body(replaced)
    assert sorted(wrong.headers.items()) == sorted(off.headers.items()) == sorted(replaced.headers.items())


def test_link_of_an_account_that_was_closed_opens_nothing(guest: Client, feed):
    User.objects.update(is_active=False)
    assert guest.get(URL).status_code == 404


def test_link_that_is_hammered_waits(guest: Client, feed):
    for _ in range(OPENED):
        assert guest.get(URL).status_code == 200
    assert guest.get(URL).status_code == 429


@pytest.mark.parametrize("rows", [1, 30])
def test_feed_costs_the_same_for_1_and_30(guest: Client, feed, user, rows):
    for _ in range(rows):
        contact = ContactFactory(owner=user)
        InterviewFactory(contact=contact)
        PromiseFactory(contact=contact)
    guest.get(URL)
    with CaptureQueriesContext(connection) as asked:
        guest.get(URL)
    ours = [
        query["sql"] for query in asked.captured_queries if " WHERE " in query["sql"] and "cache" not in query["sql"]
    ]
    assert len(ours) == 3  # the link, the talks and the promises


# --- Settings: made, shown once, made anew, switched off and on


def link_in(response) -> str:
    return response.text.partition('id="feed-link" readonly value="')[2].partition('"')[0]


def test_link_is_shown_once_and_opens_the_feed(client: Client, guest: Client, talk):
    made = client.post(reverse("calendar_feed_new"))
    link = link_in(made)
    assert guest.get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert f'href="webcal://{link.removeprefix("http://")}"' in made.text
    assert "/feed/" not in client.get(reverse("calendar_feed")).text


def test_link_is_128_random_bits_and_stored_as_a_hash(client: Client):
    link = link_in(client.post(reverse("calendar_feed_new")))
    secret = link.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) == 22
    assert CalendarFeed.objects.get().secret_hash == hash_of(secret)


def test_making_it_twice_by_a_reload_keeps_the_first(client: Client, guest: Client):
    link = link_in(client.post(reverse("calendar_feed_new")))
    again = client.post(reverse("calendar_feed_new"), follow=True)
    assert "Nothing was changed" in again.text
    assert guest.get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200


def test_new_link_ends_the_one_before(client: Client, guest: Client, feed):
    link = link_in(client.post(reverse("calendar_feed_new") + "?v=1"))
    assert guest.get(URL).status_code == 404
    assert guest.get(link.removeprefix("http://127.0.0.1:8000")).status_code == 200


@pytest.mark.parametrize("seen", ["", "0", "7", "x", "²", "9" * 30])
def test_page_that_is_out_of_date_changes_nothing(client: Client, guest: Client, feed, seen):
    for name in ("calendar_feed_new", "calendar_feed_off"):
        assert client.post(f"{reverse(name)}?v={seen}").url == reverse("calendar_feed")
    assert guest.get(URL).status_code == 200


def test_switched_off_and_on_again_by_undo(client: Client, guest: Client, feed):
    off = client.post(reverse("calendar_feed_off") + "?v=1", follow=True)
    assert "The feed is off." in off.text
    assert guest.get(URL).status_code == 404
    assert f"{reverse('calendar_feed_on')}?v=2" in off.text
    client.post(reverse("calendar_feed_on") + "?v=2")
    assert guest.get(URL).status_code == 200


def test_new_link_of_a_feed_that_was_off_is_on(client: Client, user):
    CalendarFeedFactory(owner=user, off_at=NOW)
    client.post(reverse("calendar_feed_new") + "?v=1")
    assert CalendarFeed.objects.get().is_on


def test_page_says_when_a_calendar_read_it_last(client: Client, guest: Client, feed):
    assert "No calendar has read it yet." in client.get(reverse("calendar_feed")).text
    guest.get(URL)
    assert "A calendar read it last on Thursday 19 November, 13:00." in client.get(reverse("calendar_feed")).text


def test_settings_lead_to_the_feed(client: Client):
    assert f'href="{reverse("calendar_feed")}"' in client.get(reverse("settings")).text


def test_database_refuses_a_second_link_of_one_user(feed):
    with pytest.raises(IntegrityError, match=r"calendar_feed_one_each|owner_id"), transaction.atomic():
        CalendarFeedFactory(owner=feed.owner)
