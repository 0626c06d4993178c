"""Locks are taken in one order: owner, contact, interview, room, promise."""

from interviews.models import Interview


def lock_contacts(interview: Interview) -> None:
    """Holds the contact of a talk, and who introduced them, until the commit.

    Every verb that writes more than one of contact, interview, room and promises begins with it; so two such verbs wait
    for each other here, and never with half of their rows locked.
    """
    contact = interview.contact
    people = interview.owner.contacts.filter(pk__in=[contact.pk, contact.introduced_by_id or contact.pk])
    list(people.order_by("pk").select_for_update().values_list("pk"))
