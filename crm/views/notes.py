import uuid

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import OwnerRequest, go_back, seen_version, tell
from accounts.templatetags.keepword import day
from base.owned import Stale
from base.submitted_once import once, uid_of
from crm import actions
from crm.forms import NoteForm
from crm.models import Contact, Note
from crm.views.contacts import contact_page


@require_POST
def note_new(request: OwnerRequest, pk: int) -> HttpResponse:
    """Kept also of somebody another tab has put in the bin: what was typed is never lost."""
    contact = get_object_or_404(request.user.contacts, pk=pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return contact_page(request, pk, form)
    body, now = form.cleaned_data["body"], timezone.now()
    noted = once(
        uid_of(form, request.user),
        lambda uid: actions.keep_note(contact=contact, body=body, uid=uid, now=now),
        lambda uid: _kept(contact, uid),
    )
    said = [_("The note is kept.")]
    said += [
        _("You promise: %(what)s, by %(day)s.") % {"what": promise.what, "day": day(promise.due_on)}
        for promise in noted.promises
    ]
    if contact.binned_at:
        tell(request, " ".join([*said, _("%s is in the bin.") % contact.name]))
        return redirect("bin_list")
    tell(request, " ".join(said), undo=_undo("note_bin", noted.note))
    return go_back(request, contact.get_absolute_url())


@require_POST
def note_bin(request: OwnerRequest, pk: int) -> HttpResponse:
    """Its promises stay: each has its own way out."""
    note, seen = _note(request, pk)
    if note.binned_at:
        raise Stale(note)
    note.bin(timezone.now(), seen)
    tell(request, _("The note is in the bin, for 30 days."), undo=_undo("note_restore", note))
    return go_back(request, note.get_absolute_url())


@require_POST
def note_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    note, seen = _note(request, pk)
    if not note.binned_at:
        raise Stale(note)
    note.restore(seen)
    tell(request, _("The note is back."), undo=_undo("note_bin", note))
    return go_back(request, note.get_absolute_url())


def _note(request: OwnerRequest, pk: int) -> tuple[Note, int]:
    """The note of somebody who is not in the bin, and the version of it that the tap saw."""
    notes = request.user.notes.select_related("contact").defer("contact__search_text")
    note: Note = get_object_or_404(notes, pk=pk, contact__binned_at__isnull=True)
    return note, seen_version(request, note)


def _undo(name: str, note: Note) -> str:
    return f"{reverse(name, args=[note.pk])}?v={note.version}"


def _kept(contact: Contact, uid: uuid.UUID) -> actions.Noted | None:
    note = contact.notes.filter(uid=uid, binned_at__isnull=True).first()
    return actions.Noted(note, []) if note else None
