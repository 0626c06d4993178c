from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import OwnerRequest
from crm import binned


@require_safe
def bin_list(request: OwnerRequest) -> HttpResponse:
    rows, later = binned.read(request.user, request.GET.get("after", ""))
    return render(request, "crm/bin_list.html", {"rows": rows, "later": later, "days": binned.DAYS})
