import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from accounts.http import OwnerRequest, go_back, page_or_partial, require_form, tell
from base.url_values import read_number
from crm.importing import decisions
from crm.importing.formats.table import neutralise
from crm.importing.forms import TicksForm, UploadForm
from crm.models import Import, ImportAction, ImportRow, ImportState
from outbox.waking import wake

IMPORTS = 30  # on a page of earlier ones
SIZES = {ImportAction.UPDATE: 20, ImportAction.NEW: 50, ImportAction.UNREADABLE: 20}  # of a page under each heading


@require_form
def import_list(request: OwnerRequest) -> HttpResponse:
    now, owner = timezone.now(), request.user
    if request.method == "POST":
        files = request.FILES  # reading them is what finds out
        is_too_large = "UPLOAD_TOO_LARGE" in request.META
        form = UploadForm(request.POST, files, owner=owner, is_too_large=is_too_large)
        if form.is_valid():
            batch = form.save(now)
            wake("jobs")
            return redirect(batch)
    else:
        form = UploadForm(owner=owner)
    batches = owner.imports.newest_first()
    if before := read_number(request.GET.get("before")):
        batches = batches.filter(pk__lt=before)
    found = list(batches[: IMPORTS + 1])
    page = found[:IMPORTS]
    context = {
        "form": form,
        "imports": [(batch, batch.can_undo(now)) for batch in page],
        "later": page[-1].pk if len(found) > IMPORTS else None,
        "batch": next((batch for batch in page if batch.is_working), None),
    }
    return render(request, "crm/import_list.html", context)


@require_safe
def import_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    batch = _import(request, pk)
    if batch.is_working:
        return page_or_partial(request, "crm/import_progress.html", "progress", {"batch": batch})
    if request.htmx and request.htmx.target == "progress":  # the job is done: the page it was drawn on is another now
        return HttpResponseClientRefresh()
    if batch.state == ImportState.READY:
        return render(request, "crm/import_preview.html", _preview(request, batch))
    now = timezone.now()
    left_out = batch.rows.left_out().count() - batch.counts["passed"] if batch.counts["ticked"] else 0
    context = {"batch": batch, "counts": batch.counts, "can_undo": batch.can_undo(now), "left_out": left_out}
    return render(request, "crm/import_done.html", context)


@require_POST
def import_tick(request: OwnerRequest, pk: int) -> HttpResponse:
    batch = _import(request, pk)
    decisions.keep_ticks(batch, TicksForm(request.POST))
    return go_back(request, batch.get_absolute_url())


@require_POST
def import_tick_all(request: OwnerRequest, pk: int) -> HttpResponse:
    batch = _import(request, pk)
    decisions.tick_all(batch, wanted=True)
    return redirect(batch)


@require_POST
def import_tick_none(request: OwnerRequest, pk: int) -> HttpResponse:
    batch = _import(request, pk)
    decisions.tick_all(batch, wanted=False)
    return redirect(batch)


@require_POST
def import_take_in(request: OwnerRequest, pk: int) -> HttpResponse:
    batch = _import(request, pk)
    if decisions.start(batch, TicksForm(request.POST)):
        wake("jobs")
    return redirect(batch)


@require_POST
def import_stop(request: OwnerRequest, pk: int) -> HttpResponse:
    batch = _import(request, pk)
    if not decisions.stop(batch, timezone.now()):
        tell(request, _("%(file)s is not being worked any more.") % {"file": batch.filename})
    return redirect(batch)


@require_POST
def import_undo(request: OwnerRequest, pk: int) -> HttpResponse:
    batch = _import(request, pk)
    if decisions.undo(batch, timezone.now()):
        wake("jobs")
    elif batch.state not in (ImportState.UNDOING, ImportState.UNDONE):
        tell(request, _("Nothing of %(file)s can be undone.") % {"file": batch.filename})
    return redirect(batch)


@require_safe
def import_lines(request: OwnerRequest, pk: int) -> HttpResponseBase:
    """The lines that were not understood as a file, to be mended and brought in again."""
    batch = _import(request, pk)
    lines = StreamingHttpResponse(_csv(batch), content_type="text/csv; charset=utf-8")
    lines["Content-Disposition"] = f'attachment; filename="lines-not-understood-{batch.pk}.csv"'
    return lines


def _import(request: OwnerRequest, pk: int) -> Import:
    return get_object_or_404(request.user.imports, pk=pk)


def _preview(request: OwnerRequest, batch: Import) -> dict[str, Any]:
    left_out = batch.rows.left_out()
    return {
        "batch": batch,
        "counts": batch.counts,
        "updates": _section(batch, ImportAction.UPDATE, request.GET),
        "new": _section(batch, ImportAction.NEW, request.GET),
        "unreadable": _section(batch, ImportAction.UNREADABLE, request.GET),
        "take": batch.counts["new"] - left_out.filter(action=ImportAction.NEW).count(),
        "change": batch.counts["update"] - left_out.filter(action=ImportAction.UPDATE).count(),
    }


@dataclass(frozen=True)
class Section:
    """One page of the rows under a heading of the preview. `earlier` and `later` are the lines to go on after, None where there
    is none. The line is unique in an import and the end of the index, so it is the whole cursor, and any depth costs the same;
    `base.paging` adds a key to a value that is not unique, and two names in the address, where three lists page here."""

    rows: list[ImportRow]
    count: int
    earlier: int | None
    later: int | None


def _section(batch: Import, action: ImportAction, query: Mapping[str, str]) -> Section:
    count, size = int(batch.counts[action]), SIZES[action]
    after = read_number(query.get(action), largest=10**9) or 0
    if not count:
        return Section([], 0, None, None)
    listed = batch.rows.to_do(action)
    rows = list(listed.filter(line__gt=after).select_related("contact")[: size + 1])
    earlier = None
    if after:
        above = list(listed.reverse().filter(line__lte=after).values_list("line", flat=True)[size : size + 1])
        earlier = above[0] if above else 0
    later = rows[size - 1].line if len(rows) > size else None
    return Section(rows[:size], count, earlier, later)


class _Echo:
    """A file that gives back what is written to it, for `csv` to write a stream."""

    def write(self, text: str) -> str:
        return text


def _csv(batch: Import) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield "\ufeff"
    yield writer.writerow([neutralise(name) for name in batch.header])
    for data in batch.rows.to_do(ImportAction.UNREADABLE).values_list("data", flat=True).iterator(chunk_size=1000):
        yield writer.writerow([neutralise(cell) for cell in data.get("cells", ())])
