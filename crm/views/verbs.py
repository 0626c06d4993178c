"""One URL, one effect. Each tap is said in a toast that can take it back, with the version it would take back."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import OwnerRequest, go_back, seen_version, tell, undo_url
from accounts.models import User
from accounts.templatetags.keepword import near
from base.owned import Stale
from crm import actions
from crm.forms import RhythmForm, StageForm, TouchForm
from crm.models import Contact, Note, Stage


@require_POST
def contact_stage(request: OwnerRequest, pk: int) -> HttpResponse:
    """Sets the stage by hand. The undo of a change carries the stage before in its address."""
    contact = _contact(request, pk)
    form = StageForm({"stage": request.POST.get("stage") or request.GET.get("stage")})
    before, seen = contact.stage, seen_version(request, contact)
    if not form.is_valid():
        tell(request, _("Choose one of the stages. Nothing was changed."))
        return go_back(request, contact.get_absolute_url())
    actions.change_stage(contact=contact, to=form.cleaned_data["stage"], seen=seen, now=timezone.now())
    if contact.stage != before:
        said = _("%(name)s: %(stage)s.") % {"name": contact.name, "stage": contact.stage_name}
        tell(request, said, undo=undo_url("contact_stage", contact, stage=before))
    return go_back(request, contact.get_absolute_url())


@require_POST
def contact_continue(request: OwnerRequest, pk: int) -> HttpResponse:
    contact, now = _contact(request, pk), timezone.now()
    form = RhythmForm({name: request.POST.get(name) or request.GET.get(name) for name in ("count", "unit")})
    seen = seen_version(request, contact)
    if not form.is_valid():
        tell(request, _("A rhythm is a number from 1 to 99 of days, weeks, months or years. Nothing was changed."))
        return go_back(request, contact.get_absolute_url())
    before = {"count": contact.rhythm_count, "unit": contact.rhythm_unit}
    undo = "contact_continue" if contact.stage == Stage.CONTINUE and contact.rhythm_count else "contact_stage"
    if undo == "contact_stage":
        before = {"stage": contact.stage}
    actions.continue_with(
        contact=contact, count=form.cleaned_data["count"], unit=form.cleaned_data["unit"], seen=seen, now=now
    )
    said = _("Continuing with %(name)s, %(rhythm)s. Next: %(day)s.") % {
        "name": contact.name,
        "rhythm": contact.rhythm,
        "day": near(contact.touch_on, request.user.today(now)),
    }
    tell(request, said, undo=undo_url(undo, contact, **before))
    return go_back(request, contact.get_absolute_url())


@require_POST
def contact_drop(request: OwnerRequest, pk: int) -> HttpResponse:
    contact = _contact(request, pk)
    seen = seen_version(request, contact)
    if contact.is_dropped:
        raise Stale(contact)
    actions.drop(contact=contact, seen=seen, now=timezone.now())
    tell(request, _("Dropped %s: no more reminders.") % contact.name, undo=undo_url("contact_resume", contact))
    if contact.promises.open().mine().exists():
        back = urlencode({"next": request.POST.get("next", "")})
        return redirect(f"{reverse('promises_left', args=[contact.pk])}?{back}")
    return go_back(request, contact.get_absolute_url())


@require_POST
def contact_resume(request: OwnerRequest, pk: int) -> HttpResponse:
    contact = _contact(request, pk)
    seen = seen_version(request, contact)
    if not contact.is_dropped:
        raise Stale(contact)
    actions.resume(contact=contact, seen=seen, now=timezone.now())
    said = _("%(name)s is back: %(stage)s.") % {"name": contact.name, "stage": contact.stage_name}
    tell(request, said, undo=undo_url("contact_drop", contact))
    return go_back(request, contact.get_absolute_url())


@require_POST
def contact_touch(request: OwnerRequest, pk: int) -> HttpResponse:
    """We spoke, today unless a day is said: the rhythm starts again."""
    contact, now = _contact(request, pk), timezone.now()
    form = TouchForm(request.POST, today=request.user.today(now))
    if not form.is_valid():
        tell(request, " ".join(map(str, form.errors["on"])))
        return go_back(request, contact.get_absolute_url())
    actions.say_we_spoke(contact=contact, on=form.cleaned_data["on"], now=now)
    said = _("You spoke with %s.") % contact.name
    if contact.touch_on:
        said = _("%(said)s Next: %(day)s.") % {"said": said, "day": near(contact.touch_on, request.user.today(now))}
    tell(request, said, undo=undo_url("contact_untouch", contact))
    return go_back(request, contact.get_absolute_url())


@require_POST
def contact_untouch(request: OwnerRequest, pk: int) -> HttpResponse:
    contact = _contact(request, pk)
    actions.untouch(contact=contact, seen=seen_version(request, contact), now=timezone.now())
    tell(request, _("Taken back: the last time you spoke with %s.") % contact.name)
    return go_back(request, contact.get_absolute_url())


@require_POST
def contact_wait(request: OwnerRequest, pk: int) -> HttpResponse:
    """To be in touch can wait a week."""
    contact, now = _contact(request, pk), timezone.now()
    actions.wait_with_touch(contact=contact, seen=seen_version(request, contact), now=now)
    said = _("%(name)s can wait. Next: %(day)s.") % {
        "name": contact.name,
        "day": near(contact.touch_on, request.user.today(now)),
    }
    tell(request, said, undo=undo_url("contact_unwait", contact))
    return go_back(request, contact.get_absolute_url())


@require_POST
def contact_unwait(request: OwnerRequest, pk: int) -> HttpResponse:
    contact, now = _contact(request, pk), timezone.now()
    actions.stop_waiting(contact=contact, seen=seen_version(request, contact), now=now)
    tell(request, _("%s waits no longer.") % contact.name)
    return go_back(request, contact.get_absolute_url())


@require_POST
def contact_bin(request: OwnerRequest, pk: int) -> HttpResponse:
    contact = _contact(request, pk)
    actions.move_to_bin(contact=contact, seen=seen_version(request, contact), now=timezone.now())
    tell(request, _("%s is in the bin, for 30 days.") % contact.name, undo=undo_url("contact_restore", contact))
    # where the tap happened may have been this person's own page
    elsewhere = request.POST.get("next", "").split("?")[0] != contact.get_absolute_url()
    return go_back(request, reverse("contact_list")) if elsewhere else redirect("contact_list")


@require_POST
def contact_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    contact = get_object_or_404(request.user.contacts, pk=pk)
    seen = seen_version(request, contact)
    if not contact.binned_at:
        raise Stale(contact)
    actions.take_out_of_bin(contact=contact, seen=seen, now=timezone.now())
    tell(request, _("%s is back from the bin.") % contact.name, undo=undo_url("contact_bin", contact))
    return go_back(request, contact.get_absolute_url())


@require_POST
def note_unedit(request: OwnerRequest, pk: int) -> HttpResponse:
    note, seen = _note(request, pk)
    note.unedit(seen)
    tell(request, _("The note says again what it said."), undo=undo_url("note_unedit", note))
    return go_back(request, note.get_absolute_url())


@require_POST
def note_bin(request: OwnerRequest, pk: int) -> HttpResponse:
    """Its promises stay: each has its own way out."""
    note, seen = _note(request, pk)
    if note.binned_at:
        raise Stale(note)
    note.bin(timezone.now(), seen)
    tell(request, _("The note is in the bin, for 30 days."), undo=undo_url("note_restore", note))
    return go_back(request, note.get_absolute_url())


@require_POST
def note_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    note, seen = _note(request, pk)
    if not note.binned_at:
        raise Stale(note)
    note.restore(seen)
    tell(request, _("The note is back."), undo=undo_url("note_bin", note))
    return go_back(request, note.get_absolute_url())


def _note(request: OwnerRequest, pk: int) -> tuple[Note, int]:
    """The note of somebody who is not in the bin, and the version of it that the tap saw."""
    note: Note = get_object_or_404(notes_of(request.user), pk=pk)
    return note, seen_version(request, note)


def notes_of(owner: User) -> QuerySet[Note]:
    """Of people who are not in the bin."""
    alive = owner.notes.filter(contact__binned_at__isnull=True)
    return alive.select_related("contact__owner").defer("contact__search_text")


def _contact(request: OwnerRequest, pk: int) -> Contact:
    return get_object_or_404(request.user.contacts.alive().defer("search_text"), pk=pk)
