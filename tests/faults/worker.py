"""Real processes for the harness: Django is set up once, each worker is a fork that only SIGKILL stops.

Reads an order a line (JSON), answers with a line. What a cell breaks on purpose is a `control`, what kills a worker is a `kill`;
both put a step of their own in the place of one of the engine's (`Hooks`).
"""

import ctypes
import json
import logging
import os
import random
import signal
import sys
import threading
import time
import traceback
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as dt_time
from typing import Any
from zoneinfo import ZoneInfo

import django
import time_machine
from celery import Celery

if __name__ == "__main__":
    django.setup()

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.test import Client
from django.urls import reverse

from accounts.models import User
from base.owned import Stale
from bench import deliverer
from crm.models import Contact
from followups.models import Promise
from interviews.models import Interview
from outbox import actions, engine, mail_health, put_back, settling
from outbox.claims import Moment, Timings, system_clock
from outbox.engine import Hooks, drain
from outbox.kinds import PLANNERS
from outbox.models import (
    SIGN_IN,
    DeliveryAttempt,
    Figure,
    LeftOut,
    OutgoingMail,
    OutgoingMailQuerySet,
    State,
    message_id,
)
from outbox.settling import DATABASE_AWAY, relay_state
from outbox.smtp import Accepted, Outcome, Refused, RefusedForNow, RelayDown, SMTPTransport, Unknown
from pages import navigation
from tests.faults.mails import KIND
from tests.faults.web import KillAt
from tests.faults.zones import play as play_zones

logger = logging.getLogger("faults")


HOW: dict[str, Any] = {}  # what a drain is called with, beside its timings
STEPS: dict[str, Any] = {}  # the engine's steps that a control or a kill has replaced


def step(name: str) -> Any:
    """As it is by now: a kill sees the broken engine."""
    return STEPS.get(name, getattr(Hooks(), name))


def timings(factor: float, patience: float = 5.0) -> Timings:
    """Waits are shortened by the factor; connecting, commands and patience keep seconds that a loaded machine needs."""
    if factor == 1:  # what is measured runs as in production
        return Timings()
    return replace(Timings().shortened(factor), connect=5.0, command=5.0, look_for_dead=0.2, patience=patience)


# --- a worker ---------------------------------------------------------------------------------------------------------
def work(order: dict[str, Any]) -> None:
    """Ticks until it is killed, or for `ticks` times."""
    prepare(order)
    if part := order.get("plain"):
        deliverer.plain(*part)
        return
    if log := order.get("visits"):
        visit(log, *order["part"])
        return
    for _ in range(order.get("threads", 1) - 1):  # as Celery has several
        threading.Thread(target=tick_on, args=[order], daemon=True).start()
    tick_on(order)


def tick_on(order: dict[str, Any]) -> None:
    left = order.get("ticks", -1)
    while left:
        try:
            tick(order)
        except Exception as error:  # the next tick is another try, as under Celery
            logger.warning("tick: %s %s", type(error).__name__, str(error)[:200])
            connection.close()
        left -= 1
        time.sleep(order.get("pause", 5 / order["factor"]))


def prepare(order: dict[str, Any]) -> None:
    """First what is broken, then what kills: so a kill sees the broken engine."""
    random.seed(order.get("seed"))
    for patch in ("control", "kill"):
        if name := order.get(patch):
            PATCHES[patch][name](order)
    if shift := order.get("clock_shift"):
        time_machine.travel(time.time() + shift).start()


def tick(order: dict[str, Any]) -> None:
    if order.get("plans"):
        actions.plan(Moment(system_clock).now())
    if order.get("reconciles"):
        actions.reconcile(datetime.now(UTC))
    how = timings(order["factor"], order.get("patience", 5.0))
    if window := order.get("retry_window"):
        how = replace(how, retry_window=window)
    drain(seconds=20 / order["factor"] + 0.5, timings=how, batch=order.get("batch", 50), hooks=Hooks(**STEPS), **HOW)


def visit(log: str, part: int, parts: int) -> None:
    """Changes promises in a random way, and writes down which version of which was changed by when."""
    with open(log, "a", buffering=1) as file:
        pks = [pk for pk in Promise.objects.values_list("pk", flat=True) if pk % parts == part]
        random.shuffle(pks)
        for pk in pks[: len(pks) * 2 // 3]:
            promise = Promise.objects.select_related("owner", "contact").get(pk=pk)
            version, now = promise.version, datetime.now(UTC)
            changes = [
                lambda p, now: p.keep(now),
                lambda p, now: p.let_go(now),
                lambda p, now: p.snooze(3, now),
                lambda p, now: p.bin(now),
                lambda p, now: p.edit(what="Send the other article", kind=p.kind, due_on=p.due_on, now=now),
            ]
            with suppress(Stale):
                random.choice(changes)(promise, now)  # noqa: S311 - no secret
                file.write(json.dumps([pk, version, time.time()]) + "\n")
            time.sleep(0.015)  # so that the changes last as long as the mails take to leave


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Countdown:
    """Says yes at the n-th call, and only then."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self) -> bool:
        self.left -= 1
        return self.left == 0


# --- where it is killed -----------------------------------------------------------------------------------------------
def kill_after_claim(order: dict[str, Any]) -> None:
    real, is_now = step("claim"), Countdown(order.get("at", 1))

    def claim(*args: Any) -> list[OutgoingMail]:
        found = real(*args)
        if found and is_now():
            die()
        return found

    STEPS["claim"] = claim


def kill_before_fence(order: dict[str, Any]) -> None:
    real, is_now = step("fence"), Countdown(order.get("at", 1))
    STEPS["fence"] = lambda *args: (is_now() and die()) or real(*args)


def kill_after_fence(order: dict[str, Any]) -> None:
    real, is_now = step("fence"), Countdown(order.get("at", 1))

    def fence(*args: Any) -> bool:
        crossed = real(*args)
        if crossed and is_now():
            die()
        return crossed

    STEPS["fence"] = fence


def kill_before_commit(order: dict[str, Any]) -> None:
    is_now = Countdown(order.get("at", 1))

    class Killed(step("books")):  # type: ignore[misc]
        def record(self, mail: OutgoingMail, result: Any) -> None:
            if isinstance(result, Accepted) and is_now():
                die()
            super().record(mail, result)

    STEPS["books"] = Killed


def kill_after_commit(order: dict[str, Any]) -> None:
    is_now = Countdown(order.get("at", 1))

    class Killed(step("books")):  # type: ignore[misc]
        def record(self, mail: OutgoingMail, result: Any) -> None:
            super().record(mail, result)
            if isinstance(result, Accepted) and is_now():
                die()

    STEPS["books"] = Killed


def kill_at_random(order: dict[str, Any]) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def fall(*_: Any) -> None:
        die()

    signal.signal(signal.SIGALRM, fall)
    signal.setitimer(signal.ITIMER_REAL, random.uniform(0.005, order.get("within", 0.6)))  # noqa: S311 - no secret


def kill_in_step(order: dict[str, Any]) -> None:
    """At the n-th write inside plan, reconcile or the reaper."""
    is_reaper = order["step"] == "reaper"
    real = step("recover") if is_reaper else getattr(actions, order["step"])

    def killed(*args: Any) -> Any:
        with connection.execute_wrapper(KillAt(order.get("at", 1))):
            return real(*args)

    if is_reaper:
        STEPS["recover"] = killed
    else:
        setattr(actions, order["step"], killed)


def stop_at_fence(order: dict[str, Any]) -> None:
    """Freezes itself, as a laptop that sleeps, just before or just after the fence; the harness wakes it."""
    real, is_now, before = step("fence"), Countdown(order.get("at", 1)), order["step"] == "before"

    def fence(*args: Any) -> bool:
        is_due = is_now()
        if before and is_due:
            os.kill(os.getpid(), signal.SIGSTOP)
        crossed = real(*args)
        if not before and is_due:
            os.kill(os.getpid(), signal.SIGSTOP)
        return crossed

    STEPS["fence"] = fence


# --- what is broken on purpose, so that the harness must see it -------------------------------------------------------
def no_recovery(order: dict[str, Any]) -> None:
    """What a dead worker held, it holds for ever."""
    STEPS["recover"] = lambda *args: None


def marked_at_claim(order: dict[str, Any]) -> None:
    """Marks it sent, then sends it: loses a mail a kill."""
    real = step("claim")

    def claim(*args: Any) -> list[OutgoingMail]:
        found = real(*args)
        now = datetime.now(UTC)
        OutgoingMail.objects.filter(pk__in=[mail.pk for mail in found]).update(
            state=State.SENT, sent_at=now, fence_at=now, updated_at=now
        )
        return found

    STEPS["claim"] = claim
    no_fence(order)


def marked_at_fence(order: dict[str, Any]) -> None:
    def fence(moment: Any, mail: OutgoingMail) -> bool:
        now = datetime.now(UTC)
        return bool(
            OutgoingMail.objects.filter(pk=mail.pk).update(state="sent", sent_at=now, fence_at=now, updated_at=now)
        )

    STEPS["fence"] = fence


def no_fence(order: dict[str, Any]) -> None:
    """Sends whatever it has claimed once, and marks it afterwards, whoever has it by then."""
    STEPS["fence"] = lambda *args: True

    class Unfenced(step("books")):  # type: ignore[misc]
        def still_ours(self, mail: OutgoingMail, *states: State) -> Any:
            return OutgoingMail.objects.filter(pk=mail.pk)

        def mark_sent(self, mail: OutgoingMail, *rest: Any) -> None:
            OutgoingMail.objects.filter(pk=mail.pk, fence_at=None).update(fence_at=datetime.now(UTC))
            super().mark_sent(mail, *rest)

    STEPS["books"] = Unfenced


def no_claim(order: dict[str, Any]) -> None:
    """Looks for what is due, and sends it."""
    no_fence(order)
    due = OutgoingMail.objects.filter(state=State.PENDING)
    STEPS["claim"] = lambda moment, worker, how, limit: list(due.filter(next_attempt_at__lte=datetime.now(UTC))[:limit])


def send_first(order: dict[str, Any]) -> None:
    """Sends, then marks, and shrugs when it cannot."""
    no_fence(order)

    class Shrugging(step("books")):  # type: ignore[misc]
        def record(self, mail: OutgoingMail, result: Any) -> None:
            try:
                super().record(mail, result)
            except DATABASE_AWAY as away:  # which the engine would try again
                raise RuntimeError(str(away)) from away

    STEPS["books"] = Shrugging


def no_commit(order: dict[str, Any]) -> None:
    """Never writes down what the mail server has said."""

    class Silent(step("books")):  # type: ignore[misc]
        def record(self, mail: OutgoingMail, result: Any) -> None:
            """Forgets it."""

    STEPS["books"] = Silent


def forgetful(order: dict[str, Any]) -> None:
    """Takes what is unknown for not sent, and composes it anew under another Message-ID."""
    real, freeze = step("recover"), step("freeze")

    def recover(*args: Any) -> None:
        real(*args)
        OutgoingMail.objects.filter(state=State.UNCERTAIN).update(state=State.PENDING, fence_at=None, content=None)

    def fresh(message: Any, mail: OutgoingMail, now: datetime) -> bytes:
        mail.message_id = message_id(0, str(random.random()))  # noqa: S311 - no secret
        return freeze(message, mail, now)

    STEPS.update(recover=recover, freeze=fresh)


def _instead(seen: type[Outcome], said: type[Outcome]) -> Any:
    def control(order: dict[str, Any]) -> None:
        real = SMTPTransport.hand_over

        def hand_over(self: SMTPTransport, *how: Any) -> Outcome:
            outcome = real(self, *how)
            return said(outcome.phase, outcome.code, outcome.reply) if type(outcome) is seen else outcome

        SMTPTransport.hand_over = hand_over  # type: ignore[method-assign]

    return control


def deaf(order: dict[str, Any]) -> None:
    """Takes every answer for a yes."""
    _instead(RefusedForNow, Accepted)(order)
    _instead(Refused, Accepted)(order)
    no_fence(order)


def quiet_change(order: dict[str, Any]) -> None:
    """Changes a promise without having its reminder composed anew."""
    OutgoingMailQuerySet.compose_anew = lambda self, now: 0  # type: ignore[method-assign]


def host_clock(order: dict[str, Any]) -> None:
    """Believes its own clock, on Postgres too."""
    HOW["clock"] = lambda: datetime.now(UTC)


def slow(order: dict[str, Any]) -> None:
    real = step("fence")
    STEPS["fence"] = lambda *args: (time.sleep(0.1), real(*args))[1]


def all_or_nobody(order: dict[str, Any]) -> None:
    """A planner that reads everybody's zone before it plans for anybody."""

    def strict(plan: Any) -> Any:
        def step(now: datetime) -> int:
            for zone in User.objects.values_list("time_zone", flat=True):
                ZoneInfo(zone)
            return int(plan(now))

        return step

    PLANNERS[:] = [strict(plan) for plan in PLANNERS]


def in_turn(order: dict[str, Any]) -> None:
    """First come, first served, a whole batch at a time."""
    engine.BATCH_LASTS = 1000


def each_its_own(order: dict[str, Any]) -> None:
    """A no is the recipient's, whoever else hears it."""
    settling.EVERYBODY = 1000


def believing(order: dict[str, Any]) -> None:
    """Takes the database for what it was."""
    put_back.is_put_back = lambda: False


PATCHES: dict[str, dict[str, Any]] = {
    "kill": {
        "after-claim": kill_after_claim,
        "before-fence": kill_before_fence,
        "after-fence": kill_after_fence,
        "before-commit": kill_before_commit,
        "after-commit": kill_after_commit,
        "random": kill_at_random,
        "step": kill_in_step,
        "stop": stop_at_fence,
    },
    "control": {
        "no-recovery": no_recovery,
        "marked-at-claim": marked_at_claim,
        "marked-at-fence": marked_at_fence,
        "no-fence": no_fence,
        "no-claim": no_claim,
        "send-first": send_first,
        "no-commit": no_commit,
        "forgetful": forgetful,
        "deaf": deaf,
        "blaming": _instead(RelayDown, Refused),
        "hopeful": lambda order: (_instead(Unknown, RefusedForNow)(order), forgetful(order)),
        "host-clock": host_clock,
        "quiet-change": quiet_change,
        "slow": slow,
        "all-or-nobody": all_or_nobody,
        "in-turn": in_turn,
        "each-its-own": each_its_own,
        "believing": believing,
        "all-the-servers": _instead(RefusedForNow, RelayDown),
    },
}


# --- what the harness asks --------------------------------------------------------------------------------------------
def migrate() -> str:
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    return "ok"


def queue(rows: int, delay: float = 0.0, owners: int = 1, first: int = 0) -> int:
    """So many mails, due at one instant, each to an address of its own."""
    now = datetime.now(UTC)
    due = now + timedelta(seconds=delay)
    people = [User.objects.get_or_create(email=f"owner{n}@keepword.example")[0] for n in range(owners)]
    mails = []
    for number in range(first, first + rows):
        owner, key = people[number % owners], f"{KIND}:{number}"
        mails.append(
            OutgoingMail(
                owner=owner,
                kind=KIND,
                occurrence_key=key,
                message_id=message_id(owner.pk, key),
                recipient=f"to{number}@sink.example",
                context={"number": number},
                created_at=now,
                not_before=due,
                next_attempt_at=due,
            )
        )
    OutgoingMail.objects.bulk_create(mails, batch_size=500)
    return len(mails)


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in OutgoingMail.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def open_count() -> int:
    """How many mails are neither at an end nor in doubt for good."""
    rows = OutgoingMail.objects.exclude(state__in=[State.SENT, State.DEAD, State.CANCELLED, State.HELD])
    return (
        rows.exclude(state=State.UNCERTAIN, possible_duplicate=1).exclude(state=State.UNCERTAIN, cause__gt="").count()
    )


def report() -> dict[str, Any]:
    fields = ["pk", "state", "message_id", "recipient", "possible_duplicate", "kind", "attempts"]
    moments = ["not_before", "fence_at", "sent_at"]
    rows = []
    for row in OutgoingMail.objects.values(*fields, *moments, "settles"):
        for name in moments:
            row[name] = row[name].timestamp() if row[name] else None
        rows.append(row)
    settled = dict(Figure.objects.filter(pk__startswith="settled:").values_list("pk", "total"))
    taken = DeliveryAttempt.objects.filter(phase="answer", code__range=(200, 299))
    accepted: dict[int, int] = {}
    for pk in taken.values_list("mail_id", flat=True):
        accepted[pk] = accepted.get(pk, 0) + 1
    return {"rows": rows, "settled": settled, "accepted": accepted}


def owe(rows: int) -> list[str]:
    """So many people who each owe one thing, due now; says to whom the reminders go. Their mail hour is midnight, so that it
    has come whenever the harness runs: a reminder that missed its hour waits for one that is near."""
    now = datetime.now(UTC)
    first = User.objects.count()
    people = [User(email=f"owes{n}@keepword.example", mail_at=dt_time.min) for n in range(first, first + rows)]
    users = User.objects.bulk_create(people)
    names = [Contact(owner=user, name="Ana Souza", name_key="ana souza", created_at=now) for user in users]
    contacts = Contact.objects.bulk_create(names)
    yesterday = now - timedelta(days=1)
    Promise.objects.bulk_create(
        Promise(
            owner=contact.owner,
            contact=contact,
            what="Send the article",
            due_on=yesterday.date(),
            promised_on=yesterday.date(),
            created_at=yesterday - timedelta(days=2),
            remind_at=yesterday.replace(hour=0, minute=0, second=0, microsecond=0),
        )
        for contact in contacts
    )
    return [user.email for user in users]


def plan() -> int:
    return actions.plan(datetime.now(UTC))


def owed() -> list[str]:
    return list(User.objects.filter(promises__isnull=False).values_list("email", flat=True))


def forget_half() -> int:
    """What a planner leaves that notes first that it has planned, and is killed before it has."""
    half = Promise.objects.filter(pk__in=list(Promise.objects.values_list("pk", flat=True)[:5]))
    return int(half.update(remind_at=None))


def cancel_future() -> int:
    later = OutgoingMail.objects.filter(not_before__gt=datetime.now(UTC) + timedelta(minutes=10))
    return int(later.cancel("the cell is over", datetime.now(UTC)))


def hold() -> int:
    return actions.hold_before(datetime.now(UTC), datetime.now(UTC))


def release() -> int:
    return actions.release(OutgoingMail.objects.all(), datetime.now(UTC))


def sign_up(contacts: int) -> dict[str, Any]:
    """A user who is signed in, and people to talk to; nobody else's rows are in the way."""
    now = datetime.now(UTC)
    user = User.objects.create_user("amara@keepword.example", "a long password", mail_at=dt_time(8))
    EmailAddress.objects.update_or_create(user=user, primary=True, defaults={"email": user.email, "verified": True})
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    people = [
        Contact(owner=user, name=f"Ana {n}", name_key=f"ana {n}", email=f"ana{n}@sink.example", created_at=now)
        for n in range(contacts)
    ]
    return {"session": store.session_key, "contacts": [each.pk for each in Contact.objects.bulk_create(people)]}


def halves() -> int:
    """Contacts with an interview and no invitation, or the other way round."""
    planned = set(Interview.objects.values_list("contact__email", flat=True))
    return len(planned ^ set(OutgoingMail.objects.values_list("recipient", flat=True)))


def lean_on_broker() -> float | None:
    """How long it takes to hand a task to a broker that is not there, as Celery does it by itself; None when it raises."""
    app = Celery(broker="redis://127.0.0.1:1/0")
    began = time.monotonic()
    signal.alarm(5)
    signal.signal(signal.SIGALRM, lambda *_: 1 / 0)
    try:
        app.send_task("outbox.tasks.deliver")
    except Exception:
        return None
    finally:
        signal.alarm(0)
    return time.monotonic() - began


PAGES = ["/", "/contacts/", "/follow-ups/", "/deliveries/", "/settings/"]


def page_count() -> int:
    return len(PAGES)


def silent_pages(late: float, *, by_next_attempt: bool = False) -> list[str]:
    """The pages without the banner, as the owner of the oldest mail sees them."""
    mail_health.MAIL_LATE = timedelta(seconds=late)
    if by_next_attempt:
        navigation.read_mail_health = _by_next_attempt
    owner = OutgoingMail.objects.order_by("pk")[0].owner
    browser = Client(headers={"host": "127.0.0.1:8000"})
    browser.force_login(owner)
    return [path for path in PAGES if "banner--late" not in browser.get(path).content.decode()]


def pages_without_taps() -> list[str]:
    """The pages that do not say that the database was put back, as an owner of what is held sees them."""
    browser = Client(headers={"host": "127.0.0.1:8000"})
    browser.force_login(OutgoingMail.objects.held_by_put_back()[0].owner)
    taps = [reverse("held_release"), reverse("held_discard")]
    shown = {path: browser.get(path).content.decode() for path in PAGES}
    return [path for path, page in shown.items() if not all(tap in page for tap in taps)]


def tap_release() -> int:
    """By the tap on a page; says how many still wait for a word."""
    browser = Client(headers={"host": "127.0.0.1:8000"})
    browser.force_login(OutgoingMail.objects.held_by_put_back()[0].owner)
    browser.post(reverse("held_release"))
    return OutgoingMail.objects.held_by_put_back().count()


def _by_next_attempt(_user_id: int, now: datetime) -> mail_health.MailHealth:
    """As if what lies ahead could not be late."""
    due = OutgoingMail.objects.filter(state=State.PENDING, next_attempt_at__lte=now - mail_health.MAIL_LATE)
    return mail_health.MailHealth("", is_late=due.exists())


def ask_for_code() -> int:
    """A code, as the sign-in pages ask for it."""
    row = OutgoingMail.objects.queue(
        kind=SIGN_IN,
        key=f"{SIGN_IN}:code",
        recipient="code@sink.example",
        now=datetime.now(UTC),
        owner_id=None,
        content=b"Subject: 123456\r\n\r\n123456\r\n",
    )
    return int(row.pk)


def cancel_waiting() -> int:
    return int(
        OutgoingMail.objects.filter(state__in=[State.PENDING, State.CLAIMED]).cancel(
            "the cell is over", datetime.now(UTC)
        )
    )


def relay_words() -> str:
    return relay_state().last_error


def queue_ahead(rows: int, hours: float) -> int:
    """Asked for by a web process whose clock is ahead."""
    with time_machine.travel(time.time() + hours * 3600):
        return queue(rows)


def move_to_mars(email: str) -> int:
    return int(User.objects.filter(email=email).update(time_zone="Mars/Phobos"))


def left_out() -> list[list[str]]:
    return [list(each) for each in LeftOut.objects.values_list("owner__email", "step")]


def zones(*, naive: bool = False) -> list[str]:
    return play_zones(naive=naive)


CALLS = {
    call.__name__: call
    for call in (plan, migrate, queue, states, open_count, report, owe, owed, forget_half, cancel_future, hold, release)
} | {
    call.__name__: call
    for call in (
        sign_up,
        halves,
        lean_on_broker,
        zones,
        ask_for_code,
        cancel_waiting,
        relay_words,
        queue_ahead,
        page_count,
        silent_pages,
        pages_without_taps,
        tap_release,
        move_to_mars,
        left_out,
    )
}


# --- the zygote -------------------------------------------------------------------------------------------------------
def aim(order: dict[str, Any]) -> None:
    """Points this fork at a cell's database and mail server."""
    if name := order.get("database"):
        connections["default"].settings_dict["NAME"] = name
    if seconds := order.get("busy_seconds"):
        connections["default"].settings_dict["OPTIONS"] |= {"timeout": seconds} if connection.vendor == "sqlite" else {}
    if order.get("is_full"):
        connection_created.connect(fill)
    settings.EMAIL_URL = order.get("email_url", "")
    settings.EMAIL_IDEMPOTENCY_HEADER = order.get("once_header", "")


def fill(connection: Any, **_: Any) -> None:
    """As on a full disk: nothing can be written any more."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        else:
            cursor.execute("SET default_transaction_read_only = on")


def fork(do: Any, order: dict[str, Any]) -> int:
    parent = os.getpid()
    if pid := os.fork():
        return pid
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # dies with the zygote
        if os.getppid() != parent:
            os._exit(1)
        aim(order)
        do(order)
        connections.close_all()  # SQLite moves what is in its WAL into the file
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


def call(order: dict[str, Any]) -> Any:
    """In a fork too: the zygote itself never opens a database."""
    ours, theirs = os.pipe()

    def answer(order: dict[str, Any]) -> None:
        found = CALLS[order["call"]](**order.get("with", {}))
        connections.close_all()
        with os.fdopen(theirs, "w") as file:
            json.dump(found, file)

    fork(answer, order)
    os.close(theirs)
    with os.fdopen(ours) as file:
        said = file.read()
    if not said:
        raise RuntimeError(f"{order['call']} failed; see the log")
    return json.loads(said)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    for line in sys.stdin:
        order = json.loads(line)
        said = call(order) if "call" in order else fork(work, order)
        print(json.dumps(said), flush=True)  # noqa: T201 - how the harness hears it


if __name__ == "__main__":
    main()
