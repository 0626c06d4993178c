"""What no stylesheet may say."""

import re
from pathlib import Path

import pytest
from django.conf import settings

SHEETS = sorted((Path(settings.BASE_DIR) / "static" / "css").glob("*.css"))
WEIGHT = re.compile(r"font-weight:\s*([^;}]+)|font:\s*(\d{3}|bolder|lighter|bold)\b|--[\w-]*weight[\w-]*:\s*([^;}]+)")


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_weights_are_those_that_every_font_has(sheet: Path):
    """Where a font of the system has no 500, it is drawn as 400: nothing stands out any more."""
    said = {one.strip() for found in WEIGHT.findall(sheet.read_text()) for one in found if one}
    assert said <= {"400", "600", "inherit"}


def test_each_class_of_a_page_has_a_rule_or_is_looked_for():
    """By a script or by htmx. What a template puts together ("stage--{{ stage }}") is not read."""
    base = Path(settings.BASE_DIR)
    pages = [page.read_text() for page in (base / "templates").rglob("*.html") if "email" not in page.parts]
    scripts = [script.read_text() for script in (base / "static" / "js").glob("*.js")]
    known = re.findall(r"\.([a-z][\w-]*)", "".join(sheet.read_text() for sheet in SHEETS))
    known += re.findall(r"""[."'`]([a-z][\w-]*)""", "".join(scripts))
    known += re.findall(r'hx-target="find \.([\w-]+)"', "".join(pages))
    plain = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", "".join(pages))
    named = " ".join(re.findall(r'class="([^"]*)"', plain)).split()
    assert {name for name in named if name[0].isalpha() and name[-1] != "-"} - set(known) == set()
