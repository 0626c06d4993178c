from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.past_days import past
from crm.quick import read
from tests.factories import TODAY  # Thursday 19 November 2026

LINES = {
    "Ana Souza": {"name": "Ana Souza"},
    "Ana Souza, head of data at Nubank, met at PyCon": {
        "name": "Ana Souza", "role": "Head of data", "organisation": "Nubank", "how_met": "met at PyCon",
    },
    "Fatoumata Diallo, flood engineer at Niger Basin Lab #floods, through Li Wei ! send the paper friday": {
        "name": "Fatoumata Diallo", "role": "Flood engineer", "organisation": "Niger Basin Lab", "tags": ["floods"],
        "through": "Li Wei", "promises": ["send the paper friday"],
    },
    "Ana Souza, cto at Nubank": {"name": "Ana Souza", "role": "CTO", "organisation": "Nubank"},
    "Ana Souza head of it at Nubank": {"name": "Ana Souza", "role": "Head of IT", "organisation": "Nubank"},
    "Ana Souza, co-founder and ceo": {"name": "Ana Souza", "role": "Co-founder and CEO"},
    "Ana Souza, it Director": {"name": "Ana Souza", "role": "It Director"},
    "Ana Souza head of data at Nubank": {"name": "Ana Souza", "role": "Head of data", "organisation": "Nubank"},
    "Ana at Nubank": {"name": "Ana", "organisation": "Nubank"},
    "ana souza at nubank": {"name": "ana souza", "organisation": "nubank"},
    "Ana Souza @ Nubank": {"name": "Ana Souza", "organisation": "Nubank"},
    "Ana Souza <Ana.Souza@nubank.example>, +55 11 91234-5678": {
        "name": "Ana Souza", "email": "Ana.Souza@nubank.example", "phone": "+55 11 91234-5678",
    },
    "ana@nubank.example Ana Souza": {"name": "Ana Souza", "email": "ana@nubank.example"},
    "Ana, https://www.linkedin.com/in/ana-s/, https://ana.example/me": {
        "name": "Ana", "linkedin_url": "https://www.linkedin.com/in/ana-s", "website": "https://ana.example/me",
    },
    "Ana linkedin.com/in/ana": {"name": "Ana", "linkedin_url": "https://www.linkedin.com/in/ana"},
    "Li Wei, Analyst, Delta Works Office, Rotterdam": {
        "name": "Li Wei", "role": "Analyst", "organisation": "Delta Works Office", "place": "Rotterdam",
    },
    "Ludwig van Beethoven at Bonn": {"name": "Ludwig van Beethoven", "organisation": "Bonn"},
    "Luca della Robbia sculptor at Opificio": {"name": "Luca della Robbia", "role": "Sculptor", "organisation": "Opificio"},
    "Maximiliane von Hohenstein-Wernigerode": {"name": "Maximiliane von Hohenstein-Wernigerode"},
    "O'Brien, professor at University of Texas at Austin": {
        "name": "O'Brien", "role": "Professor", "organisation": "University of Texas at Austin",
    },
    "Ana, iOS developer at X": {"name": "Ana", "role": "iOS developer", "organisation": "X"},
    "李伟, 工程师 at 三峡": {"name": "李伟", "role": "工程师", "organisation": "三峡"},
    "Ana, works at Nubank, lives in Lisbon": {"name": "Ana", "organisation": "Nubank", "place": "Lisbon"},
    "Kenji Mori, harbour master at Port of Kobe, Tokyo": {
        "name": "Kenji Mori", "role": "Harbour master", "organisation": "Port of Kobe", "place": "Tokyo",
    },
    "Ana, são paulo": {"name": "Ana", "place": "são paulo"},
    "Ana, Munich": {"name": "Ana", "place": "Munich"},
    "Ana, Analyst, Delta, London, UK": {"name": "Ana", "role": "Analyst", "organisation": "Delta", "place": "London, UK"},
    "Ben Ode | Analyst at Delta | Portland, Maine": {
        "name": "Ben Ode", "role": "Analyst", "organisation": "Delta", "place": "Portland, Maine",
    },
    "Ana, Analyst, Delta": {"name": "Ana", "role": "Analyst", "organisation": "Delta"},  # a city too, and a small one
    "Ana, General": {"name": "Ana", "role": "General"},
    "Ana introduced by Bo Li met at PyCon": {"name": "Ana", "through": "Bo Li", "how_met": "met at PyCon"},
    "Ana via Bo, via Cy": {"name": "Ana", "through": "Bo", "how_met": "via Cy"},
    "Ana, met at PyCon yesterday": {"name": "Ana", "how_met": "met at PyCon yesterday", "met_on": date(2026, 11, 18)},
    "Ana, met friday": {"name": "Ana", "how_met": "met friday", "met_on": date(2026, 11, 13)},
    "Ana, 2024-05-03": {"name": "Ana", "how_met": "2024-05-03", "met_on": date(2024, 5, 3)},
    "Ana ! call her ! send the deck next tuesday": {
        "name": "Ana", "promises": ["call her", "send the deck next tuesday"],
    },
    "Wow! Ana": {"name": "Wow! Ana"},
    "Ana #floods #Floods #Mali": {"name": "Ana", "tags": ["floods", "Mali"]},
    "Ana\nhead of data at Nubank": {"name": "Ana", "role": "Head of data", "organisation": "Nubank"},
    "Ana, a@b": {"name": "Ana", "role": "A@b"},
    "Ben Ode - Head of Grants - Sun Fund": {"name": "Ben Ode", "role": "Head of Grants", "organisation": "Sun Fund"},
    "Ben Ode — Analyst, Met Office": {"name": "Ben Ode", "role": "Analyst", "organisation": "Met Office"},
    "Ben Ode | Analyst | Delta": {"name": "Ben Ode", "role": "Analyst", "organisation": "Delta"},
    "Ben Ode\tAnalyst\tDelta\tben@delta.example": {
        "name": "Ben Ode", "role": "Analyst", "organisation": "Delta", "email": "ben@delta.example",
    },
    "王芳、记者；新华社": {"name": "王芳", "role": "记者", "organisation": "新华社"},
    "Ben Ode: analyst at Delta": {"name": "Ben Ode", "role": "Analyst", "organisation": "Delta"},
    '"Ode, Ben" <ben@x.example>': {"name": "Ben Ode", "email": "ben@x.example"},
    "van der Berg, Jan <jan@x.example>": {"name": "Jan van der Berg", "email": "jan@x.example"},
    "Ana, Nubank <ana@nubank.example>": {"name": "Ana", "organisation": "Nubank", "email": "ana@nubank.example"},
    "Ben Ode, PhD, lecturer at Delta": {"name": "Ben Ode, PhD", "role": "Lecturer", "organisation": "Delta"},
    "Ben Ode, Sr.": {"name": "Ben Ode, Sr."},
    "Ben Ode from Delta": {"name": "Ben Ode", "organisation": "Delta"},
    "Ben Ode, journaliste chez Delta": {"name": "Ben Ode", "role": "Journaliste", "organisation": "Delta"},
    "Eva Braun bei Delta": {"name": "Eva Braun", "organisation": "Delta"},
    "ben ode, coo @delta": {"name": "ben ode", "role": "COO", "organisation": "delta"},
    "Ben Ode VP Sales at Delta": {"name": "Ben Ode", "role": "VP Sales", "organisation": "Delta"},
    "Mary Head at Delta": {"name": "Mary Head", "organisation": "Delta"},
    "Ben Ode, formerly Delta, now with Sun": {"name": "Ben Ode", "organisation": "Sun", "how_met": "formerly Delta"},
    "Met Ben Ode from Delta at PyCon last friday": {
        "name": "Ben Ode", "organisation": "Delta", "how_met": "met at PyCon last friday", "met_on": date(2026, 11, 13),
    },
    "Had coffee with Ben Ode": {"name": "Ben Ode", "how_met": "had coffee"},
    "Meet Patel, engineer at Delta": {"name": "Meet Patel", "role": "Engineer", "organisation": "Delta"},
    "Sat Bains at Delta": {"name": "Sat Bains", "organisation": "Delta"},
    "Ana, bday 3/5": {"name": "Ana", "also": ["bday 3/5"]},
    "Ana, at Nubank since 3 May": {"name": "Ana", "also": ["at Nubank since 3 May"]},
    "Ana, met on 3 november at PyCon": {
        "name": "Ana", "how_met": "met on 3 november at PyCon", "met_on": date(2026, 11, 3),
    },
    "Ana, a@x.example; b@x.example, +44 20 555 0101, +44 20 555 0102": {
        "name": "Ana", "email": "a@x.example", "phone": "+44 20 555 0101", "also": ["b@x.example", "+44 20 555 0102"],
    },
    "Ana, Rivers & Land Trust": {"name": "Ana", "organisation": "Rivers & Land Trust"},
    "Ana, University of Porto, lecturer": {"name": "Ana", "organisation": "University of Porto", "role": "Lecturer"},
    "Ana ! send it #floods friday #mali": {"name": "Ana", "tags": ["floods", "mali"], "promises": ["send it friday"]},
    "(Bob) Robert Ode": {"name": "(Bob) Robert Ode"},
    "": {},
    "met at PyCon": {"how_met": "met at PyCon"},
    "Sofia Rossi (editor at Wired)": {"name": "Sofia Rossi", "role": "Editor", "organisation": "Wired"},
    "Sofia Rossi (sofia@wired.example)": {"name": "Sofia Rossi", "email": "sofia@wired.example"},
    "Sofia Rossi (she/her), editor": {"name": "Sofia Rossi (she/her)", "role": "Editor"},
    "Robert (Bob) Clark": {"name": "Robert (Bob) Clark"},
    "Ana Souza, birthday: 3.5.1990": {"name": "Ana Souza", "also": ["birthday 3.5.1990"]},
    "Ana Souza, *3 May 1990": {"name": "Ana Souza", "also": ["*3 May 1990"]},
    "Ana Souza, Geburtstag 3. Mai": {"name": "Ana Souza", "also": ["Geburtstag 3. Mai"]},
    "Bob Stone, now consultant": {"name": "Bob Stone", "role": "Consultant"},
    "Juan Pérez, director de ventas en Telefónica": {
        "name": "Juan Pérez", "role": "Director de ventas", "organisation": "Telefónica",
    },
    "João Silva, gerente na Petrobras": {"name": "João Silva", "role": "Gerente", "organisation": "Petrobras"},
    "Lena Berg, redaktör på SVT": {"name": "Lena Berg", "role": "Redaktör", "organisation": "SVT"},
    "Eva Novak, inženýrka u Škoda": {"name": "Eva Novak", "role": "Inženýrka", "organisation": "Škoda"},
    "Marie Curie, chercheuse au CNRS": {"name": "Marie Curie", "role": "Chercheuse", "organisation": "CNRS"},
    "Marie Curie, professeure à l’Université de Paris": {
        "name": "Marie Curie", "role": "Professeure", "organisation": "Université de Paris",
    },
    "Anna Schmidt, Geschäftsführerin der Müller GmbH": {
        "name": "Anna Schmidt", "role": "Geschäftsführerin", "organisation": "Müller GmbH",
    },
    "Hans Weiß, Leiter der Abteilung IT": {"name": "Hans Weiß", "role": "Leiter der Abteilung IT"},
    "Ana Souza, met 24.11.2025": {"name": "Ana Souza", "how_met": "met 24.11.2025", "met_on": date(2025, 11, 24)},
    "Ana Souza, met 24.11.": {"name": "Ana Souza", "how_met": "met 24.11", "met_on": date(2025, 11, 24)},
    "Claire, avocate à Paris": {"name": "Claire", "role": "Avocate à Paris"},
    "Luc, expert en données": {"name": "Luc", "role": "Expert en données"},
    "Bob Stone of Acme": {"name": "Bob Stone", "organisation": "Acme"},
    "bob stone of acme": {"name": "bob stone", "organisation": "acme"},
    "Bob Stone of Acme, CTO": {"name": "Bob Stone", "role": "CTO", "organisation": "Acme"},
    "Bob Stone with Acme": {"name": "Bob Stone", "organisation": "Acme"},
    "Bob Stone for Acme": {"name": "Bob Stone", "organisation": "Acme"},
    "Bob Stone, of Acme": {"name": "Bob Stone", "organisation": "Acme"},
    "Bob Stone, CTO of Acme": {"name": "Bob Stone", "role": "CTO", "organisation": "Acme"},
    "Bob Stone who works at Acme": {"name": "Bob Stone", "organisation": "Acme"},
    "Bob Stone is the new CTO at Acme": {"name": "Bob Stone", "role": "New CTO", "organisation": "Acme"},
    "Bob Stone in marketing at Acme": {"name": "Bob Stone", "role": "In marketing", "organisation": "Acme"},
    "Bob Stone in London": {"name": "Bob Stone", "place": "London"},
    "Bob Stone from Brazil": {"name": "Bob Stone", "place": "Brazil"},
    "Bob Stone, CTO at Acme in London": {
        "name": "Bob Stone", "role": "CTO", "organisation": "Acme", "place": "London",
    },
    "Bob Stone, head of people, ops and finance at Acme": {
        "name": "Bob Stone", "role": "Head of people, ops and finance", "organisation": "Acme",
    },
    "Bank of America": {"name": "Bank of America"},
    "Maria of the Red Cross": {"name": "Maria", "organisation": "the Red Cross"},
    "Meet Patel of Acme": {"name": "Meet Patel", "organisation": "Acme"},
    "Met Bob Stone of Acme at PyCon": {"name": "Bob Stone", "organisation": "Acme", "how_met": "met at PyCon"},
    "Bob Stone, of counsel at Ode LLP": {"name": "Bob Stone", "role": "Of counsel", "organisation": "Ode LLP"},
    "Bob and Ana from Acme": {"name": "Bob and Ana", "organisation": "Acme"},
    "Bob Stone (Bob from the gym)": {"name": "Bob Stone (Bob from the gym)"},
    "Bob Stone (intro by Li Wei)": {"name": "Bob Stone", "through": "Li Wei"},
    "Bob Stone, through Li Wei at PyCon": {"name": "Bob Stone", "through": "Li Wei", "how_met": "at PyCon"},
    "Bob Stone, who I met at the wedding": {"name": "Bob Stone", "how_met": "met at the wedding"},
    "Bob Stone. CTO at Acme. Met at PyCon.": {
        "name": "Bob Stone", "role": "CTO", "organisation": "Acme", "how_met": "Met at PyCon",
    },
    "Bob Stone, looking for a job, 2 kids": {"name": "Bob Stone", "role": "Looking for a job", "also": ["2 kids"]},
    "Ada Ode née Li, editor": {"name": "Ada Ode née Li", "role": "Editor"},
    "Jean d’Ormesson, écrivain": {"name": "Jean d’Ormesson", "role": "Écrivain"},
    "Dr. med. Anna Groß, Ärztin": {"name": "Dr. med. Anna Groß", "role": "Ärztin"},
    "Marie de la Tour, PDG de Danone": {"name": "Marie de la Tour", "role": "PDG", "organisation": "Danone"},
    "Hans Müller, getroffen in Wien": {"name": "Hans Müller", "how_met": "getroffen in Wien"},
    "Ana Ruiz, nos conocimos en Bilbao": {"name": "Ana Ruiz", "how_met": "nos conocimos en Bilbao"},
    "Bob Stone, Tel: 020 7946 0958, E-mail: bob@acme.example, Web: acme.example/bob": {
        "name": "Bob Stone", "phone": "020 7946 0958", "email": "bob@acme.example", "website": "https://acme.example/bob",
    },
    "Tom Handy 07700 900123, ext 12": {"name": "Tom Handy", "phone": "07700 900123", "also": ["ext 12"]},
    "ana@nubank.example": {"email": "ana@nubank.example"},
    "#floods": {"tags": ["floods"]},
    "! call her": {"promises": ["call her"]},
}  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_line_is_understood(line: str):
    found = {name: value for name, value in vars(read(line, TODAY)).items() if value and name != "line"}
    assert found == LINES[line]


@settings(deadline=None)  # the first odd date loads a library
@given(st.text(max_size=200))
def test_any_line_is_read(line: str):
    read(line, TODAY)


# what they lead to is shown in a field of its own
LEAD_ON = ("", "at", "in", "through", "of", "from", "who", "is", "with", "tel")


@settings(deadline=None)  # the first odd date loads a library
@given(
    st.lists(
        st.sampled_from(
            [
                "Ana",
                "Bo",
                "at",
                "met",
                "#mali",
                "through",
                "@",
                ",",
                ";",
                "!",
                "friday",
                "2026",
                "in",
                "x@y.example",
                "+4412345678",
                "of",
                "from",
                "who",
                "is",
                "with",
                "CTO",
                "data",
                "London",
                "(",
                ")",
                "tel",
                "12.30",
                "2",
            ]
        )
    )
)
def test_no_word_is_lost(words: list[str]):
    line = " ".join(words)
    found = read(line, TODAY)
    kept = " ".join([*(str(value) for name, value in vars(found).items() if name != "line")]).casefold()
    for word in words:
        if word.strip(",;!@#()").casefold() not in LEAD_ON:
            assert word.strip("#").casefold() in kept


@pytest.mark.parametrize("words", ["18.11.2026", "18-11-2026", "2019-2023", "2019 - 2023"])
def test_dates_and_years_are_no_phone_number(words: str):
    found = read(f"Ana Souza, met at PyCon {words}", TODAY)
    assert found.phone == ""
    assert words.split()[0] in found.how_met


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("the 5th", date(2026, 11, 5)),
        ("the 20th", date(2026, 10, 20)),
        ("the 31st", date(2026, 10, 31)),
        ("monday 16 november", date(2026, 11, 16)),
        ("friday 20 november", None),
        ("in a month", None),
        ("a week from now", None),
        ("end of month", None),
        ("yesterday", date(2026, 11, 18)),
        ("today", TODAY),
        ("friday", date(2026, 11, 13)),
        ("4 december", date(2025, 12, 4)),
        ("4 october", date(2026, 10, 4)),
        ("3 weeks ago", date(2026, 10, 29)),
        ("4 december 2027", None),
        ("tomorrow", None),
        ("next friday", None),
        ("in 3 weeks", None),
        ("32 october", None),
        ("31 december 9999", None),
        ("", None),
    ],
)
def test_day_behind_us(words: str, day: date | None):
    assert past(words, TODAY) == day


@pytest.mark.parametrize(
    ("line", "role", "organisation"),
    [
        ("Ana Souza #floods met friday", "", ""),
        ("Ana Souza, engineer @ Nubank #floods friday", "Engineer", "Nubank"),
        ("Ana Souza, engineer #floods #press met at PyCon friday", "Engineer", ""),
    ],
)
def test_a_day_behind_a_tag_is_seen(line: str, role: str, organisation: str):
    found = read(line, TODAY)
    assert (found.name, found.role, found.organisation) == ("Ana Souza", role, organisation)
    assert found.met_on is not None
    assert "friday" in found.how_met
