from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.http import OwnerRequest
from pages.today import read_day


@require_GET
def today(request: OwnerRequest) -> HttpResponse:
    day = read_day(request.user, timezone.now())
    if day.is_quiet and not request.user.contacts.alive().exists():
        return render(request, "pages/today_empty.html", {"today": day.day})
    return render(request, "pages/today.html", {"day": day, "today": day.day, "lead": day.lead(request.user)})
