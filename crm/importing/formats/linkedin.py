"""LinkedIn's Connections.csv, in every variant from 2016 to today, and as Excel saves it again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from base.names import is_east_asian
from base.text import clean_line, fold, profile_url
from crm.importing.formats.days import is_day_first, read_day
from crm.importing.formats.people import Line, Person, Unreadable
from crm.importing.formats.table import Record, Table, find_above, find_table, plain

NAMES = {
    "first name": "given", "vorname": "given",
    "last name": "family", "nachname": "family",
    "url": "linkedin_url", "profile url": "linkedin_url",
    "email address": "email", "e-mail-adresse": "email",
    "company": "company", "organization": "company", "organisation": "company", "unternehmen": "company",
    "position": "title", "job title": "title",
    "connected on": "connected_on", "verbunden am": "connected_on",
    "websites": "urls",
    # French, Spanish, Portuguese, Italian, Dutch: folded
    "prenom": "given", "nombre": "given", "primeiro nome": "given", "nome": "given", "voornaam": "given",
    "nom": "family", "nom de famille": "family", "apellidos": "family", "apellido": "family", "sobrenome": "family", "cognome": "family",
    "achternaam": "family",
    "adresse e-mail": "email", "e-mail": "email", "email": "email", "direccion de correo electronico": "email",
    "correo electronico": "email", "direccion de email": "email", "endereco de e-mail": "email", "indirizzo e-mail": "email",
    "indirizzo email": "email", "e-mailadres": "email",
    "entreprise": "company", "societe": "company", "empresa": "company", "azienda": "company", "bedrijf": "company",
    "poste": "title", "fonction": "title", "cargo": "title", "puesto": "title", "posizione": "title", "functie": "title",
    "connecte le": "connected_on", "connexion le": "connected_on", "relation depuis": "connected_on", "conectado el": "connected_on",
    "fecha de conexion": "connected_on", "conectado em": "connected_on", "conectou-se em": "connected_on",
    "collegato il": "connected_on", "verbonden op": "connected_on",
}  # fmt: skip
# LinkedIn's own order, whatever the language of the header
ORDER = ("given", "family", "linkedin_url", "email", "company", "title", "connected_on")
NEEDED = {"given": "First Name", "family": "Last Name", "connected_on": "Connected On"}
_COMPACT = {re.sub(r"[\s-]", "", header): name for header, name in NAMES.items()}
_NOBODY = re.compile(r"linkedin[\s-]\w+|\w+ (?:(?:d[eoi]|van) )?linkedin")  # "LinkedIn Member", "Membre LinkedIn"
_WEB = re.compile(r"https?://[^\s,;\]\"<>]{1,490}")


@dataclass(frozen=True, slots=True)
class Survey:
    """What one look over the whole file tells before the first person is read."""

    total: int
    day_first: bool


@dataclass(frozen=True, slots=True)
class Connections:
    """An opened file. `survey` once, then `people` as a stream: neither holds more than a line."""

    table: Table
    columns: dict[int, str] = field(repr=False)

    def survey(self, limit: int) -> Survey:
        """Counts the lines, and refuses a file with more than `limit` of them as soon as that is known."""
        when = next(index for index, name in self.columns.items() if name == "connected_on")
        total, day_first = 0, False
        for record in self.table.records():
            total += 1
            if total > limit:
                raise Unreadable(too_many(limit))
            day_first = day_first or (len(record.cells) > when and is_day_first(record.cells[when]))
        if not total:
            raise Unreadable(_("The file has a header and nobody under it. Nothing was read."))
        return Survey(total, day_first)

    def people(self, day_first: bool = False) -> Iterator[Line]:
        for record in self.table.records():
            yield self._line(record, day_first)

    def _line(self, record: Record, day_first: bool) -> Line:
        if record.problem:
            return Line(record.line, record.cells, problem=record.problem)
        found, extra = self._sort(record.cells)
        problem = _problem(found)
        if problem or not (found["given"] or found["family"]) or self._is_nobody(found, record.cells):
            return Line(record.line, record.cells, problem=problem)
        person = _person(found, extra, day_first)
        if problem := person.too_long():
            return Line(record.line, record.cells, problem=problem)
        return Line(record.line, record.cells, person)

    def _is_nobody(self, found: dict[str, str], cells: list[str]) -> bool:
        """A member who has left, or the header once more where two files were joined."""
        is_header = [fold(clean_line(cell)) for cell in cells] == [fold(name) for name in self.table.header]
        return is_header or bool(_NOBODY.fullmatch(fold(f"{found['given']} {found['family']}").strip()))

    def _sort(self, cells: list[str]) -> tuple[dict[str, str], list[tuple[str, str]]]:
        """What stands in the columns we know, and what stands in the others."""
        found, extra = dict.fromkeys((*NAMES.values(),), ""), []
        for index, cell in enumerate(cells):
            value = clean_line(plain(cell)) if cell else ""
            if index in self.columns:
                found[self.columns[index]] = value
            elif value:
                header = self.table.header
                name = header[index] if index < len(header) else ""
                extra.append((name or _("Column %(n)d") % {"n": index + 1}, value))
        return found, extra


def too_many(limit: int) -> str:
    return _("More than %(limit)s people are in this file. Split it and bring in the parts; nothing was read.") % {
        "limit": f"{limit:,}"
    }


def column_of(header: str) -> str | None:
    """What stands under "First Name", "first_name" or "FirstName:"."""
    return _COMPACT.get(re.sub(r"[\s_:-]", "", fold(header)))


def open_connections(content: bytes) -> Connections:
    table = find_table(content, column_of)
    columns: dict[int, str] = {}
    for index, name in enumerate(table.header if table else []):
        known = column_of(name)
        if known and known not in columns.values():
            columns[index] = known
    missing = [title for key, title in NEEDED.items() if key not in columns.values()]
    if missing and (in_order := find_above(content, _is_in_order)):
        return Connections(in_order, dict(enumerate(ORDER)))
    if table is None or missing:
        raise Unreadable(
            _("This has no column “%(name)s”. Choose LinkedIn’s Connections.csv, or its zip; nothing was read.")
            % {"name": missing[0]}
        )
    return Connections(table, columns)


def _is_in_order(cells: list[str]) -> bool:
    return len(cells) >= len(ORDER) and bool(profile_url(cells[ORDER.index("linkedin_url")]))


def _problem(found: dict[str, str]) -> str:
    if any("\ufffd" in value for value in found.values()):
        return _("Letters were lost before the file reached us")
    if not (found["given"] or found["family"]) and (found["linkedin_url"] or found["email"]):
        return _("No name")
    return ""


def _person(found: dict[str, str], extra: list[tuple[str, str]], day_first: bool) -> Person:
    """A value that is not what its column promises is kept as it stands there, beside the columns we do not know."""
    address, when = profile_url(found["linkedin_url"]), read_day(found["connected_on"], day_first)
    mails = tuple(mail for mail in re.split(r"[;,\s]+", found["email"]) if _is_email(mail))
    urls = tuple(_WEB.findall(found["urls"]))
    doubted = (
        ("URL", found["linkedin_url"], address),
        ("Email Address", found["email"], mails),
        ("Connected On", found["connected_on"], when),
        ("Websites", found["urls"], urls),
    )
    kept = [(column, value) for column, value, understood in doubted if value and not understood]
    return Person(
        given=found["given"],
        family=found["family"],
        name=full_name(found["given"], found["family"]),
        emails=mails,
        company=found["company"],
        title=found["title"],
        linkedin_url=address,
        connected_on=when,
        urls=urls,
        extra=(*kept, *extra),
    )


def full_name(given: str, family: str) -> str:
    """As the person would write it: 田中美咲, but Lena Vogt."""
    if is_east_asian(given) and is_east_asian(family):
        return family + given
    return f"{given} {family}".strip()


def _is_email(text: str) -> bool:
    if not text or len(text.lower()) > 254:  # as it will be stored: some letters become two
        return False
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True
