"""Going back after Add, and adding again: the same person once, and nothing that breaks."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", ["/contacts/", "/contacts/new/"])
def test_the_same_line_added_again_is_the_same_person(visit: Callable[..., Page], user: User, path: str):
    page = visit()
    page.goto(path)
    name = page.get_by_label("Add a person in one line") if path == "/contacts/" else page.get_by_label("Name").first
    for _ in range(2):
        name.fill("Ana Souza")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("heading", level=1, name="Ana Souza")).to_be_visible()
        page.go_back()
        expect(name).to_be_visible()
    page.reload()

    assert user.contacts.count() == 1
