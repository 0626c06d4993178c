"""The room: open on a phone while the two talk. GET only shows; each tap and each write is a POST of its own."""

import uuid
from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.http import OwnerRequest, seen_version, tell, undo_url
from base.text import promise_lines
from crm.forms import promise_in_words
from interviews.holding import actions
from interviews.holding.forms import BoxRows, ExtendForm, RoomWriteForm, TapForm, boxes_in
from interviews.holding.room_page import SHOWN, Clock, Line, agenda_of, boxes_of, call_link, questions_of, room_of
from interviews.models import Interview, Phase, Room
from interviews.planning import actions as planning
from interviews.planning import toasts

TOO_LONG = gettext_lazy("Long for a promise: it stands among the notes, and in the debrief.")
ASIDE = gettext_lazy("Too much for the notes of the talk: it stands among the notes on the contact’s page.")
Typed = dict[str, tuple[str, str]]


@require_safe
def room(request: OwnerRequest, pk: int) -> HttpResponse:
    interview = _interview(request, pk)
    if interview.is_held:
        return redirect("debrief", pk)
    if not interview.is_planned:
        return redirect(interview)
    return _render_room(request, interview)


@require_POST
def room_start(request: OwnerRequest, pk: int) -> HttpResponse:
    actions.start(interview=_interview(request, pk), now=timezone.now())
    return redirect("room", pk)


@require_POST
def room_write(request: OwnerRequest, pk: int) -> HttpResponse:
    """One box or line, as a device sends it on its own. Answers in JSON what is kept now."""
    now = timezone.now()
    form = RoomWriteForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": form.error_text}, status=422)
    try:
        kept = actions.write(owner=request.user, interview_pk=pk, said=form.write, now=now)
    except Room.DoesNotExist:
        get_object_or_404(request.user.interviews.alive(), pk=pk)
        return JsonResponse({"error": _("The room is not open yet. Start the talk, then it is kept.")}, status=409)
    except actions.NoSuchBox:
        return JsonResponse({"error": _("This question is no longer among those of the talk.")}, status=404)
    except actions.TooMuch as sentence:
        return JsonResponse({"error": str(sentence)}, status=422)
    today = request.user.today(kept.at or now)
    lines = (
        [kept.text] if kept.box in (actions.MINE, actions.THEIRS) else promise_lines(kept.text)[: actions.MOST_LINES]
    )
    understood = [promise_in_words(line, today) for line in lines]
    answer = {"box": kept.box, "text": kept.text, "version": kept.version, "merged": kept.is_merged}
    if kept.became_note:
        answer["said"] = ASIDE
    elif actions.is_too_long(form.write):
        answer["said"] = TOO_LONG
    return JsonResponse({**answer, "understood": understood, "now": round(now.timestamp() * 1000)})


@require_safe
def room_clock(request: OwnerRequest, pk: int) -> HttpResponse:
    """What the server's clock says, for a phone that has slept."""
    opened = get_object_or_404(request.user.rooms.alive().select_related("interview__contact"), interview__pk=pk)
    return JsonResponse(Clock(opened, timezone.now()).as_json())


@require_POST
def room_save(request: OwnerRequest, pk: int) -> HttpResponse:
    """Everything on the page at once, for a browser without the script."""
    return _act(request, pk, lambda room, now: None)


@require_POST
def room_extend(request: OwnerRequest, pk: int) -> HttpResponse:
    return _extend(request, pk, +1)


@require_POST
def room_unextend(request: OwnerRequest, pk: int) -> HttpResponse:
    return _extend(request, pk, -1)


@require_POST
def room_pause(request: OwnerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda room, now: actions.pause(room=room, now=now))


@require_POST
def room_resume(request: OwnerRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda room, now: actions.resume(room=room, now=now))


@require_POST
def room_end(request: OwnerRequest, pk: int) -> HttpResponse:
    def end(room: Room, now: datetime) -> None:
        actions.end(room=room, now=now)
        said = _("The talk with %(name)s has ended.") % {"name": room.interview.contact.first_name}
        tell(request, said, undo=undo_url("room_reopen", room, pk))

    return _act(request, pk, end)


@require_POST
def room_no_show(request: OwnerRequest, pk: int) -> HttpResponse:
    def no_show(room: Room, now: datetime) -> None:
        planning.no_show(interview=room.interview, now=now)
        tell(request, toasts.no_show(room.interview, None), undo=undo_url("interview_unhold", room.interview))

    return _act(request, pk, no_show)


@require_POST
def room_reopen(request: OwnerRequest, pk: int) -> HttpResponse:
    response = _act(request, pk, lambda room, now: actions.reopen(room=room, now=now))
    # from the toast of another page: the room wants its script, so the whole page
    return (
        HttpResponseClientRedirect(response.url)
        if request.htmx and isinstance(response, HttpResponseRedirect)
        else response
    )


def _extend(request: OwnerRequest, pk: int, sign: int) -> HttpResponse:
    form = ExtendForm(request.POST if "minutes" in request.POST else request.GET)
    if not form.is_valid():
        raise Http404
    minutes = sign * form.cleaned_data["minutes"]

    def extend(room: Room, now: datetime) -> None:
        actions.extend(room=room, minutes=minutes, now=now)
        if minutes > 0:
            said = ngettext("%(n)d minute more.", "%(n)d minutes more.", minutes) % {"n": minutes}
            undo = reverse("room_unextend", args=[pk])
            tell(request, said, undo=f"{undo}?minutes={minutes}&v={room.version}")

    return _act(request, pk, extend)


def _act(request: OwnerRequest, pk: int, verb: Callable[[Room, datetime], object]) -> HttpResponse:
    """Saves what was typed on the page, then runs the verb. Refused text is shown again with its error."""
    if "at" in request.POST:
        return _tap(request, pk, verb)
    interview, now = _interview(request, pk), timezone.now()
    opened = room_of(interview)
    if opened is None:
        return redirect("room", pk)
    refused = _keep_typed(request, interview, now)
    if refused:
        return _render_room(request, interview, refused)
    opened.refresh_from_db()
    opened.interview = interview
    seen_version(request, opened)
    verb(opened, now)
    return redirect("room", pk)


def _tap(request: OwnerRequest, pk: int, verb: Callable[[Room, datetime], object]) -> JsonResponse:
    """One tap as the script sends it, perhaps late or twice. Answers the address of the next page, if it is another one."""
    form = TapForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": _("This tap says no time.")}, status=422)
    list(messages.get_messages(request))  # of several taps that waited, the last alone can be undone from its toast
    try:
        room = actions.tap(owner=request.user, interview_pk=pk, said=form.tap, verb=verb, now=timezone.now())
    except Room.DoesNotExist:
        return JsonResponse({"error": _("This talk is no longer there.")}, status=404)
    talk = room.interview
    after = reverse("debrief", args=[pk]) if talk.is_held else talk.get_absolute_url()
    return JsonResponse({"next": "" if talk.is_planned else after})


def _keep_typed(request: OwnerRequest, interview: Interview, now: datetime) -> Typed:
    """Saves the boxes of the page and returns those that were refused. (The script has saved its boxes before.)"""
    refused: Typed = {}
    for row in boxes_in(request.POST):
        name, text = (str(row[field].value() or "") for field in ("box", "text"))
        if not row.is_valid():
            refused[name] = (text, row.error_text)
            continue
        try:
            kept = actions.write(owner=request.user, interview_pk=interview.pk, said=row.write, now=now)
            if kept.became_note or actions.is_too_long(row.write):
                tell(request, str(ASIDE if kept.became_note else TOO_LONG))
        except actions.NoSuchBox:
            refused[name] = (text, _("This question is no longer among those of the talk."))
        except actions.TooMuch as sentence:
            refused[name] = (text, str(sentence))
    return refused


def _render_room(request: OwnerRequest, interview: Interview, refused: Typed | None = None) -> HttpResponse:
    now = timezone.now()
    opened = room_of(interview)
    is_open = opened is not None and not opened.is_over
    questions = questions_of(interview)
    boxes = boxes_of(opened, questions, refused or {}) if is_open and opened else []
    context = {
        "interview": interview,
        "contact": interview.contact,
        "page_uid": uuid.uuid4(),
        "phases": Phase.values,
        "agenda": agenda_of(interview),
        "questions": questions,
        "call": call_link(interview),
        "clock": Clock(opened, now) if is_open and opened else None,
        "boxes": boxes,
        "rows": BoxRows(prefix="box", initial=[{}] * (len(boxes) + len(actions.LINES)), form_kwargs={"page": None}),
        "asked": sum(1 for one in questions if one.answered_at),
        "promises": interview.promises.open().filter(contact=interview.contact).order_by("pk")[:SHOWN]
        if is_open
        else [],
        "lines": {
            name: Line(len(boxes) + n, name, *(refused or {}).get(name, ("", "")))
            for n, name in enumerate(actions.LINES)
        },
    }
    return render(request, "interviews/room.html", context, status=422 if refused else 200)


def _interview(request: OwnerRequest, pk: int) -> Interview:
    rows = request.user.interviews.alive().with_contact().select_related("room", "preparation")
    found: Interview = get_object_or_404(rows, pk=pk)
    found.contact.owner = request.user
    opened = room_of(found)
    if opened:
        opened.interview = found
    return found
