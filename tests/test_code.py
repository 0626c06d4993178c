"""Reads the code for what no linter knows: who may name `Model.objects`, where an import may stand, what the dark may change."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePath

from django.apps import apps

ROOT = Path(__file__).parent.parent
OUR_APPS = ("base", "accounts", "outbox", "crm", "interviews", "followups", "pages")
SOURCES = sorted(path.relative_to(ROOT) for app in (*OUR_APPS, "config") for path in (ROOT / app).rglob("*.py"))
OWNED = {
    model.__name__
    for model in apps.get_models()
    if model._meta.app_label in OUR_APPS and (model._meta.label == "accounts.User" or hasattr(model, "owner"))
}

WHOLE_TABLE = {"models.py", "engine.py", "mails.py", "jobs.py", "tasks.py"}  # models, engine, planners, jobs
ENGINE = {  # the delivery engine, which works for every owner at once
    "outbox/actions.py", "outbox/backends.py", "outbox/claims.py", "outbox/clocks.py", "outbox/figures.py", "outbox/housekeeping.py",
    "outbox/left_out.py", "outbox/mail_health.py", "outbox/settling.py",
    "followups/reminder_mail.py",  # reads for all the mails of a batch
}  # fmt: skip
WHOLE_TABLE_FOLDERS = {"migrations", "management", "models", "mails"}
BY_SIGNATURE = {  # a session or a private link: the visitor is nobody yet, and the signature names the row
    "accounts/demo.py",
    "followups/mail_links.py",
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
        f"{path}:{line} imports {name}" for path in SOURCES for line, name in imports_in_functions(tree(path))
    ] == []


def test_reader_sees_what_it_looks_for():
    read = ast.parse("def view(request):\n    import os\n    return Contact.objects.get(pk=1)\n")
    assert list(managers_named(read)) == [3]
    assert list(imports_in_functions(read)) == [(2, "os")]
    assert not may_name_managers(PurePath("crm/views.py"))


def test_dark_differs_from_light_in_colours_alone():
    """light-dark() can be nothing but a colour. tests/browser/accessibility.py leans on it: one layout, two palettes."""
    ours = [path for kind in ("css", "js") for path in (ROOT / "static").rglob(f"*.{kind}")]
    lines = [line.strip() for path in ours for line in path.read_text().splitlines()]
    assert [line for line in lines if "prefers-color-scheme" in line] == []
    assert [line for line in lines if "data-theme" in line] == [
        '[data-theme="light"] { color-scheme: light; }',
        '[data-theme="dark"] { color-scheme: dark; }',
    ]


def test_comments_of_templates_end_on_their_line():
    """Django prints one that goes on over the next."""
    lines = [
        (path.relative_to(ROOT).as_posix(), line)
        for path in (ROOT / "templates").rglob("*.*")
        for line in path.read_text().splitlines()
    ]
    assert [found for found in lines if found[1].count("{#") != found[1].count("#}")] == []
