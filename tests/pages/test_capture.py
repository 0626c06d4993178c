"""The one line in which a person or a promise is added, on every page: what it makes, says, refuses, and how it is turned."""

import re

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from followups.models import DUE_WITHOUT_A_DATE
from tests.factories import NOW, TODAY, ContactFactory
from tests.work_done import count_calls

ADD, UNDERSTAND = reverse("capture"), reverse("capture_understand")
LINE = "Ana Souza, head of data at Nubank, Lisbon, met at PyCon yesterday"
FACT = re.compile(r'fact__label">(.*?)</span> <bdi>(.*?)</bdi>')
MEANT = re.compile(r'name="meant" value="(.*?)">')
IN_SHEET = {"HX-Request": "true", "HX-Target": "capture"}
FROM_SHEET = {"HX-Request": "true", "HX-Target": "main", "HX-Boosted": "true"}
AS_TYPED = {"HX-Request": "true", "HX-Target": "understood"}
every_way = pytest.mark.parametrize("headers", [{}, AS_TYPED], ids=["plain", "htmx"])


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def toasts(html: str) -> list[str]:
    return re.findall(r'class="toast" data-toast>\s*<p>(.*?)</p>', html)


def facts(html: str) -> dict[str, str]:
    return dict(FACT.findall(html))


def understand(client: Client, headers: dict[str, str] | None = None, **data: object) -> str:
    return client.post(UNDERSTAND, {"line": LINE, **data}, headers=headers or AS_TYPED).text


# --- a person ---------------------------------------------------------------------------------------------------------
def test_person_is_added_with_what_was_understood(client: Client, user: User):
    ContactFactory(owner=user, name="Li Wei")
    line = "Fatoumata Diallo, flood engineer at Niger Basin Lab #floods, through Li Wei ! send the paper friday"
    response = client.post(ADD, {"line": line, "next": "/contacts/?q=li"}, follow=True)
    made = user.contacts.get(name="Fatoumata Diallo")
    assert response.redirect_chain == [("/contacts/?q=li", 302)]
    assert toasts(response.text) == ["Added Fatoumata Diallo. You promise: Send the paper, by Friday 20 November."]
    assert f'action="/contacts/{made.pk}/bin/?v=1"' in response.text
    assert (made.role, made.organisation.name, made.introduced_by.name, made.promises.get().what) == (
        *("Flood engineer", "Niger Basin Lab", "Li Wei"),
        "Send the paper",
    )


def test_time_in_a_city_is_known(client: Client, user: User):
    client.post(ADD, {"line": "Kenji Mori, harbour master at Port of Kobe, Tokyo"})
    made = user.contacts.get()
    assert (made.place, made.time_zone) == ("Tokyo", "Asia/Tokyo")


def test_person_is_taken_back(client: Client, user: User):
    client.post(ADD, {"line": "Ana Souza"})
    client.post(f"/contacts/{user.contacts.get().pk}/bin/?v=1")
    assert list(user.contacts.alive()) == []


@pytest.mark.parametrize(
    "line",
    ["", "met at PyCon", "\0", "x" * 10_000, "owe", "owe her a call", "owe Ana", "! send it", f"owe Ana {'x' * 301}"],
)
@pytest.mark.parametrize("headers", [{}, FROM_SHEET], ids=["plain", "sheet"])
def test_what_cannot_be_added_is_kept_with_one_sentence(client: Client, user: User, line: str, headers: dict[str, str]):
    html = client.post(ADD, {"line": line, "next": "/bin/"}, headers=headers).text
    assert len(re.findall(r'class="field__error"', html)) == 1
    assert f'value="{line}"'.replace("\0", "") in html or not line.strip("\0")
    assert 'name="next" value="/bin/"' in html
    assert (user.contacts.count(), user.promises.count()) == (0, 0)


@pytest.mark.parametrize("bad", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_it_leads_to_pages_of_ours_alone(client: Client, user: User, bad: str):
    assert client.post(ADD, {"line": "Ana Souza", "next": bad})["Location"] == "/"


# --- a promise --------------------------------------------------------------------------------------------------------
def test_promise_of_mine(client: Client, user: User):
    ana = ContactFactory(owner=user, name="Ana Souza")
    html = client.post(ADD, {"line": "owe Ana an article friday", "next": "/contacts/"}, follow=True).text
    made = ana.promises.get()
    assert (made.what, made.whose, made.kind, made.due_on) == ("An article", "mine", "article", TODAY.replace(day=20))
    assert toasts(html) == ["Noted: “An article”, for Ana, by tomorrow."]
    assert f'action="/promises/{made.pk}/bin/?v=1"' in html


def test_promise_of_theirs(client: Client, user: User):
    ana = ContactFactory(owner=user, name="Ana Souza")
    html = client.post(ADD, {"line": "Ana owes me an intro"}, follow=True).text
    assert ana.promises.filter(whose="theirs").get().what == "An intro"
    assert toasts(html) == ["Noted: “An intro”, from Ana."]


def test_promise_to_somebody_new_adds_both_and_takes_both_back(client: Client, user: User):
    html = client.post(ADD, {"line": "Kenji Mori at Port of Kobe owes me an intro"}, follow=True).text
    kenji = user.contacts.get()
    assert (kenji.name, kenji.organisation.name, user.promises.filter(whose="theirs").get().contact) == (
        "Kenji Mori",
        "Port of Kobe",
        kenji,
    )
    assert toasts(html) == ["Added Kenji Mori. Noted: “An intro”, from Kenji."]
    (undo,) = re.findall(r'action="(/contacts/\d+/bin/\?v=\d+)"', html)
    client.post(undo)
    assert (list(user.contacts.alive()), list(user.promises.alive())) == ([], [])


def test_of_several_the_one_who_is_meant_is_asked_for(client: Client, user: User, stranger: User):
    souza, lima = (ContactFactory(owner=user, name=name) for name in ("Ana Souza", "Ana Lima"))
    theirs = ContactFactory(owner=stranger, name="Ana Costa")
    line = {"line": "owe Ana a call"}
    for who in ("", str(theirs.pk), "0", "x", "9" * 30):
        html = client.post(ADD, {**line, "who": who}).text
        assert "Choose the one you mean." in html
        assert re.findall(r'name="who"\s+value="(\w+)"', html) == [str(lima.pk), str(souza.pk), "new"]
    assert user.promises.count() == 0
    client.post(ADD, {**line, "who": souza.pk})
    client.post(ADD, {**line, "who": "new"})
    assert list(user.promises.order_by("pk").values_list("contact__name", flat=True)) == ["Ana Souza", "Ana"]


@every_way
def test_day_of_a_promise_is_tapped_away(client: Client, user: User, headers: dict[str, str]):
    ana = ContactFactory(owner=user, name="Ana Souza")
    line = {"line": "owe Ana the plan for us by friday"}
    html = client.post(UNDERSTAND, {**line, "toggle": "the plan for us by friday"}, headers=headers).text
    assert 'aria-pressed="false"' in html
    client.post(ADD, {**line, "undated": "the plan for us by friday"})
    made = ana.promises.get()
    assert (made.what, made.due_on) == ("The plan for us by friday", TODAY + DUE_WITHOUT_A_DATE)


# --- chips ------------------------------------------------------------------------------------------------------------
def test_line_says_what_it_means(client: Client, user: User):
    said = {
        "Name": "Ana Souza",
        "Role": "Head of data",
        "Organisation": "Nubank, new here",
        "Place": "Lisbon",
        "How you met": "at PyCon yesterday",
        "Met on": "Wednesday 18 November",
    }
    assert facts(understand(client)) == said
    assert facts(understand(client, {"X": "plain"})) == said
    assert user.contacts.count() == 0


def test_nothing_is_said_of_nothing(client: Client):
    assert facts(understand(client, line="")) == {}
    assert "<li" not in understand(client, line="met at PyCon")


def test_tap_turns_a_meaning_to_the_next(client: Client):
    line, meant = "Ana Souza, painter", []
    names = []
    for name in ("role", "organisation", "place", "how_met", "role"):
        html = understand(client, line=line, meant=meant, tap=f"turn:{name}")
        meant = MEANT.findall(html)
        names.append(list(facts(html))[1])
    assert names == ["Organisation", "Place", "How you met", "Role", "Organisation"]


@every_way
def test_two_that_meet_change_places(client: Client, user: User, headers: dict[str, str]):
    html = understand(client, headers, tap="turn:role")
    said = facts(html)
    assert (said["Role"], said["Organisation"]) == ("Nubank", "Head of data, new here")
    client.post(ADD, {"line": LINE, "meant": MEANT.findall(html)})
    made = user.contacts.get()
    assert (made.role, made.organisation.name) == ("Nubank", "Head of data")


@pytest.mark.parametrize("name", ["role", "organisation", "place", "how_met"])
def test_what_is_taken_away_stays_in_the_note_and_comes_back(client: Client, user: User, name: str):
    before = facts(understand(client))
    html = understand(client, tap=f"away:{name}")
    (meant,) = MEANT.findall(html)
    words = meant.partition(":")[2]
    assert facts(html)["Note"] == words
    assert facts(understand(client, meant=meant, tap=f"back:{words}")) == before
    client.post(ADD, {"line": LINE, "meant": meant})
    made = user.contacts.get()
    assert made.notes.get().body == words
    assert words not in (made.role, made.place, made.how_met, made.organisation and made.organisation.name)


def test_day_we_met_is_taken_away_and_its_words_stay(client: Client, user: User):
    html = understand(client, tap="away:met_on")
    assert "Met on" not in facts(html)
    client.post(ADD, {"line": LINE, "meant": MEANT.findall(html)})
    assert (user.contacts.get().met_on, user.contacts.get().how_met) == (None, "met at PyCon yesterday")


@pytest.mark.parametrize(
    "nonsense", ["", ":", "role", "role:", "pk:Nubank", "note:\0", "x" * 9000, "owner:Nubank", "name:Ana Souza"]
)
@pytest.mark.parametrize("tapped", ["", "turn:", "turn:name", "away:owner", "back:", "away:line", "turn:met_on", ":::"])
def test_nonsense_turns_nothing(client: Client, nonsense: str, tapped: str):
    assert facts(understand(client, meant=[nonsense] * 30, tap=tapped)) == facts(understand(client))


def test_typing_is_no_writing(client: Client, user: User):
    for _key in range(130):
        understand(client, line="Ana")
    assert client.post(ADD, {"line": "Ana Souza"}).status_code == 302
    assert user.contacts.count() == 1


# --- the sheet, and the full form --------------------------------------------------------------------------------------
def test_sheet_is_the_page_without_its_frame(client: Client):
    page, sheet = client.get(ADD), client.get(ADD, headers=IN_SHEET)
    assert "<h1>" in page.text
    assert "<h1>" not in sheet.text
    assert 'id="capture-sheet"' not in page.text + sheet.text
    assert 'id="capture-sheet"' in client.get("/bin/").text


def test_sheet_stays_open_for_another(client: Client, user: User):
    data = {"line": "Ana Souza", "then": "another", "next": "/bin/"}
    sheet = client.post(ADD, {**data, "sheet": "yes"}, headers=FROM_SHEET)
    assert (sheet["HX-Retarget"], sheet["HX-Push-Url"]) == ("#capture", "false")
    html = sheet.text
    assert "<h1>" not in html
    assert "Added Ana Souza." in html
    assert 'name="next" value="/bin/"' in html
    assert "Ana Souza" not in re.findall(r"<input[^>]*name=\"line\"[^>]*>", html)[0]
    response = client.post(ADD, {**data, "line": "Bo Stone"})
    assert response["Location"] == "/capture/?next=%2Fbin%2F"
    assert user.contacts.count() == 2


def test_sheet_leads_back_to_its_page(client: Client):
    response = client.post(ADD, {"line": "Ana Souza", "next": "/bin/", "sheet": "yes"}, headers=FROM_SHEET)
    assert (response.status_code, response["Location"]) == (302, "/bin/")


def test_more_fields_are_filled_in(client: Client, user: User):
    typed = {"then": "more", "meant": ["note:Lisbon"]}
    html = client.post(ADD, {"line": f"{LINE} ! ask her friday", "undated": "ask her friday", **typed}).text
    for words in ("Ana Souza", "Head of data", "Nubank", "met at PyCon yesterday", "ask her friday"):
        assert f'value="{words}"' in html
    assert re.search(r"<textarea[^>]*>\s*Lisbon\n! ask her friday", html)
    assert user.contacts.count() == 0
    assert "met at PyCon</textarea>" in client.post(ADD, {"line": "met at PyCon", "then": "more"}).text


def test_more_fields_of_a_promise_are_filled_in(client: Client, user: User):
    html = client.post(ADD, {"line": "owe Ana an article by friday", "then": "more"}, follow=True).text
    for words in ("Ana", "An article", "by friday"):
        assert f'value="{words}"' in html
    ana = ContactFactory(owner=user, name="Ana Souza")
    response = client.post(ADD, {"line": "Ana owes me an intro friday", "then": "more"}, follow=True)
    assert response.redirect_chain[0][0].startswith(reverse("promise_new", args=[ana.pk]))
    assert 'value="An intro"' in response.text
    assert re.search(r'value="theirs"[^>]*checked', response.text)


@pytest.mark.parametrize(
    "line", ["Ana, " + "b, " * 660, "owe Ana " + "x y " * 480, "! " + "Bo " * 660, "Ana " + "! a friday " * 180]
)
def test_two_thousand_characters_are_understood_at_once(client: Client, user: User, line: str):
    for number in range(30):
        ContactFactory(owner=user, name=f"Ana Number{number}")
    understand(client, line=line)  # what is made once
    assert count_calls(lambda: understand(client, line=line)) < 300_000
