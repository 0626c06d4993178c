"""A promise in one line: to whom, what, and by when; no word of it is lost."""

import re
from datetime import date

import pytest

from accounts.models import User
from pages.capture import Said, read_promise
from pages.forms import CaptureForm
from tests.factories import TODAY, ContactFactory
from tests.work_done import count_calls

HERE = ["Ana Souza", "Dr. Amina Bello", "Jürgen Groß", "Li Wei", "محمد علي", "王小明", "Mary Anne O’Hara", "An Nguyen"]
FRIDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 24)


@pytest.fixture
def people(user: User) -> None:
    for name in HERE:
        ContactFactory(owner=user, name=name)


def read(user: User, line: str) -> Said:
    said = read_promise(user, line, TODAY)
    assert said
    return said


def terms(user: User, line: str) -> tuple[str, str, date | None]:
    """Whose, what, and by when."""
    form = CaptureForm({"line": line}, owner=user, today=TODAY)
    assert form.is_valid(), form.errors
    whose, what, due_on = form.terms.values()
    return whose, what, due_on


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("line", "who", "what", "due_on"),
    [
        ("owe Ana an article friday", "Ana Souza", "An article", FRIDAY),
        ("I owe Ana an article by friday", "Ana Souza", "An article", FRIDAY),
        ("Owe Ana Souza an article", "Ana Souza", "An article", None),
        ("owe ana an article", "Ana Souza", "An article", None),
        ("owe Souza an article", "Ana Souza", "An article", None),
        ("owe Ana: the Göta paper, tuesday", "Ana Souza", "The Göta paper", TUESDAY),
        ("I owe an article to Ana by friday", "Ana Souza", "An article", FRIDAY),
        ("owe to Ana an article", "Ana Souza", "An article", None),
        ("promised Ana the deck by tuesday", "Ana Souza", "The deck", TUESDAY),
        ("I promised Ana to send the deck", "Ana Souza", "Send the deck", None),
        ("I promised to send Ana the deck tuesday", "Ana Souza", "Send Ana the deck", TUESDAY),
        ("I've promised Ana the deck", "Ana Souza", "The deck", None),
        ("I promise Ana the deck", "Ana Souza", "The deck", None),
        ("! send Ana the deck friday", "Ana Souza", "Send Ana the deck", FRIDAY),
        ("!send the deck to ana friday", "Ana Souza", "Send the deck to ana", FRIDAY),
        ("! Ana: send the deck", "Ana Souza", "Send the deck", None),
        ("owe Dr. Bello a thank-you", "Dr. Amina Bello", "A thank-you", None),
        ("owe Dr. Amina Bello a thank-you", "Dr. Amina Bello", "A thank-you", None),
        ("owe Amina Bello a thank-you", "Dr. Amina Bello", "A thank-you", None),
        ("owe Frau Dr. Bello a thank-you", "Dr. Amina Bello", "A thank-you", None),
        ("owe Juergen the minutes", "Jürgen Groß", "The minutes", None),
        ("owe Jürgen Gross the minutes", "Jürgen Groß", "The minutes", None),
        ("owe Li Wei a call", "Li Wei", "A call", None),
        ("owe Li a call", "Li Wei", "A call", None),
        ("owe Mary Anne O'Hara a call", "Mary Anne O’Hara", "A call", None),
        ("owe An an article", "An Nguyen", "An article", None),
        ("owe an article to Ana", "Ana Souza", "An article", None),
        ("owe محمد علي مقالة", "محمد علي", "مقالة", None),
        ("owe 王小明 the deck", "王小明", "The deck", None),
        ("owe Ana the May report", "Ana Souza", "The May report", None),
    ],
)
def test_promise_of_mine_to_somebody_here(user: User, line: str, who: str, what: str, due_on: date | None):
    said = read(user, line)
    assert [person.name for person in said.people] == [who]
    assert terms(user, line) == ("mine", what, due_on)


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    ("line", "who", "what", "due_on"),
    [
        ("Ana owes me an intro", "Ana Souza", "An intro", None),
        ("ana owes me an intro friday", "Ana Souza", "An intro", FRIDAY),
        ("Dr. Bello owes us the map", "Dr. Amina Bello", "The map", None),
        ("Ana Souza promised me an intro to Bo", "Ana Souza", "An intro to Bo", None),
        ("Ana promised to introduce me to Bo", "Ana Souza", "Introduce me to Bo", None),
        ("Ana has promised me to call tuesday", "Ana Souza", "Call", TUESDAY),
        ("محمد علي owes me an intro", "محمد علي", "An intro", None),
    ],
)
def test_promise_of_theirs(user: User, line: str, who: str, what: str, due_on: date | None):
    said = read(user, line)
    assert [person.name for person in said.people] == [who]
    assert terms(user, line) == ("theirs", what, due_on)


@pytest.mark.parametrize(
    ("line", "name", "what"),
    [
        ("owe Ana an article friday", "Ana", "An article"),
        ("owe ana an article", "ana", "An article"),
        ("owe Ana Souza an article", "Ana Souza", "An article"),
        ("owe Dr. Bello a thank-you", "Dr. Bello", "A thank-you"),
        ("owe Vincent van Gogh the ear", "Vincent van Gogh", "The ear"),
        ("owe Ana Friday", "Ana", "Friday"),
        ("owe Ana, the deck", "Ana", "The deck"),
        ("owe an article to Ana Souza by friday", "Ana Souza", "An article"),
        ("! send Ana the deck", "Ana", "Send Ana the deck"),
        ("! send the deck to Ana Souza", "Ana Souza", "Send the deck to Ana Souza"),
        ("owe محمد مقالة", "محمد", "مقالة"),
        ("Ana Souza at Nubank owes me an intro", "Ana Souza at Nubank", "An intro"),
        ("owe O'Hara a call", "O'Hara", "A call"),
    ],
)
def test_nobody_here_is_somebody_new(user: User, line: str, name: str, what: str):
    said = read(user, line)
    assert (said.people, said.name, terms(user, line)[1]) == ([], name, what)


@pytest.mark.parametrize(
    "line",
    [
        "owe",
        "owe an article",
        "I owe",
        "! send the deck",
        "!",
        "owe her a call",
        "you owe me",
        "owe friday",
        "owe 12",
        "owe #x",
    ],
)
def test_no_name_is_no_guess(user: User, line: str):
    assert read(user, line).name == ""


@pytest.mark.parametrize("line", ["owe Ana", "I owe Ana Souza", "Ana owes me", "promised Ana", "owe محمد"])
def test_only_a_name_promises_nothing(user: User, line: str):
    said = read(user, line)
    assert said.name
    assert said.words == ""


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Ana Souza",
            "Ana Souza, head of data at Nubank",
            "Owe Andersson, professor at KTH",
            "Owe Andersson",
            "Owen Hart",
        ),
        *(
            "Promise Adeyemi, engineer",
            "Ana Souza ! ask her friday",
            "met Ana at PyCon",
            "Ana, owes me nothing",
            "",
            "i",
        ),
        *("I. Okafor, engineer", "Promised Land Trust", "iowe Ana a", "Ana Souza, met at PyCon, owes me an intro"),
    ],
)
def test_a_person_is_no_promise(user: User, line: str):
    assert read_promise(user, line, TODAY) is None


def test_all_of_that_name_are_asked_about(user: User, stranger: User):
    for name in ("Ana Souza", "Ana Lima"):
        ContactFactory(owner=user, name=name)
    ContactFactory(owner=stranger, name="Ana Costa")
    assert [person.name for person in read(user, "owe Ana a call").people] == ["Ana Lima", "Ana Souza"]
    assert [person.name for person in read(user, "owe Ana Souza a call").people] == ["Ana Souza"]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("start", ["owe Ana", "I promised", "!", "Ana owes me", "I owe"])
@pytest.mark.parametrize(
    "rest", ["to send Bo the deck, 10 % of it friday #floods", "an article", "x" * 290, "- a: b; c"]
)
def test_no_word_is_lost(user: User, start: str, rest: str):
    said = read(user, f"{start} {rest}")
    kept = set(re.findall(r"\w+", f"{said.name} {said.words}"))
    assert set(re.findall(r"\w+", rest)) - kept <= {"to"}


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    "line",
    [
        "owe " + "Ana an article " * 140,
        "! " + "send To " * 250,
        "a " * 1000,
        "owe " + "Dr. " * 500,
        "to " * 660,
        "owe " + "to Bo " * 330,
    ],
)
def test_two_thousand_characters_are_read_at_once(user: User, line: str):
    read_promise(user, line, TODAY)
    assert count_calls(lambda: read_promise(user, line, TODAY)) < 300_000


@pytest.mark.parametrize(
    "line", ["owe Bobby an article friday", "owe bobby an article friday", "Bobby owes me the slides"]
)
def test_somebody_is_known_by_how_they_are_called(user: User, line: str):
    robert = ContactFactory(owner=user, name="Robert Smith", called="Bobby")
    said = read_promise(user, line, TODAY)
    assert said is not None
    assert said.people == [robert]
