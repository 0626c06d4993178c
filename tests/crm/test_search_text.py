"""What a contact is found by is rebuilt by every verb that changes its words."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from crm import actions, jobs
from crm.models import Contact
from crm.parts import LONGEST_SEARCHED, search_text, words_of
from crm.search import find
from followups import actions as promising
from interviews.debriefing import actions as debrief_actions
from interviews.holding import actions as room_actions
from tests.factories import NOW, ContactFactory, InterviewFactory, NoteFactory, PromiseFactory, RoomFactory, UserFactory

pytestmark = pytest.mark.django_db


def rebuilt(contact: Contact) -> str:
    fresh = Contact.objects.select_related("organisation").get(pk=contact.pk)
    return search_text([*fresh.own_words(), *words_of(fresh.owner, [fresh.pk]).get(fresh.pk, ())])


def stored(contact: Contact) -> str:
    return Contact.objects.get(pk=contact.pk).search_text


def one_of(random: Random, rows: Any) -> Any:
    found = list(rows.order_by("pk"))
    return random.choice(found) if found else None


def word(random: Random) -> str:
    return random.choice(["Größe", "tide", "gauge", "Łódź", "premium", "reef", "delta"]) + str(random.randrange(1000))


def add_note(contact: Contact, random: Random) -> None:
    actions.keep_note(contact=contact, body=f"{word(random)}\n! send the {word(random)} friday", now=NOW)


def bin_note(contact: Contact, random: Random) -> None:
    if note := one_of(random, contact.notes.filter(binned_at__isnull=True)):
        note.bin(NOW, note.version)


def restore_note(contact: Contact, random: Random) -> None:
    if note := one_of(random, contact.notes.filter(binned_at__isnull=False)):
        note.restore(note.version)


def promise(contact: Contact, random: Random) -> None:
    contact.promises.make(what=word(random), whose=random.choice(["mine", "theirs"]), now=NOW)


def change_promise(contact: Contact, random: Random) -> None:
    if made := one_of(random, contact.promises.all()):
        made.edit(what=word(random), kind=made.kind, due_on=made.due_on, now=NOW)


def bin_promise(contact: Contact, random: Random) -> None:
    if made := one_of(random, contact.promises.filter(binned_at__isnull=True)):
        promising.move_to_bin(promise=made, now=NOW)


def restore_promise(contact: Contact, random: Random) -> None:
    if made := one_of(random, contact.promises.filter(binned_at__isnull=False)):
        promising.take_out_of_bin(promise=made, now=NOW)


def keep_promise(contact: Contact, random: Random) -> None:
    if made := one_of(random, contact.promises.open()):
        promising.keep(promise=made, now=NOW)


def edit(contact: Contact, random: Random) -> None:
    details = actions.Details(
        name=word(random),
        organisation=word(random),
        place=word(random),
        tags=(word(random), "tide"),
        stage=contact.stage,
    )
    actions.edit(contact=contact, details=details, now=NOW)


def debrief(contact: Contact, random: Random) -> None:
    interview = one_of(random, contact.interviews.filter(state="held"))
    if interview:
        written = contact.owner.debriefs.filter(interview=interview).first()
        said = debrief_actions.Outcome(learned=word(random))
        debrief_actions.finish(interview=interview, outcome=said, seen=written.version if written else 1, now=NOW)


def note_in_the_room(contact: Contact, random: Random) -> None:
    if room := one_of(random, contact.owner.rooms.filter(interview__contact=contact)):
        said = room_actions.Write(box="notes", text=word(random), uid=_uid(random), version=room.notes_version)
        room_actions.write(owner=contact.owner, interview_pk=room.interview_id, said=said, now=NOW)


def end_the_talk(contact: Contact, random: Random) -> None:
    if room := one_of(random, contact.owner.rooms.filter(interview__contact=contact, ended_at__isnull=True)):
        room_actions.end(room=room, now=NOW)


def go_on_talking(contact: Contact, random: Random) -> None:
    if room := one_of(random, contact.owner.rooms.filter(interview__contact=contact, ended_at__isnull=False)):
        room_actions.reopen(room=room, now=NOW)


def bin_and_restore(contact: Contact, random: Random) -> None:
    actions.move_to_bin(contact=contact, now=NOW)
    actions.take_out_of_bin(contact=contact, now=NOW)


def _uid(random: Random) -> Any:

    return UUID(int=random.getrandbits(128))


VERBS: list[Callable[[Contact, Random], None]] = [
    *(add_note, bin_note, restore_note, promise, change_promise, bin_promise, restore_promise, keep_promise, edit),
    *(debrief, note_in_the_room, end_the_talk, go_on_talking, bin_and_restore),
]


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_stored_text_is_what_a_rebuild_gives_after_any_verbs(user: User, seed: int):
    random = Random(seed)  # noqa: S311 - the same verbs at each run
    details = actions.Details(name="Ana Souza", organisation="Lab", tags=("Größe", "tide"), how_met="at PyCon")
    contact = actions.add(owner=user, details=details, note="delta\n! send it", promises=["call her"], now=NOW).contact
    interview = InterviewFactory(contact=contact, starts_at=NOW - timedelta(hours=1))
    RoomFactory(interview=interview)
    assert stored(contact) == rebuilt(contact)
    for _step in range(15):
        verb = random.choice(VERBS)
        verb(user.contacts.get(pk=contact.pk), random)
        assert stored(contact) == rebuilt(contact), verb.__name__
    assert jobs.repair_search_texts(NOW) == 0


def test_binned_and_restored_words_are_lost_and_found(user: User):
    contact = ContactFactory(owner=user)
    note = actions.keep_note(contact=contact, body="She dives at the reef", now=NOW).note
    note.bin(NOW, note.version)
    assert not find(user.contacts.alive(), "reef")
    note.restore(note.version)
    assert list(find(user.contacts.alive(), "reef")) == [contact]


def test_changed_promise_is_found_by_its_new_words(user: User):
    contact = ContactFactory(owner=user)
    made = contact.promises.make(what="Send the deck", now=NOW)
    made.edit(what="Lend the atlas", kind="other", due_on=made.due_on, now=NOW)
    assert not find(user.contacts.alive(), "deck")
    assert list(find(user.contacts.alive(), "atlas")) == [contact]


def test_what_is_learned_after_the_first_done_is_found(user: User):
    contact = ContactFactory(owner=user)
    interview = InterviewFactory(contact=contact, state="held", held_at=NOW)
    for seen, learned in enumerate(["gauges", "premiums"], start=1):
        said = debrief_actions.Outcome(learned=learned)
        debrief_actions.finish(interview=interview, outcome=said, seen=seen, now=NOW)
    assert list(find(user.contacts.alive(), "premiums")) == [contact]
    assert not find(user.contacts.alive(), "gauges")


def test_words_far_into_a_note_are_found(user: User):
    contact = ContactFactory(owner=user)
    actions.keep_note(contact=contact, body="x " * 9000 + "estuary", now=NOW)
    assert list(find(user.contacts.alive(), "estuary")) == [contact]


def test_housekeeping_counts_and_rebuilds_what_was_wrong(user: User):
    wrong = NoteFactory(contact=ContactFactory(owner=user), body="reef").contact
    ContactFactory(owner=UserFactory())
    assert jobs.repair_search_texts(NOW) == 1
    assert stored(wrong) == rebuilt(wrong)
    assert jobs.repair_search_texts(NOW) == 0


def test_many_contacts_are_rebuilt_in_as_many_statements_as_one(user: User, django_assert_num_queries):
    for contact in ContactFactory.create_batch(30, owner=user):
        PromiseFactory(contact=contact)
    with django_assert_num_queries(3):
        assert user.contacts.refresh_search_text() == 30


def test_text_of_a_long_story_has_an_end():
    assert len(search_text(["a" * LONGEST_SEARCHED, "b" * 100])) == LONGEST_SEARCHED
