"""Going back after Add, and adding again: the same person once, and nothing that breaks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", ["/capture/", "/contacts/new/"])
def test_the_same_line_added_again_is_the_same_person(visit: Callable[..., Page], user: User, path: str):
    page = visit()
    page.goto(path)
    name = page.get_by_label("A person or a promise" if path == "/capture/" else "Name", exact=True)
    for _ in range(2):
        name.fill("Ana Souza")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator("#toasts")).to_contain_text("Added Ana Souza")
        page.go_back()
        expect(name).to_be_visible()
    page.reload()

    assert user.contacts.count() == 1


@pytest.mark.parametrize("path", ["/capture/", "/contacts/new/"])
def test_without_a_script_a_second_of_that_name_is_said_and_taken_back(
    visit: Callable[..., Page], user: User, path: str
):
    """Nothing typed comes back with the page, so nothing is sent twice by a mere second press."""
    page = visit(script=False)
    page.goto(path)
    name = page.get_by_label("A person or a promise" if path == "/capture/" else "Name", exact=True)
    name.fill("Ana Souza")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#toasts")).not_to_contain_text("of that name")
    page.go_back()
    expect(name).to_have_value("")
    name.fill("ana souza")
    page.get_by_role("button", name="Add", exact=True).click()

    expect(page.locator("#toasts")).to_contain_text("You had somebody of that name already")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    assert [contact.name for contact in user.contacts.alive()] == ["Ana Souza"]
