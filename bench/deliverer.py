"""One delivering process, ours or the plain one: says that it is ready, and starts at a word on stdin.

python -m bench.deliverer plan|ours|plain [PART PARTS]
"""

import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.utils.formats import date_format

from followups.mail_links import ANSWERS, ButtonLink, stop_url
from followups.models import Promise
from outbox import actions
from outbox.engine import drain
from outbox.models import OutgoingMail, State

LONGEST = 600  # seconds


def plan() -> int:
    """What the first tick does: one row for each owner."""
    return int(actions.plan(datetime.now(UTC)) or 0)


def ours() -> int:
    """What ticks do, one after another, until nothing waits."""
    until, sent = time.monotonic() + LONGEST, 0
    while time.monotonic() < until:
        sent += drain(seconds=20).counts[State.SENT]
        if not OutgoingMail.objects.filter(state__in=[State.PENDING, State.CLAIMED, State.HANDING]).exists():
            break
    return sent


def plain(part: int, parts: int) -> int:
    """A management command as everybody writes it first: one query, render, send over one connection, remember nothing."""
    now, sent = datetime.now(UTC), 0
    due = Promise.objects.to_remind(now).select_related("owner", "contact").order_by("pk")
    where = urlsplit(settings.EMAIL_URL)
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with get_connection(backend, host=where.hostname, port=where.port) as connection:
        for promise in list(due)[part::parts]:
            context = _context(promise, now)
            subject = " ".join(render_to_string("followups/email/reminder_subject.txt", context).split())
            text = render_to_string("followups/email/reminder_body.txt", context)
            message = EmailMultiAlternatives(subject, text, None, [promise.owner.email], connection=connection)
            message.attach_alternative(render_to_string("followups/email/reminder_body.html", context), "text/html")
            sent += message.send()
    return sent


def _context(promise: Promise, now: datetime) -> dict[str, Any]:
    """What the templates show: the same words and the same signed links."""
    owner = promise.owner
    line = {
        "what": promise.what,
        "who": promise.contact.name,
        "standing": "was due yesterday",
        "is_late": True,
        "promised": f"promised on {promise.promised_on:%d %B}",
        "buttons": [(answer, ButtonLink(promise.uid, promise.version, answer).url()) for answer in ANSWERS],
    }
    return {
        "subject": promise.what,
        "first": promise,
        "others": 0,
        "owner": owner,
        "day": date_format(owner.today(now), "l j F"),
        "heading": f"One thing you said you would do, {owner.called}",
        "lines": [line],
        "mail_at": f"{owner.mail_at:%H:%M}",
        "site": settings.SITE_URL,
        "settings_url": settings.SITE_URL + "/settings/",
        "stop_url": stop_url(owner.pk),
    }


if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    job = {"plan": plan, "ours": ours, "plain": plain}[sys.argv[1]]
    done = job(*map(int, sys.argv[2:]))
    print(json.dumps({"sent": done, "began": began, "ended": time.time()}))
