"""Who, among the owner's people, is this? By LinkedIn profile, else by e-mail, else by name and organisation."""

from collections.abc import Iterable, Iterator, Sequence

from django.db.models.functions import Lower

from base.text import key_of
from crm.importing.formats.people import Person
from crm.models import Contact, ContactQuerySet


def find_contacts(contacts: ContactQuerySet, people: Sequence[Person]) -> list[Contact | None]:
    """For each person the contact that is the same one, or None. Five queries at most; no contact is given out twice."""
    found: list[Contact | None] = [None] * len(people)
    # by LinkedIn URL first: a contact matched so is not matched again by e-mail or name
    urls = {person.linkedin_url for person in people if person.linkedin_url}
    by_url: dict[str, list[Contact]] = {}
    if urls:
        _add_by(by_url, contacts.filter(linkedin_url__in=urls), "linkedin_url")
    given: set[int] = set()
    for index, person in enumerate(people):
        found[index] = _first_free(by_url.get(person.linkedin_url, ()), given)
    rest = [index for index, contact in enumerate(found) if contact is None]
    hints = _Hints(contacts, [people[index] for index in rest])
    for index in rest:
        found[index] = _first_free(hints.of(people[index]), given)
    return found


def _add_by(found: dict[str, list[Contact]], contacts: Iterable[Contact], key: str) -> None:
    for contact in contacts:
        found.setdefault(getattr(contact, key), []).append(contact)


def _first_free(candidates: Iterable[Contact], given: set[int]) -> Contact | None:
    contact = next((candidate for candidate in candidates if candidate.pk not in given), None)
    if contact is not None:
        given.add(contact.pk)
    return contact


class _Hints:
    """Who shares an address, or name and organisation. A shared address is a hint, never proof: the names must share a word.
    Two different profiles are two people whatever else they share."""

    def __init__(self, contacts: ContactQuerySet, people: Sequence[Person]) -> None:
        self._by_mail: dict[str, list[Contact]] = {}
        self._by_name: dict[str, list[Contact]] = {}
        # whoever has a profile differs from everybody with another: those need not be fetched
        with_profile = [person for person in people if person.linkedin_url]
        without = [person for person in people if not person.linkedin_url]
        for asking, candidates in ((with_profile, contacts.filter(linkedin_url="")), (without, contacts)):
            mails = {mail.lower() for person in asking for mail in person.emails}
            names = {key_of(person.name) for person in asking}
            if mails:
                by_mail = candidates.annotate(email_key=Lower("email")).filter(email_key__in=mails)
                _add_by(self._by_mail, by_mail, "email_key")
            if names:
                _add_by(self._by_name, candidates.filter(name_key__in=names), "name_key")

    def of(self, person: Person) -> Iterator[Contact]:
        name, company = key_of(person.name), key_of(person.company)
        for mail in person.emails:
            for contact in self._by_mail.get(mail.lower(), ()):
                if set(name.split()) & set(contact.name_key.split()) and not _differs(person, contact):
                    yield contact
        for contact in self._by_name.get(name, ()):
            organisation = contact.organisation.name_key if contact.organisation else ""
            has_another_address = (
                not company and contact.email and contact.email.lower() not in map(str.lower, person.emails)
            )
            if (
                organisation == company
                and not _differs(person, contact)
                and not (person.emails and has_another_address)
            ):
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
        hints = [hash((mail.lower(), key_of(person.name))) for mail in person.emails]
        if person.company or not person.emails:  # a name alone is shared by many
            hints.append(hash((key_of(person.name), key_of(person.company), "")))
        found = self._by_url.get(url, 0) if url else 0
        for hint in hints:
            above, other = self._by_hint.setdefault(hint, (line, url))
            if above != line and not found and not (url and other and url != other):
                found = above
        if url:
            self._by_url.setdefault(url, line)
        return found
