import re

import pytest

from crm.models import Stage
from crm.templatetags.moons import moon


@pytest.mark.parametrize("stage", Stage.values)
def test_each_stage_has_a_moon_of_whole_elements(stage: str):
    elements = re.findall(r"<(\w+)[ >]", moon(stage))
    assert set(elements) <= {"svg", "circle", "path"}
    assert len(elements) == 2 + (stage != Stage.TO_MEET)


def test_no_two_stages_look_alike():
    assert len({moon(stage) for stage in Stage.values}) == len(Stage.values)
