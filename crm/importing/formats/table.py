"""Tables as people's programs write them: any of four delimiters, four encodings, and lines above the header.

`csv.Sniffer` fails on a preamble and charset guessers read "Jörg" as big5, hence scoring and decoding of our own.
"""

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.utils.translation import gettext as _

from base.text import clean_line, fold
from crm.importing.formats.people import Unreadable

DELIMITERS = ",;\t|"
HEADER_WITHIN = 40  # lines
LONGEST_LINE = 50_000
CHUNK = 64 * 1024
LINES_OF_A_QUOTE = 10  # a quotation mark open for longer was never meant to be
_BETWEEN_LETTERS = re.compile(rb"(?<=[A-Za-z])([\x80-\xff])(?=[a-z])")
_LOOKS_LIKE_FORMULA = re.compile("^[=+\\-@\t\r\n＝＋－＠]")
_NEUTRALISED = re.compile("^'[=+\\-@\t\r\n＝＋－＠]")


def neutralise(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{cell}" if _LOOKS_LIKE_FORMULA.match(cell) else cell


def plain(cell: str) -> str:
    """Takes back what `neutralise` did."""
    return cell[1:] if _NEUTRALISED.match(cell) else cell


@dataclass(frozen=True, slots=True)
class Record:
    line: int  # 1-based line of the file where it begins
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A decoded file whose header was found. `records()` reads it as a stream, as often as asked."""

    content: bytes = field(repr=False)
    encoding: str
    delimiter: str
    header_line: int
    header: list[str]

    def records(self) -> Iterator[Record]:
        """Everything below the header but blank lines."""
        lines = (line for line in _lines(self.content, self.encoding) if line[0] > self.header_line and line[1].strip())
        return _records(lines, self.delimiter, len(self.header))


def find_table(content: bytes, known: Callable[[str], object]) -> Table | None:
    """Looks for the line and the delimiter that give the most `known` column names; None when there is none at all."""
    encoding = encoding_of(content)
    best, found = 0, None
    for number, text in _lines(content, encoding):
        if number > HEADER_WITHIN:
            break
        for delimiter in DELIMITERS:
            cells = _split(text[:LONGEST_LINE], delimiter) or []
            header = [clean_line(cell) for cell in cells]
            score = sum(1 for name in header if known(fold(name)))
            if score > best:
                best, found = score, Table(content, encoding, delimiter, number, header)
    return found


def find_above(content: bytes, is_row: Callable[[list[str]], object]) -> Table | None:
    """The table by its first row, when no name of a column is known: the header is the first line with as many cells."""
    encoding = encoding_of(content)
    lines = list(islice(_lines(content, encoding), HEADER_WITHIN))
    for delimiter in DELIMITERS:
        rows = [(number, _split(text[:LONGEST_LINE], delimiter) or []) for number, text in lines]
        row = next((cells for _number, cells in rows if is_row(cells)), None)
        if row is not None:
            number, header = next(line for line in rows if len(line[1]) == len(row))
            if header is row:  # the file has none
                number, header = number - 1, [""] * len(row)
            return Table(content, encoding, delimiter, number, [clean_line(cell) for cell in header])
    return None


def encoding_of(content: bytes) -> str:
    """utf-8-sig, utf-16, utf-8 or cp1252; what is none of them is no text."""
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = content[:4096]
    for zeros, encoding in ((head[1::2], "utf-16-le"), (head[::2], "utf-16-be")):
        if zeros.count(0) > len(zeros) // 2:
            return encoding
    if b"\0" in content:
        raise Unreadable(_("This is no text: it holds zero bytes. Choose the CSV as it was saved; nothing was read."))
    broken_at = _first_break(content)
    return "utf-8" if broken_at is None else _after_a_break(content, broken_at)


def _first_break(content: bytes) -> int | None:
    """Where the bytes stop being UTF-8, give or take a chunk. In chunks, since a decoded file takes four times its size."""
    decoder, view = codecs.getincrementaldecoder("utf-8")(), memoryview(content)
    for at in range(0, len(content), CHUNK):
        try:
            decoder.decode(view[at : at + CHUNK], final=at + CHUNK >= len(content))
        except UnicodeDecodeError:
            return at
    return None


def _after_a_break(content: bytes, at: int) -> str:
    """One broken letter in a file of good UTF-8 does not make it Windows-1252: the lines with it are said instead."""
    around = content[max(0, at - 100_000) : at + 100_000].decode("utf-8", "replace")
    lost = around.count("\ufffd")
    if sum(1 for letter in around if letter > "\x7f") > 2 * lost:
        return "utf-8"
    return "mac_roman" if _is_of_a_mac(content[max(0, at - 100_000) : at + 100_000]) else "cp1252"


def _is_of_a_mac(content: bytes) -> bool:
    """Between letters, old Macs have their accented ones where Windows has quotation marks and dashes."""
    between = _BETWEEN_LETTERS.findall(content)
    return len(between) > 2 * sum(1 for letter in between if letter > b"\x9f")


def _lines(content: bytes, encoding: str) -> Iterator[tuple[int, str]]:
    return enumerate(io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace", newline=""), 1)


def _records(lines: Iterator[tuple[int, str]], delimiter: str, columns: int) -> Iterator[Record]:
    ahead: deque[tuple[int, str]] = deque()
    while first := (ahead.popleft() if ahead else next(lines, None)):
        number, text = first
        cells = _split(text, delimiter)
        if cells is None:
            cells = _read_on(text, ahead, lines, delimiter, columns)
        if cells is not None:
            yield Record(number, cells)
        elif len(text) > LONGEST_LINE:
            yield Record(number, [text[:200]], _("The line is longer than %(limit)d letters") % {"limit": LONGEST_LINE})
        else:
            yield Record(number, [text.strip("\r\n")], _("A quotation mark opens and never closes"))


def _read_on(
    text: str, ahead: deque[tuple[int, str]], lines: Iterator[tuple[int, str]], delimiter: str, columns: int
) -> list[str] | None:
    """The cells of a record that goes over several lines; None, and the lines given back, when its quote stays open, or would
    swallow a line that is a record of its own."""
    taken: list[tuple[int, str]] = []
    while len(taken) < LINES_OF_A_QUOTE and len(text) <= LONGEST_LINE:
        more = ahead.popleft() if ahead else next(lines, None)
        if more is None:
            break
        taken.append(more)
        is_whole = more[1].count('"') % 2 == 0 and len(_split(more[1], delimiter) or ()) == columns
        if columns > 2 and is_whole:
            break
        text += more[1]
        cells = _split(text, delimiter)
        if cells is not None:
            return cells
    ahead.extendleft(reversed(taken))
    return None


def _split(text: str, delimiter: str) -> list[str] | None:
    """The cells of one line; None when a quotation mark is still open at its end, or the line is too long."""
    if len(text) > LONGEST_LINE:
        return None
    if '"' not in text:
        return text.rstrip("\r\n").split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), [])
    except csv.Error as broken:
        if "unexpected end" in str(broken):
            return None
    return next(csv.reader([text], delimiter=delimiter), [])
