import time

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.http import OwnerRequest, go_back, tell
from base.counting import CAP, in_figures
from base.paging import read_page
from base.url_values import read_instant
from outbox import actions, deliveries_page
from outbox.figures import REPAIRS, figures
from outbox.mail_states import title
from outbox.models import BY_HAND, Figure, OutgoingMail, State
from outbox.settling import open_for_a_try
from outbox.waking import wake

UNDISCARDED = gettext_noop("you took it back from being discarded")

LOOKS_FOR_A_TRY = 10  # in two seconds: a worker that is woken needs a tenth of them
BETWEEN_LOOKS = 0.2  # seconds


@require_safe
def delivery_list(request: OwnerRequest) -> HttpResponse:
    now, user = timezone.now(), request.user
    mails = user.outgoingmails.all()
    ahead = deliveries_page.ahead(mails, user, now)
    gone = read_page(mails.gone(), deliveries_page.LAST_GONE_FIRST, request.GET)
    context = {
        "now": now,
        "today": user.today(now),
        "pulse": deliveries_page.pulse(user, now),
        "ahead": ahead,
        "unplanned": deliveries_page.unplanned(user, now),
        "next_said": ahead.next_said(user, now),
        "coming": deliveries_page.by_day(ahead.lines, user),
        "gone": gone,
        "gone_count": in_figures(mails.gone()[: CAP + 1].count()),
        "gone_days": deliveries_page.by_day(deliveries_page.gone_lines(gone.rows, user), user),
        "figures": deliveries_page.in_figures(figures(mails, now), Figure.of(REPAIRS).total),
    }
    return render(request, "outbox/delivery_list.html", context)


@require_POST
def delivery_cancel(request: OwnerRequest, pk: int) -> HttpResponse:
    mail = _mail(request, pk)
    was_held = mail.state == State.HELD
    if mail.cancel(BY_HAND, timezone.now()):
        undo = reverse("delivery_hold" if was_held else "delivery_retry", args=[pk])
        tell(request, _("Cancelled: %(what)s") % {"what": title(mail)}, undo=undo)
    else:
        tell(request, _("It was not stopped: %(state)s.") % {"state": _now(mail)})
    return go_back(request, "delivery_list")


@require_POST
def delivery_retry(request: OwnerRequest, pk: int) -> HttpResponse:
    """Try now, while it waits; send again, when it ended. Waits a moment for what comes of it, and says it."""
    mail, now = _mail(request, pk), timezone.now()
    if mail.try_now(now) if mail.state == State.PENDING else mail.send_again(now):
        open_for_a_try()
        before = mail.tries.count()
        wake()
        tell(request, _what_came_of_it(mail, before))
    else:
        tell(request, _("Nothing to send again: %(state)s.") % {"state": _now(mail)})
    return go_back(request, "delivery_list")


@require_POST
def delivery_release(request: OwnerRequest, pk: int) -> HttpResponse:
    mail = _mail(request, pk)
    if mail.state == State.HELD and mail.send_again(timezone.now()):
        wake()
        tell(request, _("Released: %(what)s") % {"what": title(mail)})
    else:
        tell(request, _("It was not released: %(state)s.") % {"state": _now(mail)})
    return go_back(request, "delivery_list")


@require_POST
def delivery_hold(request: OwnerRequest, pk: int) -> HttpResponse:
    """Undo of Discard: held as before, and not sent."""
    mail = _mail(request, pk)
    if mail.hold_again(UNDISCARDED, timezone.now()):
        tell(request, _("Held again: %(what)s") % {"what": title(mail)})
    else:
        tell(request, _("It was not held: %(state)s.") % {"state": _now(mail)})
    return go_back(request, "delivery_list")


@require_POST
def held_release(request: OwnerRequest) -> HttpResponse:
    """All that is held since the database was put back, in one tap."""
    count = actions.release(request.user.outgoingmails.held_by_put_back(), timezone.now())
    wake()
    tell(request, ngettext("Released: %(n)d mail", "Released: %(n)d mails", count) % {"n": count})
    return go_back(request, "delivery_list")


@require_POST
def held_discard(request: OwnerRequest) -> HttpResponse:
    now = timezone.now()
    count = actions.discard(request.user.outgoingmails.held_by_put_back(), now)
    undo = reverse("held_undiscard", query={"at": now.isoformat()})
    tell(request, ngettext("Discarded: %(n)d mail", "Discarded: %(n)d mails", count) % {"n": count}, undo=undo)
    return go_back(request, "delivery_list")


@require_POST
def held_undiscard(request: OwnerRequest) -> HttpResponse:
    at, count = read_instant(request.GET.get("at")), 0
    if at is not None:
        count = actions.undiscard(request.user.outgoingmails.all(), at, timezone.now())
    tell(request, ngettext("Held again: %(n)d mail", "Held again: %(n)d mails", count) % {"n": count})
    return go_back(request, "delivery_list")


@require_POST
def delivery_seen(request: OwnerRequest, pk: int) -> HttpResponse:
    mail = _mail(request, pk)
    mail.mark_seen()
    tell(request, _("Seen: %(what)s") % {"what": title(mail)})
    return go_back(request, "delivery_list")


def _what_came_of_it(mail: OutgoingMail, before: int) -> str:
    for _look in range(LOOKS_FOR_A_TRY):
        if mail.tries.count() > before:
            break
        time.sleep(BETWEEN_LOOKS)
    mail.refresh_from_db(fields=["state", "last_error"])
    words = {"what": title(mail), "error": mail.last_error}
    if mail.state == State.SENT:
        return _("Sent: %(what)s") % words
    if mail.tries.count() > before and mail.last_error:
        return _("Tried, and it did not leave (%(error)s): %(what)s") % words
    return _("It is tried as soon as a worker looks: %(what)s") % words


def _mail(request: OwnerRequest, pk: int) -> OutgoingMail:
    return get_object_or_404(request.user.outgoingmails.all(), pk=pk)


def _now(mail: OutgoingMail) -> str:
    """How it stands by now, in one word."""
    mail.refresh_from_db(fields=["state"])
    return str(mail.get_state_display()).lower()
