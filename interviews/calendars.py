"""iCalendar out: iTIP REQUEST and CANCEL for the contact (RFC 5546), a file to import by hand, and the user's own feed."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import Alarm, Calendar, Event, vCalAddress, vDuration

from base.mail_addresses import link_address
from base.text import clean_line, clean_text
from base.zones import load_zone
from interviews.models import Agreed, Interview, Medium
from interviews.subscribing.feed import Entry

REMIND_BEFORE = timedelta(minutes=15)
ASK_AGAIN_AFTER = timedelta(hours=1)
ALL_DAY = timedelta(days=1)


def request(interview: Interview, *, address: str, sequence: int, is_chosen: bool = False, now: datetime) -> bytes:
    """The invitation, or its update: asks the contact's calendar for an answer, which goes to the user. Who chose the time
    themselves (`is_chosen`) is not asked again."""
    event = _event(interview, interview.agreed, sequence, now)
    event.add("STATUS", "CONFIRMED")
    attendee = _calendar_user(interview.contact.name, address)
    status, wants_answer = ("ACCEPTED", "FALSE") if is_chosen else ("NEEDS-ACTION", "TRUE")
    attendee.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": status, "RSVP": wants_answer})
    event.add("ATTENDEE", attendee)
    event.add_component(_alarm(event))
    return _message("REQUEST", event)


def decline_counter(interview: Interview, *, address: str, sequence: int, now: datetime) -> bytes:
    """The time they propose does not suit: the event stays as it stands."""
    event = _event(interview, interview.agreed, sequence, now)
    event.add("ATTENDEE", _calendar_user(interview.contact.name, address))
    event.add("COMMENT", _("%(name)s cannot then.") % {"name": clean_line(interview.owner.called)})
    return _message("DECLINECOUNTER", event)


def cancel(interview: Interview, *, agreed: Agreed, address: str, sequence: int, now: datetime) -> bytes:
    """Takes the event out of the calendar of `address`, who knows it as `agreed`."""
    event = _event(interview, agreed, sequence, now)
    event.add("STATUS", "CANCELLED")
    event.add("ATTENDEE", _calendar_user(interview.contact.name, address))
    return _message("CANCEL", event)


def download(interview: Interview, *, now: datetime) -> bytes:
    """A file for anybody's calendar: it names the organiser, asks nobody for an answer, and may be sent by hand."""
    event = _event(interview, interview.agreed, interview.sequence, now)
    event.add("STATUS", "CANCELLED" if interview.is_cancelled else "CONFIRMED")
    event.add_component(_alarm(event))
    return _message("PUBLISH", event)


def feed(entries: Iterable[Entry], *, name: str, now: datetime) -> bytes:
    """What a calendar program subscribes to: no METHOD and no people, so that nobody is ever asked for an answer."""
    calendar = _calendar(*(_entry(entry, now) for entry in entries))
    calendar.add("NAME", name)  # RFC 7986, and what is older than it
    calendar.add("X-WR-CALNAME", name)
    calendar.add("REFRESH-INTERVAL", ASK_AGAIN_AFTER, {"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(ASK_AGAIN_AFTER))
    return bytes(calendar.to_ical())


def uid(row: Interview | Entry) -> str:
    return f"{row.uid}@{settings.SITE_HOST or 'localhost'}"


def _entry(entry: Entry, now: datetime) -> Event:
    event = _stamped(entry, entry.sequence, now)
    if entry.agreed:
        _add_times(event, entry.agreed)
    elif entry.day:
        event.add("DTSTART", entry.day)
        event.add("DTEND", entry.day + ALL_DAY)
        event.add("TRANSP", "TRANSPARENT")  # owing something does not fill the day
    event.add("STATUS", entry.status)
    event.add("SUMMARY", clean_line(entry.summary))
    event.add("DESCRIPTION", clean_text("\n".join((*map(clean_line, entry.lines), entry.url))))
    if entry.where:
        event.add("LOCATION", clean_line(entry.where))
    event.add("URL", entry.url)
    return event


def _stamped(row: Interview | Entry, sequence: int, now: datetime) -> Event:
    event = Event()
    event.add("UID", uid(row))
    event.add("SEQUENCE", sequence)
    event.add("DTSTAMP", now.astimezone(UTC).replace(microsecond=0))
    return event


def _add_times(event: Event, agreed: Agreed) -> None:
    start, end = _times(agreed)
    event.add("DTSTART", start)
    event.add("DTEND", end)


def _event(interview: Interview, agreed: Agreed, sequence: int, now: datetime) -> Event:
    event = _stamped(interview, sequence, now)
    _add_times(event, agreed)
    event.add("SUMMARY", clean_line(f"{interview.owner.signature}, {interview.contact.name}: {agreed.said}"))
    event.add("DESCRIPTION", clean_text(_description(interview, agreed)))
    if agreed.where:
        event.add("LOCATION", clean_line(agreed.where))
    # no SENT-BY: some calendars send the answer there, to the server, instead of to the user
    event.add("ORGANIZER", _calendar_user(interview.owner.signature, interview.owner.email))
    return event


def _times(agreed: Agreed) -> tuple[datetime, datetime]:
    """Start and end in the agreed zone; in UTC where a wall clock cannot say them: in the hour that comes twice a local
    time means the first (RFC 5545 3.3.5), and an end in the second would come before its start."""
    zone = load_zone(agreed.zone)
    local = [at.astimezone(zone) for at in (agreed.starts_at, agreed.ends_at)]
    if any(at.fold for at in local):
        return agreed.starts_at, agreed.ends_at
    return local[0], local[1]


def _description(interview: Interview, agreed: Agreed) -> str:
    lines = [_("%(said)s, asked for by %(name)s.") % {"said": agreed.said, "name": interview.owner.signature}]
    if agreed.where:
        lines.append(agreed.where)
    elif agreed.medium == Medium.PHONE:
        lines.append(_("No number yet."))
    if agreed.purpose:
        lines += ["", agreed.purpose]
    return "\n".join(lines)


def _calendar_user(name: str, address: str) -> vCalAddress:
    user = vCalAddress(f"mailto:{link_address(address)}")
    user.params["CN"] = clean_line(name).replace('"', "'").replace("^", " ")
    return user


def _alarm(event: Event) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("TRIGGER", -REMIND_BEFORE)
    alarm.add("DESCRIPTION", event["SUMMARY"])
    return alarm


def _message(method: str, event: Event) -> bytes:
    calendar = _calendar(event)
    calendar.add("METHOD", method)
    return bytes(calendar.to_ical())


def _calendar(*events: Event) -> Calendar:
    calendar = Calendar()
    calendar.add("PRODID", "-//Keepword//EN")
    calendar.add("VERSION", "2.0")
    for event in events:
        calendar.add_component(event)
    timed = [event.start for event in events if isinstance(event.start, datetime)]
    if timed:
        # only the changes around the talks: a whole zone is 200 lines
        calendar.add_missing_timezones(min(timed) - timedelta(days=2), max(timed) + timedelta(days=2))
    return calendar
