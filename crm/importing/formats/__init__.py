"""From the bytes of a file to people. Pure: no model, no request, no clock."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.importing.formats.archive import find_connections, unpack_connections
from crm.importing.formats.linkedin import Connections, open_connections
from crm.importing.formats.people import Unreadable

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_SIGNS: tuple[tuple[tuple[bytes, ...], str | Promise], ...] = (
    ((b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*"), gettext_lazy("This is a picture")),
    ((b"%PDF",), gettext_lazy("This is a PDF")),
    ((b"\xd0\xcf\x11\xe0",), gettext_lazy("This is an Office file")),
    ((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ"), gettext_lazy("This is an archive, but no zip")),
)


def open_people(content: bytes, max_bytes: int) -> Connections:
    """Opens the file, or the one inside the zip. Raises Unreadable."""
    _refuse_others(content)
    if content.startswith(_ZIP):
        content = unpack_connections(content, max_bytes)
    return open_connections(content)


def glance(content: bytes) -> None:
    """Raises Unreadable for what can be told without unpacking or reading it all: cheap enough for a web request."""
    _refuse_others(content)
    if content.startswith(_ZIP):
        find_connections(content)
    else:
        open_connections(content)


def _refuse_others(content: bytes) -> None:
    if not content.strip():
        raise Unreadable(_("The file is empty. Choose Connections.csv, or the zip LinkedIn sent; nothing was read."))
    for signs, what in _SIGNS:
        if content.startswith(signs) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
            raise Unreadable(
                _("%(what)s. Choose LinkedIn’s Connections.csv, or its zip; nothing was read.") % {"what": what}
            )
    head = content[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(b"begin:vcard"):
        raise Unreadable(
            _("This is a vCard file, which cannot be read yet. Choose LinkedIn’s Connections.csv, or its zip.")
        )
    if head.startswith((b"<!doctype html", b"<html")):
        raise Unreadable(_("This is a web page. Choose LinkedIn’s Connections.csv, or its zip; nothing was read."))
