from django.http import HttpRequest, HttpResponse
from django.urls import path


def stub(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse("stub")


urlpatterns = [
    path("contacts/", stub, name="contact_list"),
    path("contacts/new/", stub, name="contact_new"),
    path("contacts/<int:pk>/", stub, name="contact_detail"),
    path("import/", stub, name="import_list"),
]
