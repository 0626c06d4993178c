"""Sign up, in, out, by code, reset, change of e-mail and password: as a person in a browser meets them."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse

from accounts import sign_in_forms
from accounts.adapter import AccountAdapter
from accounts.models import User
from outbox.models import SIGN_IN, OutgoingMail
from tests.factories import UserFactory

PASSWORD = "seven herons on a quay"
NEWCOMER = {"name": "Eve", "email": "eve@keepword.example", "password1": PASSWORD, "time_zone": "Europe/Lisbon"}
MANDATORY = "mandatory"


@pytest.fixture
def member(db) -> User:
    return User.objects.create_user("amara@keepword.example", PASSWORD, name="Amara Lindgren")


def sign_in(browser: Client, email: str = "amara@keepword.example") -> None:
    """As one who has just said the password once more: before a way to sign in changes, allauth asks."""
    browser.post(reverse("account_login"), {"login": email, "password": PASSWORD})
    browser.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def link_in(message: mail.EmailMessage) -> str:
    return re.search(r"http://127.0.0.1:8000(/\S+)", message.body)[1]


def test_sign_up_keeps_name_and_zone_and_signs_in(guest: Client, db):
    response = guest.post(reverse("account_signup"), NEWCOMER)

    user = User.objects.get(email="eve@keepword.example")
    assert (response.status_code, response["Location"]) == (302, reverse("today"))
    assert (user.name, user.time_zone, user.mail_at.isoformat()) == ("Eve", "Europe/Lisbon", "08:00:00")
    assert int(guest.session["_auth_user_id"]) == user.pk


@pytest.mark.parametrize("zone", ["", "Europe/Atlantis", "../../etc/passwd"])
def test_sign_up_without_a_zone_is_utc_and_settings_says_so(guest: Client, db, zone: str):
    guest.post(reverse("account_signup"), {**NEWCOMER, "time_zone": zone})

    assert User.objects.get().time_zone == "UTC"
    assert "your days are counted in UTC" in guest.get(reverse("settings")).text


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "This is still empty."),
        ("name", "a" * 10_000, "At most 150 characters fit here; this has 10000."),
        ("name", "Eve\0", "a sign in it that cannot be kept"),
        ("email", "eve@lindgren", "An e-mail looks like amara@keepword.example."),
        ("email", f"{'e' * 250}@keepword.example", "At most 254 characters"),
        ("email", "eve\0@keepword.example", "a sign in it that cannot be kept"),
        ("password1", "short", "Too short: 12 characters or more."),
        ("password1", "1q2w3e4r5t6y", "Many people have this one"),
        ("password1", "a" * 10_000, "At most 1000 characters"),
        ("password1", f"{PASSWORD}\0", "a sign in it that cannot be kept"),
    ],
)
def test_sign_up_refuses_in_one_sentence_and_keeps_the_rest(guest: Client, db, field: str, value: str, sentence: str):
    response = guest.post(reverse("account_signup"), {**NEWCOMER, field: value})

    assert response.status_code == 200
    assert any(sentence in error for error in response.context["form"].errors[field])
    kept = "email" if field == "name" else "name"
    assert f'value="{NEWCOMER[kept]}"' in response.text
    assert not User.objects.exists()


def test_sign_up_is_closed_by_the_server(guest: Client, db, settings):
    settings.SIGNUP_OPEN = False

    assert "No new accounts here." in guest.post(reverse("account_signup"), NEWCOMER).text
    assert reverse("account_signup") not in guest.get(reverse("account_login")).text
    assert not User.objects.exists()


def test_sign_up_answers_alike_where_mail_confirms(guest: Client, member: User, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = MANDATORY
    known = guest.post(reverse("account_signup"), {**NEWCOMER, "email": "Amara@keepword.example"})
    new = Client().post(reverse("account_signup"), NEWCOMER)

    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
    assert [sent.subject for sent in mail.outbox] == ["You have an account", "Is this your address?"]


def test_sign_up_confirmed_from_the_mail(guest: Client, db, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = MANDATORY
    guest.post(reverse("account_signup"), NEWCOMER)
    link = link_in(mail.outbox[0])

    assert "Is this your address?" in guest.get(link).text
    assert not EmailAddress.objects.get().verified  # GET never acts
    guest.post(link)
    assert EmailAddress.objects.get().verified


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("verification", "leads_to", "sentence"),
    [
        (MANDATORY, "account_email_verification_sent", "Look into your mail"),
        ("none", "account_login", "There is an account with this address."),
    ],
)
def test_two_sign_ups_at_once_make_one_account(
    guest: Client, member: User, monkeypatch, settings, verification: str, leads_to: str, sentence: str
):
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    # the other tab was saved between our check and our insert
    monkeypatch.setattr(sign_in_forms.SignupForm, "validate_unique_email", lambda form, value: value)

    response = guest.post(reverse("account_signup"), {**NEWCOMER, "email": member.email}, follow=True)

    assert response.redirect_chain == [(reverse(leads_to), 302)]
    assert sentence in response.text
    assert User.objects.get() == member


def test_address_is_unique_whatever_its_case(member: User):
    with pytest.raises(IntegrityError, match="user_email_unique"):
        User.objects.bulk_create([User(email="AMARA@keepword.example")])


def test_sign_in_and_out(guest: Client, member: User):
    response = guest.post(reverse("account_login"), {"login": "AMARA@keepword.example", "password": PASSWORD})
    assert response["Location"] == reverse("today")

    response = guest.post(reverse("account_logout"), follow=True)
    assert "You are signed out." in response.text
    assert "_auth_user_id" not in guest.session


def test_sign_in_goes_on_to_the_page_that_was_asked(guest: Client, member: User):
    data = {"login": member.email, "password": PASSWORD}
    assert guest.post(reverse("account_login") + "?next=/settings/", data)["Location"] == "/settings/"

    other = Client().post(reverse("account_login") + "?next=https://evil.example/", data)
    assert other["Location"] == reverse("today")


def test_wrong_password_and_unknown_address_sound_alike(guest: Client, member: User):
    wrong = guest.post(reverse("account_login"), {"login": member.email, "password": "no"})
    unknown = guest.post(reverse("account_login"), {"login": "who@keepword.example", "password": "no"})

    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert "E-mail and password do not go together." in wrong.text


@pytest.mark.parametrize("login", ["", "a" * 10_000, "a\0@keepword.example", "javascript:alert(1)"])
def test_sign_in_with_nonsense_is_refused(guest: Client, member: User, login: str):
    response = guest.post(reverse("account_login"), {"login": login, "password": "x\0"})
    assert (response.status_code, "_auth_user_id" in guest.session) == (200, False)


def test_sixth_wrong_password_waits(guest: Client, member: User):
    data = {"login": member.email, "password": "no"}
    for _ in range(5):
        guest.post(reverse("account_login"), data)

    assert "Too many tries." in guest.post(reverse("account_login"), {**data, "password": PASSWORD}).text
    assert "_auth_user_id" not in guest.session


def test_many_sign_ups_from_one_address_are_slowed(guest: Client, db):
    answers = [guest.post(reverse("account_signup"), {}) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [429]
    assert "Too many tries in a row." in answers[-1].text


def test_closed_account_says_so_to_who_knows_the_password(guest: Client, member: User):
    User.objects.update(is_active=False)
    response = guest.post(reverse("account_login"), {"login": member.email, "password": PASSWORD}, follow=True)
    assert "This account is closed." in response.text


def test_sign_in_by_code(guest: Client, member: User):
    response = guest.post(reverse("account_request_login_code"), {"email": member.email}, follow=True)
    assert "a code is on its way" in response.text
    code = re.search(r"^(\S{5,})$", mail.outbox[0].body, re.MULTILINE)[1]

    guest.post(reverse("account_confirm_login_code"), {"code": "WRONG1"})
    assert "_auth_user_id" not in guest.session
    guest.post(reverse("account_confirm_login_code"), {"code": code})
    assert int(guest.session["_auth_user_id"]) == member.pk


@pytest.mark.parametrize("name", ["account_request_login_code", "account_reset_password"])
def test_code_and_reset_answer_alike(guest: Client, member: User, name: str):
    known = guest.post(reverse(name), {"email": member.email}, follow=True)
    unknown = Client().post(reverse(name), {"email": "who@keepword.example"}, follow=True)

    strip = re.compile(r'"\w{64}"|[\w.]+@keepword\.example')
    assert strip.sub("", known.text) == strip.sub("", unknown.text)
    assert (known.redirect_chain, known.status_code) == (unknown.redirect_chain, unknown.status_code)
    assert mail.outbox[1].subject == "No account with this address"


def test_reset_by_the_link_in_the_mail(guest: Client, member: User):
    guest.post(reverse("account_reset_password"), {"email": member.email})
    link = link_in(mail.outbox[0])
    form = guest.get(link, follow=True)
    assert "Keep this password" in form.text

    fresh = {"password1": "nine owls in a barn", "password2": "nine owls in a barn"}
    guest.post(form.redirect_chain[-1][0], fresh)
    member.refresh_from_db()
    assert member.check_password("nine owls in a barn")
    assert "This link has ended." in Client().get(link, follow=True).text
    assert mail.outbox[-1].subject == "Your password is changed"


def test_change_of_password_ends_other_sessions_and_is_mailed(guest: Client, member: User):
    other = Client()
    for browser in (guest, other):
        sign_in(browser)

    data = {"oldpassword": PASSWORD, "password1": "nine owls in a barn", "password2": "nine owls in a barn"}
    guest.post(reverse("account_change_password"), data)

    assert guest.get(reverse("settings")).status_code == 200
    assert other.get(reverse("settings")).status_code == 302
    assert mail.outbox[-1].subject == "Your password is changed"


def test_change_of_e_mail_counts_once_the_mail_is_opened(guest: Client, member: User):
    sign_in(guest)
    guest.post(reverse("account_email"), {"action_add": "", "email": "new@keepword.example"})
    member.refresh_from_db()
    assert member.email == "amara@keepword.example"
    assert "new@keepword.example" in guest.get(reverse("account_email")).text

    guest.post(link_in(mail.outbox[-1]))
    member.refresh_from_db()
    assert member.email == "new@keepword.example"
    assert [(sent.subject, sent.to) for sent in mail.outbox][-1] == (
        "Your e-mail is changed",
        ["amara@keepword.example"],
    )


def test_change_of_an_unconfirmed_e_mail_keeps_the_old_one_until_then(guest: Client, db):
    guest.post(reverse("account_signup"), NEWCOMER)
    sign_in(guest, NEWCOMER["email"])
    guest.post(reverse("account_email"), {"action_add": "", "email": "new@keepword.example"})
    assert User.objects.get().email == NEWCOMER["email"]

    guest.post(link_in(mail.outbox[-1]))
    assert User.objects.get().email == "new@keepword.example"
    assert EmailAddress.objects.get().email == "new@keepword.example"


@pytest.mark.both_databases
def test_address_taken_meanwhile_is_not_confirmed(guest: Client, member: User):
    sign_in(guest)
    guest.post(reverse("account_email"), {"action_add": "", "email": NEWCOMER["email"]})
    link = link_in(mail.outbox[-1])
    UserFactory(email=NEWCOMER["email"])

    guest.post(link)

    assert "another account has it" in guest.get(reverse("settings")).text
    member.refresh_from_db()
    assert member.email == "amara@keepword.example"


@pytest.mark.parametrize("verification", ["none", MANDATORY])
def test_change_to_an_address_of_somebody_else_changes_nothing(
    guest: Client, member: User, stranger: User, settings, verification: str
):
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    sign_in(guest)
    guest.post(reverse("account_email"), {"action_add": "", "email": stranger.email}, follow=True)
    for sent in mail.outbox:
        if "http://127.0.0.1:8000" in sent.body:
            guest.post(link_in(sent))

    assert sorted(User.objects.values_list("email", flat=True)) == [member.email, stranger.email]


def test_sign_in_once_more_before_a_method_changes(guest: Client, member: User):
    guest.post(reverse("account_login"), {"login": member.email, "password": PASSWORD})

    asked = guest.post(reverse("account_email"), {"action_add": "", "email": "new@keepword.example"})
    assert "Is it you?" in guest.get(asked["Location"]).text
    assert mail.outbox == []

    guest.post(asked["Location"], {"password": PASSWORD, "next": reverse("account_email")})
    assert mail.outbox[0].to == ["new@keepword.example"]  # what was typed was not lost


def test_mails_are_in_our_words(guest: Client, member: User):
    guest.post(reverse("account_reset_password"), {"email": member.email})
    guest.post(reverse("account_request_login_code"), {"email": member.email})
    for sent in mail.outbox:
        assert not re.search(r"\bplease\b|!|example\.com|successfully", sent.subject + sent.body, re.IGNORECASE)


def test_pages_have_nothing_inline(guest: Client, member: User):
    for name in ("account_login", "account_signup", "account_reset_password", "account_request_login_code"):
        text = guest.get(reverse(name)).text
        assert not re.search(r"<style|<script(?![^>]* src=)| style=| on\w+=|placeholder=", text), name


def test_sign_in_mail_goes_through_the_outbox(guest: Client, member: User, settings):
    settings.EMAIL_BACKEND = "outbox.backends.QueueBackend"
    guest.post(reverse("account_reset_password"), {"email": member.email})

    row = OutgoingMail.objects.get()
    assert (row.kind, row.recipient, row.owner) == (SIGN_IN, member.email, None)
    assert b"/accounts/password/reset/key/" in bytes(row.content)


@pytest.mark.parametrize(
    ("prefix", "lives"),
    [("login_code", timedelta(minutes=10)), ("password_reset_key", timedelta(days=3)), ("password_changed", None)],
)
def test_a_mail_lives_as_long_as_what_it_carries(prefix, lives):
    """A notice of a changed password outlives an outage; a code that is over is not sent."""
    message = AccountAdapter().render_mail(
        f"account/email/{prefix}", "amara@keepword.example", {"user": User(), "code": "X"}
    )
    assert message.lives == lives


@pytest.mark.parametrize("typed", ["Bob@keepword.example", "bob@keepword.example"])
def test_whoever_was_made_in_the_admin_can_sign_in(db, typed):
    User.objects.create_superuser("root@keepword.example", "seven herons on a quay")
    root, bob, word = Client(), Client(), "eight herons on a quay"
    root.force_login(User.objects.get())
    new = {"email": "Bob@keepword.example", "usable_password": "true", "password1": word, "password2": word}
    assert root.post(reverse("admin:accounts_user_add"), new).status_code == 302
    bob.post(reverse("account_login"), {"login": typed, "password": word})
    assert "_auth_user_id" in bob.session


@pytest.mark.parametrize("way", ["account_reset_password", "account_request_login_code"])
def test_links_in_mails_are_of_the_site_whatever_host_was_named(member: User, settings, way: str):
    settings.ALLOWED_HOSTS = ["*"]
    for email in (member.email, "who@keepword.example"):
        Client().post(reverse(way), {"email": email}, headers={"host": "evil.example"})
    assert len(mail.outbox) == 2
    assert not [sent for sent in mail.outbox if "evil.example" in sent.body]


def test_sign_up_with_an_address_that_no_mail_reaches_says_so(db: None, guest: Client):
    page = guest.post(reverse("account_signup"), {"email": "ana@☃.example", "password1": "four quiet river words"})

    assert "“☃.example” cannot be the domain of a mail address" in page.text


@pytest.mark.parametrize(
    ("query", "leads_to"), [("", "/"), ("?next=/contacts/", "/contacts/"), ("?next=//evil.example", "/")]
)
def test_second_tap_on_sign_in_leads_on(member: User, query: str, leads_to: str):
    browser = Client(enforce_csrf_checks=True)
    url = reverse("account_login") + query
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(url).text)[1]
    typed = {"login": member.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    browser.post(url, typed)
    second = browser.post(url, typed)
    assert (second.status_code, second.get("Location")) == (302, leads_to)


def test_a_token_that_is_old_elsewhere_is_refused(member: User):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(member)
    assert browser.post(reverse("capture"), {"line": "Ana"}).status_code == 403


def test_a_used_reset_link_does_not_say_that_nothing_was_changed_before(guest: Client, member: User):
    guest.post(reverse("account_reset_password"), {"email": member.email})
    link = link_in(mail.outbox[-1]) if mail.outbox else reverse("account_reset_password_from_key", args=["1", "x-y"])
    page = guest.get(link, follow=True)
    guest.post(page.request["PATH_INFO"], {"password1": "nine otters in a row", "password2": "nine otters in a row"})
    again = Client().get(link, follow=True).text
    assert "This link has ended." in again
    assert "Your password is as it was" not in again
