"""What is known by its shape alone, wherever it stands in a line: addresses, numbers, tags."""

import re

from base.text import profile_url

# what people write before a number or an address; it goes with it
_LABEL = r"(?:(?<![\w-])(?:{})(?:\s*[.:]\s*|\s+))?"
EMAIL = re.compile(
    _LABEL.format("e-?mail|mail") + r"(?<![\w.+%'-])<?(?:mailto:)?([\w.+%'-]+@[\w-]+(?:\.[\w-]+)+)>?", re.IGNORECASE
)
LINK = re.compile(
    _LABEL.format(r"(?P<web>web|website|web page|url)|linkedin(?=\s*:)")
    + r"(?P<link>(?:https?://|www\.|(?:[a-z]{2,3}\.)?linkedin\.com/)[^\s,;<>]+|(?(web)[\w-]+(?:\.[\w-]+)+[^\s,;<>]*|(?!)))",
    re.IGNORECASE,
)
TAG = re.compile(r"(?<!\S)#([\w][\w&-]*)")
# neither a date nor two years
PHONE = re.compile(
    _LABEL.format(
        r"t[eé]l|t[eé]l[eéè](?:ph)?(?:one|fono?)|phone|ph|mobile|mob|cell|(?:handy|portable|m[oó]vil|cellulare)(?=\s*:)"
    )
    + r"(?<![\w/.#-])(?!\d{1,2}[.-]\d{1,2}[.-](?:\d\d){1,2}(?!\d)|(?:19|20)\d\d\s?-\s?(?:19|20)\d\d(?!\d))"
    r"(?:tel:)?(\+?\(?\d[\d\s().-]{5,18}\d)(?![\w/])",
    re.IGNORECASE,
)
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def take_marks(text: str) -> tuple[str, list[tuple[str, str]]]:
    """The text without them, and for each the field that it belongs to and its value."""
    found = []
    for pattern in (LINK, EMAIL, TAG, PHONE):
        for match in pattern.finditer(text):
            name, value = _mark(match)
            if name:
                text = text.replace(match[0], " ", 1)
                found.append((name, value))
    return re.sub(r" +", " ", re.sub(r"[^\S\n\t]+,", ",", text)), found


def _mark(match: re.Match[str]) -> tuple[str, str]:
    """The field that this belongs to, and its value; nothing when it only looks like it."""
    if match.re is LINK:
        link = match["link"].rstrip(".)")
        name = "linkedin_url" if "linkedin.com/" in link.lower() else "website"
        return name, profile_url(link) or (link if "://" in link else f"https://{link}")
    if match.re is EMAIL:
        return "email", match[1]
    if match.re is TAG:
        return "tags", ""
    number = match[1].strip()
    is_phone = 7 <= sum(c.isdigit() for c in number) <= 15 and not ISO_DATE.fullmatch(number)
    return ("phone", number) if is_phone else ("", "")
