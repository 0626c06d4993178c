from django.http import HttpRequest, HttpResponse
from django.urls import path


def stub(request: HttpRequest, **_: object) -> HttpResponse:
    return HttpResponse("stub")


urlpatterns = [
    path("deliveries/", stub, name="delivery_list"),
]
