import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import OwnerRequest, page_or_partial
from base.url_values import read_number
from crm.forms import OWES, ContactSearchForm
from crm.models import ContactQuerySet, Stage, Tag
from crm.search import facet_counts, find, read_people

MOST_TAGS = 20


@require_safe
def contact_list(request: OwnerRequest) -> HttpResponse:
    """Everybody, narrowed by words, stages, tags and promises; `counts` says how many each box would show."""
    now = timezone.now()
    form = ContactSearchForm(request.GET, tags=_tags(request))
    form.is_valid()
    wanted = form.cleaned_data
    if request.htmx and request.htmx.target == "facets":
        counted = {"facets": _facets(form, facet_counts(request.user)), "is_counted": True}
        return page_or_partial(request, "crm/contact_list.html", "facets", counted)
    query = wanted.get("q", "")
    people = _narrow(find(request.user.contacts.alive(), query), wanted)
    today = request.user.today(now)
    counts = facet_counts(request.user) if "counts" in request.GET else None
    context = {
        "page": read_people(request.user, people, request.GET, today),
        "today": today,
        "query": query,
        "form": form,
        "chips": _chips(form),
        "facets": _facets(form, counts),
        "is_counted": counts is not None,
        "narrowed_by": urlencode(_as_query(wanted), doseq=True),
        "uid": uuid.uuid4(),
    }
    return page_or_partial(request, "crm/contact_list.html", "results", context)


def _tags(request: OwnerRequest) -> list[Tag]:
    """The tags the filter offers, and those already chosen; a fragment of results needs only the chosen ones."""
    chosen = [pk for text in request.GET.getlist("tag") if (pk := read_number(text)) is not None]
    found = list(request.user.tags.order_by("name_key").filter(pk__in=chosen)) if chosen else []
    if request.htmx and request.htmx.target == "results":
        return found
    return found + [tag for tag in request.user.tags.order_by("name_key")[:MOST_TAGS] if tag not in found]


def _narrow(people: ContactQuerySet, wanted: dict[str, Any]) -> ContactQuerySet:
    if wanted.get("stage"):
        people = people.filter(stage__in=wanted["stage"])
    for tag in wanted.get("tag", []):
        people = people.tagged(tag)
    for whose in wanted.get("owes", []):
        people = people.owing(whose)
    return people


def _as_query(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value}


def _facets(form: ContactSearchForm, counts: dict[str, int] | None) -> list[dict[str, Any]]:
    """The boxes of the filter, in three groups."""
    wanted = form.cleaned_data
    groups: list[tuple[str, Any]] = [
        ("stage", Stage.choices),
        ("tag", [(tag.pk, tag.name) for tag in form.tags]),
        ("owes", OWES),
    ]
    return [
        {
            "name": name,
            "label": form.fields[name].label,
            "boxes": [
                {
                    "value": value,
                    "label": label,
                    "is_on": value in wanted.get(name, []),
                    "count": "" if counts is None else counts.get(f"{name}:{value}", 0),
                }
                for value, label in choices
            ],
        }
        for name, choices in groups
        if choices
    ]


def _chips(form: ContactSearchForm) -> list[dict[str, Any]]:
    """One chip for each thing the list is narrowed by, and the address without it."""
    wanted = _as_query(form.cleaned_data)
    chips = []
    for name in ("stage", "tag", "owes"):
        labels = dict(form.fields[name].choices)  # type: ignore[attr-defined]  # a choice field
        for value in wanted.get(name, []):
            rest = {**wanted, name: [other for other in wanted[name] if other != value]}
            chips.append({"label": labels[value], "without": urlencode(rest, doseq=True)})
    return chips
