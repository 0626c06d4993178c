"""Reads what the contact's calendar answers to an invitation (iTIP, RFC 5546: REPLY and COUNTER). The file is not trusted."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from base.dates import EARLIEST
from base.mail_addresses import is_address, link_address
from base.text import clean_line, clean_text
from interviews.calendars import uid
from interviews.models import FARTHEST, LONGEST, SHORTEST, AttendeeStatus, Interview
from interviews.replying import calendar_zones
from interviews.replying.answer_mails import BEGIN, LARGEST_MAIL, PackedError, calendars_in

LARGEST = 150_000  # characters of a calendar file; a reply has two thousand
SAID = {
    "ACCEPTED": AttendeeStatus.ACCEPTED,
    "DECLINED": AttendeeStatus.DECLINED,
    "TENTATIVE": AttendeeStatus.TENTATIVE,
}
_IN_BRACKETS = re.compile(r"<([^<>]{1,300})>")
_SCHEME = re.compile(r"^[\s\"'<]*mailto:", re.IGNORECASE)


class RefusedError(Exception):
    """It is no answer to this invitation; the argument is the sentence for the user."""


@dataclass(frozen=True)
class Reply:
    status: str
    stamp: datetime  # when their calendar said so
    comment: str = ""
    starts_at: datetime | None = None  # of a counter-proposal
    minutes: int | None = None  # and its length, when it names one
    address: str = ""  # of whoever answers, when it is none of the contact's
    is_older: bool = False  # than the answer that stands, and another one
    text: str = ""  # the calendar file it was read from

    @property
    def is_doubtful(self) -> bool:
        """Whether it counts is for the user to say."""
        return bool(self.address or self.is_older)


def read(content: bytes, interview: Interview) -> Reply:
    """The answer in this file or mail, if it is one to the invitation that stands; else RefusedError."""
    if not interview.is_planned:
        raise RefusedError(interview.why_stale(interview.local_day))
    if len(content) > LARGEST_MAIL:
        raise RefusedError(_("This file is too large to be an answer. Drop only the calendar file that came with it."))
    replies, refused = [], []
    for text in _calendars(content):
        try:
            replies.append(_read_one(text, interview))
        except RefusedError as error:
            refused.append(error)
    if not replies and not refused:
        raise RefusedError(_("This mail carries no calendar file. Say below what they answered."))
    if not replies:
        raise refused[0]
    newest = max(replies, key=lambda reply: (not reply.address, reply.stamp))
    if any(reply.stamp == newest.stamp and reply.status != newest.status for reply in replies):
        raise RefusedError(_("This mail holds two answers that contradict each other. Say below what they answered."))
    return newest


def _calendars(content: bytes) -> list[str]:
    try:
        return calendars_in(content)
    except PackedError as packed:
        said = _("Outlook packed this answer into %(file)s, which I cannot open. Say below what they answered.")
        if str(packed) == ".msg":
            said = _(
                "Outlook packed this answer into a %(file)s file, which I cannot open. Say below what they answered."
            )
        raise RefusedError(said % {"file": packed}) from None
    except Exception:  # a foreign parser on a foreign mail
        raise RefusedError(_("This mail is damaged: I cannot read it. Say below what they answered.")) from None


def _read_one(text: str, interview: Interview) -> Reply:
    calendar = _calendar(text)
    method = str(calendar.get("METHOD", "")).strip().upper()
    if method not in ("REPLY", "COUNTER"):
        raise RefusedError(_("This is no answer: a reply’s file says METHOD:REPLY or METHOD:COUNTER."))
    event = _event(calendar)
    _expect_ours(event, interview)
    _expect_current(event, interview)
    stamp = _stamp(event)
    attendees, address = _attendees(event, interview)
    comment = _comment(event, attendees)
    if method == "COUNTER":
        starts_at = _start(event, calendar, interview)
        found = Reply(AttendeeStatus.COUNTERED, stamp, comment, starts_at, _minutes(event, calendar, starts_at))
    else:
        found = Reply(_status(attendees), stamp, comment)
    is_older = interview.attendee_at is not None and stamp < interview.attendee_at
    says_the_same = (found.status, found.starts_at) == (interview.attendee_status, interview.attendee_starts_at)
    return replace(found, address=address, is_older=is_older and not says_the_same, text=text)


def _status(attendees: list[Any]) -> str:
    for attendee in attendees:
        status = SAID.get(str(attendee.params.get("PARTSTAT", "")).strip().upper())
        if status is not None:
            return status
    raise RefusedError(_("The file does not say whether it is a yes or a no."))


def _calendar(text: str) -> Calendar:
    if len(text) > LARGEST:
        raise RefusedError(_("This file is too large to be an answer to an invitation."))
    try:
        found = calendar_zones.parse(text)
    except Exception:  # a foreign parser on a foreign file
        found = None
    if found is None and text.upper().startswith(BEGIN):
        raise RefusedError(_("This calendar file is damaged: I cannot read it. Nothing was changed."))
    if found is None:
        raise RefusedError(_("This is no calendar file I can read. It begins with BEGIN:VCALENDAR."))
    return found


def _event(calendar: Calendar) -> Event:
    events = [part for part in calendar.subcomponents if isinstance(part, Event)]
    if len(events) != 1:
        raise RefusedError(_("The file answers to several events, or to none. Nothing was changed."))
    event = events[0]
    if "RECURRENCE-ID" in event:
        raise RefusedError(_("This answers to one day of a series; your talk is a single one. Nothing was changed."))
    return event


def _expect_ours(event: Event, interview: Interview) -> None:
    if _first(event.get("UID")).strip().casefold() != uid(interview).casefold():
        raise RefusedError(_("This answers to another event, not to this talk. Nothing was changed."))


def _expect_current(event: Event, interview: Interview) -> None:
    try:
        sequence = int(_first(event.get("SEQUENCE", 0)) or 0)
    except ValueError:
        sequence = 0
    if sequence < interview.invited_sequence:
        raise RefusedError(
            _("This is an older answer than your last invitation: the talk has changed since. Nothing was changed.")
        )


def _attendees(event: Event, interview: Interview) -> tuple[list[Any], str]:
    """The lines about the contact; with one address that may be theirs, the lines about that."""
    found = event.get("ATTENDEE", [])
    lines = found if isinstance(found, list) else [found]
    contact, owner = interview.contact, interview.owner
    others = contact.other_emails.values_list("address", flat=True)
    known = {_plain(address) for address in (interview.invited_email, contact.email, *others) if address}
    theirs = [line for line in lines if _addresses(line) & known]
    if theirs:
        return theirs, ""
    strangers = {min(addresses): line for line in lines if (addresses := _addresses(line) - {_plain(owner.email)})}
    if len(strangers) != 1:
        raise RefusedError(
            _("This is the answer of somebody else, not of %(name)s. Nothing was changed.")
            % {"name": contact.first_name}
        )
    ((address, line),) = strangers.items()
    return [line], address[:254]


def _addresses(line: Any) -> set[str]:
    """Whom a line is about. Some programs name a page of theirs, and the address as a parameter."""
    found = {_plain(str(line)), _plain(str(getattr(line, "params", {}).get("EMAIL", "")))}
    return {address for address in found if is_address(address)}


def _plain(address: str) -> str:
    """The address in the form in which it is compared: calendars write it percent-encoded, with blanks, with a name before it,
    or with its domain in ASCII."""
    address = unquote(address)
    bracketed = _IN_BRACKETS.search(address)
    address = _SCHEME.sub("", bracketed[1] if bracketed else address).partition("?")[0]
    return link_address(address.strip(" \t<>\"'")).casefold()


def _comment(event: Event, attendees: list[Any]) -> str:
    """Their words; Google's calendar puts them beside the name."""
    found = event.get("COMMENT", [])
    said = [str(words) for words in (found if isinstance(found, list) else [found])]
    said += [str(line.params.get("X-RESPONSE-COMMENT", "")) for line in attendees]
    return clean_text("\n".join(dict.fromkeys(words.strip() for words in said if words.strip())))[:2000]


def _stamp(event: Event) -> datetime:
    stamp = _when(event, "DTSTAMP")
    if not isinstance(stamp, datetime):
        raise RefusedError(_("The file does not say when it was answered. Nothing was changed."))
    stamp = stamp.replace(tzinfo=UTC)  # RFC 5545 wants UTC; a local time is not worth refusing the answer
    if stamp.date() < EARLIEST:
        raise RefusedError(
            _("The file says it was answered in the year %(year)d. Nothing was changed.") % {"year": stamp.year}
        )
    return stamp


def _start(event: Event, calendar: Calendar, interview: Interview) -> datetime:
    start = _when(event, "DTSTART")
    _expect_near(start, interview)  # by its local day: in the years 1 and 9999 it may have no instant
    starts_at = calendar_zones.utc_of(event.get("DTSTART"), calendar)
    if starts_at is None:
        raise RefusedError(
            _("The file proposes a time in no zone I know. Look at the mail itself, and change the talk.")
        )
    return starts_at


def _minutes(event: Event, calendar: Calendar, starts_at: datetime) -> int | None:
    """How long they propose to talk, where a talk can be as long."""
    ends_at = calendar_zones.utc_of(event.get("DTEND"), calendar)
    length = ends_at - starts_at if ends_at else _when(event, "DURATION")
    minutes = round(length.total_seconds() / 60) if isinstance(length, timedelta) else 0
    return minutes if SHORTEST <= minutes <= LONGEST else None


def _expect_near(start: Any, interview: Interview) -> None:
    if isinstance(start, datetime) and abs(start.date() - interview.starts_at.date()) > FARTHEST:
        raise RefusedError(
            _("The file proposes a day in the year %(year)d, far from the talk. Nothing was changed.")
            % {"year": start.year}
        )


def _when(event: Event, name: str) -> Any:
    try:
        return getattr(event.get(name), "dt", None)
    except Exception:  # a property the parser kept as broken
        return None


def _first(value: Any) -> str:
    """Whatever stands there, as one text."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return clean_line(str(value)) if value is not None and not isinstance(value, date) else ""
