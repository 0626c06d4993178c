import pytest

from tests.corpus.typed import score

pytestmark = pytest.mark.django_db


def test_kinds_that_are_right_are_counted():
    said: list[str] = []
    kinds = {
        "days": [
            {"line": "call Bo monday week", "what": "Call Bo", "due": "2026-12-07"},
            {"field": "eow", "due": "2026-12-31", "also": ["2026-12-04"]},
            {"field": "13/13", "due": None},
            {"field": "1/13", "sentence_names": "13/1"},
            {"met_on": "9/2025", "sentence_names": "a day in the past"},
        ],
        "people": [
            {
                "quick": "Bo Li: editor at Wired",
                "name": "Bo Li",
                "role": "Editor",
                "organisation": "Wired",
                "met_on": None,
            },
            {"name": "Dr. Bo Li", "calls": "Bo"},
            {"zone": "UTC-3", "offset_minutes": -180, "also": "refused"},
            {"stored": "Bo O’Li", "q": "o'li", "found": True},
            {"stored": "Bo O’Li", "q": "o'la", "found": False},
            {"stored": "Bo O’Li", "with_whom": "o'li", "known": True},
            {"stored": "Bo O’Li", "quick": "Bo O'Li", "here_already": True},
        ],
    }
    assert (score(kinds, said.append), said) == (0, ["days: 5 of 5 right", "people: 7 of 7 right"])


def test_a_case_that_is_wrong_is_named_and_fails():
    said: list[str] = []
    kinds = {"days": [{"field": "eod", "due": "2020-01-01"}, {"other": 1}]}
    assert score(kinds, said.append) == 1
    assert said == [
        "days: 0 of 2 right",
        "  'eod': due is '2026-11-29', not '2020-01-01'",
        "  '': not a case that can be read",
    ]
