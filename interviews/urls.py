from django.http import HttpRequest, HttpResponse
from django.urls import path


def stub(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse("stub")


urlpatterns = [
    path("contacts/<int:contact_pk>/interviews/new/", stub, name="interview_new"),
    path("interviews/<int:pk>/", stub, name="interview_detail"),
]
