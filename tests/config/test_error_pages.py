import pytest
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import path, reverse

from config.urls import urlpatterns as all_urls


def breaks(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("secret words")


urlpatterns = [*all_urls, path("breaks/", breaks)]


def test_not_found_says_so_and_leads_on(client: Client, guest: Client, db):
    mine, nobodys = client.get("/nowhere/"), guest.get("/nowhere/")
    assert [mine.status_code, nobodys.status_code] == [404, 404]
    assert "This thread ends here." in mine.text
    assert reverse("contact_list") in mine.text
    assert reverse("contact_list") not in nobodys.text


def test_not_found_says_nothing_of_the_address(client: Client):
    assert "nowhere" not in client.get("/nowhere/").text


@override_settings(ROOT_URLCONF="tests.config.test_error_pages")
def test_server_error_is_a_page_without_the_error(client: Client):
    client.raise_request_exception = False
    response = client.get("/breaks/")
    assert response.status_code == 500
    assert "A knot on our side." in response.text
    assert "secret words" not in response.text


def test_server_error_needs_no_context_and_no_database():
    assert "A knot on our side." in render_to_string("500.html")


def test_form_of_another_session_is_refused_in_words(user):
    browser = Client(enforce_csrf_checks=True)
    response = browser.post(reverse("account_login"), {"login": "x"})
    assert response.status_code == 403
    assert "This page was open too long." in response.text
    assert "Go back, what you typed still stands; load it again." in response.text


def test_too_many_fields_are_refused_in_words(client: Client):
    response = client.post(reverse("settings"), {f"f{n}": "" for n in range(501)})
    assert response.status_code == 400
    assert "This cannot be read." in response.text


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "429.html"])
def test_pages_stand_without_a_request(template: str):
    assert "</html>" in render_to_string(template)
