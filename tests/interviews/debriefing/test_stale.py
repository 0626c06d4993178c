"""Two tabs, two devices: the second write of one version is refused with both texts, whenever it arrives."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from pytest_django.asserts import assertContains

from base.owned import Stale
from interviews.debriefing import actions as debrief_actions
from interviews.debriefing import views as debrief_views
from interviews.debriefing.actions import Outcome
from interviews.holding import actions as room_actions
from interviews.models import Debrief, Interview, Question
from interviews.planning import actions as planning
from interviews.preparing import actions as preparing
from interviews.preparing import question_views
from interviews.preparing import views as preparing_views
from tests.factories import (
    NOW,
    ChosenQuestionFactory,
    ContactFactory,
    InterviewFactory,
    PreparationFactory,
    QuestionFactory,
    RoomFactory,
)
from tests.interviews.pages import kept, meet, rows

SAID = {"learned": "Premiums follow the tide log.", "fit": "I compare the gauges.", "version": "1"}


@pytest.fixture(autouse=True)
def _frozen():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def interview(user) -> Interview:
    """Held just now."""
    made = InterviewFactory(contact=ContactFactory(owner=user, name="Mateus Oliveira"))
    planning.hold(interview=made, now=NOW)
    return made


def url(name: str, interview: Interview) -> str:
    return reverse(name, args=[interview.pk])


@pytest.fixture
def meanwhile(monkeypatch):
    """Lets another tab write once, after this request has looked and before it locks."""

    def arrange(module: Any, name: str, write: Callable[[], object]) -> None:
        real, left = getattr(module, name), [write]

        def after_the_other(*args: Any, **options: Any) -> Any:
            while left:
                left.pop()()
            return real(*args, **options)

        monkeypatch.setattr(module, name, after_the_other)

    return arrange


def other_tab_saves(interview: Interview, **said: Any) -> Callable[[], object]:
    seen = Debrief.objects.get(interview=interview).version
    return lambda: debrief_actions.save(interview=interview, outcome=Outcome(**said), seen=seen, now=NOW)


@pytest.mark.parametrize(("view", "verb"), [("debrief", "save"), ("debrief_done", "finish")])
def test_the_slower_of_two_saves_of_a_debrief_sees_both_texts(client, interview, meanwhile, view, verb):
    meanwhile(debrief_views.actions, verb, other_tab_saves(interview, learned="Gauges lie."))
    page = client.post(url(view, interview), SAID)
    assertContains(page, "Saved meanwhile: “Gauges lie.”. Yours stands here.")
    assertContains(page, "Premiums follow the tide log.")
    assert (Debrief.objects.get().learned, Debrief.objects.get().done_at) == ("Gauges lie.", None)


@pytest.mark.parametrize(("view", "verb"), [("debrief", "save"), ("debrief_done", "finish")])
def test_the_second_of_two_taps_at_one_moment_is_the_first_one_again(client, user, interview, meanwhile, view, verb):
    typed = {**SAID, **rows("mine", {"what": "Call the port"}), **meet("Teresa Vasconcelos"), "go": "continue"}
    answers = []
    meanwhile(debrief_views.actions, verb, lambda: answers.append(client.post(url(view, interview), typed)))
    answers.append(client.post(url(view, interview), typed))
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert user.promises.filter(what="Call the port").count() == 1
    assert user.contacts.filter(name="Teresa Vasconcelos").count() == 1


def test_what_was_seen_once_may_be_put_over_the_other(client, interview, meanwhile):
    meanwhile(debrief_views.actions, "save", other_tab_saves(interview, learned="Gauges lie."))
    form = client.post(url("debrief", interview), SAID).context["form"]
    client.post(url("debrief", interview), {**SAID, "version": form["version"].value()})
    assert Debrief.objects.get().learned == SAID["learned"]


def test_of_a_refused_save_no_promise_and_no_person_stays(client, user, interview, meanwhile):
    meanwhile(debrief_views.actions, "save", other_tab_saves(interview, learned="Gauges lie."))
    client.post(url("debrief", interview), {**SAID, **rows("mine", {"what": "Call the port"}), **meet("Teresa V")})
    assert not user.promises.filter(what="Call the port").exists()
    assert not user.contacts.filter(name="Teresa V").exists()


def test_a_name_refused_in_another_tab_is_not_silently_allowed(client, interview):
    other_tab_saves(interview, may_use_name="no")()
    page = client.post(url("debrief", interview), {"may_use_name": "yes", "version": "1"})
    assertContains(page, "Saved meanwhile: “no”. Yours stands here.")
    assert Debrief.objects.get().may_use_name == "no"


def test_a_page_opened_before_the_drop_does_not_take_up_the_contact_again(client, user, interview):
    user.contacts.update(stage="continue", rhythm_count=2, rhythm_unit="months")
    form = client.get(url("debrief", interview)).context["form"]
    shown = {name: form[name].initial for name in ("go", "rhythm")}
    user.contacts.update(stage="drop")
    client.post(url("debrief", interview), {**SAID, **shown, **{f"initial-{name}": shown[name] for name in shown}})
    assert user.contacts.get().stage == "drop"


def test_other_words_for_a_promise_changed_at_this_moment_are_shown(client, interview, meanwhile):
    promise = interview.contact.promises.make(what="Send the deck", now=NOW, interview=interview)
    other = type(promise).objects.select_related("owner", "contact").get(pk=promise.pk)
    meanwhile(debrief_views.actions, "save", lambda: other.snooze(3, NOW))
    page = client.post(url("debrief", interview), {**SAID, **rows("kept", kept(promise, "Send the whole deck"))})
    assertContains(page, "Changed meanwhile: “Send the deck”")
    assertContains(page, 'value="Send the whole deck"')
    assert Debrief.objects.get().learned == ""


def test_an_old_undo_of_done_does_not_win_over_a_newer_save(client, user, interview, meanwhile):
    client.post(url("debrief_done", interview), SAID)
    meanwhile(debrief_views.actions, "reopen", other_tab_saves(interview, learned="Gauges lie."))
    page = client.post(url("debrief_reopen", interview) + "?v=2", follow=True)
    assertContains(page, "Nothing was changed: the debrief has changed meanwhile.")
    assert user.debriefs.get().is_done


@pytest.mark.parametrize("version", ["1", "3", "x", "", "9" * 19, "9" * 30, "-2"])
def test_an_undo_of_another_version_changes_nothing(client, user, interview, version):
    client.post(url("debrief_done", interview), SAID)
    page = client.post(url("debrief_reopen", interview) + f"?v={version}", follow=True)
    assertContains(page, "Nothing was changed")
    assert user.debriefs.get().is_done


def test_a_talk_not_held_after_all_keeps_its_debrief_unsaved(client, user, interview, meanwhile):
    meanwhile(debrief_views.actions, "save", lambda: planning.unhold(interview=user.interviews.get(), now=NOW))
    page = client.post(url("debrief", interview), SAID)
    assert page.status_code in (200, 302)
    assert not user.debriefs.exists()


# --- the room ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def room(user):
    return RoomFactory(interview=InterviewFactory(contact=ContactFactory(owner=user)), started_at=NOW)


@pytest.mark.parametrize(
    ("name", "verb"),
    [("room_pause", "pause"), ("room_end", "end"), ("room_extend", "extend"), ("room_reopen", "reopen")],
)
def test_a_tap_that_lands_between_look_and_lock_wins_over_this_one(client, user, room, meanwhile, name, verb):
    if verb == "reopen":
        room_actions.end(room=room, now=NOW)
    meanwhile(room_actions, verb, lambda: user.rooms.update(version=99))
    page = client.post(url(name, room.interview), {"minutes": "5"}, follow=True)
    assertContains(page, "Nothing was changed: the room has changed meanwhile, perhaps on another device.")
    assert user.rooms.get().version == 99
    assert user.interviews.get().is_held == (verb == "reopen")


# --- questions and the preparation ------------------------------------------------------------------------------------


def test_a_preparation_kept_by_two_taps_at_one_moment_is_kept_once(client, user, meanwhile):
    contact = ContactFactory(owner=user)
    path = reverse("preparation_detail", args=[contact.pk])
    typed = {"purpose": "Gauges", "agenda": "0 Thank you", "minutes": "20", "version": "0"}
    meanwhile(preparing_views.actions, "keep", lambda: client.post(path, typed))
    assert client.post(path, typed).status_code == 302
    assert user.preparations.get().version == 1


@pytest.fixture
def question(user) -> Question:
    return QuestionFactory(owner=user, text="Where would you begin?", tag="advice")


def of_bank(name: str, question: Question) -> str:
    return reverse(name, args=[question.pk])


def test_a_stale_question_shows_both_texts(client, question):
    question.change(1, text="Where did you begin?")
    data = {"text": "Where would I begin?", "tag": "advice", "version": "1"}
    page = client.post(of_bank("question_edit", question), data)
    assert page.context["form"].differences == [("Question", "Where did you begin?")]
    assertContains(page, "Where would I begin?")
    client.post(of_bank("question_edit", question), {**data, "version": page.context["form"]["version"].value()})
    question.refresh_from_db()
    assert question.text == "Where would I begin?"


def test_a_question_without_a_version_is_not_overwritten(client, question):
    client.post(of_bank("question_edit", question), {"text": "Where would I begin?", "tag": "advice"})
    assert Question.objects.get().text == "Where would you begin?"


def test_a_question_kept_twice_is_kept_once(client, question):
    data = {"text": "Where would I begin?", "tag": "advice", "version": "1"}
    for _n in range(2):
        assert client.post(of_bank("question_edit", question), data).status_code == 302
    assert Question.objects.get().version == 2


def test_a_question_saved_elsewhere_between_look_and_lock_is_not_overwritten(client, question, meanwhile):
    meanwhile(
        question_views.question_bank,
        "ensure_row",
        lambda: Question.objects.get().change(1, text="Where did you begin?"),
    )
    data = {"text": "Where would I begin?", "tag": "advice", "version": "1"}
    kept_first = Question.objects.get()
    page = client.post(of_bank("question_edit", kept_first), data)
    assert page.context["form"].differences == [("Question", "Where did you begin?")]
    assert Question.objects.get().text == "Where did you begin?"


def test_a_starting_question_has_a_version_before_it_has_a_row(client, user):
    form = client.get(reverse("question_edit", args=["s5"])).context["form"]
    data = {"text": "Where should I look?", "tag": "advice", "version": form["version"].value()}
    client.post(reverse("question_edit", args=["s5"]), data)
    page = client.post(reverse("question_edit", args=["s5"]), {**data, "text": "And where not?"})
    assert page.context["form"].differences == [("Question", "Where should I look?")]


def test_an_old_undo_of_retiring_does_not_win(client, user, question):
    client.post(of_bank("question_retire", question))
    question.refresh_from_db()
    question.bring_back(question.version)
    question.retire(question.version, NOW)
    page = client.post(of_bank("question_unretire", question) + "?v=2", follow=True)
    assertContains(page, "Nothing was changed: this question is no longer offered.")
    assert user.questions.get().retired_at


def test_a_question_taken_out_at_this_moment_can_be_marked_and_moved_without_harm(user):
    preparation = PreparationFactory(contact=ContactFactory(owner=user))
    first, second = (ChosenQuestionFactory(preparation=preparation, position=n) for n in (1, 2))
    preparing.take_out(chosen=first)
    preparing.mark(chosen=first, must_ask=True)
    preparing.move(chosen=first, to=2)
    assert list(preparation.questions.all()) == [second]


def test_the_slower_of_two_saves_of_a_preparation_is_stale(user):
    contact = ContactFactory(owner=user)
    terms = {"contact": contact, "seen": 0, "agenda": "", "minutes": 20, "homework": {}, "now": NOW}
    preparing.keep(purpose="Ask", **terms)
    with pytest.raises(Stale):
        preparing.keep(purpose="Tell", **terms)
    assert user.preparations.get().purpose == "Ask"


def test_an_answer_to_a_question_taken_out_at_this_moment_is_refused_and_not_an_error(client, user, room, monkeypatch):
    chosen = ChosenQuestionFactory(
        preparation=PreparationFactory(contact=room.interview.contact, interview=room.interview)
    )
    monkeypatch.setattr(room_actions, "why_too_much", lambda box, text: user.chosenquestions.all().delete() and "")
    data = {"box": f"q{chosen.pk}", "text": "At the gauges", "uid": uuid.uuid4(), "version": 0}
    assert client.post(url("room_write", room.interview), data).status_code == 404


# --- a page gone back to ----------------------------------------------------------------------------------------------

GOTA = {"line": "send the Göta paper friday", "take": "on", "what": "Send the Göta paper", "due": ""}


@pytest.fixture
def noted(user, interview) -> Interview:
    RoomFactory(interview=interview, started_at=NOW, ended_at=NOW, notes="! send the Göta  paper friday")
    return Interview.objects.get()


def promised(user) -> list[str]:
    return list(user.promises.exclude(kind="thank_you").order_by("pk").values_list("what", flat=True))


def test_other_words_for_a_line_already_taken_are_shown_and_then_kept(client, user, noted):
    client.post(url("debrief", noted), {**SAID, **rows("line", GOTA)})
    other = GOTA | {"what": "Send the Göta paper and the data"}
    page = client.post(url("debrief", noted), {**SAID, **rows("line", other)})
    assertContains(page, "Changed meanwhile: “Send the Göta paper”, by 22 November 2026. Yours stands here.")
    assertContains(page, 'value="Send the Göta paper and the data"')
    (row,) = page.context["form"].lines
    client.post(
        url("debrief", noted), {**SAID, "version": 2, **rows("line", other | {"version": row["version"].value()})}
    )
    assert promised(user) == ["Send the Göta paper and the data"]


def test_a_line_sent_again_as_it_was_offered_is_no_conflict(client, user, noted):
    client.post(url("debrief", noted), {**SAID, **rows("line", GOTA)})
    user.promises.get(what=GOTA["what"]).edit(what="Mail the paper", kind="other", due_on=NOW.date(), now=NOW)
    as_offered = GOTA | {"due": "20 November 2026"}
    assert client.post(url("debrief", noted), {**SAID, **rows("line", as_offered)}).status_code == 302
    assert promised(user) == ["Mail the paper"]


def test_a_line_with_two_spaces_is_taken_like_another(client, user, noted):
    assert client.get(url("debrief", noted)).context["form"].lines.forms
    client.post(url("debrief", noted), {**SAID, **rows("line", GOTA)})
    assert not client.get(url("debrief", noted)).context["form"].lines.forms


def test_other_words_for_a_line_whose_promise_is_in_the_bin_are_a_promise(client, user, noted):
    client.post(url("debrief", noted), {**SAID, **rows("line", GOTA)})
    user.promises.get(what=GOTA["what"]).bin(NOW)
    client.post(url("debrief", noted), {**SAID, **rows("line", GOTA)})
    assert promised(user) == [GOTA["what"]]
    client.post(url("debrief", noted), {**SAID, **rows("line", GOTA | {"what": "Send the data"})})
    assert promised(user) == [GOTA["what"], "Send the data"]


def test_a_promise_in_the_bin_comes_back_only_with_other_words(client, user, interview):
    promise = interview.contact.promises.make(what="Send the deck", now=NOW, interview=interview)
    promise.bin(NOW)
    seen = kept(promise, "Send the deck", version=1)
    client.post(url("debrief", interview), {**SAID, **rows("kept", seen)})
    assert promised(user) == ["Send the deck"]
    for version in (1, 2):
        other = seen | {"what": "Send the data", "version": version}
        client.post(url("debrief", interview), {**SAID, **rows("kept", other)})
    assert promised(user) == ["Send the deck", "Send the data"]


def test_what_is_said_of_somebody_known_becomes_a_note_once(client, user, interview):
    teresa = ContactFactory(owner=user, name="Teresa Vasconcelos")
    for _twice in range(2):
        client.post(url("debrief", interview), {**SAID, **meet("Teresa Vasconcelos, t@port.example")})
    assert list(teresa.notes.values_list("body", flat=True)) == [
        "Named in the talk with Mateus Oliveira: Teresa Vasconcelos, t@port.example"
    ]


def test_somebody_known_by_name_alone_gets_no_note(client, user, interview):
    teresa = ContactFactory(owner=user, name="Teresa Vasconcelos")
    client.post(url("debrief", interview), {**SAID, **meet("teresa vasconcelos")})
    assert not teresa.notes.exists()


def test_a_promise_on_the_line_of_a_person_is_made_once(client, user, interview):
    for _twice in range(2):
        client.post(url("debrief", interview), {**SAID, **meet("Teresa Vasconcelos ! send her the paper")})
    assert promised(user) == ["Send her the paper", "Write to Teresa, as Mateus suggested"]
    assert user.promises.get(what="Send her the paper").contact.name == "Teresa Vasconcelos"
