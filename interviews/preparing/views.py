"""The preparation of one talk: kept as a whole by one button, and its questions tap by tap."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.http import OwnerRequest, require_form, tell
from base.owned import Stale
from base.url_values import read_number
from crm.models import Contact
from interviews.models import ChosenQuestion, QuestionTag
from interviews.preparing import actions, question_bank
from interviews.preparing.brief import read_brief
from interviews.preparing.forms import PreparationForm
from interviews.preparing.preparation_page import MOST_CHOSEN, Prepared, answered_questions, read, week_of


@require_form
def preparation_detail(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    now = timezone.now()
    contact = _contact(request, contact_pk)
    if request.method != "POST":
        return _page(request, read(request.user, contact), now)
    problem = _keep(request, contact, now)
    if problem:
        return problem
    tell(request, _("Kept."))
    return redirect("preparation_detail", contact.pk)


@require_POST
def preparation_pick(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    """Keeps what the page holds, and goes on to choosing questions."""
    contact = _contact(request, contact_pk)
    return _keep(request, contact, timezone.now()) or redirect("question_choose", contact.pk)


@require_form
def question_choose(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    now = timezone.now()
    contact = _contact(request, contact_pk)
    if request.method == "POST":
        picked = question_bank.find_offered(request.user, request.POST.getlist("question")[:100], now)
        count = actions.choose(contact=contact, questions=picked, now=now)
        tell(request, ngettext("%(n)d question chosen.", "%(n)d questions chosen.", count) % {"n": count})
        return redirect(_page_of(contact) + "#questions")
    prepared = read(request.user, contact)
    there = {row.question_id for row in prepared.chosen} | answered_questions(contact)
    open_ones = [q for q in question_bank.questions(request.user, now) if q.retired_at is None and q.pk not in there]
    tag = request.GET.get("tag", "")
    context = {
        "contact": contact,
        "prepared": prepared,
        "tag": tag,
        "tags": QuestionTag.choices,
        "questions": [question for question in open_ones if tag in ("", question.tag)],
        "count": len(open_ones),
    }
    return render(request, "interviews/question_choose.html", context)


@require_POST
def question_move(request: OwnerRequest, contact_pk: int, pk: int, place: int) -> HttpResponse:
    return _act(request, contact_pk, pk, lambda chosen: actions.move(chosen=chosen, to=min(place, 100)))


@require_POST
def question_must(request: OwnerRequest, contact_pk: int, pk: int) -> HttpResponse:
    return _act(request, contact_pk, pk, lambda chosen: actions.mark(chosen=chosen, must_ask=True))


@require_POST
def question_may(request: OwnerRequest, contact_pk: int, pk: int) -> HttpResponse:
    return _act(request, contact_pk, pk, lambda chosen: actions.mark(chosen=chosen, must_ask=False))


@require_POST
def question_remove(request: OwnerRequest, contact_pk: int, pk: int) -> HttpResponse:
    def take_out(chosen: ChosenQuestion) -> None:
        back = reverse("question_return", args=[contact_pk, chosen.question_id])
        if actions.take_out(chosen=chosen):
            undo = f"{back}?at={chosen.position}&must={int(chosen.must_ask)}"
            tell(request, _("Taken out: %(question)s") % {"question": chosen.question.text}, undo=undo)
        else:
            tell(request, _("It has an answer, so it stays."))

    return _act(request, contact_pk, pk, take_out)


@require_POST
def question_return(request: OwnerRequest, contact_pk: int, question_pk: int) -> HttpResponse:
    contact = _contact(request, contact_pk)
    question = get_object_or_404(request.user.questions, pk=question_pk)
    place = read_number(request.GET.get("at"), largest=MOST_CHOSEN) or 1
    must_ask = request.GET.get("must") == "1"
    is_back = actions.put_back(contact=contact, question=question, at=place, must_ask=must_ask, now=timezone.now())
    tell(request, _("Back in its place.") if is_back else _("It is there already."))
    return redirect(_page_of(contact) + "#questions")


@require_safe
def brief(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = get_object_or_404(request.user.interviews.alive().with_contact(), pk=pk)
    interview.contact.owner = request.user
    told = read_brief(request.user, interview.contact, interview, timezone.now())
    return render(request, "interviews/brief.html", {"brief": told, "contact": interview.contact})


@require_safe
def contact_brief(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    contact = _contact(request, contact_pk)
    told = read_brief(request.user, contact, None, timezone.now())
    return render(request, "interviews/brief.html", {"brief": told, "contact": contact})


def _contact(request: OwnerRequest, pk: int) -> Contact:
    return get_object_or_404(request.user.contacts.alive().select_related("organisation"), pk=pk)


def _page_of(contact: Contact) -> str:
    return reverse("preparation_detail", args=[contact.pk])


def _act(request: OwnerRequest, contact_pk: int, pk: int, verb: Callable[[ChosenQuestion], Any]) -> HttpResponse:
    """One tap on a chosen question. What was typed on the page meanwhile is kept first; what cannot be kept stops the tap."""
    contact = _contact(request, contact_pk)
    prepared = read(request.user, contact)
    chosen = next((row for row in prepared.chosen if row.pk == pk), None)
    if chosen is None:
        raise Http404
    problem = _keep(request, contact, timezone.now()) if "purpose" in request.POST else None
    if problem:
        return problem
    verb(chosen)
    return redirect(_page_of(contact) + "#questions")


def _keep(request: OwnerRequest, contact: Contact, now: datetime) -> HttpResponse | None:
    """Keeps what the page holds; answers with the page when something in it is wrong, or was kept elsewhere meanwhile."""
    prepared = read(request.user, contact)
    form = PreparationForm(request.POST, prepared=prepared)
    if not form.is_valid():
        return _page(request, prepared, now, form)
    if prepared.preparation and not form.compare(form.initial):
        return None  # the same once more: a double tap, or nothing typed
    try:
        actions.keep(contact=contact, seen=form.seen, now=now, **form.terms)
    except Stale:
        stands = read(request.user, contact)
        form.show_what_stands(stands)
        if form.differences:  # else kept by the first of two taps
            return _page(request, stands, now, form)
    return None


def _page(
    request: OwnerRequest, prepared: Prepared, now: datetime, form: PreparationForm | None = None
) -> HttpResponse:
    week = week_of(request.user, prepared.interview, now)
    return render(
        request,
        "interviews/preparation_detail.html",
        {
            "contact": prepared.contact,
            "prepared": prepared,
            "form": form or PreparationForm(prepared=prepared),
            "week": week,
            "readiness": prepared.readiness(week),
            "bank_size": question_bank.count_offered(request.user),
        },
    )
