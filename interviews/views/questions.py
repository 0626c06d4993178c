"""My bank of questions: the fourteen of ours, and my own."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import OwnerRequest, go_back, tell
from crm.models import Contact
from interviews import bank
from interviews.forms.preparing import QuestionForm
from interviews.models import Question, QuestionTag

require_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def question_list(request: OwnerRequest) -> HttpResponse:
    everything = bank.questions(request.user, timezone.now())
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
        question = request.user.questions.create(created_at=timezone.now(), **form.cleaned_data)
        tell(request, _("In your bank."), undo=reverse("question_retire", args=[question.key]))
        return redirect("question_choose", contact.pk) if contact else redirect("question_list")
    return render(request, "interviews/question_form.html", {"form": form, "contact": contact})


@require_form
def question_edit(request: OwnerRequest, key: str) -> HttpResponse:
    now = timezone.now()
    question = _question(request, key)
    form = QuestionForm(request.POST or None, owner=request.user, question=question)
    if request.method == "POST" and form.is_valid():
        kept = bank.keep(question, now)
        request.user.questions.filter(pk=kept.pk).update(**form.cleaned_data)
        tell(request, _("Kept."))
        contact = _contact(request)
        return redirect("preparation_detail", contact.pk) if contact else redirect("question_list")
    return render(request, "interviews/question_form.html", {"form": form, "question": question})


@require_POST
def question_retire(request: OwnerRequest, key: str) -> HttpResponse:
    now = timezone.now()
    question = bank.keep(_question(request, key), now)
    question.retire(now)
    tell(request, _("No longer offered. Its answers stay."), undo=reverse("question_unretire", args=[question.key]))
    return go_back(request, reverse("question_list"))


@require_POST
def question_unretire(request: OwnerRequest, key: str) -> HttpResponse:
    bank.keep(_question(request, key), timezone.now()).bring_back()
    tell(request, _("Offered again."))
    return go_back(request, reverse("question_list"))


def _question(request: OwnerRequest, key: str) -> Question:
    question = bank.find(request.user, key, timezone.now())
    if question is None:
        raise Http404
    question.owner = request.user
    return question


def _contact(request: OwnerRequest) -> Contact | None:
    pk = request.GET.get("contact", "")
    if not pk:
        return None
    if not (pk.isascii() and pk.isdigit() and len(pk) < 19):
        raise Http404
    contact: Contact = get_object_or_404(request.user.contacts.alive(), pk=pk)
    return contact
