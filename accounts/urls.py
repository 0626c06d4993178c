from django.http import HttpRequest, HttpResponse
from django.urls import path


def stub(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse("stub")


urlpatterns = [
    path("settings/", stub, name="settings"),
]
