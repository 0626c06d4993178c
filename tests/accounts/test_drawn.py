import pytest
from django.utils.safestring import mark_safe

from accounts.drawn import Drawn, address, blank, blanks


@pytest.fixture
def avatar() -> Drawn:
    return Drawn("crm/_avatar.html", {"contact": blanks(tint="tint", initials="initials")})


def test_a_blank_is_filled_where_it_stood(avatar: Drawn):
    assert (
        avatar.fill({"tint": "3", "initials": "AS"}) == '<span class="avatar avatar--3 " aria-hidden="true">AS</span>\n'
    )


def test_a_template_is_filled_again_and_again(avatar: Drawn):
    first, second = (avatar.fill({"tint": "1", "initials": name}) for name in ("AS", "MP"))
    assert "AS" in first
    assert "MP" not in first
    assert "MP" in second
    assert "AS" not in second


@pytest.mark.parametrize("typed", ["<b>", '"', "&", blank("tint")])
def test_what_was_typed_stays_text(avatar: Drawn, typed: str):
    html = avatar.fill({"tint": "1", "initials": typed})
    assert "<b>" not in html
    assert html.count("1") == 1


def test_what_is_safe_is_left_alone(avatar: Drawn):
    assert "<i>AS</i>" in avatar.fill({"tint": "1", "initials": mark_safe("<i>AS</i>")})


def test_an_address_has_a_blank_for_its_number():
    assert address("contact_detail", "pk") == f"/contacts/{blank('pk')}/"
