import re

import pytest
from django.template.loader import render_to_string

from crm.models import Stage


def moon(stage: str) -> str:
    return render_to_string("crm/_moon.html", {"stage": stage})


@pytest.mark.parametrize("stage", Stage.values)
def test_each_stage_has_a_moon_of_whole_elements(stage: str):
    elements = re.findall(r"<(\w+)[\s>]", moon(stage))
    assert set(elements) <= {"svg", "circle", "path"}
    assert len(elements) == 2 + (stage != Stage.TO_MEET)


def test_no_two_stages_look_alike():
    assert len({moon(stage) for stage in Stage.values}) == len(Stage.values)
