"""What people answered, side by side, and what they named to read and to join."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import OwnerRequest, go_back, tell
from base.text import clean_line
from base.url_values import read_number
from interviews.learning import answers
from interviews.learning.reading_lists import GATHERED, ON_A_PAGE, SHELVES, key_of, shelves_of
from interviews.learning.remembered import remember
from interviews.preparing import actions as preparing


@require_safe
def talk_remembered(request: OwnerRequest, pk: int) -> HttpResponse:
    """What was answered and promised in one talk, for its card on the contact's page."""
    talk = get_object_or_404(request.user.interviews.alive().select_related("debrief", "contact"), pk=pk)
    context = {"remembered": remember(talk), "contact": talk.contact, "today": request.user.today(timezone.now())}
    if not request.htmx:
        return redirect(talk)
    return render(request, "interviews/_remembered_more.html", context)


@require_safe
def learned_list(request: OwnerRequest) -> HttpResponse:
    """Named by `?question=`, one question is shown on its own page."""
    words, field = answers.read_query(request.GET)
    chosen = read_number(request.GET.get("question"), largest=10**18 - 1)
    if not words and chosen is not None:
        query = "?" + urlencode({"field": field.value}) if field.value else ""
        return redirect(reverse("learned_question", args=[chosen]) + query)
    context = {
        "counted": answers.count(request.user),
        "questions": answers.questions_with_answers(request.user, field),
        "fields": answers.fields_of(request.user),
        "field": field.value,
        "chosen": field,
        "found": answers.search(request.user, words, field) if words else None,
        "shelves": [shelf for shelf in shelves_of(request.user, field).values() if shelf.named],
    }
    return render(request, "interviews/learned.html", context)


@require_safe
def learned_question(request: OwnerRequest, question_pk: int) -> HttpResponse:
    now = timezone.now()
    question = get_object_or_404(request.user.questions, pk=question_pk)
    words, field = answers.read_query(request.GET)
    not_asked = answers.not_asked_yet(request.user, question, now)
    context = {
        "question": question,
        "questions": answers.questions_with_answers(request.user, field),
        "fields": answers.fields_of(request.user),
        "field": field.value,
        "chosen": field,
        "words": words,
        "page": answers.page_of(request.user, question, field, request.GET),
        "not_asked": not_asked,
        "names": _names([talk.contact.first_name for talk in not_asked]),
        "today": request.user.today(now),
    }
    return render(request, "interviews/learned_question.html", context)


@require_POST
def learned_ask(request: OwnerRequest, question_pk: int) -> HttpResponse:
    """Takes the question into the talks that the page named."""
    now = timezone.now()
    question = get_object_or_404(request.user.questions, pk=question_pk)
    contacts = {talk.contact_id: talk.contact for talk in answers.not_asked_yet(request.user, question, now)}
    for contact in contacts.values():
        contact.owner = request.user
    asked = preparing.ask_all(question=question, contacts=list(contacts.values()), now=now)
    if asked:
        undo = reverse("learned_unask", args=[question.pk]) + "?of=" + ",".join(str(contact.pk) for contact in asked)
        names = _names([contact.first_name for contact in asked])
        tell(request, _("Among the questions for %(names)s.") % {"names": names}, undo=undo)
    else:
        tell(request, _("Nothing was changed: nobody is left to ask, or their talks are full."))
    return redirect("learned_question", question.pk)


@require_POST
def learned_unask(request: OwnerRequest, question_pk: int) -> HttpResponse:
    question = get_object_or_404(request.user.questions, pk=question_pk)
    asked = [read_number(pk) for pk in request.GET.get("of", "").split(",")[: answers.NOT_ASKED]]
    rows = question.chosen.filter(contact__in=[pk for pk in asked if pk is not None], answered_at__isnull=True)
    gone = preparing.undo_ask_all(rows=rows.select_related("preparation__contact"))
    tell(request, _("Taken out again.") if gone else _("Nothing was changed."))
    return redirect("learned_question", question.pk)


@require_safe
def learned_shelf(request: OwnerRequest, key: str) -> HttpResponse:
    """The whole list, a page at a time, and as a text to copy."""
    field = answers.read_query(request.GET)[1]
    shelf = shelves_of(request.user, field).get(key)
    if shelf is None:
        raise Http404
    begin = read_number(request.GET.get("from"), largest=GATHERED * 100) or 0
    end = begin + ON_A_PAGE
    context = {
        "shelf": shelf,
        "rows": shelf.named[begin:end],
        "field": field.value,
        "begin": begin,
        "later": end if end < len(shelf.named) else 0,
    }
    return render(request, "interviews/learned_shelf.html", context)


@require_POST
def tick_set(request: OwnerRequest, key: str) -> HttpResponse:
    if key not in SHELVES:
        raise Http404
    name = clean_line(request.POST.get("name", ""))[:200]
    if name:
        tick, _is_new = request.user.ticks.get_or_create(name_key=key_of(name), defaults={"name": name})
        tick.set(timezone.now())
        known = {"done": SHELVES[key]["done"], "name": name}
        tell(request, _("%(done)s: %(name)s") % known, undo=reverse("tick_unset", args=[key, tick.pk]))
    return go_back(request, reverse("learned_shelf", args=[key]))


@require_POST
def tick_unset(request: OwnerRequest, key: str, pk: int) -> HttpResponse:
    tick = get_object_or_404(request.user.ticks, pk=pk)
    tick.unset()
    tell(request, _("On the list again: %(name)s") % {"name": tick.name})
    return go_back(request, reverse("learned_shelf", args=[key]) if key in SHELVES else reverse("learned"))


def _names(names: list[str]) -> str:
    return get_text_list(names, _("and"))
