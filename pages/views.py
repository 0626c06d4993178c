"""Pages that show several apps at once."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import push_url, reselect, reswap, retarget

from accounts.http import OwnerRequest, go_back, require_form, tell, undo_url
from accounts.try_later import only_reads
from base.submitted_once import once, uid_of
from crm import actions
from crm.forms import ContactForm, NoteForm
from crm.jobs import DAYS_IN_BIN
from crm.models import RHYTHMS, RhythmUnit, Stage
from crm.views.contacts import add_once, promises_in_words, render_new, tell_added
from followups.actions import promise_to
from followups.views import noted
from pages.bin import read_bin
from pages.contact import STORY_OF, read_contact, read_led_to
from pages.forms import CaptureForm
from pages.navigation import read_counts
from pages.today import read_day, read_next_up


@require_safe
def today(request: OwnerRequest) -> HttpResponse:
    now = timezone.now()
    shown = read_day(request.user, now)
    if shown.is_done and not request.user.contacts.alive().exists():
        return render(request, "pages/today_empty.html", {"today": shown.day})
    context = {
        "day": shown,
        "today": shown.day,
        "lead": shown.lead(request.user),
        "nav_counts": read_counts(request.user, now, due=shown.late + shown.due_today),
    }
    if shown.is_done:
        context["next_up"] = read_next_up(request.user, now)
    return render(request, "pages/today.html", context)


@require_safe
def keys(request: OwnerRequest) -> HttpResponse:
    return render(request, "pages/keys.html")


@require_form
def capture(request: OwnerRequest) -> HttpResponse:
    """The one line for a person or a promise: a page of its own, and the sheet over any other."""
    if request.method != "POST":
        line = request.GET.get("line", "")
        return _render_capture(request, _capture_form(request, {"line": line} if line else None))
    form, then = _capture_form(request, request.POST), request.POST.get("then")
    is_good = form.is_valid()
    if then == "more":
        return _full_form(request, form)
    if not (is_good and form.is_settled()):
        return _render_capture(request, form)
    (_add_promise if form.said else _add_person)(request, form)
    if then == "another" and _is_in_sheet(request):
        return _render_capture(request, _capture_form(request, None))
    again = f"{reverse('capture')}?{urlencode({'next': request.POST.get('next', '')})}"
    return redirect(again) if then == "another" else go_back(request, reverse("today"))


@only_reads
@require_POST
def capture_understand(request: OwnerRequest) -> HttpResponse:
    """What a line means, before anything is saved: as it is typed, and after a tap on a chip."""
    form = _capture_form(request, request.POST)
    form.is_valid()
    if request.htmx.target == "understood":
        return render(request, "pages/_understood.html", {"form": form})
    return _render_capture(request, form)


def _is_in_sheet(request: OwnerRequest) -> bool:
    return bool(request.htmx) and (request.htmx.target == "capture" or "sheet" in request.POST)


def _capture_form(request: OwnerRequest, data: Any) -> CaptureForm:
    return CaptureForm(data, owner=request.user, today=request.user.today(timezone.now()))


def _render_capture(request: OwnerRequest, form: CaptureForm) -> HttpResponse:
    """The page, or what stands in the sheet, whose form aims at the page under it."""
    going_back_to = request.POST.get("next") or request.GET.get("next", "")
    context = {"form": form, "next": going_back_to, "is_in_sheet": _is_in_sheet(request)}
    if not context["is_in_sheet"]:
        return render(request, "pages/capture.html", context)
    sheet = render(request, "pages/capture.html#capture", context)
    return push_url(reselect(reswap(retarget(sheet, "#capture"), "outerHTML"), "#capture"), False)


def _full_form(request: OwnerRequest, form: CaptureForm) -> HttpResponse:
    if form.said:
        return redirect(form.full_form())
    initial = form.initial_for_contact() if form.is_valid() else {"note": form["line"].value() or ""}
    return render_new(request, ContactForm(owner=request.user, today=form.today, initial=initial), form.undated)


def _add_person(request: OwnerRequest, form: CaptureForm) -> None:
    said = {"note": form.note, "promises": form.found.promises, "undated": form.undated}
    tell_added(request, add_once(request, form, details=form.details(), **said, now=timezone.now()))


def _add_promise(request: OwnerRequest, form: CaptureForm) -> None:
    """With somebody new, who is added for it, Undo takes back both."""
    owner, now, partner = request.user, timezone.now(), form.partner
    assert partner  # noqa: S101 - the form is settled
    promise = once(
        uid_of(form, owner),
        lambda uid: promise_to(owner=owner, who=partner, uid=uid, now=now, **form.terms),
        lambda uid: owner.promises.alive().filter(uid=uid).select_related("contact").first(),
    )
    said, undo = noted(promise, form.today), undo_url("promise_bin", promise)
    if partner is form.new:
        said = " ".join([_("Added %s.") % promise.contact.name, said])
        undo = undo_url("contact_bin", promise.contact)
    tell(request, said, undo=undo)


@require_safe
def contact_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    return _render_contact(request, pk, NoteForm())


@require_safe
def contact_led_to(request: OwnerRequest, pk: int) -> HttpResponse:
    """For the fold on the contact's page; without htmx the list of the same people."""
    contact = get_object_or_404(request.user.contacts.alive().only("owner", "name", "called"), pk=pk)
    if not request.htmx:
        return redirect(f"{reverse('contact_list')}?through={pk}")
    return render(request, "pages/_led_to.html", {"contact": contact, "led_to": read_led_to(contact)})


@require_POST
def note_new(request: OwnerRequest, pk: int) -> HttpResponse:
    """Kept also of somebody another tab has put in the bin: what was typed is never lost."""
    contact = get_object_or_404(request.user.contacts, pk=pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        if contact.binned_at:
            return render(request, "pages/note_refused.html", {"form": form, "contact": contact})
        return _render_contact(request, pk, form)
    body, now = form.cleaned_data["body"], timezone.now()
    noted = once(
        uid_of(form, request.user),
        lambda uid: actions.keep_note(contact=contact, body=body, uid=uid, now=now),
        lambda uid: actions.kept_note(contact=contact, uid=uid),
    )
    said = [_("The note is kept."), *promises_in_words(noted.promises)]
    if contact.binned_at:
        tell(request, " ".join([*said, _("%s is in the bin.") % contact.name]))
        return redirect("bin_list")
    tell(request, " ".join(said), undo=undo_url("note_bin", noted.note))
    return go_back(request, contact.get_absolute_url())


def _render_contact(request: OwnerRequest, pk: int, note_form: NoteForm) -> HttpResponse:
    """Everything about one person; a note that was refused comes back with what was typed."""
    only = request.GET.get("only", "")
    page = read_contact(request.user, pk, request.GET.get("story", ""), timezone.now(), only)
    context = {
        "page": page,
        "contact": page.contact,
        "at": page.contact.get_absolute_url(),
        "today": page.today,
        "note_form": note_form,
        "story_of": [(key, label) for key, (label, _kinds) in STORY_OF.items()],
        "only": only if only in STORY_OF else "",
        "stages": [stage for stage in Stage if stage != Stage.DROP or page.contact.is_dropped],
        "rhythms": RHYTHMS,
        "units": RhythmUnit.choices,
    }
    return render(request, "pages/contact_detail.html", context)


@require_safe
def bin_list(request: OwnerRequest) -> HttpResponse:
    rows, later = read_bin(request.user, request.GET.get("after", ""))
    return render(request, "pages/bin_list.html", {"rows": rows, "later": later, "days": DAYS_IN_BIN})
