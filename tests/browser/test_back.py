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
