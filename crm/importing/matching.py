"""Who, among the owner's people, is this? By LinkedIn profile, else by e-mail, else by name and organisation."""

from collections.abc import Iterable, Sequence

from django.db.models.functions import Lower

from crm.importing.formats.people import Person
from crm.models import Contact, ContactQuerySet
from crm.text import fold


def find_contacts(contacts: ContactQuerySet, people: Sequence[Person]) -> list[Contact | None]:
    """For each person the contact that is the same one, or None. Three queries; no contact is given out twice."""
    by_url = _by(contacts.filter(linkedin_url__in={p.linkedin_url for p in people if p.linkedin_url}), "linkedin_url")
    mails = {mail.lower() for person in people for mail in person.emails}
    by_mail = _by(contacts.annotate(email_key=Lower("email")).filter(email_key__in=mails), "email_key")
    by_name = _by(contacts.filter(name_key__in={name_key(person.name) for person in people}), "name_key")
    found: list[Contact | None] = [None] * len(people)
    given: set[int] = set()
    # profiles first: they are proof, and what they take is no longer free for a hint
    for proof in (True, False):
        for index, person in enumerate(people):
            if found[index] is not None:
                continue
            candidates = by_url.get(person.linkedin_url, []) if proof else _hinted(person, by_mail, by_name)
            contact = next((c for c in candidates if c.pk not in given), None)
            if contact is not None:
                found[index] = contact
                given.add(contact.pk)
    return found


def name_key(name: str) -> str:
    return fold(name)[:300]


def is_same_organisation(contact: Contact, company: str) -> bool:
    return (contact.organisation.name_key if contact.organisation else "") == name_key(company)


def _by(contacts: Iterable[Contact], key: str) -> dict[str, list[Contact]]:
    found: dict[str, list[Contact]] = {}
    for contact in contacts:
        found.setdefault(getattr(contact, key), []).append(contact)
    return found


def _hinted(person: Person, by_mail: dict[str, list[Contact]], by_name: dict[str, list[Contact]]) -> Iterable[Contact]:
    """A shared address is a hint, never proof: the names must share a word. Two different profiles are two people."""
    words = set(fold(person.name).split())
    for mail in person.emails:
        for contact in by_mail.get(mail.lower(), []):
            if words & set(contact.name_key.split()) and not _differs(person, contact):
                yield contact
    for contact in by_name.get(name_key(person.name), []):
        if is_same_organisation(contact, person.company) and not _differs(person, contact):
            yield contact


def _differs(person: Person, contact: Contact) -> bool:
    return bool(person.linkedin_url and contact.linkedin_url and person.linkedin_url != contact.linkedin_url)


class Seen:
    """Who stood further up in the file. Keeps hashes only: 100,000 lines are a few megabytes."""

    def __init__(self) -> None:
        self._by_url: dict[int, int] = {}
        self._by_hint: dict[int, tuple[int, int]] = {}  # to the line and the profile, which must not differ

    def twin(self, line: int, person: Person) -> int:
        """The line of the same person further up, or 0; this one is remembered."""
        url = hash(person.linkedin_url) if person.linkedin_url else 0
        hints = [hash((mail.lower(), name_key(person.name))) for mail in person.emails]
        hints.append(hash((name_key(person.name), name_key(person.company), "")))
        found = self._by_url.get(url, 0) if url else 0
        for hint in hints:
            above, other = self._by_hint.setdefault(hint, (line, url))
            if above != line and not found and not (url and other and url != other):
                found = above
        if url:
            self._by_url.setdefault(url, line)
        return found
