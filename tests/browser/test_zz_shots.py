import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, NARROW, PHONE
from tests.factories import ContactFactory

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK, NARROW], ids=["390", "1280", "320"])
def test_shots(visit, user, size, scheme):
    ContactFactory(owner=user, name="Ana Souza", role="Head of data")
    ContactFactory(owner=user, name="Ana Lima", role="Engineer")
    page = visit(size, scheme=scheme)
    tag = f"/tmp/shots/{size[0]}-{scheme}"
    page.goto("/")
    page.screenshot(path=f"{tag}-today.png")
    page.goto("/contacts/")
    page.screenshot(path=f"{tag}-contacts.png")
    page.locator("main a[data-capture]").click()
    expect(page.get_by_label("A person or a promise", exact=True)).to_be_focused()
    page.wait_for_timeout(200)
    page.screenshot(path=f"{tag}-empty.png")
    for name, line in {
        "person": f"Bo {LONG if size == NARROW else 'Stone'}, head of data at Nubank, Lisbon, met at PyCon yesterday #floods, bo@x.example ! send the deck friday",
        "promise": "owe Ana an article friday",
        "new": "Kenji owes me an intro",
    }.items():
        page.get_by_label("A person or a promise", exact=True).fill(line)
        page.wait_for_timeout(900)
        page.screenshot(path=f"{tag}-{name}.png")
    page.get_by_role("button", name="Add, and another").click()
    page.wait_for_timeout(900)
    page.screenshot(path=f"{tag}-another.png")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_timeout(900)
    page.screenshot(path=f"{tag}-error.png")
    page.goto("/capture/?line=owe+Ana+an+article+friday")
    page.wait_for_timeout(300)
    page.screenshot(path=f"{tag}-page.png")
