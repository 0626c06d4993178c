"""Pages that show several apps at once."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.http import OwnerRequest, go_back, tell
from base.submitted_once import once, uid_of
from crm import actions
from crm.forms import NoteForm
from crm.jobs import DAYS_IN_BIN
from crm.models import RhythmUnit, Stage
from crm.views.contacts import promises_in_words
from pages.bin import read_bin
from pages.contact import RHYTHMS, STORY_OF, read_contact, read_led_to
from pages.navigation import read_counts
from pages.today import read_day, read_next_up


@require_GET
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
def contact_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    return _render_contact(request, pk, NoteForm())


@require_safe
def contact_led_to(request: OwnerRequest, pk: int) -> HttpResponse:
    """For the fold on the contact's page; without htmx the list of the same people."""
    contact = get_object_or_404(request.user.contacts.alive().only("owner", "name", "called"), pk=pk)
    if not request.htmx:
        return redirect(f"{reverse('contact_list')}?through={pk}")
    contact.owner = request.user
    return render(request, "pages/_led_to.html", {"contact": contact, "led_to": read_led_to(contact)})


@require_POST
def note_new(request: OwnerRequest, pk: int) -> HttpResponse:
    """Kept also of somebody another tab has put in the bin: what was typed is never lost."""
    contact = get_object_or_404(request.user.contacts, pk=pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
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
    tell(request, " ".join(said), undo=f"{reverse('note_bin', args=[noted.note.pk])}?v={noted.note.version}")
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
