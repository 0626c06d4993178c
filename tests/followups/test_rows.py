from datetime import timedelta

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from tests.factories import NOW, TODAY, ContactFactory, PromiseFactory

ROWS = Template("{% load promises %}{% promise_rows promises on_contact=on_contact %}")


@pytest.fixture
def draw(rf: RequestFactory):
    def _draw(*promises, on_contact=False):
        request = rf.get("/follow-ups/?kind=article&who=7")
        context = {
            "promises": promises,
            "on_contact": on_contact,
            "today": TODAY,
            "request": request,
            "csrf_token": "t0k",
        }
        return ROWS.render(Context(context))

    return _draw


def test_a_row_says_what_who_and_when(draw, user):
    promise = PromiseFactory(contact=ContactFactory(owner=user, name="Zsófia Nagy"), due_on=TODAY - timedelta(days=4))
    html = draw(promise)
    assert "Send the article on gauge stations" in html
    assert "Zsófia Nagy" in html
    assert 'class="late" >4 days late</span>' in " ".join(html.split())
    assert f'formaction="/promises/{promise.pk}/snooze/1/?v={promise.version}"' in html
    assert 'value="t0k"' in html
    assert 'value="/follow-ups/?kind=article&amp;who=7"' in html


def test_rows_of_one_kind_do_not_mix(draw, user):
    first, second = (
        PromiseFactory(contact=ContactFactory(owner=user), what=what) for what in ("the first", "the second")
    )
    html = draw(first, second)
    assert html.index("the first") < html.index(f"/promises/{first.pk}/keep/") + 2000 < len(html)
    assert html.count("the first") == html.count("the second") > 0


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", '"><b>', "\ue000csrf\ue001", "{{ secret }}", "{what}"])
def test_what_was_typed_is_text(draw, user, typed):
    html = draw(PromiseFactory(contact=ContactFactory(owner=user, name=typed), what=typed))
    assert "<script>" not in html
    assert "<b>" not in html
    assert html.count("t0k") == 1


def test_every_kind_of_row_is_filled(draw, user):
    contact = ContactFactory(owner=user)
    rows = [PromiseFactory(contact=contact, whose=whose) for whose in ("mine", "theirs")]
    rows += [PromiseFactory(contact=contact, state=state, closed_at=NOW) for state in ("kept", "let_go")]
    for on_contact in (True, False):
        html = draw(*rows, on_contact=on_contact)
        assert html.count("<li ") == 4
        assert "\ue000" not in html


def test_a_put_off_promise_says_until_when(draw, user):
    promise = PromiseFactory(contact=ContactFactory(owner=user), snoozed_until=TODAY + timedelta(days=1))
    assert "tomorrow" in draw(promise)
