import uuid
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import OwnerRequest, tell
from accounts.models import User
from accounts.templatetags.keepword import ago, day
from base.submitted_once import once, uid_of
from base.zones import time_there
from crm import actions, story
from crm.forms import ContactForm, NoteForm, QuickForm
from crm.models import Contact, RhythmUnit, Stage

PROMISES_SHOWN = 10
STILL_ON = timedelta(hours=2)  # a talk that has begun is still the next one
RHYTHMS = [
    (3, RhythmUnit.WEEKS, gettext_lazy("3 weeks")),
    (2, RhythmUnit.MONTHS, gettext_lazy("2 months")),
    (6, RhythmUnit.MONTHS, gettext_lazy("6 months")),
    (1, RhythmUnit.YEARS, gettext_lazy("a year")),
]


@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: OwnerRequest) -> HttpResponse:
    """The full form; one line alone (`line`) is read and saved at once."""
    now = timezone.now()
    today = request.user.today(now)
    if request.method == "POST" and "name" not in request.POST:
        return _quick_add(request)
    if request.method == "POST":
        form = ContactForm(request.POST, owner=request.user, today=today)
        if form.is_valid():
            added = _add(request, form, details=form.details(), note=form.cleaned_data["note"], now=now)
            tell(request, _added(added), undo=_undo(added.contact))
            return redirect("contact_new" if request.POST.get("then") == "another" else added.contact)
        quick = QuickForm(owner=request.user, today=today)
    else:
        line = request.GET.get("line", "")
        quick = QuickForm({"line": line} if line else None, owner=request.user, today=today)
        form = ContactForm(owner=request.user, today=today, initial=_read(quick))
    return _render_new(request, quick, form)


@require_POST
def contact_understand(request: OwnerRequest) -> HttpResponse:
    """What a line means, before anything is saved: under the line as it is typed, or in the full form."""
    today = request.user.today(timezone.now())
    quick = QuickForm(request.POST, owner=request.user, today=today)
    if request.htmx and request.htmx.target == "understood":
        return render(request, "crm/_understood.html", {"understood": quick.understood()})
    return _render_new(request, quick, ContactForm(owner=request.user, today=today, initial=_read(quick)))


def _lead(contact: Contact) -> SafeString:
    """Role, organisation and place in one line; the organisation leads to everybody who works there."""
    organisation = contact.organisation.name if contact.organisation else ""
    link = format_html('<a href="{}?{}">{}</a>', reverse("contact_list"), urlencode({"q": organisation}), organisation)
    parts = (contact.role, link if organisation else "", contact.place)
    return format_html_join(", ", "{}", ((part,) for part in parts if part))


def _last_touch(contact: Contact, today: date) -> str:
    """ "today", "yesterday", "7 days ago" """
    if contact.last_touch_on is None:
        return ""
    said = ago(contact.last_touch_on, today)
    return said if (today - contact.last_touch_on).days < 2 else _("%s ago") % said


def _quick_add(request: OwnerRequest) -> HttpResponse:
    now = timezone.now()
    today = request.user.today(now)
    quick = QuickForm(request.POST, owner=request.user, today=today)
    if not quick.is_valid():
        return _render_new(request, quick, ContactForm(owner=request.user, today=today, initial=_read(quick)))
    added = _add(request, quick, details=quick.details(), note=quick.note, promises=quick.found.promises, now=now)
    tell(request, _added(added), undo=_undo(added.contact))
    return redirect(added.contact)


def _add(request: OwnerRequest, form: ContactForm | QuickForm, **said: Any) -> actions.Added:
    return once(
        uid_of(form, request.user),
        lambda uid: actions.add(owner=request.user, uid=uid, **said),
        lambda uid: _there(request.user, uid),
    )


def _there(owner: User, uid: uuid.UUID) -> actions.Added | None:
    contact = owner.contacts.alive().filter(uid=uid).first()
    return actions.Added(contact, list(contact.promises.open().order_by("pk"))) if contact else None


def _read(quick: QuickForm) -> dict[str, object]:
    return quick.initial_for_contact() if quick.is_bound and quick.is_valid() else {}


def _undo(contact: Contact) -> str:
    return f"{reverse('contact_bin', args=[contact.pk])}?v={contact.version}"


def _added(added: actions.Added) -> str:
    """Who was added, and what was promised with it; the page that opens shows the rest."""
    said = [_("Added %s.") % added.contact.name]
    promised = [
        _("%(what)s, by %(day)s") % {"what": promise.what, "day": day(promise.due_on)} for promise in added.promises
    ]
    if promised:
        said.append(ngettext("You promise: %s.", "You promise: %s.", len(promised)) % "; ".join(promised))
    return " ".join(said)


def _render_new(request: OwnerRequest, quick: QuickForm, form: ContactForm) -> HttpResponse:
    return render(
        request,
        "crm/contact_new.html",
        {"quick": quick, "understood": quick.understood(), "form": form, "known": form.known()},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    today = request.user.today(now)
    people = request.user.contacts.alive().select_related("organisation", "introduced_by")
    with transaction.atomic():
        contact = get_object_or_404(people.select_for_update(of=("self",), no_key=True), pk=pk)
        form = ContactForm(
            request.POST if request.method == "POST" else None, owner=request.user, today=today, contact=contact
        )
        if request.method == "POST" and form.is_valid():
            actions.edit(contact=contact, details=form.details(), now=now)
            tell(request, _("Saved what you changed about %s.") % contact.first_name)
            return redirect(contact)
    return render(request, "crm/contact_edit.html", {"contact": contact, "form": form, "known": form.known()})


@require_safe
def contact_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    return contact_page(request, pk, NoteForm())


def contact_page(request: OwnerRequest, pk: int, note_form: NoteForm, status: int = 200) -> HttpResponse:
    """Everything about one person; a note that was refused comes back here with what was typed."""
    now = timezone.now()
    people = request.user.contacts.alive().select_related("organisation", "introduced_by")
    contact = get_object_or_404(people.defer("search_text", "introduced_by__search_text"), pk=pk)
    promises = list(contact.promises.open().with_row().most_urgent_first()[: PROMISES_SHOWN + 1])
    entries, later = story.read(contact, request.GET.get("story", ""))
    context = {
        "contact": contact,
        "at": contact.get_absolute_url(),
        "today": request.user.today(now),
        "now": now,
        "promises": promises[:PROMISES_SHOWN],
        "has_more_promises": len(promises) > PROMISES_SHOWN,
        "interview": contact.interviews.planned().filter(starts_at__gte=now - STILL_ON).slim().next_first().first(),
        "tags": contact.tags.order_by("name_key"),
        "also_of": request.user.contacts.sharing(contact.email.lower()).exclude(pk=pk).only("name", "owner")[:3]
        if contact.email
        else [],
        "story": entries,
        "story_later": later,
        "note_form": note_form,
        "stages": [stage for stage in Stage if stage != Stage.DROP],
        "rhythms": RHYTHMS,
        "units": RhythmUnit.choices,
        "lead": _lead(contact),
        "last_touch": _last_touch(contact, request.user.today(now)),
        "time_there": time_there(contact.time_zone, request.user.zone, now),
    }
    return render(request, "crm/contact_detail.html", context, status=status)
