"""How a person is called in sentences and letters, guessed from the name as it was typed."""

import re
import unicodedata

_TITLES = frozenset(
    """
    dr prof professor doctor mr mrs ms miss mx sir dame lord lady rev reverend fr father sister rabbi imam hon
    honourable honorable judge justice capt captain col colonel gen general lt lieutenant maj major sgt sergeant
    cmdr adm admiral sen senator rep gov governor amb ambassador president chancellor the phd his her excellency
    herr frau dipl ing dipl-ing mag habil med phil jur h c rer nat dhr mevr mw drs ir mr.dr m mme mlle monsieur
    madame mademoiselle maître me pr sr sra srta don doña dra lic señor señora dom dona eng senhor senhora sig
    sig.ra dott dott.ssa avv pan pani mgr judr mudr phdr rndr bc csc fru hr shri smt sri dato datuk tan ustaz
    sheikh haji hajji univ mult д-р проф г-н г-жа
    """.split()  # noqa: SIM905 - reads better
)
_ONLY_WITH_A_DOT = frozenset("m me ing don tan gen med nat mag fr sr pan rep sen bc the ir pr lt".split())  # noqa: SIM905
_GENERATION = re.compile(r",.*$|\s(?:jr|sr|ph\.?d|md|mba|iii?|iv)\.?$", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\"[^\"]*\"|“[^”]*”")
_TITLE_AND_NAME = re.compile(r"\b((?:dr|prof|mrs?|ms|mme|sra?)\.)(?=[^\W\d_]{2})", re.IGNORECASE)  # Dr.Amina
# a family name begins with it: "van Gogh"
PARTICLES = frozenset(
    "af al av bin binti da das de del della den der di dos du e el ibn la le ni o of ter ten van von y zu zum".split()  # noqa: SIM905
)
_EAST_ASIAN = re.compile(
    r"[\s・·]*(?:[々〆ヶー\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff][\s・·]*)+"
)
_AT_THE_EDGE = re.compile(r"^[^\w]+|[^\w.'’]+$")


def is_capital(word: str) -> bool:
    """Whether it begins with a capital, or with a letter of a script that has none."""
    first = word[:1]
    return first != first.lower() or (first.isalpha() and first == first.upper())


def is_east_asian(name: str) -> bool:
    """Whether it is written in kana, Han or Hangul alone: the family name stands first then, often with no space behind it."""
    return bool(_EAST_ASIAN.fullmatch(name))


def called(name: str) -> str:
    """ "Amina" of "Dr. Amina Bello": the first name without titles, emoji and brackets; the name itself when nothing else is
    left. 山田 太郎 is called by the whole name: its parts alone are for family and friends."""
    name = _TITLE_AND_NAME.sub(r"\1 ", name)
    words = [word for word in (_bare(word) for word in _GENERATION.sub("", _BRACKETS.sub(" ", name)).split()) if word]
    first = next((at for at, word in enumerate(words) if not is_title(word)), None)
    if words and is_east_asian("".join(words)):
        return " ".join(words)
    if first is None:
        first = len(words) - 1
    given = [word for word in words[first:] if not _is_initial(word)] or words[first:]
    if not given:
        return _inside(name) or " ".join(name.split()) or name
    if given[0] in PARTICLES:
        return " ".join(given)
    is_shouted = name.isupper() and len(words) > 1 and len(given[0]) > 2
    return given[0].title() if is_shouted else given[0]


def initials(name: str) -> str:
    """The two letters on an avatar: "AB" of "Dr. Amina Bello"."""
    words = [word for word in re.split(r"[\s\-]+", _GENERATION.sub("", name)) if word and word[0].isalnum()]
    while len(words) > 1 and is_title(words[0]):
        del words[0]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def _bare(word: str) -> str:
    """Without emoji, brackets and marks around it."""
    word = "".join(
        c for c in word if unicodedata.category(c) not in ("So", "Sk", "Cf", "Cs", "Co", "Cn") or c in "\u200c\u200d"
    )
    return _AT_THE_EDGE.sub("", word).strip("\u200c\u200d\ufe0f")


def is_title(word: str) -> bool:
    """Dr., Frau, Prof.Dr."""
    plain = word.casefold().rstrip(".")
    is_title = plain in _TITLES or all(part in _TITLES for part in re.split(r"[.-]+", plain))
    return is_title and (word.endswith(".") or plain not in _ONLY_WITH_A_DOT)


def _is_initial(word: str) -> bool:
    return bool(re.fullmatch(r"(?:[^\W\d_]\.-?)+", word))


def _inside(name: str) -> str:
    """The name when all of it stands in brackets."""
    words = [word for word in (_bare(word) for word in re.sub(r"[()\[\]\"“”]", " ", name).split()) if word]
    return words[0] if words else ""
