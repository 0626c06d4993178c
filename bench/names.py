"""Invented people, the same for both apps: the n-th is always the same person. Standard library only."""

from typing import NamedTuple

_GIVEN = (
    "Ana Priya Kwame Zsófia Ingrid Yusuf Siobhán Mateo Linnéa Chidi Hana Tomasz Leïla Björn Wanjiru Diego Aiko Nadia "
    "Emre Rosalind Oksana Tāne Farah Jean-Luc Malia Søren Ximena Dmitri Adaeze Łucja Henrik Samira Paulo Greta Ravi "
    "Noor Élodie Isak Thandiwe Bao"
)
_FAMILY = (
    "Souza Raghunathan Boateng Nagy Sæther Demir Okafor Lindqvist Marchetti Dvořáková Wei Mbeki Żurek Haddad Quispe "
    "Tanaka Petrov Castellanos Ní_Dhomhnaill Achterberg Mwangi Fernández Kowalczyk Ibsen Rahman Delacroix Nakamura "
    "Oyelaran Sandoval Virtanen Gebre Moreau Halvorsen Abellán Kruse Papadakis Eriksen Solano Yamada Brandt"
)
GIVEN, FAMILY = _GIVEN.split(), _FAMILY.split()
ROLES = (
    "hydrologist",
    "head of data",
    "product lead",
    "editor",
    "analyst",
    "underwriter",
    "station network manager",
    "doctoral student",
    "policy adviser",
    "founder",
)
ORGANISATIONS = 400
RARE = "xqz"  # in the text of one contact of each owner


class Invented(NamedTuple):
    name: str
    role: str
    organisation: int  # which of the ORGANISATIONS
    email: str


def invented(n: int) -> Invented:
    """The n-th person; a middle initial sets apart those who share given and family name, for the first 41,600."""
    given, family = GIVEN[n % len(GIVEN)], FAMILY[(n // len(GIVEN)) % len(FAMILY)].replace("_", " ")
    middle = n // (len(GIVEN) * len(FAMILY))
    name = f"{given} {chr(65 + middle % 26)}. {family}" if middle else f"{given} {family}"
    return Invented(name, ROLES[n // 7 % len(ROLES)], n * 7 % ORGANISATIONS, f"person{n}@people.example")


def organisation(n: int) -> str:
    return f"{FAMILY[n % len(FAMILY)].replace('_', ' ')} {('Lab', 'Institute', 'Group', 'Water', 'Press')[n % 5]} {n}"
