"""The page on which a note is changed."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.http import OwnerRequest, require_form, tell, undo_url
from base.owned import Stale
from crm import actions
from crm.forms import NoteChangeForm
from crm.views.contacts import promises_in_words
from crm.views.verbs import notes_of


@require_form
def note_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    note = get_object_or_404(notes_of(request.user), pk=pk, binned_at__isnull=True)
    form = NoteChangeForm(request.POST or None, note=note)
    if request.method == "POST" and form.is_valid():
        try:
            edited = actions.edit_note(note=note, body=form.cleaned_data["body"], seen=form.seen, now=timezone.now())
        except Stale:
            note.refresh_from_db()
            form.show_stale(note.version, {"body": note.body})
        else:
            said = [_("The note is changed."), *promises_in_words(edited.promises)]
            tell(request, " ".join(said), undo=undo_url("note_unedit", note))
        if not form.differences:  # saved; or by the first of two taps
            return redirect(note)
    return render(request, "crm/note_edit.html", {"form": form, "note": note, "contact": note.contact})
