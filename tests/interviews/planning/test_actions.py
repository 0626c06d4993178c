from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.db.models import F

from base.owned import Stale
from crm.models import Contact, Stage
from interviews.models import Agreed, Interview, InterviewState
from interviews.planning import actions
from outbox.models import OutgoingMail, State
from tests.factories import NOW, ContactFactory, InterviewFactory

pytestmark = pytest.mark.django_db
TERMS = Agreed(
    medium="phone",
    minutes=20,
    day=date(2026, 12, 4),
    at=time(15, 0),
    zone="Europe/Stockholm",
    where="+351 21 555 0142",
    purpose="How she reads churn",
)
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def ana(user) -> Contact:
    return ContactFactory(owner=user, name="Ana Souza", email="ana@nubank.example")


@pytest.fixture
def interview(user, ana) -> Interview:
    return actions.plan(owner=user, contact=ana, now=NOW, agreed=TERMS)


def mails(interview: Interview) -> list[tuple[str, int, str, str]]:
    """Kind, SEQUENCE, recipient and state of each mail, oldest first."""
    rows = OutgoingMail.objects.filter(owner=interview.owner).order_by("pk")
    return [(row.kind, row.context["sequence"], row.recipient, row.state) for row in rows]


def leaves(interview: Interview, state: str = State.SENT) -> None:
    """What waits has left, or is in another state past its fence."""
    sent = {"sent_at": F("not_before")} if state == State.SENT else {}
    rows = OutgoingMail.objects.filter(owner=interview.owner, state=State.PENDING)
    rows.update(state=state, fence_at=F("not_before"), claim_token="00000000-0000-0000-0000-000000000001", **sent)


def moved(**terms: Any) -> Agreed:
    return replace(TERMS, **terms)


def test_plan_sets_the_instant_from_my_zone(interview):
    assert (interview.starts_at.isoformat(), interview.time_zone) == ("2026-12-04T14:00:00+00:00", "Europe/Stockholm")


def test_plan_queues_one_invitation_for_later(interview, settings):
    row = OutgoingMail.objects.get()
    assert (row.occurrence_key, row.not_before) == (
        f"invitation:{interview.uid}:0:ana@nubank.example",
        NOW + timedelta(seconds=settings.INVITATION_DELAY),
    )


def test_plan_moves_the_contact_to_scheduled(interview, ana):
    ana.refresh_from_db()
    assert ana.stage == Stage.SCHEDULED


def test_plan_leaves_a_continuing_contact_where_it_is(user):
    contact = ContactFactory(owner=user, stage=Stage.CONTINUE, rhythm_count=2, rhythm_unit="months")
    actions.plan(owner=user, contact=contact, now=NOW, agreed=TERMS)
    contact.refresh_from_db()
    assert contact.stage == Stage.CONTINUE


@pytest.mark.parametrize("email", ["", "no address", "ana@@nubank.example", "ána@nubank.example"])
def test_plan_without_a_usable_address_sends_nothing(user, email):
    interview = actions.plan(owner=user, contact=ContactFactory(owner=user, email=email), now=NOW, agreed=TERMS)
    assert (mails(interview), interview.invited_email) == ([], "")


def test_plan_writes_a_foreign_domain_in_ascii(user):
    contact = ContactFactory(owner=user, email="ana@bücher.example")
    interview = actions.plan(owner=user, contact=contact, now=NOW, agreed=TERMS)
    assert interview.invited_email == "ana@xn--bcher-kva.example"


def test_plan_of_what_is_over_invites_nobody(user, ana):
    interview = actions.plan(owner=user, contact=ana, now=NOW, agreed=moved(day=date(2026, 11, 1)))
    assert mails(interview) == []


def test_change_before_the_invitation_left_is_one_mail(interview):
    actions.change(interview=interview, now=NOW, agreed=moved(at=time(16, 0)))
    assert mails(interview) == [
        ("invitation", 0, "ana@nubank.example", "cancelled"),
        ("invitation", 1, "ana@nubank.example", "pending"),
    ]


def test_change_after_the_invitation_left_sends_an_update_in_its_thread(interview):
    leaves(interview)
    told = actions.change(interview=interview, now=LATER, agreed=moved(at=time(16, 0)))
    first, update = OutgoingMail.objects.order_by("pk")
    assert (told.is_update, update.context["sequence"], update.context["references"]) == (True, 1, [first.message_id])


def test_change_of_nothing_tells_nobody(interview):
    leaves(interview)
    told = actions.change(interview=interview, now=LATER, agreed=TERMS)
    assert (told.invites, mails(interview), interview.version) == (
        "",
        [("invitation", 0, "ana@nubank.example", "sent")],
        1,
    )


def test_the_same_instant_seen_from_another_zone_is_no_change(interview):
    interview.owner.time_zone = "Europe/Lisbon"
    told = actions.change(interview=interview, now=LATER, agreed=moved(at=time(14, 0), zone="Europe/Lisbon"))
    assert (told.invites, interview.time_zone) == ("", "Europe/Stockholm")


def test_change_saves_what_was_agreed(interview):
    actions.change(
        interview=interview, now=NOW, agreed=moved(medium="video", minutes=30, where="https://meet.example/ana")
    )
    saved = Interview.objects.get()
    assert (saved.medium, saved.minutes, saved.where, saved.version) == ("video", 30, "https://meet.example/ana", 2)


def test_change_to_a_new_address_cancels_at_the_old_one_that_has_it(interview):
    leaves(interview)
    interview.contact.email = "ana@new.example"
    actions.change(interview=interview, now=LATER, agreed=moved(at=time(16, 0)))
    assert mails(interview) == [
        ("invitation", 0, "ana@nubank.example", "sent"),
        ("cancellation", 1, "ana@nubank.example", "pending"),
        ("invitation", 2, "ana@new.example", "pending"),
    ]


def test_the_old_address_is_not_told_the_new_time(interview):
    leaves(interview)
    interview.contact.email = "ana@new.example"
    actions.change(interview=interview, now=LATER, agreed=moved(at=time(16, 0)))
    assert OutgoingMail.objects.get(kind="cancellation").context["agreed"]["at"] == "15:00:00"


def test_change_to_a_new_address_that_had_nothing_tells_the_old_one_nothing(interview):
    interview.contact.email = "ana@new.example"
    actions.change(interview=interview, now=NOW, agreed=moved(at=time(16, 0)))
    assert mails(interview) == [
        ("invitation", 0, "ana@nubank.example", "cancelled"),
        ("invitation", 1, "ana@new.example", "pending"),
    ]


def test_cancel_before_the_invitation_left_means_nothing_was_sent(interview):
    told = actions.cancel(interview=interview, now=NOW)
    assert (told.cancels, mails(interview)) == ("", [("invitation", 0, "ana@nubank.example", "cancelled")])


def test_cancel_stops_a_mail_that_was_claimed(interview):
    OutgoingMail.objects.update(state=State.CLAIMED, claim_token="00000000-0000-0000-0000-000000000001")
    actions.cancel(interview=interview, now=NOW)
    assert mails(interview) == [("invitation", 0, "ana@nubank.example", "cancelled")]


@pytest.mark.parametrize("state", [State.SENT, State.HANDING, State.UNCERTAIN])
def test_cancel_after_it_may_have_arrived_sends_a_cancellation(interview, state):
    leaves(interview, state)
    told = actions.cancel(interview=interview, now=LATER)
    assert (told.cancels, mails(interview)[1:]) == (
        "ana@nubank.example",
        [("cancellation", 1, "ana@nubank.example", "pending")],
    )


def test_cancel_after_a_refusal_sends_nothing(interview):
    leaves(interview, State.DEAD)
    assert actions.cancel(interview=interview, now=LATER).cancels == ""


def test_cancel_of_an_update_that_has_not_left_still_cancels_the_first(interview):
    leaves(interview)
    actions.change(interview=interview, now=LATER, agreed=moved(at=time(16, 0)))
    actions.cancel(interview=interview, now=LATER)
    assert mails(interview) == [
        ("invitation", 0, "ana@nubank.example", "sent"),
        ("invitation", 1, "ana@nubank.example", "cancelled"),
        ("cancellation", 2, "ana@nubank.example", "pending"),
    ]


def test_cancel_of_what_is_over_tells_nobody(interview):
    leaves(interview)
    after = datetime.combine(date(2026, 12, 5), time(12), tzinfo=NOW.tzinfo)
    assert actions.cancel(interview=interview, now=after).cancels == ""


def test_cancel_takes_the_contact_back_to_where_it_stood(interview, ana):
    actions.cancel(interview=interview, now=NOW)
    ana.refresh_from_db()
    assert ana.stage == Stage.TO_MEET


def test_cancel_leaves_the_contact_scheduled_while_another_is_planned(user, interview, ana):
    actions.plan(owner=user, contact=ana, now=NOW, agreed=moved(day=date(2026, 12, 11)))
    actions.cancel(interview=interview, now=NOW)
    ana.refresh_from_db()
    assert ana.stage == Stage.SCHEDULED


def test_uncancel_before_the_cancellation_left_stops_it_and_sends_nothing(interview):
    leaves(interview)
    actions.cancel(interview=interview, now=LATER)
    told = actions.uncancel(interview=interview, now=LATER)
    assert (told.invites, mails(interview)) == (
        "",
        [("invitation", 0, "ana@nubank.example", "sent"), ("cancellation", 1, "ana@nubank.example", "cancelled")],
    )


def test_uncancel_after_the_cancellation_left_invites_anew(interview):
    leaves(interview)
    actions.cancel(interview=interview, now=LATER)
    leaves(interview)
    actions.uncancel(interview=interview, now=LATER)
    assert mails(interview)[2:] == [("invitation", 2, "ana@nubank.example", "pending")]


def test_uncancel_of_what_never_left_invites_anew(interview):
    actions.cancel(interview=interview, now=NOW)
    actions.uncancel(interview=interview, now=NOW)
    assert mails(interview) == [
        ("invitation", 0, "ana@nubank.example", "cancelled"),
        ("invitation", 1, "ana@nubank.example", "pending"),
    ]


def test_uncancel_of_an_update_that_never_left_sends_the_update(interview):
    leaves(interview)
    actions.change(interview=interview, now=LATER, agreed=moved(at=time(16, 0)))
    actions.cancel(interview=interview, now=LATER)
    actions.uncancel(interview=interview, now=LATER)
    assert mails(interview)[2:] == [
        ("cancellation", 2, "ana@nubank.example", "cancelled"),
        ("invitation", 3, "ana@nubank.example", "pending"),
    ]


def test_uncancel_schedules_the_contact_again(interview, ana):
    actions.cancel(interview=interview, now=NOW)
    actions.uncancel(interview=interview, now=NOW)
    ana.refresh_from_db()
    assert ana.stage == Stage.SCHEDULED


def test_change_after_uncancel_uses_no_sequence_twice(interview):
    leaves(interview)
    actions.cancel(interview=interview, now=LATER)
    actions.uncancel(interview=interview, now=LATER)
    actions.change(interview=interview, now=LATER, agreed=moved(at=time(16, 0)))
    assert mails(interview)[-1] == ("invitation", 2, "ana@nubank.example", "pending")


def test_invite_reaches_an_address_that_came_later(user):
    contact = ContactFactory(owner=user)
    interview = actions.plan(owner=user, contact=contact, now=NOW, agreed=TERMS)
    contact.email = "ana@nubank.example"
    actions.invite(interview=interview, now=NOW)
    assert mails(interview) == [("invitation", 0, "ana@nubank.example", "pending")]


def test_hold_meets_the_contact_and_counts_as_a_touch(interview, ana):
    on_the_day = interview.starts_at + timedelta(hours=1)
    actions.hold(interview=interview, now=on_the_day)
    ana.refresh_from_db()
    assert (ana.stage, ana.last_touch_on, interview.held_at) == (Stage.MET, date(2026, 12, 4), on_the_day)


def test_hold_before_its_time_counts_from_today(interview, ana):
    actions.hold(interview=interview, now=NOW)
    ana.refresh_from_db()
    assert ana.last_touch_on == date(2026, 11, 19)


def test_hold_tells_nobody(interview):
    actions.hold(interview=interview, now=NOW)
    assert mails(interview) == [("invitation", 0, "ana@nubank.example", "pending")]


def test_unhold_takes_stage_and_touch_back(interview, ana):
    actions.hold(interview=interview, now=LATER)
    actions.unhold(interview=interview, now=LATER)
    ana.refresh_from_db()
    assert (ana.stage, ana.last_touch_on, interview.held_at) == (Stage.SCHEDULED, None, None)


def test_unhold_leaves_a_later_touch(interview, ana):
    actions.hold(interview=interview, now=LATER)
    ana.touches.create(owner=ana.owner, happened_on=date(2026, 11, 20), created_at=LATER + timedelta(hours=1))
    actions.unhold(interview=interview, now=LATER)
    assert ana.touches.count() == 2


def test_unhold_leaves_a_contact_that_was_decided_on(interview, ana):
    actions.hold(interview=interview, now=LATER)
    Contact.objects.filter(pk=ana.pk).update(stage=Stage.CONTINUE)
    ana.refresh_from_db()
    interview.contact = ana
    actions.unhold(interview=interview, now=LATER)
    ana.refresh_from_db()
    assert ana.stage == Stage.CONTINUE


def test_no_show_goes_back_and_can_be_undone(interview, ana):
    actions.no_show(interview=interview, now=LATER)
    ana.refresh_from_db()
    assert (interview.state, ana.stage) == (InterviewState.NO_SHOW, Stage.TO_MEET)
    actions.unhold(interview=interview, now=LATER)
    ana.refresh_from_db()
    assert (interview.state, ana.stage) == (InterviewState.PLANNED, Stage.SCHEDULED)


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        (actions.cancel, "held"),
        (actions.cancel, "cancelled"),
        (actions.uncancel, "planned"),
        (actions.hold, "cancelled"),
        (actions.hold, "held"),
        (actions.no_show, "held"),
        (actions.unhold, "planned"),
        (actions.invite, "cancelled"),
    ],
)
def test_verbs_refuse_what_is_already_so(user, verb, state):
    interview = InterviewFactory(
        contact=ContactFactory(owner=user), state=state, held_at=NOW if state == "held" else None
    )
    with pytest.raises(Stale):
        verb(interview=interview, now=NOW)


def test_the_slower_of_two_tabs_leaves_nothing_behind(interview):
    leaves(interview)
    other_tab = Interview.objects.get()
    actions.change(interview=interview, now=LATER, agreed=moved(at=time(16, 0)))
    with pytest.raises(Stale):
        actions.cancel(interview=other_tab, now=LATER)
    assert mails(interview)[1:] == [("invitation", 1, "ana@nubank.example", "pending")]
