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
