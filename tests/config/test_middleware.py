import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from config.middleware import PageManners, page_of

HTMX = {"HX-Request": "true"}


def test_page_of_a_user_is_kept_by_no_cache(client: Client, guest: Client):
    assert client.get(reverse("settings"))["Cache-Control"] == "no-store"
    assert "no-store" in guest.get(reverse("account_login"))["Cache-Control"]


def test_every_page_varies_by_htmx(client: Client, guest: Client):
    for response in (client.get(reverse("settings")), guest.get(reverse("account_login"))):
        assert {"HX-Request", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}


def test_zone_of_the_user_is_active_on_the_page_alone(rf: RequestFactory, user: User):
    request = rf.get("/")
    request.user, request.htmx = user, False
    seen = []

    PageManners(lambda request: seen.append(timezone.get_current_timezone_name()) or HttpResponse())(request)

    assert seen == ["Europe/Stockholm"]
    assert timezone.get_current_timezone_name() == "UTC"


def test_zone_is_put_back_when_the_page_breaks(rf: RequestFactory, user: User):
    request = rf.get("/")
    request.user, request.htmx = user, False

    def breaks(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        PageManners(breaks)(request)
    assert timezone.get_current_timezone_name() == "UTC"


def test_expired_session_leads_back_to_the_page(guest: Client, db):
    assert guest.get("/settings/?x=1")["Location"] == f"{reverse('account_login')}?next=/settings/%3Fx%3D1"


def test_expired_session_under_htmx_leaves_the_page(guest: Client, db):
    headers = {**HTMX, "HX-Current-URL": "http://testserver/contacts/?q=ana"}
    response = guest.post("/contacts/new/", headers=headers)
    assert response.status_code == 200
    assert response["HX-Redirect"] == f"{reverse('account_login')}?next=/contacts/%3Fq%3Dana"
    assert response.content == b""


@pytest.mark.parametrize(
    ("method", "headers", "page"),
    [
        ("GET", {}, "/promises/7/keep/?v=1"),
        ("GET", {**HTMX, "HX-Boosted": "true", "HX-Current-URL": "http://testserver/old/"}, "/promises/7/keep/?v=1"),
        ("GET", {**HTMX, "HX-Current-URL": "http://testserver/follow-ups/"}, "/follow-ups/"),
        ("POST", {"Referer": "http://testserver/follow-ups/?who=7"}, "/follow-ups/?who=7"),
        ("POST", {"Referer": "http://evil.example/follow-ups/"}, "/"),
        ("POST", {}, "/"),
        ("POST", {**HTMX, "HX-Current-URL": "http://[evil"}, "/"),
        ("POST", {**HTMX, "HX-Current-URL": "javascript:alert(1)"}, "/"),
    ],
)
def test_page_a_request_came_from(rf: RequestFactory, method: str, headers: dict[str, str], page: str):
    assert page_of(rf.generic(method, "/promises/7/keep/?v=1", headers=headers)) == page


@pytest.mark.parametrize("query", ["q=%00", "q=a%00b", "%00=1"])
def test_nul_in_the_query_is_refused(client: Client, query: str):
    response = client.get(f"/contacts/?{query}")
    assert response.status_code == 400
    assert "This cannot be read." in response.text


def test_nul_in_the_path_is_refused(guest: Client, db):
    assert guest.get("/contacts/%00/").status_code == 400


def test_nul_in_a_cookie_is_refused(guest: Client, db):
    guest.cookies["session"] = "\0" * 32  # goes over the wire as \000, and back
    assert guest.get("/settings/").status_code == 400


def test_a_view_may_send_less_to_the_next_page(guest: Client, db):
    assert guest.get(reverse("account_login"))["Referrer-Policy"] == "same-origin"
    assert guest.get(reverse("demo_sign_in", args=["x"]))["Referrer-Policy"] == "strict-origin"
