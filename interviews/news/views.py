from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import OwnerRequest, go_back, seen_version, tell, undo_url
from base.owned import Stale
from interviews.models import NewsItem


@require_POST
def news_see(request: OwnerRequest, pk: int) -> HttpResponse:
    """Takes the row off Today, and goes on to its next step when that was tapped."""
    item = _item(request, pk)
    seen = seen_version(request, item)
    if item.seen_at is not None:
        raise Stale(item)
    item.see(seen, timezone.now())
    said = _("Seen: %(name)s %(what)s.") % {"name": item.contact.first_name, "what": item.get_kind_display()}
    tell(request, said, undo=undo_url("news_unsee", item))
    return go_back(request, reverse("today"))


@require_POST
def news_unsee(request: OwnerRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    seen = seen_version(request, item)
    if item.seen_at is None:
        raise Stale(item)
    item.unsee(seen)
    tell(request, _("It stands on Today again."))
    return go_back(request, reverse("today"))


def _item(request: OwnerRequest, pk: int) -> NewsItem:
    return get_object_or_404(
        request.user.newsitems.filter(contact__binned_at__isnull=True).select_related("contact"), pk=pk
    )
