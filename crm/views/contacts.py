"""The list of people, and the forms that add and change them."""

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import OwnerRequest, page_or_partial, require_form, tell, undo_url
from accounts.models import User
from accounts.templatetags.keepword import day
from base.counting import CAP, in_figures, in_words
from base.submitted_once import once, uid_of
from base.url_values import read_number
from crm import actions
from crm.forms import OWES, ContactForm, ContactSearchForm, QuickForm, read_undated
from crm.models import Contact, ContactQuerySet, Stage
from crm.search import facet_counts, find, read_people

MOST_TAGS = 12
MOST_SAID = 3


@require_safe
def contact_list(request: OwnerRequest) -> HttpResponse:
    """Everybody, narrowed by words, stages, tags and promises; `counts` says how many each box would show."""
    now = timezone.now()
    form = ContactSearchForm(request.GET, tags=_tags(request), introducer=_introducer(request))
    form.is_valid()
    wanted = form.cleaned_data
    if request.htmx and request.htmx.target == "facets":
        counted = {"facets": _facets(form, facet_counts(request.user)), "is_counted": True}
        return page_or_partial(request, "crm/contact_list.html", "facets", counted)
    query = wanted.get("q", "")
    people = _narrow(find(request.user.contacts.alive(), query), wanted)
    today = request.user.today(now)
    page, count = read_people(people, request.GET, today)
    counts = facet_counts(request.user) if "counts" in request.GET else None
    context = {
        "page": page,
        "count": count,
        "how_many": in_words(count) if count > CAP else in_figures(count),
        "today": today,
        "query": query,
        "form": form,
        "chips": _chips(form),
        "facets": _facets(form, counts),
        "is_counted": counts is not None,
        "narrowed_by": QueryDict(urlencode(_as_query(wanted), doseq=True)),
    }
    return page_or_partial(request, "crm/contact_list.html", "results", context)


def _tags(request: OwnerRequest) -> list[tuple[int, str]]:
    """The tags the filter offers, and those already chosen, by key and name; a fragment of results needs only the chosen ones."""
    chosen = [pk for text in request.GET.getlist("tag") if (pk := read_number(text)) is not None]
    is_fragment = request.htmx.target == "results"
    if is_fragment and not chosen:
        return []
    tags = request.user.tags.order_by("name_key").values_list("pk", "name")
    found = list(tags.filter(pk__in=chosen)) if chosen else []
    if is_fragment:
        return found
    return found + [tag for tag in tags[:MOST_TAGS] if tag not in found]


def _introducer(request: OwnerRequest) -> Contact | None:
    """Whom the list is narrowed to those of, who came through them."""
    pk = read_number(request.GET.get("through"))
    return request.user.contacts.alive().filter(pk=pk).only("name").first() if pk else None


def _narrow(people: ContactQuerySet, wanted: dict[str, Any]) -> ContactQuerySet:
    if wanted.get("stage"):
        people = people.filter(stage__in=wanted["stage"])
    for tag in wanted.get("tag", []):
        people = people.tagged(tag)
    for whose in wanted.get("owes", []):
        people = people.owing(whose)
    if wanted.get("through"):
        people = people.filter(introduced_by=wanted["through"])
    return people


def _as_query(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value}


def _facets(form: ContactSearchForm, counts: dict[str, int] | None) -> list[tuple[str, Any, list[tuple[Any, ...]]]]:
    """The boxes of the filter in three groups, each a name, a label and its boxes: value, label, whether it is ticked, count."""
    counts = counts or {}
    groups = []
    for name, choices in (("stage", Stage.choices), ("tag", form.tags), ("owes", OWES)):
        on = form.cleaned_data.get(name, [])
        boxes = [(value, label, value in on, counts.get(f"{name}:{value}", 0)) for value, label in choices]
        if boxes:
            groups.append((name, form.fields[name].label, boxes))
    return groups


def _chips(form: ContactSearchForm) -> list[dict[str, Any]]:
    """One chip for each thing the list is narrowed by, and the address without it."""
    wanted = _as_query(form.cleaned_data)
    chips = []
    for name in ("stage", "tag", "owes"):
        labels = dict(form.fields[name].choices)  # type: ignore[attr-defined]  # a choice field
        for value in wanted.get(name, []):
            rest = {**wanted, name: [other for other in wanted[name] if other != value]}
            chips.append({"label": labels[value], "without": urlencode(rest, doseq=True)})
    if form.introducer:
        rest = {name: value for name, value in wanted.items() if name != "through"}
        label = _("Through %s") % form.introducer.name
        chips.append({"label": label, "without": urlencode(rest, doseq=True)})
    return chips


@require_form
def contact_new(request: OwnerRequest) -> HttpResponse:
    """The full form."""
    now = timezone.now()
    today = request.user.today(now)
    if request.method != "POST":
        return render_new(request, ContactForm(owner=request.user, today=today))
    form = ContactForm(request.POST, owner=request.user, today=today)
    if not form.is_valid():
        return render_new(request, form, read_undated(request.POST))
    added = add_once(
        request,
        form,
        details=form.details(),
        note=form.cleaned_data["note"],
        undated=read_undated(request.POST),
        now=now,
    )
    tell_added(request, added)
    return redirect("contact_new" if request.POST.get("then") == "another" else added.contact)


def render_new(request: OwnerRequest, form: ContactForm, undated: Sequence[str] = ()) -> HttpResponse:
    return render(request, "crm/contact_new.html", {"form": form, "known": form.known(), "undated": undated})


def add_once(request: OwnerRequest, form: ContactForm | QuickForm, **said: Any) -> actions.Added:
    return once(
        uid_of(form, request.user),
        lambda uid: actions.add(owner=request.user, uid=uid, **said),
        lambda uid: _there(request.user, uid),
    )


def tell_added(request: OwnerRequest, added: actions.Added) -> None:
    """Who was added, and what was promised with it; the page that opens shows the rest. After Back without a script the form
    has a new uid, so a namesake may be a duplicate; the toast says so."""
    contact = added.contact
    said = [_("Added %s.") % contact.name]
    if request.user.contacts.alive().filter(name_key=contact.name_key).exclude(pk=contact.pk).exists():
        said.append(_("You had somebody of that name already: Undo, if they are the same."))
    tell(request, " ".join([*said, *promises_in_words(added.promises)]), undo=undo_url("contact_bin", contact))


def _there(owner: User, uid: uuid.UUID) -> actions.Added | None:
    contact = owner.contacts.alive().filter(uid=uid).first()
    return actions.Added(contact, list(contact.promises.open().order_by("pk"))) if contact else None


def promises_in_words(promises: list[Any]) -> list[str]:
    """For a toast, which has room for a few: one sentence, or none."""
    if not promises:
        return []
    said = [
        _("%(what)s, by %(day)s") % {"what": Truncator(promise.what).chars(60), "day": day(promise.due_on)}
        for promise in promises[:MOST_SAID]
    ]
    more = len(promises) - MOST_SAID
    if more > 0:
        said.append(_("and %d more") % more)
    return [_("You promise: %s.") % "; ".join(said)]


@require_form
def contact_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    today = request.user.today(now)
    people = request.user.contacts.alive().select_related("organisation", "introduced_by")
    if request.method == "POST":
        with transaction.atomic():  # what the form compares with stays as it is until it is saved
            contact = get_object_or_404(people.select_for_update(of=("self",), no_key=True), pk=pk)
            form = ContactForm(request.POST, owner=request.user, today=today, contact=contact)
            if form.is_valid():
                actions.edit(contact=contact, details=form.details(), now=now)
                tell(request, _("Saved what you changed about %s.") % contact.first_name)
                return redirect(contact)
    else:
        contact = get_object_or_404(people, pk=pk)
        form = ContactForm(owner=request.user, today=today, contact=contact)
    return render(request, "crm/contact_edit.html", {"contact": contact, "form": form, "known": form.known()})
