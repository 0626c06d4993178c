import ast
from collections.abc import Callable, Iterator

import pytest
from tooling import code_rules
from tooling.code_rules import Offence, Rule, Sources
from tooling.environment import ROOT


def lines(rule: Callable[[Sources], Iterator[Offence]], *code: str, name: str = "crm/some.py") -> list[int]:
    """The lines of this code that the rule complains about."""
    return sorted({line for _name, line, _what in rule(Sources({name: ast.parse("\n".join(code))}, {}))})


@pytest.mark.parametrize(
    "code",
    [
        "row = '<li class=\"row\">'",
        "row = f'<span>{name}</span>'",
        "row = '<td>' + name",
        "end = '</ul>'",
        "both = format_html('<b>{}</b><i>{}</i>', name, role)",
        "many = format_html_join('', '<li>{}</li>', rows)",
    ],
)
def test_html_in_python_is_found(code):
    assert lines(code_rules.html_in_python, code) == [1]


@pytest.mark.parametrize(
    "code",
    [
        "link = format_html('<a href=\"{}\">{}</a>', address, name)",
        "icon = html.format_html('<br>')",
        "sender = 'Keepword <hello@keepword.example>'",
        "path('<number:pk>/', views.detail)",
        "DAY = re.compile(r'(?P<s>\\d) \\g<s> [<>]')",
        "few = 'a < b > c'",
        "'''<p>A docstring may name an element.'''",
    ],
)
def test_text_that_only_looks_like_html_is_left_alone(code):
    assert lines(code_rules.html_in_python, code) == []


@pytest.mark.parametrize(
    "code",
    [
        "q = 'SELECT id FROM crm_contact'",
        "q = f'UPDATE {table} SET version = 2'",
        "q = 'INSERT INTO crm_contact VALUES (1)'",
        "q = 'delete_all', 'DELETE  FROM crm_note'",
        "with connection.cursor() as rows: pass",
        "connections[alias].cursor()",
        "found = Contact.objects.raw(statement)",
        "found = contacts.extra(where=['1'])",
        "found = contacts.filter(RawSQL(words, []))",
    ],
)
def test_sql_is_found(code):
    assert lines(code_rules.sql_outside_its_places, code) == [1]


@pytest.mark.parametrize(
    "code",
    [
        "class SearchIndex(models.Index): text = 'CREATE INDEX x ON y'",
        "page = order.cursor(row)",
        "words = 'Select a day, or update the set.'",
        "'''Built like SELECT ... FOR UPDATE.'''",
    ],
)
def test_what_is_no_sql_by_hand_is_left_alone(code):
    assert lines(code_rules.sql_outside_its_places, code) == []


def test_engine_may_write_sql():
    assert lines(code_rules.sql_outside_its_places, "q = 'SELECT 1 FROM mails'", name="outbox/claims.py") == []


@pytest.mark.parametrize("code", ["mark_safe(text)", "SafeString(text)"])
def test_text_marked_safe_is_an_offence(code):
    assert lines(code_rules.marked_safe, "", code) == [2]


def test_cleaned_notes_may_be_marked_safe():
    assert lines(code_rules.marked_safe, "mark_safe(clean)", name="pages/contact.py") == []


def test_template_that_prints_unescaped_is_an_offence():
    sources = Sources({}, {"templates/a.html": "<p>\n{{ name|safe }}</p>"})
    assert [(name, line) for name, line, _what in code_rules.marked_safe(sources)] == [("templates/a.html", 2)]


def names(*paths: str) -> set[str]:
    empty = {path: ast.parse("") for path in paths}
    return {name for name, _line, _what in code_rules.modules_of_one_name(Sources(empty, {}))}


def test_two_modules_of_one_name_are_found():
    assert names("crm/words.py", "outbox/words.py", "outbox/smtp.py") == {"crm/words.py", "outbox/words.py"}


def test_two_tag_libraries_of_one_name_are_found():
    both = ("crm/templatetags/rows.py", "followups/templatetags/rows.py")
    assert names(*both, "crm/rows.py") == set(both)


@pytest.mark.parametrize(
    "paths",
    [
        ("crm/views.py", "outbox/views.py"),
        ("crm/contact_parts.py", "followups/contact_parts.py"),
        ("interviews/forms/planning.py", "interviews/views/planning.py"),
        ("outbox/__init__.py", "crm/__init__.py"),
        ("crm/story.py", "crm/templatetags/story.py"),
    ],
)
def test_conventional_modules_may_be_named_alike(paths):
    assert names(*paths) == set()


@pytest.mark.parametrize(
    "code",
    [
        ["class Contact:", "    objects: ClassVar[Any] = Contacts()"],
        ["if TYPE_CHECKING:", "    promises: Any"],
        ["if typing.TYPE_CHECKING:", "    Base = cast(Any, object)"],
    ],
)
def test_stub_of_any_is_found(code):
    assert lines(code_rules.untyped_stubs, *code) == [2]


@pytest.mark.parametrize(
    "code",
    [
        ["if TYPE_CHECKING:", "    from crm.models import Contact"],
        ["if TYPE_CHECKING:", "    promises: PromiseManager"],
        ["names: ClassVar[list[str]] = []"],
    ],
)
def test_types_that_say_something_are_left_alone(code):
    assert lines(code_rules.untyped_stubs, *code) == []


def test_offence_is_told_with_its_place():
    offends = Rule("some rule", lambda sources: iter([("crm/a.py", 3, "this")]))
    assert code_rules.what_is_wrong(Sources({}, {}), [offends]) == "crm/a.py:3: some rule: this"


def test_code_without_an_offence_is_well():
    assert code_rules.what_is_wrong(Sources({"crm/a.py": ast.parse("")}, {}), code_rules.RULES) == ""


def test_permanent_places_exist():
    places = code_rules.SQL_PLACES | set(code_rules.SAFE_PLACES)
    assert {place for place in places if not (ROOT / place).exists()} == set()
