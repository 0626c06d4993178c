"""Who delivers, and who has died over it: a killed worker's claims go back at once, not when a lease is over."""

import os
import socket
from functools import cache
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from outbox.models import NOT_CLAIMED, DeliveryAttempt, OutgoingMail, OutgoingMailQuerySet, State, WorkerBeat
from outbox.timing import Moment, Timings

SILENT = "the delivering process died before the mail server's answer was written down"


def beat(moment: Moment) -> WorkerBeat:
    """This process's row, seen now."""
    host, pid, started_at = this_host(), os.getpid(), started(os.getpid()) or ""
    row = WorkerBeat(host=host, pid=pid, started_at=started_at, seen_at=moment.sql())
    keys = ["host", "pid", "started_at"]
    WorkerBeat.objects.bulk_create([row], update_conflicts=True, unique_fields=keys, update_fields=["seen_at"])
    return row


def went_through(moment: Moment, worker: WorkerBeat) -> None:
    """The tick ran to its end: what the heartbeat on the pages tells."""
    now = moment.sql()
    WorkerBeat.objects.filter(pk=worker.pk).update(seen_at=now, drained_at=now)


def recover(moment: Moment, timings: Timings, gone: list[int]) -> None:
    """Takes over from the dead: what they had claimed waits again, what they were handing over is uncertain.

    `gone` are the workers known to be dead; of the others one knows only that a lease is over. Looks before it writes.
    """
    dead_hands = Q(claimed_by__in=gone)
    claimed = OutgoingMail.objects.in_hand().filter(Q(lease_until__lt=moment.sql()) | dead_hands, state=State.CLAIMED)
    if claimed.exists():
        _take_back(moment, claimed)
    silent = Q(fence_at__lt=moment.sql(-timings.unknown_after))
    for mail in OutgoingMail.objects.in_hand().filter(silent | dead_hands, state=State.HANDING).only("claim_token"):
        _doubt(moment, mail)


def _take_back(moment: Moment, claimed: OutgoingMailQuerySet) -> None:
    claimed.update(state=State.PENDING, updated_at=moment.sql(), **NOT_CLAIMED)


@transaction.atomic
def _doubt(moment: Moment, mail: OutgoingMail) -> None:
    taken = OutgoingMail.objects.filter(pk=mail.pk, claim_token=mail.claim_token, state=State.HANDING).update(
        state=State.UNCERTAIN,
        attempts=F("attempts") + 1,
        first_attempt_at=Coalesce("first_attempt_at", "fence_at"),
        last_error=SILENT,
        seen=False,
        updated_at=moment.sql(),
        # the token stays: should the process be frozen only, its answer still counts
        **NOT_CLAIMED | {"claim_token": mail.claim_token},
    )
    if taken:
        DeliveryAttempt.objects.create(mail_id=mail.pk, at=moment.now(), phase="answer", reply=SILENT)


def dead(me: WorkerBeat) -> list[int]:
    """Workers of this host that hold rows and are not there any more."""
    suspects = WorkerBeat.objects.holding().filter(host=me.host).exclude(pk=me.pk)
    return [worker.pk for worker in suspects if not is_alive(worker.pid, worker.started_at)]


@cache
def this_host() -> str:
    """The machine, its boot and its process ids' namespace: a pid means something inside one of these only."""
    parts = [socket.gethostname()]
    for path, read in ((Path("/proc/sys/kernel/random/boot_id"), Path.read_text), (Path("/proc/self/ns/pid"), _link)):
        try:
            parts.append(read(path).strip())
        except OSError:
            continue
    return "/".join(parts)[:255]


def started(pid: int) -> str | None:
    """When the kernel started the process; None when there is none, or a dead one nobody has buried."""
    try:
        # the name in brackets may hold spaces: count from its end
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in "ZX" else fields[19]


def is_alive(pid: int, started_at: str) -> bool:
    if Path("/proc/self/stat").exists():
        return started(pid) == started_at
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _link(path: Path) -> str:
    return os.readlink(path)
