from django.http import HttpRequest, HttpResponse
from django.urls import path


def stub(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse("stub")


urlpatterns = [
    path("", stub, name="today"),
    path("follow-ups/", stub, name="promise_list"),
    path("contacts/<int:contact_pk>/promises/new/", stub, name="promise_new"),
    path("promises/<int:pk>/", stub, name="promise_detail"),
]
