"""Whatever cannot be decoded is refused with our page, or read as what it can be; never a 500."""

import json
import logging
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from config.logs import JSONFormatter

SIGN_IN_PAGES = [
    "account_login", "account_signup", "account_logout", "account_request_login_code", "account_confirm_login_code",
    "account_reset_password", "account_reset_password_done", "account_email_verification_sent", "account_inactive",
    "account_email", "account_change_password", "account_reauthenticate",
]  # fmt: skip
NO_ADDRESS = [
    "http://[",
    "//[",
    "https://]",
    "http://[v1.x]/",
    "http://a:99999999/",
    "//℀.example",
    "http:///x",
    "/\r\nx",
]
pytestmark = pytest.mark.one_database
BODY = b"login=abc%e9&name=%ff\xff\xfe"


@pytest.mark.slow
@pytest.mark.parametrize("name", SIGN_IN_PAGES)
@pytest.mark.parametrize("to", NO_ADDRESS)
def test_next_that_is_no_address_is_left_alone(guest: Client, client: Client, name: str, to: str):
    for browser in (guest, client):
        url = f"{reverse(name)}?next={quote(to)}"
        for response in (browser.get(url), browser.post(url), browser.post(reverse(name), {"next": to})):
            assert response.status_code < 500
            assert to not in response.headers.get("Location", "")


@pytest.mark.parametrize(
    "charset",
    ["hex", "base64", "rot13", "zlib", "bz2", "quopri", "uu", "idna", "punycode", "utf-7", "utf-16", "undefined",
     "unknown", "latin-1", "", "\0", "x" * 500],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
def test_another_charset_is_refused_in_words(guest: Client, db: None, charset: str, kind: str):
    for method in ("GET", "POST"):
        response = guest.generic(method, "/accounts/login/?q=%ff", BODY, content_type=f"{kind}; charset={charset}")
        assert response.status_code == 400
        assert "This cannot be read." in response.text


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf8"', "us-ascii"])
def test_our_charset_is_read(client: Client, charset: str):
    kind = f"application/x-www-form-urlencoded;charset={charset}"
    assert "Zoë" in client.generic("POST", reverse("settings"), "name=Zo%C3%AB", content_type=kind).text


def test_a_charset_and_too_many_fields_are_refused(guest: Client, db: None):
    for content_type in ("text/plain; charset=utf-8", "text/plain; charset*=utf-8''hex"):
        response = guest.generic("GET", "/accounts/login/?" + "a&" * 600, content_type=content_type)
        assert response.status_code == 400


@pytest.mark.parametrize(
    "header", ["name*=nope''x", "name*=hex''%ff", "name=\"a\"; filename*=hex''%ff", "name*=utf-7''%2b"]
)
def test_a_part_in_another_charset_is_no_server_error(client: Client, header: str):
    body = f"--x\r\nContent-Disposition: form-data; {header}\r\nContent-Type: text/plain; charset=hex\r\n\r\nb\r\n--x--\r\n"
    response = client.generic("POST", reverse("settings"), body, content_type="multipart/form-data; boundary=x")
    assert response.status_code < 500


def test_a_file_still_arrives_with_a_charset_in_its_type(client: Client):
    body = '--"x\r\nContent-Disposition: form-data; name="name"\r\n\r\nZoë\r\n--x--\r\n'.replace('"x', "x", 1)
    kind = 'multipart/form-data; charset=utf-8; boundary="x"'
    assert "Zoë" in client.generic("POST", reverse("settings"), body, content_type=kind).text


def test_a_refused_host_is_one_line_without_a_traceback(guest: Client, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        assert guest.get("/", headers={"host": "evil.example"}).status_code == 400
    lines = [JSONFormatter().format(record) for record in caplog.records]
    assert len([line for line in lines if "evil.example" in line]) == 1
    assert not [line for line in lines if "exception" in json.loads(line)]
