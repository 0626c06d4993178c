import re

from django.template.loader import render_to_string

from crm.models import Stage


def moons() -> dict[str, str]:
    """What is drawn for each stage, on every page that refers to it."""
    return dict(
        re.findall(r'<symbol id="moon-(\w+)"[^>]*>(.*?)</symbol>', render_to_string("crm/_moons.html"), re.DOTALL)
    )


def test_each_stage_has_a_moon_of_whole_elements():
    assert list(moons()) == Stage.values
    for stage, moon in moons().items():
        elements = re.findall(r"<(\w+)[\s>]", moon)
        assert set(elements) <= {"circle", "path"}, stage
        assert len(elements) == 1 + (stage not in (Stage.TO_MEET, Stage.CONTINUE)), stage


def test_no_two_stages_look_alike():
    assert len(set(moons().values())) == len(Stage.values)
