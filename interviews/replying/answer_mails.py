"""Finds the calendar files in what was dropped or pasted: a file of any encoding, a whole mail with parts in parts, its source, or
one part of it. The content is not trusted: everything here is linear in its length.

Python's parser of mails looks at each line once for every level of nesting, and two hundred levels make that minutes. So a mail is
cut at its boundaries here, and each piece is read alone.
"""

import re
from base64 import b64decode
from binascii import Error as Base64Error
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.utils import collapse_rfc2231_value
from itertools import islice

BEGIN, END = "BEGIN:VCALENDAR", "END:VCALENDAR"
LARGEST_MAIL = 12 * 1024 * 1024
MOST_READ = 2 * LARGEST_MAIL  # with the mails that are packed into it
MOST_BEFORE_MAIL = 100_000  # bytes before the last header
MOST_PIECES, MOST_DASHED = 2000, 20_000
MOST_CALENDARS = 20
MOST_WRAPPED = 10  # mails in mails, one in another
ENCODED = ("base64", "quoted-printable")
LARGEST_PIECE = 400_000  # bytes that may be a calendar, as the mail carries them
WINMAIL, MSG = b"\x78\x9f\x3e\x22", b"\xd0\xcf\x11\xe0"
_BOMS = (
    (BOM_UTF8, "utf-8"),
    (BOM_UTF32_LE, "utf-32-le"),  # begins as the one of UTF-16
    (BOM_UTF32_BE, "utf-32-be"),
    (BOM_UTF16_LE, "utf-16-le"),
    (BOM_UTF16_BE, "utf-16-be"),
)
# each of these is bounded where it could be made to look at the same bytes again and again
_BOUNDARY = re.compile(rb"""boundary\s{0,5}=\s{0,5}(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))""", re.IGNORECASE)
_DASHED = re.compile(rb"^--([^\r\n]{1,204})\r{0,3}$", re.MULTILINE)
_BEFORE_HEADERS = re.compile(rb"\r{0,3}\n(?:content|mime)-[a-z-]{2,40}:", re.IGNORECASE)
_BLANK_LINE = re.compile(rb"\r{0,3}\n[ \t]{0,9}\r{0,3}\n")
_BEGINS_EMPTY = re.compile(rb"[ \t]{0,9}\r{0,3}\n")
_HEADER = re.compile(rb"[!-9;-~]{2,60}:[ \t]?[^\n]*\n")
_MAIL_HEADER = re.compile(
    rb"^(?:content-type|content-transfer-encoding|mime-version|received|return-path|from|to|subject|date)[ \t]?:",
    re.IGNORECASE | re.MULTILINE,
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_METHOD = re.compile(r"^METHOD[:;]", re.IGNORECASE | re.MULTILINE)


class PackedError(Exception):
    """Outlook packed it: `winmail.dat` or `.msg`, the argument."""


def calendars_in(content: bytes) -> list[str]:
    """The text of each calendar file in it, in their order: of a mail none, when it has none. What is no mail is one text."""
    _refuse_packed(content)
    content = content.removeprefix(BOM_UTF8).lstrip()
    header = _MAIL_HEADER.search(content[:MOST_BEFORE_MAIL])
    if content[:20].upper().startswith(BEGIN.encode()) or not header:
        return [calendar_text(_unwrapped(content[:LARGEST_PIECE]))]
    found, packed = [], ""
    for piece in _pieces(content):
        try:
            if text := _calendar_of(piece):
                found.append(text)
        except PackedError as error:
            packed = str(error)
        if len(found) == MOST_CALENDARS:
            break
    if packed and not found:
        raise PackedError(packed)
    text = calendar_text(content[:LARGEST_PIECE])
    return found or ([text] if text.upper().startswith(BEGIN) else [])


def calendar_text(content: bytes, charset: str = "") -> str:
    """From BEGIN:VCALENDAR to its end, without what mail programs and people put around and between."""
    lines = [line.rstrip("\r") for line in _decoded(content, charset).split("\n")]
    if any(line.upper().startswith(f"{BEGIN} ") for line in lines):  # blanks before each end of a line, not of folding
        lines = [line.rstrip(" ") for line in lines]
    text = "\n".join(lines)
    begin, end = text.upper().find(BEGIN), text.upper().rfind(END)
    return text[begin : end + len(END)] if 0 <= begin < end else text.strip()


def _decoded(content: bytes, charset: str) -> str:
    for bom, name in _BOMS:
        if content.startswith(bom):
            return content[len(bom) :].decode(name, "replace")
    if b"\0" in content[:4]:  # UTF-16 without its mark
        return content.decode("utf-16-be" if content[:1] == b"\0" else "utf-16-le", "replace")
    for name in (charset, "utf-8"):
        try:
            return content.decode(name or "utf-8")
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _refuse_packed(content: bytes) -> None:
    if content.startswith(WINMAIL):
        raise PackedError("winmail.dat")
    if content.startswith(MSG):
        raise PackedError(".msg")


def _unwrapped(content: bytes) -> bytes:
    """The calendar in base64, as the source of a mail shows it."""
    packed = b"".join(content.split())
    if not _BASE64.fullmatch(packed):
        return content
    try:
        found = b64decode(packed)
    except (Base64Error, ValueError):
        return content
    _refuse_packed(found)
    return found if BEGIN.encode() in found[:1000].replace(b"\0", b"").upper() else content


def _pieces(content: bytes) -> Iterator[Message]:
    """Every part of the mail, however deep, each without the parts inside it."""
    waiting, left, seen = [content], MOST_READ, 0
    while waiting:
        content = waiting.pop(0)
        left -= len(content)
        for piece in _cut(content) if left >= 0 else ():
            message = _read(piece)
            yield message
            seen += 1
            if seen == MOST_PIECES:
                return
            if inner := _mail_inside(message):
                waiting.append(inner)


def _cut(content: bytes) -> Iterator[bytes]:
    """Between the lines that are boundaries, as headers name them, or as they stand before the headers of a part."""
    named = {one or other for one, other in _BOUNDARY.findall(content)}
    lines = list(islice(_DASHED.finditer(content), MOST_DASHED))
    named |= {line[1].rstrip() for line in lines if _BEFORE_HEADERS.match(content, line.end())}
    start = 0
    for line in lines:
        mark = line[1].rstrip()
        if mark in named or mark.removesuffix(b"--") in named:
            yield content[start : line.start()]
            start = line.end() + 1
    yield content[start:]


def _read(piece: bytes) -> Message:
    """The headers alone are parsed. Those of a forwarded mail stand where the body of its part begins."""
    for _n in range(MOST_WRAPPED):
        head, body = _split(piece)
        message = message_from_bytes(head)
        encoding = str(message.get("Content-Transfer-Encoding", "")).strip().lower()
        if message.get_content_maintype() != "message" or encoding in ENCODED or not _HEADER.match(body):
            break
        piece = body
    message.set_payload(body.decode("ascii", "surrogateescape"))
    return message


def _split(piece: bytes) -> tuple[bytes, bytes]:
    """Its headers and its body. One that begins with an empty line has no headers; what stands before them goes."""
    if _BEGINS_EMPTY.match(piece):
        return b"", piece
    first = _MAIL_HEADER.search(piece[:MOST_BEFORE_MAIL])
    piece = piece[first.start() :] if first and not _HEADER.match(piece) else piece
    end = _BLANK_LINE.search(piece)
    return (piece[: end.start()] + b"\n\n", piece[end.end() :]) if end else (piece[:MOST_BEFORE_MAIL], b"")


def _mail_inside(message: Message) -> bytes:
    """A mail that is a part of this one, packed as if it were a file."""
    name = (message.get_filename() or "").lower()
    is_mail = message.get_content_type() == "message/rfc822" or name.endswith((".eml", ".emlx"))
    return _payload(message) if is_mail else b""


def _calendar_of(message: Message) -> str:
    """Its calendar file; empty when it has none."""
    kind, name = message.get_content_type(), (message.get_filename() or "").lower()
    if kind == "application/ms-tnef" or name == "winmail.dat":
        raise PackedError("winmail.dat")
    if kind == "application/vnd.ms-outlook" or name.endswith(".msg"):
        raise PackedError(".msg")
    is_named = kind in ("text/calendar", "application/ics", "text/x-vcalendar", "application/calendar")
    if (
        not is_named
        and not name.endswith((".ics", ".ical", ".vcs"))
        and kind not in ("text/plain", "application/octet-stream")
    ):
        return ""
    payload = _payload(message)  # decoded from its transfer encoding alone: a charset may be nonsense
    if len(payload) > LARGEST_PIECE:
        return ""
    text = _with_method(calendar_text(payload, message.get_content_charset() or ""), message)
    return text if text.upper().startswith(BEGIN) or is_named else ""


def _with_method(text: str, message: Message) -> str:
    """Whether it asks or answers, which some programs say in the header of the part alone (RFC 6047 2.4)."""
    method = collapse_rfc2231_value(message.get_param("method", "")).strip()
    if not method.isalpha() or _METHOD.search(text) or not text.upper().startswith(BEGIN):
        return text
    return f"{text[: len(BEGIN)]}\nMETHOD:{method}{text[len(BEGIN) :]}"


def _payload(message: Message) -> bytes:
    found = message.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
