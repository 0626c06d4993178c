"""What was prepared, asked and learned in the talks of the demo account. Questions go by their number in `interviews.question_bank`."""

from typing import NamedTuple


class Told(NamedTuple):
    learned: str
    answers: dict[int, str]


class Prepared(NamedTuple):
    purpose: str
    agenda: str
    homework: dict[str, str]  # by item: what was read; one that is missing is still to do
    questions: tuple[int, ...]
    must_ask: int  # how many of them, from the first


TOLD = {
    "Ingrid Solheim": Told(
        "Models fail at the gauges, not in the code: start with the stations nobody maintains.",
        {
            1: "Ten years of fieldwork. The desk came when somebody fell ill in a flood week.",
            9: "River Signals, the Monday letter\nThe flood reports of the neighbours",
            11: "With one small river, for a whole year.",
        },
    ),
    "Kwame Boateng": Told(
        "A sensor that can be cleaned with a toothbrush lasts; the others are gone after one rainy season.",
        {
            7: "Spare parts. The customs office takes longer than the rain.",
            8: "The Basin Engineers’ Circle, for its field days",
            9: "River Signals, the Monday letter\nNotes of a Gauge Keeper",
        },
    ),
    "Zsófia Nagy": Told(
        "One page that answers a question beats a report of sixty.",
        {
            2: "The second draft. I would stop reading the first one aloud.",
            9: "Duna Review, the letters to the editor first",
            11: "By answering letters. Every one.",
        },
    ),
    "Nhung Trần": Told(
        "Sell ten by hand before you draw the second version.",
        {
            6: "Two years of soldering, then suddenly you decide what others solder.",
            8: "The Basin Engineers’ Circle, for its field days\nOpen Sensor Meetup",
            10: "Gauges that cost less than the pole they hang on.",
        },
    ),
    "Rafael Pinto": Told(
        "The tenders are written in spring; ask in February, not in May.",
        {
            7: "Water comes from three sides now, and the plans know two.",
            9: "Notes of a Gauge Keeper\nThe minutes of the harbour board",
            10: "Every port will own a flood desk, or rent one.",
        },
    ),
    "Greta Hoffmann": Told("They sell the report first and ask afterwards.", {}),
    "Chidi Okafor": Told(
        "They hire for patience with bad data, and teach the rest.",
        {
            1: "He missed a bus at sixteen and drew a better line on the ticket.",
            7: "Nobody counts the people who gave up waiting.",
            12: "An hour on the bus, every morning, with a notebook.",
        },
    ),
    "Hana Kobayashi": Told(
        "Put the doubt into the map: a width instead of a line. People trust it more.",
        {
            7: "The old stations are closed faster than anybody reads their records.",
            9: "River Signals, the Monday letter",
            11: "In the archive. Ten years of one river teach more than one year of ten.",
        },
    ),
    "Tomás Ó Briain": Told(
        "He prints what a reader can do something about by Saturday.",
        {9: "The Tidal Post, naturally\nDuna Review, the letters to the editor first", 12: "Letters, proofs, the sea."},
    ),
    "Fatou Ndiaye": Told(
        "The first hundred buses were paid by those who hated waiting most.",
        {7: "Money that is patient for eighteen months.", 8: "Founders’ breakfast\nOpen Sensor Meetup"},
    ),
    "Elif Aydın": Told(
        "A bridge is drawn for the wind and repaired for the rain.",
        {6: "You carry models for five years. Then one of yours is carried.", 11: "On a site, in boots, in winter."},
    ),
}

PREPARED = {
    "Oluwaseun Adeyemi": Prepared(
        "I want to learn how to say a forecast so that people act on it, before I write ours.",
        "0 Say thank you, and that I stop after twenty minutes\n2 How he came to Niger Watch\n6 The warning of August, hour by hour"
        "\n13 What he reads, whom he would ask\n17 Announce the last question\n20 Give the time back",
        {
            "person": "Built the model of the middle Niger. Taught in Zaria before.",
            "organisation": "Niger Watch: eleven people, warnings for nine million.",
            "words": "Lead time, threshold, false alarm ratio.",
            "players": "The basin authority, the radio stations, Volta Basin Lab.",
            "only_they": "Why the village of his first warning did not move, and the second did.",
        },
        (7, 11, 1, 9, 10, 8),
        2,
    ),
    "Marta Wójcik": Prepared(
        "How a dyke is looked at, by somebody who walks it.",
        "",
        {
            "person": "Warden since 2009; speaks at the board’s open day.",
            "organisation": "Vistula Board, 400 km of dykes.",
        },
        (12, 7, 9),
        1,
    ),
}
HAVE_READ = ("Duna Review, the letters to the editor first",)
HAVE_JOINED = ("Open Sensor Meetup",)
ASKED_BY_LETTER = ("Luc Moreau", "Sofía Herrera")
