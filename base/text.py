"""Cleaning what people type, and the folded form that search and sorting go by."""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import quote, unquote

_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u0085\u2028\u2029\ufeff\ud800-\udfff]")
# what turns the direction of all that follows it; the marks of one place (LRM, RLM) stay
_TURNING = re.compile("[\u202a-\u202e\u2066-\u206f]")
# letters and signs by their category that show nothing
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"})
_MARKS = str.maketrans({**dict.fromkeys("’‘ʼʹ`´＇", "'"), **dict.fromkeys("‐‑‒–—−", "-")})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_SPELLED_OUT = (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"))
_NUMBER = re.compile(r"\+?[\d().\-/]{3,}")
# one telephone number in a text; a slash may part a short code of the area from the rest, else it begins another number
_TELEPHONE = re.compile(r"(?:[+(]*[0-9][\s0-9().\-]{1,6}/(?!\s*\+)\s*)?[+(]*[0-9][\s0-9().\-]*")
_ABBREVIATED = re.compile(r"\b(?:c[a-z]o|[es]?vp|pm|hr|pr|it|ux|ui|qa|ai)\b")
_PROFILE = re.compile(r"^(?:https?://)?(?:[\w-]+\.)?linkedin\.com/in/([^/?#\s]+)", re.IGNORECASE)


def clean_line(text: str) -> str:
    """One line: NFC, no control characters, no lone surrogates, single spaces; empty when nothing of it can be seen."""
    line = " ".join(_CONTROLS.sub(" ", _TURNING.sub("", unicodedata.normalize("NFC", text))).split())
    return line if is_visible(line) else ""


def clean_text(text: str) -> str:
    """Several lines: NFC, no control characters but tab and newline, CRLF and CR made LF."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    cleaned = _CONTROLS.sub("", _TURNING.sub("", unicodedata.normalize("NFC", text))).strip()
    return cleaned if is_visible(cleaned) else ""


def is_visible(text: str) -> bool:
    """Whether anything of it can be seen: spaces, fillers, joiners and selectors alone cannot."""
    return any(c not in _BLANK and unicodedata.category(c)[0] in "LNPS" for c in text)


def fold(text: str) -> str:
    """Case-folded, without accents, and with one kind of apostrophe: "Zoë Żółć" is found by "zoe zolc"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS).translate(_MARKS))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def spellings(words: str) -> list[str]:
    """Folded, in each way that people write it: "Jürgen" is "jurgen" and "juergen"."""
    folded = fold(words)
    plain = folded
    for long, short in _SPELLED_OUT:
        plain = plain.replace(long, short)
    composed = unicodedata.normalize("NFC", words.casefold())
    return list(dict.fromkeys((folded, fold(composed.translate(_UMLAUTS)), plain)))


def searched(word: str) -> list[str]:
    """What one word of a search may stand as in the text of somebody: a number without its spaces, a profile by its name."""
    if profile := profile_name(word):
        return [profile]
    if _NUMBER.fullmatch(word) and (digits := digits_of(word)):
        return list(dict.fromkeys((fold(word), digits.lstrip("0") if len(digits) > 6 else digits)))
    return spellings(word)


def is_number(words: str) -> bool:
    """Whether it may be a telephone number, its spaces left out."""
    return bool(_NUMBER.fullmatch(words)) and len(digits_of(words)) > 6


def digits_of(phone: str) -> str:
    """What a phone number is found by: all its digits, without the (0) that is left out from abroad."""
    return "".join(c for c in phone.replace("(0)", "") if c.isdigit())


def dialled(phone: str) -> str:
    """The first number as a `tel:` link takes it (RFC 3966), without its extension: digits, and a plus that leads. A (0) after
    the code of a country is left out. Empty when there is none."""
    text = re.sub(r"(?<=[0-9])\s*\(0\)", " ", phone.translate(_MARKS))
    numbers = ("".join(re.findall(r"^\(?\+|[0-9]", one)).lstrip("(") for one in _TELEPHONE.findall(text))
    return next((number for number in numbers if len(number) > 3), "")


def without_apostrophes(name: str) -> str:
    """ "OConnor"; empty when there is none in the name."""
    plain = name.translate(_MARKS)
    return plain.replace("'", "") if "'" in plain else ""


def profile_name(url: str) -> str:
    """ "in/petra-novak" of any address of that LinkedIn profile."""
    return f"in/{fold(unquote(url.rpartition('/')[2]))}" if (url := profile_url(url)) else ""


def key_of(name: str, length: int = 300) -> str:
    """What a name is ordered and compared by; folding can make it longer, or leave nothing."""
    return (fold(name) or name)[:length]


def distinct(names: Iterable[str]) -> list[str]:
    """Each name once, as it was written first."""
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(fold(name), name)
    return list(seen.values())


def promise_lines(text: str) -> list[str]:
    """What stands on the lines that start with `!`: each becomes a promise."""
    lines = (line.strip() for line in text.splitlines())
    return [rest for line in lines if line.startswith("!") and (rest := line.lstrip("! ").strip())]


def without_promises(text: str) -> str:
    """The text without those lines: the promises speak for themselves."""
    kept = (line for line in text.splitlines() if not (line.strip().startswith("!") and promise_lines(line)))
    return "\n".join(kept).strip()


def profile_url(text: str) -> str:
    """A LinkedIn profile in its one spelling (scheme, host, case, tracking), so that equal means the same; "" if it is none."""
    found = _PROFILE.match(text.strip())
    if not found:
        return ""
    slug = quote(unquote(found[1]).lower(), safe="")
    return f"https://www.linkedin.com/in/{slug}" if len(slug) < 460 else ""


def sentence_case(words: str) -> str:
    """ "flood engineer" becomes "Flood engineer"; "iOS developer" stays."""
    first, upper = words.split(" ", 1)[0], words[:1].upper()
    # "ß" has no capital of one letter: what was measured stays as long as it was
    return upper + words[1:] if first.islower() and len(upper) == 1 else words


def role_case(words: str) -> str:
    """ "cto" becomes "CTO" and "head of data" becomes "Head of data"; whoever typed a capital knew why."""
    return sentence_case(_ABBREVIATED.sub(lambda match: match[0].upper(), words) if words.islower() else words)


def without_met(words: str) -> str:
    """ "met at PyCon" as it reads under "How you met": "at PyCon"."""
    return re.sub(r"^(?:we )?met (?=(?:at|on|in|during|through|via)\b)", "", words, flags=re.IGNORECASE)
