"""Countries are offered as people spell them."""

import re

import pytest

from accounts.countries import country_names
from base.text import fold


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("BO", "Bolivia"),
        ("CI", "Ivory Coast"),
        ("CZ", "Czechia"),
        ("FM", "Micronesia"),
        ("GB", "United Kingdom"),
        ("IR", "Iran"),
        ("KR", "South Korea"),
        ("LA", "Laos"),
        ("MD", "Moldova"),
        ("MK", "North Macedonia"),
        ("NL", "Netherlands"),
        ("PS", "Palestine"),
        ("RU", "Russia"),
        ("SY", "Syria"),
        ("TL", "Timor-Leste"),
        ("TZ", "Tanzania"),
        ("US", "United States"),
        ("VE", "Venezuela"),
        ("VN", "Vietnam"),
    ],
)
def test_a_country_is_spelled_as_people_say_it(code: str, name: str):
    assert country_names()[code] == name


def test_none_is_spelled_as_a_register_does():
    """ "Korea, Republic of", "Bolivia (Plurinational State of)", "NEW_ZEALAND", "the Netherlands"."""
    odd = re.compile(r"_|^the |, (?!Sint)|[a-z][A-Z]|\bRepublic of\b|\bState\b|\((?!Kinshasa|Brazzaville)|^[A-Z ]+$")
    assert [name for name in country_names().values() if odd.search(name)] == []


def test_each_stands_once_and_in_its_place():
    names = list(country_names().values())
    assert names == sorted(set(names), key=fold)
