"""An owner in the middle of things: somebody at every stage, promises both ways, talks past and next, mail in every state."""

from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from django.urls import reverse

from accounts.models import User
from base.dates import instant
from base.text import fold
from crm.models import Contact, ImportAction, ImportState, Stage
from followups import mail_links
from outbox.models import State
from tests import factories as make
from tests.browser.guests import answered_pages, guest_pages, learned_pages

PEOPLE = [
    ("Ana Lucía Quispe Mamani", "River engineer", "Cuenca Viva", Stage.MET),
    (
        "Maximiliane von Hohenstein-Wernigerode-Schwarzburg",
        "Head of reinsurance programmes",
        "Süddeutsche Rück",
        Stage.CONTINUE,
    ),
    ("Zsófia Nagy", "Doctoral student", "Tisza Observatory", Stage.CONTINUE),
    ("Yusuf Demir", "", "Anatolia Re", Stage.ASKED),
    ("Li Wei", "Analyst", "", Stage.SCHEDULED),
    ("Kwame Boateng", "Station network manager", "Volta Hydrological Service", Stage.TO_MEET),
    ("Donaudampfschifffahrtsgesellschaftskapitänswitwe", "", "", Stage.DROP),
]


def build(user: User, now: datetime) -> dict[str, str]:
    """Makes the rows, and returns the path of every page by a name for its picture."""
    people = [_contact(user, *line, now) for line in PEOPLE]
    ana, maximiliane, zsofia = people[:3]
    promise = _promises(user, people, now)
    ahead, held = _interviews(user, people, now)
    make.NoteFactory(contact=ana, body="Runs the *flood desk*.\n\nKnows https://example.org/gauges", created_at=now)
    make.NoteFactory(contact=ana, body="w" * 300, created_at=now)
    make.StageChangeFactory(contact=ana, before="asked", after="met", at=now)
    make.TouchFactory(contact=zsofia, happened_on=user.today(now) - timedelta(days=90), created_at=now)
    _mails(user, now)
    make.CalendarFeedFactory(owner=user, made_at=now)
    ready, done = _imports(user, maximiliane, now)
    return {
        **{name: reverse(name) for name in LISTS},
        "contact-search": reverse("contact_list") + "?q=nobody-called-that",
        "contact": reverse("contact_detail", args=[ana.pk]),
        "contact-continue": reverse("contact_detail", args=[maximiliane.pk]),
        "contact-edit": reverse("contact_edit", args=[ana.pk]),
        "promise-new": reverse("promise_new", args=[ana.pk]),
        "promise-to": reverse("promise_to"),
        "promise": reverse("promise_detail", args=[promise.pk]),
        "promise-edit": reverse("promise_edit", args=[promise.pk]),
        "interview-new": reverse("interview_new", args=[ana.pk]),
        "interview": reverse("interview_detail", args=[ahead.pk]),
        "interview-held": reverse("interview_detail", args=[held.pk]),
        "interview-edit": reverse("interview_edit", args=[ahead.pk]),
        "prepare": reverse("preparation_detail", args=[ana.pk]),
        "questions-choose": reverse("question_choose", args=[ana.pk]),
        "brief": reverse("brief", args=[ahead.pk]),
        "room": reverse("room", args=[ahead.pk]),
        "debrief": reverse("debrief", args=[held.pk]),
        "thank-you": reverse("thank_you", args=[held.pk]),
        "offer-new": reverse("offer_new", args=[ana.pk]),
        "ask-new": reverse("ask_new", args=[ana.pk]),
        "import-preview": reverse("import_detail", args=[ready.pk]),
        "import-done": reverse("import_detail", args=[done.pk]),
        **learned_pages(user, now),
        **answered_pages(user, now),
    }


LISTS = [
    *(
        "today",
        "contact_list",
        "contact_new",
        "capture",
        "promise_list",
        "bin_list",
        "keys",
        "import_list",
        "delivery_list",
        "settings",
    ),
    *("learned", "question_list", "question_new", "calendar_feed"),
    *("account_email", "account_change_password", "account_logout"),
]


def private_links(user: User, now: datetime) -> dict[str, str]:
    """The pages that a link in a mail opens, for whoever has it: as asked, as answered, and as no longer known."""
    due = make.PromiseFactory(contact__owner=user, due_on=user.today(now) - timedelta(days=1), created_at=now)
    kept = make.PromiseFactory(contact=due.contact, state="kept", closed_at=now, created_at=now)
    asked = {"promise-button": due, "promise-button-kept": kept}
    return {
        **{
            name: _path(mail_links.ButtonLink(one.uid, one.version, mail_links.Answer.KEPT).url())
            for name, one in asked.items()
        },
        **guest_pages(user, now),
        "reminders-stop": _path(mail_links.stop_url(user.pk)),
        "demo": reverse("demo_sign_in", args=["ended"]),
    }


def _path(url: str) -> str:
    return urlsplit(url).path


def _contact(user: User, name: str, role: str, organisation: str, stage: str, now: datetime) -> Contact:
    where = make.OrganisationFactory(owner=user, name=organisation) if organisation else None
    rhythm = {}
    if stage == Stage.CONTINUE:
        due = user.today(now) - timedelta(days=2)
        rhythm = {"rhythm_count": 3, "rhythm_unit": "weeks", "last_touch_on": due - timedelta(days=21), "touch_on": due}
    return make.ContactFactory(
        owner=user,
        name=name,
        name_key=fold(name),
        search_text=fold(f"{name} {role} {organisation}"),
        role=role,
        organisation=where,
        stage=stage,
        email=f"{fold(name).split()[0]}@people.example",
        created_at=now - timedelta(days=40),
        **rhythm,
    )


def _promises(user: User, people: list[Contact], now: datetime):
    today = user.today(now)
    late = make.PromiseFactory(contact=people[0], due_on=today - timedelta(days=4), created_at=now)
    make.PromiseFactory(
        contact=people[1], what="Introduce her to Ingrid", kind="introduction", due_on=today, created_at=now
    )
    make.PromiseFactory(
        contact=people[0], what="The report", whose="theirs", due_on=today + timedelta(days=3), created_at=now
    )
    make.PromiseFactory(contact=people[2], what="w" * 200, due_on=today + timedelta(days=30), created_at=now)
    closed = {"closed_at": now, "created_at": now}
    make.PromiseFactory(contact=people[2], what="The reading list", state="kept", **closed)
    make.PromiseFactory(contact=people[3], what="A second coffee", state="let_go", **closed)
    return late


def _interviews(user: User, people: list[Contact], now: datetime):
    def talk(contact: Contact, days: int, **more):
        day = user.today(now) + timedelta(days=days)
        return make.InterviewFactory(
            contact=contact,
            local_date=day,
            local_time=time(23, 40),
            starts_at=instant(day, time(23, 40), user.zone),
            time_zone=user.time_zone,
            created_at=now - timedelta(days=9),
            **more,
        )

    held = talk(people[0], -7, state="held", held_at=now - timedelta(days=7), purpose="Learn how gauges are placed")
    talk(people[4], 0, medium="video")
    return talk(people[0], 1, medium="in_person", minutes=30, where="Café Pascal, Norrtullsgatan 4"), held


def _mails(user: User, now: datetime) -> None:
    make.OutgoingMailFactory(owner=user, not_before=now, next_attempt_at=now + timedelta(hours=3), created_at=now)
    left = {"fence_at": now, "not_before": now - timedelta(minutes=1), "created_at": now - timedelta(minutes=1)}
    make.OutgoingMailFactory(owner=user, state=State.SENT, sent_at=now, reply_code=250, reply_text="2.0.0 Ok", **left)
    make.OutgoingMailFactory(owner=user, state=State.UNCERTAIN, last_error="the connection was lost", **left)
    make.OutgoingMailFactory(owner=user, state=State.DEAD, reply_code=550, reply_text="5.1.1 No such user here")
    make.OutgoingMailFactory(owner=user, state=State.HELD, cause="put back from a backup")
    make.OutgoingMailFactory(owner=user, state=State.CANCELLED, cause="the promise was kept")


def _imports(user: User, contact: Contact, now: datetime):
    ready = make.ImportFactory(owner=user, state=ImportState.READY, total=3, created_at=now)
    done = make.ImportFactory(owner=user, state=ImportState.DONE, total=3, cursor=3, created_at=now, finished_at=now)
    for batch in (ready, done):
        make.ImportRowFactory(batch=batch, line=4, data={"name": "Siobhán Ní Dhomhnaill"})
        changes = {"role": ["Head of reinsurance programmes", "Director"]}
        make.ImportRowFactory(batch=batch, line=5, action=ImportAction.UPDATE, contact=contact, changes=changes)
        make.ImportRowFactory(batch=batch, line=6, action=ImportAction.UNREADABLE, problem="no name")
    return ready, done
