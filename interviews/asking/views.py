from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import OwnerRequest, go_back, page_or_partial, require_form, seen_version, tell, typed, undo_url
from base.submitted_once import once, uid_of
from crm.models import Contact
from interviews.asking import actions
from interviews.asking.forms import AskForm
from interviews.asking.steps import MAY_STILL_ANSWER
from interviews.mail_messages import mailto
from interviews.models import Ask, AskVia
from interviews.models.preparing import purpose_of
from interviews.planning.contact_mail import address_of


@require_form
def ask_new(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    now = timezone.now()
    contacts = request.user.contacts.alive().select_related("organisation", "introduced_by")
    contact = get_object_or_404(contacts, pk=contact_pk)
    sent = typed(request, "looked-over")
    form = AskForm(sent, owner=request.user, contact=contact, purpose=purpose_of(contact), now=now)
    if request.method == "POST" and not contact.is_dropped and form.is_valid() and form.is_looked_over:
        ask = once(
            uid_of(form, request.user),
            lambda uid: actions.ask(owner=request.user, contact=contact, letter=form.letter, uid=uid, now=now),
            lambda uid: contact.asks.filter(uid=uid, closed_at__isnull=True).first(),
        )
        undo = undo_url("ask_take_back", ask)
        if ask.via != AskVia.MAIL:
            tell(request, _("Kept, with the day to ask again."), undo=undo)
            return redirect("ask_detail", ask.pk)
        said = _("%(name)s gets the letter in %(n)d seconds.")
        tell(request, said % {"name": contact.first_name, "n": settings.INVITATION_DELAY}, undo=undo)
        return redirect(contact)
    context = {
        "form": form,
        "contact": contact,
        "colleague": _colleague(request, contact, now) if not request.htmx else None,
        "delay": settings.INVITATION_DELAY,
    }
    return page_or_partial(request, "interviews/ask_form.html", "looked-over", context)


@require_safe
def ask_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    ask = _ask(request, pk)
    address = address_of(ask.contact)
    context = {"ask": ask, "contact": ask.contact, "mailto": mailto(address, ask.subject, ask.body)}
    return page_or_partial(request, "interviews/ask_detail.html", "ask", context)


@require_POST
def ask_take_back(request: OwnerRequest, pk: int) -> HttpResponse:
    ask = _ask(request, pk)
    seen_version(request, ask)
    contact = ask.contact
    if actions.take_back(ask=ask, now=timezone.now()):
        tell(request, _("Taken back. %(name)s got nothing from here.") % {"name": contact.first_name})
    else:
        tell(request, _("Nothing was changed: the letter has left."))
    return redirect(contact)


@require_POST
def ask_wait(request: OwnerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.wait, _("Asked again in a few working days: %(name)s."), undo="ask_reopen")


@require_POST
def ask_close(request: OwnerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.close, _("Nothing more is proposed for %(name)s."), undo="ask_reopen")


@require_POST
def ask_reopen(request: OwnerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.reopen, _("Open again: %(name)s."))


def _act(request: OwnerRequest, pk: int, verb: Callable[..., None], said: str, undo: str = "") -> HttpResponse:
    ask = _ask(request, pk)
    seen_version(request, ask)
    verb(ask=ask, now=timezone.now())
    tell(request, said % {"name": ask.contact.first_name}, undo=undo_url(undo, ask) if undo else "")
    return go_back(request, ask.contact.get_absolute_url())


def _ask(request: OwnerRequest, pk: int) -> Ask:
    rows = request.user.asks.filter(contact__binned_at__isnull=True).select_related("contact")
    found: Ask = get_object_or_404(rows, pk=pk)
    found.contact.owner = request.user
    return found


def _colleague(request: OwnerRequest, contact: Contact, now: datetime) -> Contact | None:
    """Another contact at the same organisation who was asked and may still answer: one person at a time (product.md rule 13)."""
    if contact.organisation_id is None:
        return None
    waiting = request.user.contacts.alive().filter(
        organisation_id=contact.organisation_id,
        stage="asked",
        asks__closed_at__isnull=True,
        asks__asked_at__gt=now - MAY_STILL_ANSWER,
    )
    return waiting.exclude(pk=contact.pk).order_by("pk").first()
