"""What people answered, side by side."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from accounts.http import OwnerRequest
from interviews import learned


@require_safe
def learned_list(request: OwnerRequest) -> HttpResponse:
    """Named by `?question=`, one question is shown on its own page."""
    words, field = learned.read_query(request.GET)
    chosen = request.GET.get("question", "")
    if not words and chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
        query = "?" + urlencode({"field": field.value}) if field.value else ""
        return redirect(reverse("learned_question", args=[int(chosen)]) + query)
    context = {
        "counted": learned.count(request.user),
        "questions": learned.questions_with_answers(request.user, field),
        "fields": learned.fields_of(request.user),
        "field": field.value,
        "chosen": field,
        "found": learned.search(request.user, words, field) if words else None,
        "lists": learned.lists_of(request.user, field),
    }
    return render(request, "interviews/learned.html", context)


@require_safe
def learned_question(request: OwnerRequest, question_pk: int) -> HttpResponse:
    now = timezone.now()
    question = get_object_or_404(request.user.questions, pk=question_pk)
    words, field = learned.read_query(request.GET)
    context = {
        "question": question,
        "questions": learned.questions_with_answers(request.user, field),
        "fields": learned.fields_of(request.user),
        "field": field.value,
        "chosen": field,
        "words": words,
        "page": learned.page_of(request.user, question, field, request.GET.get("after", "")),
        "not_asked": learned.not_asked_yet(request.user, question, now),
        "today": request.user.today(now),
    }
    return render(request, "interviews/learned_question.html", context)
