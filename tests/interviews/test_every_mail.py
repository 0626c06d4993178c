"""Every mail there is, written from the worst that can stand in a field: nothing becomes a header, an attendee or an alarm."""

import re
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default

import pytest
import time_machine

from crm.models import Contact
from outbox.composing import freeze
from outbox.kinds import KINDS
from outbox.models import OutgoingMail
from tests.factories import NOW, ContactFactory
from tests.interviews.every_mail import Words, every_mail
from tests.interviews.test_calendars import findings

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.one_database]
EVIL = "Evil\r\nBcc: thief@x.example\nATTENDEE:mailto:thief@x.example\u2028END:VEVENT\u0085X-Evil: 1\rX-Evil: 2"
WORST = {
    "newlines": EVIL,
    "controls": "".join(map(chr, [*range(1, 32), 127, 0x85, 0x2028, 0x2029, 0xFEFF])) + 'a"\\,;:^<>@b',
    "long": "Åß語" * 3400,
    "long, one word": "w" * 10_000,
}
OURS = {
    *("subject", "from", "to", "reply-to", "in-reply-to", "references", "mime-version", "auto-submitted"),
    *("content-type", "content-transfer-encoding", "x-auto-response-suppress"),
    *("list-unsubscribe", "list-unsubscribe-post", "message-id", "date"),
}
OF_OTHERS = {"sign-in"}
METHODS = {"REQUEST": "request", "CANCEL": "cancel", "DECLINECOUNTER": "request"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def troubles(message: EmailMessage) -> list[str]:
    """What is wrong with a mail as its bytes are read, if anything."""
    raw = freeze(message, OutgoingMail(message_id="<one@x.example>", recipient="ana@x.example"), NOW)
    head = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    read = message_from_bytes(raw, policy=default)
    found = [f"header {name}" for name in read.keys() if name.lower() not in OURS]  # noqa: SIM118 - a header, not a key
    found += [f"twice {name}" for name in OURS if len(read.get_all(name, [])) > 1]
    found += [f"{len(line)} octets in a line" for line in head.split(b"\n") if len(line) > 998]
    found += ["control character in a header"] * bool(re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", head))
    found += [str(defect) for part in read.walk() for defect in part.defects]
    found += [
        name for name in ("to", "reply-to", "from") if "thief" in str([one.addr_spec for one in addresses(read, name)])
    ]
    for part in read.walk():
        if part.get_content_type() == "text/calendar":
            kind = METHODS[part["Content-Type"].params["method"]]
            # the oracle knows no DECLINECOUNTER: it is written as a REQUEST that wants no answer
            ics = part.get_payload(decode=True).replace(b"METHOD:DECLINECOUNTER", b"METHOD:REQUEST")
            answers = ics == part.get_payload(decode=True)
            found += [str(one) for one in findings(ics, kind) if answers or one["code"] != "RSVP"]
    return found


def addresses(read: EmailMessage, name: str) -> tuple[Address, ...]:
    return read[name].addresses if name in read else ()


def contact_of(user, **fields) -> Contact:
    return ContactFactory(owner=user, email="ana@people.example", time_zone="Asia/Tokyo", **fields)


def longest(model: type, name: str) -> int:
    return model._meta.get_field(name).max_length


def test_no_kind_is_left_out(user):
    names = [name for name, _message in every_mail(user, contact_of(user, name="Ana Souza"), Words())]
    kinds = {name.partition(":")[0] for name in names}
    assert (kinds, len(set(names))) == (set(KINDS) - OF_OTHERS, len(names))


@pytest.mark.parametrize("name", WORST)
def test_what_is_typed_stays_text_in_every_mail(user, name):
    words = Words(line=WORST[name], text=WORST[name])
    mails = every_mail(user, contact_of(user, name="Ana Souza"), words)
    assert [(kind, found) for kind, message in mails for found in troubles(message)] == []


@pytest.mark.parametrize("name", WORST)
def test_names_stay_names_in_every_mail(user, name):
    user.name = WORST[name][: longest(type(user), "name")]
    user.save()
    contact = contact_of(user, name=WORST[name][: longest(Contact, "name")], role=WORST[name][:150], name_key="x")
    mails = every_mail(user, contact, Words())
    assert [(kind, found) for kind, message in mails for found in troubles(message)] == []


def test_contact_sees_one_sender_whatever_the_mail(user, settings):
    settings.DEFAULT_FROM_EMAIL = "Keepword <post@keepword.example>"
    mails = every_mail(user, contact_of(user, name="Ana Souza"), Words())
    to_the_contact = [message for _name, message in mails if "ana@people.example" in str(message["To"])]
    assert len(to_the_contact) > 6
    assert {(str(message["From"]), str(message["Reply-To"])) for message in to_the_contact} == {
        ("Amara Lindgren via Keepword <post@keepword.example>", f"Amara Lindgren <{user.email}>")
    }
