"""LinkedIn's zip: only Connections.csv is taken out of it, into memory, counted while it unpacks. No path of it is used."""

import io
import lzma
import struct
import zipfile
import zlib

from django.utils.translation import gettext as _

from crm.importing.formats.people import Unreadable

WANTED = "connections.csv"
MOST_MEMBERS = 10_000
LARGEST_DIRECTORY = 4 * 1024 * 1024
_CHUNK = 256 * 1024
_END = struct.Struct("<4s4H2LH")
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, NotImplementedError, KeyError)


def find_connections(content: bytes) -> zipfile.ZipInfo:
    """The member called Connections.csv, wherever it lies; the one nearest to the top when there are several."""
    try:
        _check_directory(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
    except _BROKEN as error:
        raise _damaged() from error
    found = [member for member in members if _base(member) == WANTED]
    if not found:
        raise Unreadable(_without_connections({_base(member) for member in members}))
    best = min(found, key=lambda member: (member.filename.count("/"), member.filename))
    if best.flag_bits & 0x1:
        raise Unreadable(_("The zip is locked with a password. Unpack it, and choose Connections.csv."))
    return best


def unpack_connections(content: bytes, limit: int) -> bytes:
    member = find_connections(content)
    unpacked = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(member) as packed:
            while chunk := packed.read(_CHUNK):
                if unpacked.tell() + len(chunk) > limit:
                    raise Unreadable(
                        _("Connections.csv in this zip unpacks to more than %(limit)d MB. Nothing was read.")
                        % {"limit": limit // 2**20}
                    )
                unpacked.write(chunk)
    except (*_BROKEN, RuntimeError) as error:
        raise _damaged() from error
    return unpacked.getvalue()


def _check_directory(content: bytes) -> None:
    """Reads the size of the table of contents before `zipfile` reads the table itself, all of it into objects."""
    at = content.rfind(b"PK\x05\x06", max(0, len(content) - 65_557))
    if at < 0 or at + _END.size > len(content):
        raise zipfile.BadZipFile
    _sign, _disk, _start, _here, members, size, _offset, _comment = _END.unpack_from(content, at)
    if members > MOST_MEMBERS or size > LARGEST_DIRECTORY:
        raise Unreadable(_("The zip holds too many files. Take Connections.csv out of it, and choose that."))


def _without_connections(names: set[str]) -> str:
    if "[content_types].xml" in names:
        return _("This is an Office file. Save the list as CSV, and choose that; nothing was read.")
    if names & {"profile.csv", "registration.csv", "positions.csv"}:
        return _(
            "This is the first part of LinkedIn’s export, without your connections. Wait for LinkedIn’s second e-mail, "
            "within a day or so, and choose the zip it brings; nothing was read."
        )
    return _("This zip holds no Connections.csv. Choose the zip LinkedIn sent, or the file itself; nothing was read.")


def _base(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/").rpartition("/")[2].casefold()


def _damaged() -> Unreadable:
    return Unreadable(_("The zip is damaged, or only half of it arrived. Download it again; nothing was read."))
