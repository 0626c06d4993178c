"""Reads what the contact's calendar answers to an invitation (iTIP, RFC 5546: REPLY and COUNTER). The file is not trusted."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from base.dates import EARLIEST
from base.mail_addresses import link_address
from base.text import clean_line, clean_text
from interviews.calendars import uid
from interviews.models import FARTHEST, AttendeeStatus, Interview
from interviews.replying import calendar_zones

BEGIN, END = "BEGIN:VCALENDAR", "END:VCALENDAR"
LARGEST = 200_000  # bytes; a reply is two thousand
SAID = {
    "ACCEPTED": AttendeeStatus.ACCEPTED,
    "DECLINED": AttendeeStatus.DECLINED,
    "TENTATIVE": AttendeeStatus.TENTATIVE,
}


class RefusedError(Exception):
    """It is no answer to this invitation; the argument is the sentence for the user."""


@dataclass(frozen=True)
class Reply:
    status: str
    stamp: datetime  # when their calendar said so
    comment: str = ""
    starts_at: datetime | None = None  # of a counter-proposal


def read(content: bytes, interview: Interview) -> Reply:
    """The answer in this file, if it is one to the invitation that stands; else RefusedError."""
    if not interview.is_planned:
        raise RefusedError(interview.standing(interview.local_day))
    calendar = _calendar(content)
    method = str(calendar.get("METHOD", "")).upper()
    if method not in ("REPLY", "COUNTER"):
        raise RefusedError(_("This is no answer: a reply’s file says METHOD:REPLY or METHOD:COUNTER."))
    event = _event(calendar)
    _expect_ours(event, interview)
    stamp = _stamp(event)
    _expect_current(event, stamp, interview)
    attendees = _attendees(event, interview)
    comment = clean_text(_first(event.get("COMMENT")))[:2000]
    if method == "COUNTER":
        return Reply(AttendeeStatus.COUNTERED, stamp, comment, _start(event, calendar, interview))
    for attendee in attendees:
        status = SAID.get(str(attendee.params.get("PARTSTAT", "")).upper())
        if status is not None:
            return Reply(status, stamp, comment)
    raise RefusedError(_("The file does not say whether it is a yes or a no."))


def _calendar(content: bytes) -> Calendar:
    if len(content) > LARGEST:
        raise RefusedError(_("This file is too large to be an answer to an invitation."))
    text = _text(content)
    try:
        found = calendar_zones.parse(text)
    except Exception:  # a foreign parser on a foreign file
        found = None
    if found is None and text.upper().startswith(BEGIN):
        raise RefusedError(_("This calendar file is damaged: I cannot read it. Nothing was changed."))
    if found is None:
        raise RefusedError(_("This is no calendar file I can read. It begins with BEGIN:VCALENDAR."))
    return found


def _text(content: bytes) -> str:
    """The calendar in what was dropped or pasted, without what mail programs and people put around it."""
    is_utf_16 = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    text = content.decode("utf-16" if is_utf_16 else "utf-8-sig", "replace")
    lines = [line.rstrip("\r") for line in text.split("\n")]
    if any(line.upper().startswith(f"{BEGIN} ") for line in lines):  # blanks before each end of a line, not of folding
        lines = [line.rstrip(" ") for line in lines]
    text = "\n".join(lines)
    begin, end = text.upper().find(BEGIN), text.upper().rfind(END)
    return text[begin : end + len(END)] if 0 <= begin < end else text.strip()


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


def _expect_current(event: Event, stamp: datetime, interview: Interview) -> None:
    try:
        sequence = int(_first(event.get("SEQUENCE", 0)))
    except ValueError:
        sequence = 0
    is_older = interview.attendee_at is not None and stamp < interview.attendee_at
    if sequence < interview.invited_sequence or is_older:
        raise RefusedError(
            _("This is an older answer than what stands: the talk has changed since. Nothing was changed.")
        )


def _attendees(event: Event, interview: Interview) -> list[Any]:
    """The lines about the contact."""
    found = event.get("ATTENDEE", [])
    known = {_plain(address) for address in (interview.invited_email, interview.contact.email) if address}
    theirs = [
        attendee
        for attendee in (found if isinstance(found, list) else [found])
        if _plain(str(attendee).partition(":")[2] or str(attendee)) in known
    ]
    if not theirs:
        raise RefusedError(
            _("This is the answer of somebody else, not of %(name)s. Nothing was changed.")
            % {"name": interview.contact.first_name}
        )
    return theirs


def _plain(address: str) -> str:
    """The address in the form in which it is compared: calendars write it percent-encoded, with blanks, or with its domain in ASCII."""
    return link_address(unquote(address).strip(" <>")).casefold()


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
