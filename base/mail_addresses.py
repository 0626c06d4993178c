"""Mail addresses as the network knows them: the domain by IDNA 2008 and UTS 46, as browsers and mail programs read it."""

import re
from contextlib import suppress
from email.utils import getaddresses, quote

import idna
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def is_address(address: str) -> bool:
    """Whether it has both parts, and nothing that would end an SMTP command or a header."""
    name, at, domain = address.rpartition("@")
    return bool(name and at and domain) and address.isprintable() and not re.search(r"[\s<>]", address)


def wire_address(address: str) -> str:
    """The address with its domain in ASCII; the part before the @ stays what it is.

    ValidationError with a sentence when no mail can go there, so that it also serves as the validator of a form field.
    """
    if not is_address(address):
        raise ValidationError(_("This is no mail address."), code="invalid")
    name, at, domain = address.rpartition("@")
    # a name in ASCII is not IDNA's to judge: `my_host` and `[192.0.2.1]` exist
    if domain.isascii() and "xn--" not in domain.lower():
        return address
    try:
        return name + at + idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError as refused:  # of which idna's errors are a kind
        said = _("“%(domain)s” cannot be the domain of a mail address. Check how it is spelled.")
        raise ValidationError(said, code="invalid_domain", params={"domain": domain}) from refused


def link_address(address: str) -> str:
    """For what is only shown or linked (mailto, a calendar's organizer): what cannot be converted stays as it is."""
    try:
        return wire_address(address)
    except ValidationError:
        return address


def wire_header(line: str) -> str:
    """The same From, To or Reply-To with its addresses as they go on the wire. One that has no such form is left out."""
    if line.isascii() and "xn--" not in line.lower():
        return line
    people = []
    for name, address in getaddresses([line]):
        with suppress(ValidationError):
            wired = wire_address(address)
            people.append(f"{quoted_name(name)} <{wired}>" if name else wired)
    return ", ".join(people)


def quoted_name(name: str) -> str:
    """`formataddr` does this too, but takes no letters beyond ASCII before the @."""
    return f'"{quote(name)}"' if re.search(r'[][\\()<>@,:;".]', name) else name
