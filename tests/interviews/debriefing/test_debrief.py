from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from interviews.debriefing import actions as debrief_actions
from interviews.debriefing.actions import Outcome
from interviews.holding import actions as room_actions
from interviews.models import Interview
from interviews.planning import actions as planning
from interviews.thanking import actions as thanks
from interviews.thanking.mails import compose_thank_you, settle_thank_you
from outbox.models import OutgoingMail
from tests.factories import NOW, TODAY, ContactFactory, InterviewFactory, RoomFactory
from tests.interviews.pages import kept, meet, rows

TOMORROW = TODAY + timedelta(days=1)
GOTA = {"line": "send the Göta paper friday", "take": "on", "what": "Send the Göta paper"}
SAID = {"learned": "Premiums follow the tide log.", "fit": "I compare the gauges.", "version": "1"}


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ingrid(user):
    return ContactFactory(owner=user, name="Ingrid Sæther")


@pytest.fixture
def mateus(user, ingrid):
    return ContactFactory(owner=user, name="Mateus Oliveira", email="mateus@port.example", introduced_by=ingrid)


@pytest.fixture
def interview(mateus) -> Interview:
    """Held just now, with a promise and a name in the notes."""
    made = InterviewFactory(contact=mateus, local_date=TODAY)
    room = RoomFactory(
        interview=made, started_at=NOW, notes="! send the Göta paper friday\n+ Teresa Vasconcelos, Port of Lisbon"
    )
    room_actions.end(room=room, now=NOW)
    return Interview.objects.get(pk=made.pk)


def url(name: str, interview: Interview) -> str:
    return reverse(name, args=[interview.pk])


def mine(contact) -> list[tuple[str, str, object]]:
    return [(one.kind, one.what, one.due_on) for one in contact.promises.order_by("pk")]


def test_the_end_owes_a_thank_you_the_next_day(interview, mateus):
    assert mine(mateus) == [("thank_you", "Thank Mateus for the talk", TOMORROW)]


def test_the_end_owes_a_word_to_whoever_led_there(interview, ingrid):
    assert mine(ingrid) == [("check_in", "Tell Ingrid what came of the talk with Mateus", TODAY + timedelta(days=3))]


def test_a_dropped_introducer_is_left_alone(user, ingrid):
    ingrid.stage = "drop"
    ingrid.save()
    contact = ContactFactory(owner=user, introduced_by=ingrid)
    planning.hold(interview=InterviewFactory(contact=contact), now=NOW)
    assert mine(ingrid) == []


def test_what_was_learned_is_found_once_the_debrief_is_done(interview, mateus):
    for seen in (1, 2):
        debrief_actions.finish(
            interview=interview, outcome=Outcome(learned="Premiums follow gauges."), seen=seen, now=NOW
        )
    mateus.refresh_from_db()
    assert mateus.search_text.count("premiums follow gauges.") == 1


def test_held_by_one_tap_opens_the_debrief_as_well(user, mateus):
    held = planning.hold(interview=InterviewFactory(contact=mateus), now=NOW)
    assert list(user.interviews.awaiting_debrief(NOW)) == [held]


def test_held_again_owes_the_same_once(user, mateus):
    held = InterviewFactory(contact=mateus)
    planning.hold(interview=held, now=NOW)
    planning.unhold(interview=held, now=NOW)
    planning.hold(interview=held, now=NOW + timedelta(minutes=1))
    assert mateus.promises.open().count() == 1


def test_not_held_after_all_bins_the_thank_you_for_thirty_days_from_now(mateus):
    held = InterviewFactory(contact=mateus)
    planning.hold(interview=held, now=NOW)
    planning.unhold(interview=held, now=NOW + timedelta(days=40))
    assert mateus.promises.get().binned_at == NOW + timedelta(days=40)


def test_not_held_after_all_keeps_what_was_written(user, interview):
    user.debriefs.update(learned="Premiums follow the tide log")
    planning.unhold(interview=interview, now=NOW)
    assert user.debriefs.get().learned == "Premiums follow the tide log"


@pytest.mark.parametrize(("days", "waits"), [(0, 1), (59, 1), (61, 0)])
def test_a_debrief_waits_sixty_days(user, interview, days, waits):
    assert user.interviews.awaiting_debrief(NOW + timedelta(days=days)).count() == waits


@pytest.mark.slow
def test_what_waits_is_read_in_the_order_of_its_index(user, mateus):
    """Years of talks lie behind the few of the last weeks."""
    for days in range(100):
        InterviewFactory(contact=mateus, state="held", held_at=NOW - timedelta(days=30 * days))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")
            cursor.execute("ANALYZE interviews_interview")
    plan = user.interviews.awaiting_debrief(NOW).order_by("-held_at", "-pk")[:20].explain()
    assert "interview_held" in plan
    assert "TEMP B-TREE" not in plan


def test_nothing_waits_of_somebody_dropped(user, interview, mateus):
    user.contacts.filter(pk=mateus.pk).update(stage="drop")
    assert not user.interviews.awaiting_debrief(NOW).exists()


def test_today_shows_what_waits_and_not_what_is_done(client, interview):
    assertContains(client.get(reverse("today")), "Debriefs waiting")
    client.post(url("debrief_done", interview), SAID)
    assertNotContains(client.get(reverse("today")), "Debriefs waiting")


def test_debrief_offers_the_promises_and_names_of_the_notes(client, interview):
    page = client.get(url("debrief", interview))
    assertContains(page, 'value="Send the Göta paper"')
    assertContains(page, 'value="20 November 2026"')
    assertContains(page, 'value="Teresa Vasconcelos, Port of Lisbon"')


def test_saved_partly_it_goes_on_waiting(client, user, interview):
    page = client.post(url("debrief", interview), SAID, follow=True)
    assertContains(page, "waits on Today")
    assertContains(page, "Premiums follow the tide log.")
    assert user.interviews.awaiting_debrief(NOW).exists()


def test_a_ticked_line_becomes_one_promise(client, interview, mateus):
    for version in ("1", "2"):
        client.post(url("debrief", interview), {**SAID, **rows("line", GOTA | {"due": "friday"}), "version": version})
    assert mine(mateus)[1:] == [("article", "Send the Göta paper", TOMORROW)]
    assertNotContains(client.get(url("debrief", interview)), "From your notes")


def test_sent_twice_it_says_so_no_second_time(client, user, interview, mateus):
    said = {**SAID, **rows("line", GOTA), **rows("mine", {"what": "call the port"}), **meet("Teresa Vasconcelos")}
    for _twice in range(2):
        done = client.post(url("debrief_done", interview), said)
        assertRedirects(done, url("thank_you", interview))
    assert [what for _kind, what, _due in mine(mateus)[1:]] == ["Send the Göta paper", "Call the port"]
    assert user.contacts.filter(name="Teresa Vasconcelos").count() == 1


def test_a_promise_of_another_tab_does_not_stand_in_the_way(client, interview, mateus):
    mateus.promises.make(what="Send the deck", now=NOW, interview=interview)
    page = client.post(url("debrief", interview), SAID, follow=True)
    assertContains(page, "waits on Today")
    assertContains(page, 'value="Send the deck"')


def test_other_words_for_a_promise_closed_meanwhile_are_not_lost(client, interview, mateus):
    promise = mateus.promises.make(what="Send the deck", now=NOW, interview=interview)
    row = rows("kept", kept(promise, "Send the whole deck"))
    promise.keep(now=NOW)
    page = client.post(url("debrief", interview), {**SAID, **row})
    assertContains(page, "Changed meanwhile: “Send the deck”")
    assertContains(page, 'value="Send the whole deck"')


def test_a_line_another_tab_has_taken_leaves_the_next_one_its_own(client, user, interview, mateus):
    user.rooms.update(notes="! send the Göta paper friday\n! call the port")
    second = {"line": "call the port", "take": "on", "what": "Call the port authority"}
    client.post(url("debrief", interview), {**SAID, **rows("line", GOTA)})
    client.post(url("debrief", interview), {**SAID, **rows("line", GOTA, second)})
    assert [what for _kind, what, _due in mine(mateus)[1:]] == ["Send the Göta paper", "Call the port authority"]


def test_of_thirty_people_none_is_left_out(client, user, interview):
    client.post(url("debrief", interview), {**SAID, **meet(*(f"Person Number{n}" for n in range(30)))})
    assert user.contacts.filter(name__startswith="Person").count() == 30


def test_an_unticked_line_stays_a_line(client, interview, mateus):
    client.post(url("debrief", interview), {**SAID, **rows("line", {"line": "x", "what": "Send the Göta paper"})})
    assert mateus.promises.count() == 1


def test_promises_of_the_room_get_their_date(client, interview, mateus):
    promise = mateus.promises.make(what="Send the deck", now=NOW, interview=interview)
    client.post(url("debrief", interview), {**SAID, **rows("kept", kept(promise, "Send the deck", "tomorrow"))})
    promise.refresh_from_db()
    assert promise.due_on == TOMORROW


def test_theirs_makes_my_friendly_check_in(client, interview, mateus):
    client.post(url("debrief_done", interview), {**SAID, **rows("theirs", {"what": "the tide logs", "due": ""})})
    assert [(one.whose, one.kind) for one in mateus.promises.order_by("pk")][1:] == [
        ("theirs", "other"),
        ("mine", "check_in"),
    ]


def test_whom_to_meet_becomes_a_contact_introduced_by_this_one(client, user, interview, mateus):
    for version in ("1", "2"):
        row = meet("Teresa Vasconcelos, tide logs at Port of Lisbon")
        client.post(url("debrief", interview), {**SAID, **row, "version": version})
    teresa = user.contacts.get(name="Teresa Vasconcelos")
    assert (teresa.introduced_by, teresa.stage) == (mateus, "to_meet")


@pytest.mark.parametrize(
    ("said", "stage", "rhythm"),
    [
        ({"go": "continue", "rhythm": "3-weeks"}, "continue", "every 3 weeks"),
        ({"go": "continue"}, "continue", "every 2 months"),
        ({"go": "drop", "rhythm": "2-months"}, "drop", ""),
        ({"rhythm": "2-months"}, "met", ""),
    ],
)
def test_continue_or_drop(client, interview, mateus, said, stage, rhythm):
    client.post(url("debrief_done", interview), {**SAID, **said})
    mateus.refresh_from_db()
    assert (mateus.stage, mateus.rhythm) == (stage, rhythm)


def test_done_leads_to_the_thank_you_and_can_be_taken_back(client, user, interview):
    page = client.post(url("debrief_done", interview), SAID, follow=True)
    assertContains(page, "This stays with me: Premiums follow the tide log.")
    client.post(url("debrief_reopen", interview) + "?v=2")
    assert user.interviews.awaiting_debrief(NOW).exists()


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"learned": "x" * 10_001}, "At most 10000 characters fit here; this has 10001."),
        (rows("mine", {"what": "Write", "due": "in 3 wekks"}), "Not a date I know."),
        (rows("mine", {"what": "", "due": "friday"}), "Say what was promised, in a few words."),
        (rows("mine", {"what": "p" * 301}), "At most 300 characters fit here; this has 301."),
        (meet("!!"), "I see no name in this line."),
        (meet("x" * 3000), "At most 2000 characters fit here; this has 3000."),
        (rows("mine", {"what": "Write", "due": "1 january 9999"}), "Not a date I know."),
        (rows("mine", *[{"what": "Write"}] * 51), "At most 50 fit here at once."),
        (meet(*["Teresa"] * 51), "At most 50 fit here at once."),
    ],
)
def test_what_is_wrong_is_said_and_everything_kept(client, user, interview, said, sentence):
    page = client.post(url("debrief", interview), {**SAID, **said})
    assertContains(page, sentence)
    assertContains(page, "I compare the gauges.")
    assert user.debriefs.get().learned == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("in 3 weeks", "Thursday 10 December, in 21 days."),
        ("yesterday", "Yesterday: 1 day ago, so it is late."),
        ("in 3 wekks", "Not a date I know."),
        ("x" * 5000, "Not a date I know."),
    ],
)
def test_the_day_understood_is_said(client, words, said):
    assertContains(client.get(reverse("day_understood"), {"mine-3-due": words}), said)


def test_without_words_nothing_is_said(client):
    assert client.get(reverse("day_understood")).content.strip() == b""


@pytest.mark.parametrize("junk", ["nul \0 here", b"\xed\xa0\x80", "javascript:alert(1)", "\u202e<script>"])
def test_junk_is_kept_as_text(client, interview, junk):
    names = (
        "learned",
        "fit",
        "mine-0-what",
        "meet-0-line",
        "line-0-line",
        "kept-0-promise",
        "mine-TOTAL_FORMS",
        "initial-go",
        "go",
        "rhythm",
        "may_use_name",
        "version",
    )
    for name in names:
        typed = rows("mine", {}) | rows("line", {}) | rows("kept", {}) | meet("") | {name: junk}
        assert client.post(url("debrief", interview), typed).status_code in (200, 302)


def test_a_stale_debrief_shows_both_texts(client, user, interview):
    client.post(url("debrief", interview), SAID)
    page = client.post(url("debrief", interview), {**SAID, "learned": "Something else"})
    assertContains(page, "Saved meanwhile: “Premiums follow the tide log.”. Yours stands here.")
    assertContains(page, "Something else")


def test_debrief_of_a_planned_talk_leads_to_the_talk(client, mateus):
    planned = InterviewFactory(contact=mateus)
    assertRedirects(client.get(url("debrief", planned)), planned.get_absolute_url())


# --- the thank-you ----------------------------------------------------------------------------------------------------

LETTER = {"subject": "Thank you", "body": "Dear Mateus,\n\nPremiums follow the tide log."}


def leave(mail: OutgoingMail) -> None:
    """As the engine does in the commit that marks it sent."""
    settle_thank_you(mail, NOW + timedelta(hours=3))


def test_the_letter_names_what_i_learned_and_what_i_promised(client, interview, mateus):
    client.post(url("debrief", interview), SAID)
    mateus.promises.make(what="Send the deck", now=NOW, interview=interview)
    mateus.promises.make(what="Call the port", now=NOW, interview=interview)
    assert thanks.proposed(Interview.objects.select_related("debrief").get()).body == (
        "Dear Mateus,\n\nthank you for your time. I know that it was a gift.\n\n"
        "This stays with me: Premiums follow the tide log.\n\n"
        "What I promised you:\n- Send the deck\n- Call the port\n\nAmara Lindgren"
    )


@pytest.mark.parametrize(("what", "is_said"), [("Send him the deck", True), ("Send the deck to Himalaya", False)])
def test_letter_says_when_a_promise_speaks_of_them(client, interview, mateus, what, is_said):
    mateus.promises.make(what=what, interview=interview, now=NOW)
    page = client.get(url("thank_you", interview))
    assert ("The promises stand as you noted them" in page.text) == is_said


def test_two_taps_send_one_letter(client, interview):
    for _tap in range(2):
        client.post(url("thank_you", interview), LETTER)
    mail = OutgoingMail.objects.get()
    assert (mail.kind, mail.recipient, mail.not_before) == (
        "thank-you",
        "mateus@port.example",
        NOW + timedelta(seconds=20),
    )


def test_taken_back_it_keeps_its_words_and_can_go_again(client, interview):
    client.post(url("thank_you", interview), LETTER)
    assertContains(client.post(url("thank_you_cancel", interview), follow=True), "Premiums follow the tide log.")
    client.post(url("thank_you", interview), LETTER)
    assert [mail.state for mail in OutgoingMail.objects.order_by("pk")] == ["cancelled", "pending"]


def test_the_letter_comes_from_me_and_answers_reach_me(client, user, interview):
    client.post(url("thank_you", interview), {**LETTER, "subject": "Thank you\r\nBcc: all@example.org"})
    composed = compose_thank_you(OutgoingMail.objects.get(), NOW)
    mail = BytesParser(policy=policy.default).parsebytes(composed.message.as_bytes())
    assert (mail["Subject"], mail["Bcc"]) == ("Thank you Bcc: all@example.org", None)
    assert (mail["From"].addresses[0].display_name, mail["Reply-To"].addresses[0].addr_spec) == (
        "Amara Lindgren via Keepword",
        user.email,
    )
    assert "Premiums follow the tide log." in mail.get_body(("plain",)).get_content()


def test_sent_keeps_the_promise_and_counts_as_a_touch(client, interview, mateus):
    client.post(url("thank_you", interview), LETTER)
    leave(OutgoingMail.objects.get())
    promise = mateus.promises.get(kind="thank_you")
    assert (promise.state, mateus.touches.count()) == ("kept", 2)
    assert thanks.took(interview, promise) == timedelta(hours=3)
    assertContains(client.get(url("thank_you", interview)), "Thanked 3 hours after the talk.")


def test_a_contact_without_an_address_gets_no_button(client, interview, mateus):
    mateus.email = ""
    mateus.save()
    page = client.get(url("thank_you", interview))
    assertNotContains(page, "Send from here")
    client.post(url("thank_you", interview), LETTER)
    assert not OutgoingMail.objects.exists()


def test_the_mail_program_opens_with_the_letter(client, interview):
    assertContains(
        client.get(url("thank_you", interview)),
        'href="mailto:mateus@port.example?subject=Thank%20you&amp;body=Dear%20Mateus',
    )


def test_an_empty_thank_you_is_not_sent(client, interview):
    assertContains(
        client.post(url("thank_you", interview), {"subject": " ", "body": ""}), "There is nothing in it yet."
    )
    assert not OutgoingMail.objects.exists()
