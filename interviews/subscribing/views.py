from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import OwnerRequest, seen_version, tell
from base.owned import Stale
from base.private_links import private_link
from interviews import calendars
from interviews.models import CalendarFeed
from interviews.subscribing.feed import last_read, make_link, note_read, read_feed


@private_link
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The feed, for a calendar program that has the link only. Answers 304 when nothing has changed."""
    now = timezone.now()
    found = CalendarFeed.of_link(token)
    if found is None:
        raise Http404
    note_read(found, now)
    told = read_feed(found.owner, now)
    there_already: HttpResponse | None = get_conditional_response(request, etag=told.etag)
    response = there_already or HttpResponse(
        calendars.feed(told.entries, name=_("Keepword"), now=now),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'inline; filename="keepword.ics"'},
    )
    response["ETag"] = told.etag
    return response


@require_safe
def calendar_feed(request: OwnerRequest) -> HttpResponse:
    return _page(request)


@require_POST
def calendar_feed_new(request: OwnerRequest) -> HttpResponse:
    """Shows the new link, the only time it is shown: so there is no redirect, and a repeated POST makes no other link."""
    found = request.user.calendarfeeds.first()
    if found and not request.GET.get("v"):
        raise Stale(found)  # the page was made before there was a link
    if found:
        seen_version(request, found)
    secret = make_link(owner=request.user, feed=found, now=timezone.now())
    return _page(request, settings.SITE_URL + reverse("feed", args=[secret]))


@require_POST
def calendar_feed_off(request: OwnerRequest) -> HttpResponse:
    found = get_object_or_404(request.user.calendarfeeds.all())
    found.change(seen_version(request, found), off_at=timezone.now())
    undo = f"{reverse('calendar_feed_on')}?v={found.version}"
    tell(request, _("The feed is off. Your calendar gets nothing any more."), undo=undo)
    return redirect("calendar_feed")


@require_POST
def calendar_feed_on(request: OwnerRequest) -> HttpResponse:
    found = get_object_or_404(request.user.calendarfeeds.all())
    found.change(seen_version(request, found), off_at=None)
    tell(request, _("The feed is on again, under the link you have."))
    return redirect("calendar_feed")


def _page(request: OwnerRequest, link: str = "") -> HttpResponse:
    found = request.user.calendarfeeds.first()
    context = {
        "feed": found,
        "link": link,
        "webcal": f"webcal://{link.partition('://')[2]}" if link else "",
        "last_read": last_read(found) if found else None,
        "now": timezone.now(),
    }
    return render(request, "interviews/calendar_feed.html", context)
