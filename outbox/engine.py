"""The engine: claim, compose, fence, hand over, settle. The states and their arrows are those of delivery.md.

It takes a clock and its time-outs and knows no Celery. What it learnt from the mail server it writes down through a database
restart; what it could not write down before the text, it does not send.
"""

import logging
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import Message
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connection

from base.mail_addresses import wire_address
from outbox import claims, put_back
from outbox.claims import Clock, Moment, Timings, system_clock
from outbox.composing import freeze
from outbox.files import FileTransport
from outbox.kinds import KINDS, Cancelled
from outbox.models import NOT_CLAIMED, OutgoingMail, State
from outbox.settling import DATABASE_AWAY, Books
from outbox.smtp import Envelope, Outcome, Refused, RefusedForNow, SMTPTransport, Transport

logger = logging.getLogger(__name__)

SETTLED_SINCE = "what it says has been settled since"
NEWER_SAYS_IT = "a newer reminder says it"
MAY_HAVE_ARRIVED = "it may have arrived already"
EXPIRED = "what it carries has expired"

# seconds, then the rest is given back: a code asked for now does not wait behind a slow mail server, and no mail says what was
# true a while ago
BATCH_LASTS = 2
OF_ONE_OWNER = 10
_draining = threading.Lock()  # one drain per process: rows it still holds at its start are left from a crashed one
# drains that only wait for a slow answer, beside that one: further ones keep the lock, so that threads are left for other work
_waiting = threading.BoundedSemaphore(2)


@dataclass
class Drained:
    """What became of the mails of one drain, by state."""

    counts: Counter[str] = field(default_factory=Counter)
    is_busy: bool = False  # another drain of this process is at it
    is_shut: bool = False  # the mail server is left alone for a while


@dataclass(frozen=True)
class Hooks:
    """What the caller brings: when to stop between two mails, and whom to tell of each. And the engine's own steps, so that
    the fault harness can kill a process in one of them, or put a broken one in its place."""

    stopping: Callable[[], bool] = lambda: False
    told: Callable[[OutgoingMail, Outcome | Cancelled], None] = lambda mail, result: None
    made_way: Callable[[], None] = lambda: None  # an answer is slow: another drain may begin
    claim: Callable[..., list[OutgoingMail]] = claims.claim
    fence: Callable[[Moment, OutgoingMail], bool] = claims.fence
    recover: Callable[[Moment, Timings, list[int]], None] = claims.recover
    freeze: Callable[[Message, OutgoingMail, datetime], bytes] = freeze
    books: type[Books] = Books


def drain(
    clock: Clock = system_clock,
    seconds: float = 20,
    *,
    timings: Timings | None = None,
    transport: Transport | None = None,
    hooks: Hooks | None = None,
    batch: int = 50,
) -> Drained:
    """Works off what is due, for at most `seconds`, and stops between two mails. Safe to run anywhere at any time."""
    timings = timings or Timings()
    running = _Drain(Moment(clock), timings, transport or open_transport(timings), hooks or Hooks(), batch)
    if not _draining.acquire(blocking=False):
        return Drained(is_busy=True)
    try:
        return running.run(seconds)
    finally:
        running.transport.close()
        (_waiting if running.only_waits else _draining).release()


def open_transport(timings: Timings) -> Transport:
    if settings.EMAIL_URL:
        return SMTPTransport(settings.EMAIL_URL, timings, hello=settings.SITE_HOST or "localhost")
    return FileTransport(settings.MAIL_DIR)


class _Drain:
    def __init__(self, moment: Moment, timings: Timings, transport: Transport, hooks: Hooks, batch: int) -> None:
        self.moment, self.timings, self.transport, self.hooks, self.batch = moment, timings, transport, hooks, batch
        self.drained = Drained()
        self.aside: list[int] = []  # owners who had their share of the last batch
        self.only_waits = False  # for one slow answer, while another drain of this process goes on

    def run(self, seconds: float) -> Drained:
        self.until = time.monotonic() + seconds
        self.moment.read()
        self.worker = claims.beat(self.moment)
        self.books = self.hooks.books(self.moment, self.timings)
        self._take_over([self.worker.pk])
        for number, mails in enumerate(self._batches()):
            if number == 0:
                put_back.count_drain(self.moment.now())
            self._work(mails)
        claims.went_through(self.moment)
        self.drained.is_shut = self.books.is_shut
        return self.drained

    def _batches(self) -> Iterator[list[OutgoingMail]]:
        while not self._is_over():
            if time.monotonic() - self.looked > self.timings.look_for_dead:
                self._take_over([])
            mails = [] if self.books.is_shut else self._claim()
            if not mails:
                return
            yield mails
            self.books.look_at_relay()

    def _claim(self) -> list[OutgoingMail]:
        """At most ten mails of one owner while others wait: whoever had more stands aside for the next batch."""
        aside, self.aside = self.aside, []
        if aside and (mails := self.hooks.claim(self.moment, self.worker, self.timings, self.batch, aside)):
            return self._shared_out(mails)
        mails = self.hooks.claim(self.moment, self.worker, self.timings, self.batch)
        return mails if aside else self._shared_out(mails)

    def _shared_out(self, mails: list[OutgoingMail]) -> list[OutgoingMail]:
        counts: Counter[int] = Counter()
        kept: list[OutgoingMail] = []
        surplus: list[OutgoingMail] = []
        for mail in mails:
            if mail.owner_id:
                counts[mail.owner_id] += 1
            (surplus if mail.owner_id and counts[mail.owner_id] > OF_ONE_OWNER else kept).append(mail)
        if surplus and len(mails) == self.batch:  # a batch that is not full is all that is due
            claims.give_back(self.moment, mails[0].claim_token, [mail.pk for mail in surplus])
            self.aside = list({mail.owner_id for mail in surplus if mail.owner_id})
            return kept
        return mails

    def _take_over(self, gone: list[int]) -> None:
        self.looked = time.monotonic()
        self.hooks.recover(self.moment, self.timings, [*gone, *claims.dead_workers(self.worker)])
        resend_uncertain(self.moment, self.timings)

    def _is_over(self) -> bool:
        return self.only_waits or self.hooks.stopping() or time.monotonic() > self.until

    def _make_way(self, mail: OutgoingMail) -> None:
        """The mail server is silent after the dot: the rest of the batch is given back, and another drain may begin. Never
        raises, since nobody knows yet whether this mail has arrived."""
        try:
            claims.give_back(self.moment, mail.claim_token)
            if _waiting.acquire(blocking=False):
                self._only_wait(mail)
        except Exception as error:
            data = {"mail": mail.pk, "error": type(error).__name__}
            logger.warning("An answer is slow, and the others could not be let past it.", extra={"data": data})

    def _only_wait(self, mail: OutgoingMail) -> None:
        try:
            claims.let_wait(mail)
        except BaseException:
            _waiting.release()
            raise
        self.only_waits = True
        _draining.release()
        self.hooks.made_way()

    def _work(self, mails: list[OutgoingMail]) -> None:
        token, self.renewed = mails[0].claim_token, time.monotonic()
        began = time.monotonic()
        self._prepare(mails)
        owners = get_user_model().objects.in_bulk({mail.owner_id for mail in mails if mail.owner_id})
        for number, mail in enumerate(mails):
            is_old = number > 0 and time.monotonic() - began > BATCH_LASTS
            if is_old or self._is_over() or self.books.is_shut:
                claims.give_back(self.moment, token)
                return
            if mail.owner_id:
                mail.owner = owners.get(mail.owner_id)
            self._renew(token)
            self._deliver(mail)

    def _prepare(self, mails: list[OutgoingMail]) -> None:
        """Lets each kind read for all of its mails at once. Without it they are composed one by one."""
        for name in {mail.kind for mail in mails if mail.kind in KINDS}:
            try:
                KINDS[name].prepare([mail for mail in mails if mail.kind == name], self.moment.now())
            except DATABASE_AWAY:
                raise
            except Exception as error:
                data = {"kind": name, "error": type(error).__name__}
                logger.exception("A kind could not prepare its mails; each is composed alone.", extra={"data": data})

    def _renew(self, token: Any) -> None:
        """Looked at before each mail, written at a third of the lease: what keeps it safe is the fence."""
        if time.monotonic() - self.renewed > self.timings.lease / 3:
            claims.renew(self.moment, token, self.timings)
            self.renewed = time.monotonic()

    def _deliver(self, mail: OutgoingMail) -> None:
        try:
            result = self._compose(mail) or self._hand_over(mail)
        except DATABASE_AWAY:
            self._persist(lambda: self.books.unsent(mail))
            raise
        except Exception as error:  # whatever a composer raises must not stop the others
            result = self._failed(mail, error)
        self._persist(lambda: self.books.record(mail, result))
        self.drained.counts[mail.state] += 1
        self.hooks.told(mail, result)

    def _compose(self, mail: OutgoingMail) -> Cancelled | Outcome | None:
        """Puts the bytes on the mail, from today's truth. Those of a marked resend or a stored mail are there already."""
        now = self.moment.now()
        if mail.expires_at is not None and mail.expires_at <= now:
            return Cancelled(EXPIRED)
        if mail.content is None:
            self._readdress(mail)
        try:
            mail.recipient = wire_address(mail.recipient)  # what is composed names it so, too
        except ValidationError as refused:
            return Refused("address", None, refused.messages[0])
        if mail.content is not None:
            return None
        composed = KINDS[mail.kind].compose(mail, now)
        if isinstance(composed, Cancelled):
            return composed
        mail.summary, mail.settles = composed.summary[:300], composed.settles
        mail.content = self.hooks.freeze(composed.message, mail, now)
        return None

    def _readdress(self, mail: OutgoingMail) -> None:
        """Mail to its owner follows them to another address, up to the fence."""
        if mail.owner and KINDS[mail.kind].is_to_owner and mail.recipient != mail.owner.email:
            mail.recipient = mail.owner.email
            OutgoingMail.objects.filter(pk=mail.pk, claim_token=mail.claim_token).update(recipient=mail.recipient)

    def _hand_over(self, mail: OutgoingMail) -> Outcome:
        envelope = Envelope(
            sender=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
            recipient=mail.recipient,
            content=bytes(mail.content or b""),
            name=f"{mail.created_at:%Y%m%dT%H%M%S}-{mail.kind}-{mail.pk}",
        )
        return self.transport.hand_over(
            envelope, lambda: self.hooks.fence(self.moment, mail), lambda: self._make_way(mail)
        )

    def _failed(self, mail: OutgoingMail, error: Exception) -> Outcome:
        """Logged at the first try, and without the error's message, which may be somebody's text."""
        said = f"could not be composed ({type(error).__name__})"
        if mail.last_error == said:
            return RefusedForNow("compose", None, said)
        where = "".join(traceback.format_tb(error.__traceback__)[-3:])
        data = {"kind": mail.kind, "mail": mail.pk, "error": type(error).__name__, "where": where}
        logger.error("A mail could not be composed; it is tried again.", extra={"data": data})
        return RefusedForNow("compose", None, said)

    def _persist(self, write: Callable[[], None]) -> None:
        """Through a database restart: what is known must not become unknown. Gives up when it would be taken for lost."""
        until, pause = time.monotonic() + self.timings.unknown_after, 0.05
        while True:
            try:
                return write()
            except DATABASE_AWAY:
                connection.close()
                if time.monotonic() > until or self.hooks.stopping():
                    raise
                time.sleep(pause)
                pause = min(pause * 2, 1)


def resend_uncertain(moment: Moment, timings: Timings) -> None:
    """Once, marked, as the same mail: what was handed over a while ago and never answered, if it is still wanted."""
    silent = OutgoingMail.objects.filter(
        state=State.UNCERTAIN, fence_at__lt=moment.sql(-timings.resend_after), possible_duplicate=0, cause=""
    )
    for mail in silent[:50]:
        _resend(mail, _why_not_again(mail, moment), moment)


def _resend(mail: OutgoingMail, why_not: str, moment: Moment) -> None:
    row = OutgoingMail.objects.filter(pk=mail.pk, state=State.UNCERTAIN, fence_at=mail.fence_at)
    if why_not:
        row.update(cause=why_not, **({"content": None} if why_not == EXPIRED else {}))
    elif settings.HOLD_UNCERTAIN_MAIL:
        row.update(state=State.HELD, cause=MAY_HAVE_ARRIVED, updated_at=moment.sql(), **NOT_CLAIMED)
    elif not row.revive(moment.sql()):
        row.update(cause=NEWER_SAYS_IT)


def _why_not_again(mail: OutgoingMail, moment: Moment) -> str:
    if mail.expires_at is not None and mail.expires_at <= moment.now():
        return EXPIRED
    try:
        return "" if KINDS[mail.kind].still_wanted(mail) else SETTLED_SINCE
    except DATABASE_AWAY:
        raise
    except Exception as error:  # not knowing is no reason to lose it
        data = {"kind": mail.kind, "mail": mail.pk, "error": type(error).__name__}
        logger.error("Nobody can tell whether an uncertain mail is still wanted.", extra={"data": data})
        return ""
