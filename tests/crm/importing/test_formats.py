import contextlib
import io
import struct
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.importing.formats import glance, open_people
from crm.importing.formats.days import read_day
from crm.importing.formats.people import Line, Person, Unreadable
from crm.importing.formats.table import neutralise, plain

HEADER = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
MB = 2**20


def read(content: bytes | str, limit: int = 100_000) -> list[Line]:
    source = open_people(content if isinstance(content, bytes) else content.encode(), 20 * MB)
    return list(source.people(source.survey(limit).day_first))


def person(row: str) -> Person:
    (line,) = read(HEADER + row)
    assert line.person, line.problem
    return line.person


def refusal(content: bytes, limit: int = 100_000) -> str:
    with pytest.raises(Unreadable) as refused:
        open_people(content, 20 * MB).survey(limit)
    return refused.value.sentence


def zipped(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("08 Feb 2026", date(2026, 2, 8)),
        ("7-Feb-22", date(2022, 2, 7)),
        ("05 Mrz 2024", date(2024, 3, 5)),
        ("01 Dez 2023", date(2023, 12, 1)),
        ("3. März 2024", date(2024, 3, 3)),
        ("14 juil. 2021", date(2021, 7, 14)),
        ("14 juin 2021", date(2021, 6, 14)),
        ("11/4/18, 5:04 PM", date(2018, 11, 4)),
        ("9/30/17, 12:00 AM", date(2017, 9, 30)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2024-02-29T10:00:00Z", date(2024, 2, 29)),
        ("31.12.2024", date(2024, 12, 31)),
        ("2024年5月3日", date(2024, 5, 3)),
        ("2024년 5월 3일", date(2024, 5, 3)),
        ("2024. 5. 3.", date(2024, 5, 3)),
        ("31.02.2025", None),
        ("30 Feb 2025", None),
        ("01 Jan 9999", None),
        ("01 Jan 1970", None),
        ("soon", None),
        ("", None),
        ("99/99/99, 9:99 AM", None),
    ],
)
def test_day_is_read_in_every_shape(text: str, day: date | None):
    assert read_day(text) == day


def test_one_day_over_twelve_gives_away_the_order_of_the_file():
    lines = read(HEADER + "Ana,One,,,,,31/12/2024\nBo,Two,,,,,04/05/2024\n")
    assert [line.person and line.person.connected_on for line in lines] == [date(2024, 12, 31), date(2024, 5, 4)]


def test_profile_has_one_spelling():
    spelt = "uk.linkedin.com/in/Zo%C3%AB-X/?trk=abc"
    assert person(f"Zoë,X,{spelt},,,,").linkedin_url == "https://www.linkedin.com/in/zo%C3%AB-x"


def test_link_that_is_no_profile_is_kept_as_text():
    found = person("Zoë,X,javascript:alert(1),,,,")
    assert (found.linkedin_url, found.extra) == ("", (("URL", "javascript:alert(1)"),))


def test_value_that_is_not_what_its_column_promises_is_kept():
    found = person("Zoë,X,,info@,,,31.02.2025")
    assert (found.emails, found.connected_on) == ((), None)
    assert found.extra == (("Email Address", "info@"), ("Connected On", "31.02.2025"))


def test_column_nobody_knows_is_kept():
    (line,) = read("First Name,Last Name,Connected On,Shoe Size\nZoë,X,,39,surplus\n")
    assert line.person
    assert line.person.extra == (("Shoe Size", "39"), ("Column 5", "surplus"))


def test_name_is_written_as_the_person_would():
    assert [person("美咲,田中,,,,,").name, person("Lena,Vogt,,,,,").name, person("Suharto,,,,,,").name] == [
        "田中美咲", "Lena Vogt", "Suharto",
    ]  # fmt: skip


def test_credentials_stay_in_the_name():
    assert person('Anna,"Schmidt, PhD, PMP",,,,,').family == "Schmidt, PhD, PMP"


def test_line_without_a_person_is_neither_person_nor_problem():
    (line,) = read(HEADER + ",,,,,,01 Jan 2023\n")
    assert (line.person, line.problem) == (None, "")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",,https://www.linkedin.com/in/x,,,,", "No name"),
        ("A" * 150 + "," + "B" * 150 + ",,,,,", "One value is longer than 300 letters"),
        ("A,B,,," + "C" * 10_000 + ",,", "One value is longer than 300 letters"),
        ("A,B,,," + "C" * 60_000 + ",,", "The line is longer than 50,000 letters"),
        ("Bj\ufffdrn,Str\ufffdm,,,,,", "Letters were lost before the file reached us"),
        ('"Hallström, Eva,,,,,', "A quotation mark opens and never closes"),
    ],
)
def test_line_that_is_not_understood_says_why(row: str, problem: str):
    good = "Omar,Al-Masri,,,,,\n"
    lines = read(HEADER + good + row + "\n" + good)
    assert [line.problem.replace("50000", "50,000") for line in lines] == ["", problem, ""]
    assert [line.number for line in lines] == [2, 3, 4]


def test_value_over_several_lines_is_one_record():
    lines = read(HEADER + '"Ana\nMaria",Souza,,,,,\nOmar,Al-Masri,,,,,\n')
    assert [(line.number, line.person and line.person.name) for line in lines] == [
        (2, "Ana Maria Souza"),
        (4, "Omar Al-Masri"),
    ]


def test_control_characters_and_lone_surrogates_are_dropped():
    content = (HEADER + "Zo\u0001e,X\u2028Y,,,,,\n").encode("utf-16") + b"\x00\xd8"
    assert next(line.person and line.person.name for line in read(content)) == "Zo e X Y"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encoding_and_delimiter_are_found(encoding: str, delimiter: str):
    text = ("Notes:,,\n\n" + HEADER + "Jürgen,Groß,,,Öhler,,05 Mrz 2024\n").replace(",", delimiter)
    (line,) = read(text.encode(encoding))
    assert line.person
    assert (line.person.name, line.person.company) == ("Jürgen Groß", "Öhler")


def test_one_broken_letter_does_not_spoil_the_others():
    content = (
        (HEADER + "Jürgen,Größl,,,Öhler,,\n").encode() + b"Bj\xf6rn,Str\xf6m,,,,,\n" + "Łukasz,Żółć,,,,,\n".encode()
    )
    lines = read(content)
    assert [line.person.name if line.person else line.problem for line in lines] == [
        "Jürgen Größl", "Letters were lost before the file reached us", "Łukasz Żółć",
    ]  # fmt: skip


def test_neutralised_cells_are_read_back():
    assert person("'=Ana,'+Souza,,,'@home,,").name == "=Ana +Souza"


@given(st.text())
def test_neutralising_is_taken_back(cell: str):
    assert plain(neutralise(cell)) == cell or cell.startswith("'")
    assert neutralise(cell)[:1] not in set("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \n\n", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\0\0", "This is a picture."),
        (b"\xff\xd8\xff\xe0", "This is a picture."),
        (b"RIFF1234WEBPVP8 ", "This is a picture."),
        (b"%PDF-1.7", "This is a PDF."),
        (b"\x1f\x8b\x08", "This is an archive, but no zip."),
        (b"BEGIN:VCARD\r\nVERSION:3.0", "This is a vCard file, which cannot be read yet."),
        (b"<!DOCTYPE html><title>Sign in</title>", "This is a web page."),
        (HEADER.encode() + b"Ana,\0,,,,,", "This is no text: it holds zero bytes."),
        (b"Name,Phone\nAna,1\n", "This has no column “First Name”."),
        (b"First Name,Last Name,Labels\nAna,Souza,x\n", "This has no column “Connected On”."),
        (b"lorem ipsum " * 1000, "This has no column “First Name”."),
        (HEADER.encode(), "The file has a header and nobody under it."),
        (b"PK\x03\x04 not a zip after all", "The zip is damaged,"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(content: bytes, sentence: str):
    assert refusal(content).startswith(sentence)


def test_million_rows_are_refused_with_the_limit_named():
    content = HEADER.encode() + b"A,B,,,,,\n" * 1_000_000
    assert refusal(content).startswith("More than 100,000 people are in this file.")


def test_rows_at_the_limit_are_read():
    assert len(read(HEADER + "A,B,,,,,\n" * 3, limit=3)) == 3
    assert refusal((HEADER + "A,B,,,,,\n" * 4).encode(), limit=3).startswith("More than 3 people")


def test_zip_gives_connections_wherever_they_lie():
    content = zipped({"Profile.csv": b"x", "a/b/Connections.csv": (HEADER + "Ana,Souza,,,,,\n").encode()})
    glance(content)
    assert [line.person and line.person.name for line in read(content)] == ["Ana Souza"]


def test_path_that_leads_upwards_is_no_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = zipped({"../../Connections.csv": (HEADER + "Ana,Souza,,,,,\n").encode()})
    assert [line.person and line.person.name for line in read(content)] == ["Ana Souza"]
    assert list(tmp_path.parent.glob("**/Connections.csv")) == []


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"Profile.csv": b"x"}, "This is the first part of LinkedIn’s export, without your connections."),
        ({"[Content_Types].xml": b"x", "xl/workbook.xml": b"x"}, "This is an Office file."),
        ({"holiday.txt": b"x"}, "This zip holds no Connections.csv."),
        ({"Connections.csv": b""}, "This has no column"),
        ({"Connections.csv": b"0" * (21 * MB)}, "Connections.csv in this zip unpacks to more than 20 MB."),
    ],
)
def test_zip_that_cannot_be_read_is_refused_in_a_sentence(files: dict[str, bytes], sentence: str):
    assert refusal(zipped(files)).startswith(sentence)


def test_locked_zip_is_refused():
    content = bytearray(zipped({"Connections.csv": HEADER.encode()}))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(sign) + offset] |= 1
    assert refusal(bytes(content)).startswith("The zip is locked with a password.")


def test_zip_that_lies_about_its_size_stops_at_the_limit():
    content = bytearray(zipped({"Connections.csv": b"0" * (21 * MB)}))
    content[content.index(b"PK\x01\x02") + 24 :][:4] = struct.pack("<L", 10)
    assert refusal(bytes(content)).startswith(("Connections.csv in this zip unpacks", "The zip is damaged"))


def test_half_a_zip_is_refused():
    content = zipped({"Connections.csv": (HEADER + "Ana,Souza,,,,,\n" * 99).encode()})
    assert refusal(content[: len(content) // 2]).startswith("The zip is damaged")


def test_damaged_member_is_refused():
    content = bytearray(zipped({"Connections.csv": (HEADER + "Ana,Souza,,,,,\n" * 99).encode()}))
    content[60:70] = b"\xff" * 10
    assert refusal(bytes(content)).startswith("The zip is damaged")


def test_zip_of_too_many_files_is_refused():
    content = bytearray(zipped({"Connections.csv": HEADER.encode()}))
    at = content.rindex(b"PK\x05\x06")
    content[at + 10 : at + 12] = struct.pack("<H", 60_000)
    assert refusal(bytes(content)).startswith("The zip holds too many files.")


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(content: bytes):
    with contextlib.suppress(Unreadable):
        read(content)


@given(st.text(st.characters(exclude_characters="\0"), max_size=500))
def test_any_text_under_the_header_is_read(text: str):
    for line in read(HEADER.encode() + b"A,B,,,,,\n" + text.encode("utf-8", "surrogatepass")):
        assert line.person is None or line.person == Person.from_dict(line.person.as_dict())


def test_an_open_quotation_mark_takes_no_other_line_with_it():
    lines = read(HEADER + 'Ana,"Souza,,,,,\nBo,Li,,,,,\nCy,"Ode",,,,,\n')
    assert [line.person and line.person.name for line in lines] == [None, "Bo Li", "Cy Ode"]
    assert lines[0].problem == "A quotation mark opens and never closes"


def test_a_cell_of_several_lines_is_one_cell():
    assert person('Ana,Souza,,,"Nubank\nBrasil, SA",Head,\n').company == "Nubank Brasil, SA"


@pytest.mark.parametrize(
    "row",
    [
        *("LinkedIn,Member,,,,,", "LinkedIn Member,,,,,,", HEADER.strip(), "LinkedIn-Mitglied,,,,,,"),
        *("Membre,LinkedIn,,,,,", "Utilisateur LinkedIn,,,,,,", "Miembro de LinkedIn,,,,,,", "Membro do,LinkedIn,,,,,"),
    ],
)
def test_a_line_of_nobody_makes_no_person(row: str):
    (line,) = read(HEADER + row + "\n")
    assert (line.person, line.problem) == (None, "")


def test_each_address_of_a_cell_is_read():
    assert person("Ana,Souza,,a@x.example; b@x.example,,,").emails == ("a@x.example", "b@x.example")


@pytest.mark.parametrize(
    "header",
    [
        "Prénom,Nom,URL,Adresse e-mail,Entreprise,Poste,Connecté le",
        "Nombre,Apellidos,URL,Dirección de correo electrónico,Empresa,Cargo,Conectado el",
        "Nome,Sobrenome,URL,Endereço de e-mail,Empresa,Cargo,Conectado em",
        "Vorname,Nachname,URL,E-Mail-Adresse,Unternehmen,Position,Verbunden am",
        "Nome,Cognome,URL,Indirizzo e-mail,Azienda,Posizione,Collegato il",
        "FirstName,LastName,URL,EmailAddress,Company,Position,ConnectedOn",
        "first_name,last_name,url,email_address,company,position,connected_on",
        " First Name ,LAST NAME,Profile URL,E-mail,Organization,Job Title,Connected on:",
    ],
)
def test_headers_of_other_languages_are_known(header: str):
    (line,) = read(f"{header}\nAna,Souza,,a@x.example,Nubank,Head,08 Feb 2026\n")
    assert line.person
    assert (line.person.name, line.person.emails, line.person.company, line.person.title, line.person.connected_on) == (
        "Ana Souza", ("a@x.example",), "Nubank", "Head", date(2026, 2, 8),
    )  # fmt: skip


@pytest.mark.parametrize("above", ['Notes:\n"Some addresses, they say, are missing"\n\n', ""])
@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        ("名,姓,URL,メールアドレス,会社,役職,つながった日\n", ","),
        ("Имя;Фамилия;URL;Адрес эл. почты;Компания;Должность;Дата\n", ";"),
        ("a\tb\tc\td\te\tf\tg\n", "\t"),
        ("", ","),
    ],
)
def test_without_a_known_header_columns_are_known_by_their_order(above: str, header: str, delimiter: str):
    rows = ["Bo,Li,,,Ode,,09 Feb 2026", "太郎,山田,https://www.linkedin.com/in/taro,t@x.example,Ode,Head,08 Feb 2026"]
    if not header:  # the first row says where the people begin
        rows.reverse()
    lines = read(above + header + "\n".join(rows).replace(",", delimiter))
    found = next(line.person for line in lines if line.person and line.person.linkedin_url)
    assert (found.name, found.emails, found.company, found.title, found.connected_on) == (
        "山田太郎", ("t@x.example",), "Ode", "Head", date(2026, 2, 8),
    )  # fmt: skip
    assert {line.person.name for line in lines if line.person} == {"山田太郎", "Bo Li"}


@pytest.mark.parametrize("encoding", ["mac_roman", "cp1252", "utf-8"])
def test_letters_of_an_old_mac_are_read(encoding: str):
    (line,) = read((HEADER + "José,Müller,,,Crème Brûlée,Señor,\n").encode(encoding))
    assert line.person
    assert (line.person.name, line.person.company, line.person.title) == ("José Müller", "Crème Brûlée", "Señor")


def test_a_company_in_a_name_is_still_a_person():
    assert person("Ana,LinkedIn Souza,,,,,").name == "Ana LinkedIn Souza"


@pytest.mark.parametrize("day", ["8 de fevereiro de 2026", "08 de feb de 2026", "08 févr. 2026", "8. Februar 2026"])
def test_a_day_in_words_of_another_language_is_read(day: str):
    assert person(f"Ana,Souza,,,,,{day}").connected_on == date(2026, 2, 8)
