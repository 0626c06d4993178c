"""My bank of questions: the fourteen of ours, and my own."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import OwnerRequest, go_back, require_form, seen_version, tell, undo_url
from base.owned import Stale
from base.url_values import read_number
from crm.models import Contact
from interviews.models import Question, QuestionTag
from interviews.preparing import question_bank
from interviews.preparing.forms import QuestionForm


@require_safe
def question_list(request: OwnerRequest) -> HttpResponse:
    everything = question_bank.questions(request.user, timezone.now())
    offered = [question for question in everything if question.retired_at is None]
    tag = request.GET.get("tag", "")
    context = {
        "questions": [question for question in offered if tag in ("", question.tag)],
        "retired": [question for question in everything if question.retired_at],
        "count": len(offered),
        "tag": tag,
        "tags": QuestionTag.choices,
    }
    return render(request, "interviews/question_list.html", context)


@require_form
def question_new(request: OwnerRequest) -> HttpResponse:
    """`?contact=` is the one whose talk it is written for: then it goes back there."""
    contact = _contact(request)
    form = QuestionForm(request.POST or None, owner=request.user)
    if request.method == "POST" and form.is_valid():
        question = request.user.questions.create(created_at=timezone.now(), **form.terms)
        tell(request, _("In your bank."), undo=undo_url("question_retire", question, question.key))
        return redirect("question_choose", contact.pk) if contact else redirect("question_list")
    return render(request, "interviews/question_form.html", {"form": form, "contact": contact})


@require_form
def question_edit(request: OwnerRequest, key: str) -> HttpResponse:
    now = timezone.now()
    question, contact = _question(request, key), _contact(request)
    form = QuestionForm(request.POST or None, owner=request.user, question=question)
    if request.method == "POST" and form.is_valid():
        try:
            question_bank.ensure_row(question, now).change(form.seen, **form.terms)
        except Stale:
            form.show_what_stands(_question(request, key))
        if not form.differences:  # saved; or by the first of two taps
            tell(request, _("Kept."))
            return redirect("preparation_detail", contact.pk) if contact else redirect("question_list")
    return render(request, "interviews/question_form.html", {"form": form, "question": question})


@require_POST
def question_retire(request: OwnerRequest, key: str) -> HttpResponse:
    now = timezone.now()
    question = question_bank.ensure_row(_question(request, key), now)
    question.retire(seen_version(request, question), now)
    tell(request, _("No longer offered. Its answers stay."), undo=undo_url("question_unretire", question, question.key))
    return go_back(request, reverse("question_list"))


@require_POST
def question_unretire(request: OwnerRequest, key: str) -> HttpResponse:
    question = question_bank.ensure_row(_question(request, key), timezone.now())
    question.bring_back(seen_version(request, question))
    tell(request, _("Offered again."))
    return go_back(request, reverse("question_list"))


def _question(request: OwnerRequest, key: str) -> Question:
    question = question_bank.find(request.user, key, timezone.now())
    if question is None:
        raise Http404
    question.owner = request.user
    return question


def _contact(request: OwnerRequest) -> Contact | None:
    named = request.GET.get("contact")
    if not named:
        return None
    return get_object_or_404(request.user.contacts.alive(), pk=read_number(named))
