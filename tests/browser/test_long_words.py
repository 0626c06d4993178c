"""The narrowest phone, with a long word in every text that anybody may type: no page scrolls sideways, and what was done is said
within the screen."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import DESK, NARROW
from tests.browser.guests import guest_pages
from tests.browser.network import build, private_links
from tests.browser.test_pages import sideways
from tests.factories import ContactFactory, InterviewFactory

pytestmark = pytest.mark.slow
TYPED = ("accounts", "crm", "interviews", "followups", "outbox")
# what is read by the program and typed by nobody, or has a shape of its own
SHAPED = {"password", "time_zone", "work_days", "country", "uid", "message_id", "dedupe_key", "kind", "html"}


@pytest.fixture
def paths(user: User) -> dict[str, str]:
    now = datetime.now(UTC)
    pages = build(user, now)
    lengthen(user)
    return pages


def lengthen(user: User) -> None:
    """Each text becomes one word that fills its column, up to 250 letters."""
    for model in apps.get_models():
        if model._meta.app_label in TYPED:
            for field in model._meta.fields:
                if is_typed(field):
                    _lengthen(model, field)
    User.objects.filter(pk=user.pk).update(name="W" * 150)


def is_typed(field: Any) -> bool:
    is_text = isinstance(field, models.CharField | models.TextField) and not isinstance(field, models.EmailField)
    return is_text and not field.choices and not field.unique and field.name not in SHAPED


def _lengthen(model: Any, field: Any) -> None:
    ends = {"email": "@" + "e" * 60 + ".example", "linkedin_url": "https://www.linkedin.com/in/", "website": "https://"}
    for row in model._base_manager.exclude(**{field.name: ""}).exclude(**{f"{field.name}__isnull": True}):
        end = f"{row.pk}{ends[field.name]}" if field.name == "email" else str(row.pk)
        start = ends.get(field.name, "") if field.name != "email" else ""
        room = min(field.max_length or 250, 250) - len(end) - len(start)
        if room > 20:
            row_text = f"{start}{'W' * room}{end}"
            model._base_manager.filter(pk=row.pk).update(**{field.name: row_text})


def test_no_page_scrolls_sideways(visit: Callable[..., Page], paths: dict[str, str]):
    page = visit(NARROW)

    wide = [sideways(page, path) for path in paths.values()]

    assert [words for words in wide if words] == []


def test_no_private_or_public_page_scrolls_sideways(
    visit: Callable[..., Page], user: User, public_paths: dict[str, str]
):
    now = datetime.now(UTC)
    links = public_paths | private_links(user, now)
    lengthen(user)
    page = visit(NARROW, signed_in=False)

    wide = [sideways(page, path) for path in links.values()]

    assert [words for words in wide if words] == []


def test_toast_with_a_long_word_fits(visit: Callable[..., Page], user: User, paths: dict[str, str]):
    page = visit(NARROW)
    for path, verb in ((paths["promise"], "Kept"), (paths["contact-continue"], "Drop")):
        page.goto(path)
        page.locator("main").get_by_role("button", name=verb).first.click()
        toast = page.locator(".toast")
        expect(toast.get_by_role("button", name="Undo")).to_be_in_viewport(ratio=1)
        expect(toast).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("size", [NARROW, DESK], ids=["phone", "desk"])
def test_toast_after_a_note_of_many_promises_leaves_undo_in_view(visit: Callable[..., Page], user: User, size):
    contact = ContactFactory(owner=user)
    page = visit(size)
    page.goto(contact.get_absolute_url())

    page.get_by_label("Add a note").fill("\n".join(f"! {n} {'word ' * 50}" for n in range(50)))
    page.get_by_role("button", name="Keep the note").click()

    toast = page.locator(".toast")
    expect(toast.get_by_role("button", name="Undo")).to_be_in_viewport(ratio=1)
    expect(toast).to_contain_text("and 47 more")
    assert toast.bounding_box()["height"] < size[1] / 2


def test_track_of_stages_has_room_for_each_word(visit: Callable[..., Page], user: User):
    """At the least width, and for somebody who was dropped: nothing is cut in two, no moon says more than is so."""
    contact = ContactFactory(owner=user, stage="drop")
    page = visit(NARROW)
    page.goto(contact.get_absolute_url())
    names = page.locator(".track button")

    boxes = [names.nth(n).bounding_box() for n in range(names.count())]
    spread = page.evaluate(
        "[...document.querySelectorAll('.track button')].every((b) => b.scrollWidth <= b.clientWidth)"
    )

    assert spread
    assert all(one["x"] + one["width"] <= other["x"] + 1 for one, other in pairwise(boxes) if one["y"] == other["y"])
    expect(page.locator(".track [aria-current=step]")).to_have_text("Drop")


MEETING = (
    "https://teams.example.com/l/meetup-join/19%3ameeting_" + "Zm9vYmFy" * 20 + "%2Fx%40thread.v2/0?context=%7b%7d"
)


@pytest.mark.parametrize("medium", ["video", "in_person"])
def test_long_link_of_a_talk_is_a_link_and_fits(visit: Callable[..., Page], user: User, medium: str):
    now = datetime.now(UTC)
    talk = InterviewFactory(contact__owner=user, starts_at=now + timedelta(hours=2), medium=medium, where=MEETING)
    page = visit(NARROW)
    for path in (
        talk.get_absolute_url(),
        talk.contact.get_absolute_url(),
        reverse("brief", args=[talk.pk]),
        reverse("today"),
    ):
        assert sideways(page, path) == ""
        expect(page.locator(f"main a[href='{MEETING}']").first).to_be_visible()
    assert sideways(page, reverse("room", args=[talk.pk])) == ""


def test_long_link_of_a_guests_talk_is_a_link_and_fits(visit: Callable[..., Page], user: User):
    pages = guest_pages(user, datetime.now(UTC))
    user.interviews.update(medium="video", where=MEETING)
    page = visit(NARROW, signed_in=False)
    assert sideways(page, pages["offer-answered"]) == ""
    expect(page.locator(f"main a[href='{MEETING}']").first).to_be_visible()
