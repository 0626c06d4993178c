"""The people a file brings: added in bulk, and taken out again."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from base.text import key_of
from crm.importing.formats.people import Person
from crm.models import Contact, ContactTag, Import, ImportRow, Note, Organisation, Tag
from crm.parts import search_text

HOW_MET = "LinkedIn"


def organisations_called(owner: User, names: Iterable[str]) -> dict[str, Organisation]:
    """The owner's organisations by folded name; what is missing is made. Two queries, or three."""
    wanted = {key_of(name): name for name in names if name}
    if not wanted:
        return {}
    found = _organisations(owner, wanted)
    missing = [Organisation(owner=owner, name=name, name_key=key) for key, name in wanted.items() if key not in found]
    if missing:
        owner.organisations.bulk_create(missing, ignore_conflicts=True)
        found |= _organisations(owner, [made.name_key for made in missing])
    return found


def add_contacts(batch: Import, new: Sequence[tuple[ImportRow, Person]], now: datetime) -> None:
    """Makes a contact of each person, to meet and nothing more, and marks its row as taken in."""
    organisations = organisations_called(batch.owner, (person.company for _row, person in new))
    extras = [_what_has_no_field(person, batch.filename) for _row, person in new]
    contacts = [
        _contact(batch, row, person, organisations.get(key_of(person.company)), extra)
        for (row, person), extra in zip(new, extras, strict=True)
    ]
    for contact in contacts:
        contact.created_at = now
    batch.owner.contacts.bulk_create(contacts)
    for (row, _person), contact in zip(new, contacts, strict=True):
        row.contact, row.taken_in = contact, True
    if batch.tag and contacts:
        tag = tag_called(batch.owner, batch.tag)
        batch.owner.contacttags.bulk_create(
            [ContactTag(owner_id=batch.owner_id, contact=contact, tag=tag) for contact in contacts]
        )
    batch.owner.notes.bulk_create(
        [
            Note(owner_id=batch.owner_id, contact=contact, uid=row.note_uid, body=extra, created_at=now)
            for (row, _person), contact, extra in zip(new, contacts, extras, strict=True)
            if extra
        ]
    )


def take_out(batch: Import, rows: Sequence[ImportRow], now: datetime) -> list[ImportRow]:
    """Bins the people of these rows about whom nothing was written since; the rows whose people are gone."""
    came = [row.contact_id for row in rows if row.contact_id]
    alone = _untouched(batch, came, [row.note_uid for row in rows])
    batch.owner.contacts.filter(pk__in=alone).update(binned_at=now, version=F("version") + 1)
    binned = set(batch.owner.contacts.binned().filter(pk__in=came).values_list("pk", flat=True))
    return [row for row in rows if row.contact_id is None or row.contact_id in binned]


def tag_called(owner: User, name: str) -> Tag:
    tag, _made = owner.tags.get_or_create(name_key=key_of(name, 60), defaults={"name": name})
    return tag


def _contact(batch: Import, row: ImportRow, person: Person, organisation: Organisation | None, extra: str) -> Contact:
    mail = person.emails[0].lower() if person.emails else ""
    contact = Contact(
        owner_id=batch.owner_id,
        uid=uuid.uuid5(batch.uid, f"contact:{row.line}"),  # unique: no line can make two people
        name=person.name,
        name_key=key_of(person.name),
        role=person.title,
        organisation=organisation,
        email=mail,
        linkedin_url=person.linkedin_url,
        website=person.urls[0] if person.urls else "",
        how_met=HOW_MET,
        connected_on=person.connected_on,
        imported_by=batch,
    )
    contact.search_text = search_text([*contact.own_words(), f"#{batch.tag}" if batch.tag else "", extra])
    return contact


def _what_has_no_field(person: Person, filename: str) -> str:
    """The columns Keepword has no field for, so that nothing of the file is lost."""
    more = [(_("E-mail"), mail) for mail in person.emails[1:]] + [(_("Web page"), url) for url in person.urls[1:]]
    lines = [f"{column}: {value}" for column, value in (*person.extra, *more)]
    return _("From %(file)s:\n%(values)s") % {"file": filename, "values": "\n".join(lines)} if lines else ""


def _untouched(batch: Import, came: list[int], notes: list[uuid.UUID]) -> set[int]:
    """Those that are as the import left them: whatever row of whatever app points at a contact keeps it."""
    owner, theirs = batch.owner, {"contact__in": came}
    nothing_points_at = {
        f"{relation.name}__isnull": True
        for relation in Contact._meta.related_objects
        if relation.related_model not in (ImportRow, Note, ContactTag)
    }
    alone = owner.contacts.alive().filter(pk__in=came, version=1, **nothing_points_at)
    written = owner.notes.filter(**theirs).exclude(uid__in=notes)
    tagged = owner.contacttags.filter(**theirs).exclude(tag__name_key=key_of(batch.tag, 60))
    kept = {*written.values_list("contact", flat=True), *tagged.values_list("contact", flat=True)}
    return set(alone.values_list("pk", flat=True)) - kept


def _organisations(owner: User, keys: Iterable[str]) -> dict[str, Organisation]:
    return {found.name_key: found for found in owner.organisations.filter(name_key__in=list(keys))}
