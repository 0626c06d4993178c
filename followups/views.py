import uuid
from collections.abc import Callable
from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.http import OwnerRequest, go_back, page_or_partial, require_form, seen_version, tell, undo_url
from accounts.templatetags.keepword import near
from base.owned import Stale
from base.submitted_once import once, uid_of
from base.text import clean_line, key_of
from base.url_values import read_date, read_instant, read_number
from crm.models import Contact, Stage
from followups import actions
from followups.forms import PromiseChangeForm, PromiseForm, PromiseToForm
from followups.models import Promise, PromiseQuerySet
from followups.promise_list import read_list
from interviews.models import Interview

FURTHEST_SNOOZE = 366
SUGGESTED = 20  # names


@require_safe
def promise_list(request: OwnerRequest) -> HttpResponse:
    day = request.user.today(timezone.now())
    return render(request, "followups/promise_list.html", read_list(request.user, request.GET, day))


@require_form
def promise_new(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    now = timezone.now()
    contact = get_object_or_404(request.user.contacts.alive(), pk=contact_pk)
    interview = _interview(request, contact)
    typed = {name: request.GET[name] for name in ("whose", "what", "kind", "due") if name in request.GET}
    form = PromiseForm(request.POST or None, today=request.user.today(now), initial=typed)
    if request.method == "POST" and form.is_valid():
        _note(request, form, lambda uid: contact.promises.make(**form.terms, interview=interview, uid=uid, now=now))
        return redirect(interview or contact)
    context = {"form": form, "contact": contact, "interview": interview}
    return page_or_partial(request, "followups/promise_new.html", "due-understood", context)


@require_form
def promise_to(request: OwnerRequest) -> HttpResponse:
    """A promise to somebody who is named in the form. `who` in the address, as it is typed, suggests names."""
    now, owner = timezone.now(), request.user
    typed = {name: request.GET[name] for name in ("who", "whose", "what", "kind", "due") if name in request.GET}
    form = PromiseToForm(request.POST or None, owner=owner, today=owner.today(now), initial=typed)
    if request.method == "POST" and form.is_valid():
        who = form.cleaned_data["who"]
        promise = _note(
            request, form, lambda uid: actions.promise_to(owner=owner, who=who, uid=uid, now=now, **form.terms)
        )
        return redirect(f"{reverse('promise_list')}?tab={promise.whose}")
    known = owner.contacts.alive().filter(name_key__gte=key_of(clean_line(request.GET.get("who", "")))).in_list_order()
    context = {"form": form, "known": known.values_list("name", flat=True)[:SUGGESTED]}
    partial = "known-who" if request.htmx.target == "known-who" else "due-understood"
    return page_or_partial(request, "followups/promise_to.html", partial, context)


@require_safe
def promise_detail(request: OwnerRequest, pk: int) -> HttpResponse:
    promise = get_object_or_404(_promises(request).select_related("interview", "check_in_of"), pk=pk)
    context = {
        "promise": promise,
        "today": request.user.today(timezone.now()),
        "check_ins": promise.check_ins.alive().select_related("contact").most_urgent_first(),
    }
    return render(request, "followups/promise_detail.html", context)


@require_form
def promise_edit(request: OwnerRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    promise = get_object_or_404(_promises(request), pk=pk)
    form = PromiseChangeForm(request.POST or None, promise=promise, today=request.user.today(now))
    if "due" in request.GET:  # as you type
        form.initial["due"] = request.GET["due"]
    if request.method == "POST" and form.is_valid():
        try:
            form.save(now)
        except Stale:
            form.show_what_stands()
        else:
            tell(request, _("Changed: “%(what)s”.") % {"what": _short(promise)})
        if not form.differences:  # saved; or by the first of two taps
            return redirect(promise)
    context = {"form": form, "promise": promise, "contact": promise.contact}
    return page_or_partial(request, "followups/promise_edit.html", "due-understood", context)


# --- one tap each, with its undo; a stale one is answered by accounts.http.AnswerStale ---------------------------------


@require_POST
def promise_keep(request: OwnerRequest, pk: int) -> HttpResponse:
    promise = _seen(request, pk)
    actions.keep(promise=promise, now=timezone.now())
    said = _("Kept: “%(what)s”, for %(who)s.") if promise.is_mine else _("Arrived: “%(what)s”, from %(who)s.")
    return _done(request, promise, said, undo=undo_url("promise_reopen", promise))


@require_POST
def promise_let_go(request: OwnerRequest, pk: int) -> HttpResponse:
    promise = _seen(request, pk)
    actions.let_go(promise=promise, now=timezone.now())
    return _done(request, promise, _("Let go: “%(what)s”, for %(who)s."), undo=undo_url("promise_reopen", promise))


@require_POST
def promise_reopen(request: OwnerRequest, pk: int) -> HttpResponse:
    promise = _seen(request, pk)
    actions.reopen(promise=promise, now=timezone.now())
    return _done(request, promise, _("Open again: “%(what)s”, for %(who)s."))


@require_POST
def promise_snooze(request: OwnerRequest, pk: int, days: int) -> HttpResponse:
    if not 1 <= days <= FURTHEST_SNOOZE:
        raise Http404
    now, promise = timezone.now(), _seen(request, pk)
    before = promise.snoozed_until if promise.is_put_off(request.user.today(now)) else None
    promise.snooze(days, now)
    undo = undo_url("promise_unsnooze", promise, back=before or "")
    return _done(request, promise, _("Put off to %(until)s: “%(what)s”, for %(who)s."), undo=undo)


@require_POST
def promise_unsnooze(request: OwnerRequest, pk: int) -> HttpResponse:
    """`back` is the day it was put off to before, if it was: no other than a snooze could have set."""
    now, promise = timezone.now(), _seen(request, pk)
    named, today = request.GET.get("back", ""), request.user.today(now)
    back_to = read_date(named)
    if named and (back_to is None or not today <= back_to <= today + timedelta(days=FURTHEST_SNOOZE)):
        return _done(request, promise, _("Nothing was changed: nobody could have put “%(what)s” off to that day."))
    promise.unsnooze(now, back_to)
    if promise.is_put_off(today):
        return _done(request, promise, _("Put off to %(until)s again: “%(what)s”, for %(who)s."))
    return _done(request, promise, _("Not put off any more: “%(what)s”, for %(who)s."))


@require_POST
def promise_bin(request: OwnerRequest, pk: int) -> HttpResponse:
    promise = _seen(request, pk)
    actions.move_to_bin(promise=promise, now=timezone.now())
    said, undo = _("In the bin: “%(what)s”, for %(who)s."), undo_url("promise_restore", promise)
    return _done(request, promise, said, undo=undo, default=promise.contact)


@require_POST
def promise_restore(request: OwnerRequest, pk: int) -> HttpResponse:
    binned = request.user.promises.filter(contact__binned_at__isnull=True).select_related("contact")
    promise = get_object_or_404(binned, pk=pk)
    seen_version(request, promise)
    actions.take_out_of_bin(promise=promise, now=timezone.now())
    return _done(request, promise, _("Back from the bin: “%(what)s”, for %(who)s."))


@require_safe
def promises_left(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    """After a drop: what I promised is named, since one does what one said, and then moves on."""
    contact = _dropped(request, contact_pk)
    promises = contact.promises.open().mine().with_row().most_urgent_first()
    context = {
        "contact": contact,
        "promises": list(promises[:SUGGESTED]),
        "count": promises.count(),
        "next": request.GET.get("next", ""),
        "today": request.user.today(timezone.now()),
    }
    return render(request, "followups/promises_left.html", context)


@require_POST
def promises_left_keep(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    contact = _dropped(request, contact_pk)
    actions.keep_after_drop(contact=contact, now=timezone.now())
    said = _("You keep what you promised %(name)s, and are reminded of it.") % {"name": contact.first_name}
    tell(request, said, undo=undo_url("promises_left_forget", contact))
    return go_back(request, contact.get_absolute_url())


@require_POST
def promises_left_forget(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    contact = _dropped(request, contact_pk)
    seen_version(request, contact)
    actions.forget_after_drop(contact=contact, now=timezone.now())
    tell(request, _("Nothing reminds you of %s any more.") % contact.first_name)
    return redirect("promises_left", contact.pk)


@require_POST
def promises_left_let_go(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    contact, now = _dropped(request, contact_pk), timezone.now()
    count = actions.let_all_go(contact=contact, now=now)
    said = ngettext("Let go: %(n)d promise to %(name)s.", "Let go: %(n)d promises to %(name)s.", count)
    undo = f"{reverse('promises_left_reopen', args=[contact.pk])}?{urlencode({'at': now.isoformat()})}"
    tell(request, said % {"n": count, "name": contact.first_name}, undo=undo)
    return go_back(request, contact.get_absolute_url())


@require_POST
def promises_left_reopen(request: OwnerRequest, contact_pk: int) -> HttpResponse:
    contact, at = _dropped(request, contact_pk), read_instant(request.GET.get("at"))
    count = actions.reopen_all(contact=contact, closed_at=at, now=timezone.now()) if at else 0
    said = ngettext("%(n)d promise is open again.", "%(n)d promises are open again.", count)
    tell(request, said % {"n": count})
    return redirect(contact)


def _dropped(request: OwnerRequest, contact_pk: int) -> Contact:
    dropped = request.user.contacts.alive().filter(stage=Stage.DROP)
    return get_object_or_404(dropped, pk=contact_pk)


def _seen(request: OwnerRequest, pk: int) -> Promise:
    """The promise that was tapped, as the page showed it."""
    promise = get_object_or_404(_promises(request), pk=pk)
    seen_version(request, promise)
    return promise


def _done(
    request: OwnerRequest, promise: Promise, said: str, undo: str = "", default: Contact | None = None
) -> HttpResponse:
    """Says what was done, with the way back, on the page where the tap happened."""
    until = near(promise.snoozed_until, request.user.today(timezone.now()))
    words = {"what": _short(promise), "who": promise.contact.first_name, "until": until}
    tell(request, said % words, undo=undo)
    return go_back(request, (default or promise).get_absolute_url())


def _note(request: OwnerRequest, form: PromiseForm, make: Callable[[uuid.UUID], Promise]) -> Promise:
    """Notes what the form says, once, and says so."""
    uid = uid_of(form, request.user)
    promise = once(uid, make, lambda uid: _promises(request).filter(uid=uid).first())
    tell(request, noted(promise, form.today), undo=undo_url("promise_bin", promise))
    return promise


def _promises(request: OwnerRequest) -> PromiseQuerySet:
    return request.user.promises.alive().select_related("contact")


def _short(promise: Promise) -> str:
    return Truncator(promise.what).chars(80)


def noted(promise: Promise, day: date) -> str:
    """For a toast: what was noted, and by when."""
    words = {"what": _short(promise), "who": promise.contact.first_name, "day": near(promise.due_on, day)}
    if promise.due_on < day:
        return _("Noted: “%(what)s”, for %(who)s. It was due %(day)s, so it is late.") % words
    if promise.is_mine:
        return _("Noted: “%(what)s”, for %(who)s, by %(day)s.") % words
    return _("Noted: “%(what)s”, from %(who)s.") % words


def _interview(request: OwnerRequest, contact: Contact) -> Interview | None:
    """The interview it was promised in, when the address names one of this contact's."""
    pk = read_number(request.GET.get("interview"))
    found: Interview | None = contact.interviews.alive().filter(pk=pk).first() if pk else None
    return found
