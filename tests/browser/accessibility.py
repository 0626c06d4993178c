"""What axe has against a page, in the light and in the dark."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OF_COLOURS = ["color-contrast", "link-in-text-block"]


def violations(page: Page, within: str = "html") -> list[str]:
    """All rules in the light; in the dark, where nothing differs but colours (tests/test_code.py), those that judge them.
    A dialog is looked at `within`: axe would judge what lies behind it by its colours."""
    page.emulate_media(color_scheme="light")
    light = Axe().run(page, context=within).response["violations"]
    page.emulate_media(color_scheme="dark")
    options = {"resultTypes": ["violations"], "runOnly": OF_COLOURS}
    dark = page.evaluate("([within, options]) => axe.run(within, options)", [within, options])["violations"]
    return [*_lines("light", light), *_lines("dark", dark)]


def _lines(scheme: str, found: list[dict[str, Any]]) -> list[str]:
    return [
        f"{scheme}: {one['id']} {node['html'][:150]} {node['failureSummary']}" for one in found for node in one["nodes"]
    ]
