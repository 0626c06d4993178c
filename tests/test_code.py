"""Reads the code for what no linter knows: who may name `Model.objects`, where an import may stand, what the dark may change."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePath

import pytest
from django.apps import apps

ROOT = Path(__file__).parent.parent
OUR_APPS = ("base", "accounts", "outbox", "crm", "interviews", "followups")
TEMPLATES = sorted(path.relative_to(ROOT) for path in (ROOT / "templates").rglob("*.html"))
SOURCES = sorted(path.relative_to(ROOT) for app in (*OUR_APPS, "config") for path in (ROOT / app).rglob("*.py"))
OWNED = {
    model.__name__
    for model in apps.get_models()
    if model._meta.app_label in OUR_APPS and (model._meta.label == "accounts.User" or hasattr(model, "owner"))
}

WHOLE_TABLE = {"models.py", "engine.py", "mails.py", "jobs.py", "tasks.py"}  # models, engine, planners, jobs
ENGINE = {  # the delivery engine, which works for every owner at once
    "outbox/actions.py", "outbox/backends.py", "outbox/claims.py", "outbox/figures.py", "outbox/housekeeping.py",
    "outbox/mail_health.py", "outbox/settling.py", "outbox/workers.py",
}  # fmt: skip
WHOLE_TABLE_FOLDERS = {"migrations", "management", "models", "mails"}
BY_SIGNATURE = {  # a session or a private link: the visitor is nobody yet, and the signature names the row
    "accounts/sessions.py",
    "accounts/demo.py",
    "followups/links.py",
}
SLOW_TO_LOAD = {("base/dates.py", "dateparser")}

UNESCAPED = re.compile(r"(?:\||\{%-?\s*filter\s)\s*safe(?:seq)?\b|\{%\s*autoescape\s+off")  # in a template that is HTML
MARKED_SAFE = {  # and why nothing that somebody typed gets through
    "accounts/templatetags/keepword.py": "an icon out of its package",
    "accounts/drawn.py": "a template of ours, each value escaped",
    "crm/story.py": "notes: nh3 has cleaned the Markdown",
    "followups/templatetags/promises.py": "days in our words",
    "interviews/learned.py": "what was searched for is marked, each piece escaped",
    "interviews/templatetags/talks.py": "an empty string",
}


@cache
def tree(path: Path) -> ast.AST:
    return ast.parse((ROOT / path).read_text())


def managers_named(tree: ast.AST) -> Iterator[int]:
    """The lines that begin a query at the table instead of at the user."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and node.attr in ("objects", "_base_manager", "_default_manager")
            and isinstance(node.value, ast.Name)
            and node.value.id in OWNED
        ):
            yield node.lineno


def imports_in_functions(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            for node in ast.walk(function):
                if isinstance(node, ast.Import):
                    yield node.lineno, node.names[0].name
                elif isinstance(node, ast.ImportFrom):
                    yield node.lineno, node.module or ""


def marks_safe(tree: ast.AST) -> Iterator[ast.AST]:
    """Each place that may hand text to a page unescaped: `SafeString` as a type of an argument or an answer does not."""
    types = set(annotations(tree))
    for node in ast.walk(tree):
        match node:
            case (
                ast.Name(id="mark_safe" | "SafeString" | "SafeText" | "SafeData")
                | ast.Attribute(attr="mark_safe" | "SafeString" | "SafeText" | "SafeData" | "__html__" | "from_string")
            ):
                if node not in types:
                    yield node
            case ast.ImportFrom(module="django.utils.safestring", names=names) if any(name.asname for name in names):
                yield node
            case ast.Import(names=names) if any(name.name == "django.utils.safestring" for name in names):
                yield node
            case ast.FunctionDef(name="__html__"):
                yield node
            case ast.Call() if is_unescaped_call(node):
                yield node


def annotations(tree: ast.AST) -> Iterator[ast.AST]:
    """What stands in types, and what `isinstance` is asked about: all of it reads, and marks nothing."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(returns=kind) | ast.arg(annotation=kind) | ast.AnnAssign(annotation=kind) if kind:
                yield from ast.walk(kind)
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, kind]):
                yield from ast.walk(kind)


def is_unescaped_call(call: ast.Call) -> bool:
    named = {word.arg: word.value for word in call.keywords}
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "format_html":
        return not is_literal(call.args[0])
    if name == "format_html_join":
        return not all(map(is_literal, call.args[:2]))
    if name == "HttpResponse":  # a page is a template
        return "content_type" not in named and bool(call.args) and not isinstance(call.args[0], ast.Constant)
    return (
        name == "Template"
        or (name in ("linebreaks", "linebreaksbr", "urlize") and not is_constant(named.get("autoescape"), True))
        or is_constant(named.get("autoescape"), False)
        or is_constant(named.get("is_safe"), True)
    )


def is_literal(node: ast.AST) -> bool:
    """Text as it stands in the code, translated or not."""
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("_", "gettext", "gettext_lazy")
    ):
        return is_literal(node.args[0])
    return isinstance(node, ast.Constant)


def is_constant(node: ast.AST | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def may_name_managers(path: PurePath) -> bool:
    return (
        path.name in WHOLE_TABLE
        or bool(WHOLE_TABLE_FOLDERS.intersection(path.parts))
        or path.as_posix() in ENGINE | BY_SIGNATURE
    )


def test_every_lookup_starts_at_the_user():
    assert [
        f"{path}:{line}" for path in SOURCES if not may_name_managers(path) for line in managers_named(tree(path))
    ] == []


def test_no_import_inside_a_function():
    assert [
        f"{path}:{line} imports {name}"
        for path in SOURCES
        for line, name in imports_in_functions(tree(path))
        if (path.as_posix(), name) not in SLOW_TO_LOAD
    ] == []


def test_text_is_marked_safe_in_the_listed_places_alone():
    """Whoever adds one says in the list why nothing that somebody typed reaches it unescaped; whoever takes one out, too."""
    found = {path.as_posix() for path in SOURCES if any(marks_safe(tree(path)))}
    found |= {path.as_posix() for path in TEMPLATES if UNESCAPED.search((ROOT / path).read_text())}
    assert sorted(found) == sorted(MARKED_SAFE)


def test_reader_sees_what_it_looks_for():
    read = ast.parse("def view(request):\n    import os\n    return Contact.objects.get(pk=1)\n")
    assert list(managers_named(read)) == [3]
    assert list(imports_in_functions(read)) == [(2, "os")]
    assert not may_name_managers(PurePath("crm/views.py"))


@pytest.mark.parametrize(
    "code",
    [
        "mark_safe(name)", "safestring.mark_safe(name)", "SafeString(name)", "SafeText(name)", "mark = mark_safe", "sum(map(SafeString, names))",
        "from django.utils.safestring import mark_safe as harmless", "from django.utils.safestring import SafeString as Text",
        "import django.utils.safestring", "class Row:\n    def __html__(self): ...", "text.__html__ = str", "@mark_safe\ndef draw(): ...",
        "@register.filter(is_safe=True)\ndef shout(text): ...", 'format_html(f"<b>{name}</b>")', 'format_html("<b>" + name)', "format_html(words)",
        'format_html("<b>%s</b>" % name)', 'format_html(_("<b>%s</b>") % name)', 'format_html_join(sep, "{}", rows)', 'format_html_join("", f"<{x}>", rows)',
        "Template(text)", "engines['django'].from_string(text)", "Context(values, autoescape=False)", "linebreaks(text)", "urlize(text)",
        'HttpResponse(f"<p>{name}</p>")',
    ],
)  # fmt: skip
def test_reader_sees_text_marked_safe(code: str):
    assert any(marks_safe(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "def draw(name) -> SafeString: ...", "def draw(names: dict[str, SafeString]) -> None: ...", "isinstance(name, SafeString)",
        'format_html("<b>{}</b>", name)', 'format_html_join("", "{}", rows)', 'format_html(_("<b>{}</b>"), name)', "escape(name)",
        "from django.utils.safestring import SafeString", "from django.template import Library", 'HttpResponse("ok")', "linebreaks(text, autoescape=True)",
        'HttpResponse(feed, content_type="text/calendar")',
    ],
)  # fmt: skip
def test_reader_passes_what_is_escaped(code: str):
    assert not any(marks_safe(ast.parse(code)))


@pytest.mark.parametrize(
    "template",
    ["{{ a|safe }}", "{{ a | safe }}", "{{ a|default:b|safe }}", "{{ a|safeseq|join:' ' }}", "{% autoescape off %}", "{%autoescape  off%}",
     "{% filter safe %}", "{% firstof a|safe %}", '<b title="{{ a|safe|title }}">'],
)  # fmt: skip
def test_reader_sees_what_a_template_leaves_unescaped(template: str):
    assert UNESCAPED.search(template)
    assert not UNESCAPED.search("{{ safe }} {{ a|safety }} a | b, safe and sound {% autoescape on %}")


def test_dark_differs_from_light_in_colours_alone():
    """light-dark() can be nothing but a colour. tests/browser/accessibility.py leans on it: one layout, two palettes."""
    ours = [path for kind in ("css", "js") for path in (ROOT / "static").rglob(f"*.{kind}")]
    lines = [line.strip() for path in ours for line in path.read_text().splitlines()]
    assert [line for line in lines if "prefers-color-scheme" in line] == []
    assert [line for line in lines if "data-theme" in line] == [
        '[data-theme="light"] { color-scheme: light; }',
        '[data-theme="dark"] { color-scheme: dark; }',
    ]
