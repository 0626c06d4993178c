from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.management.commands import compiletemplates, prepare


@pytest.fixture(autouse=True)
def static_root(settings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT = tmp_path / "static"
    return settings.STATIC_ROOT


def test_prepare_collects_static_files_once(db, static_root):
    said = StringIO()
    call_command("prepare", stdout=said)
    assert (static_root / "css" / "tokens.css").exists()
    call_command("prepare", stdout=said)
    assert said.getvalue().count("static file") == 1


def test_changed_static_file_is_seen(db, static_root, settings, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    settings.STATICFILES_DIRS = [source]
    call_command("prepare", stdout=StringIO())
    (source / "new.css").write_text("")
    prepare.finders.get_finder.cache_clear()
    assert prepare.static_files_changed()
    prepare.finders.get_finder.cache_clear()


def test_prepare_makes_the_cache_table(db):
    call_command("prepare", stdout=StringIO())
    assert "cache" in connection.introspection.table_names()


def test_migrated_database_is_not_behind(db):
    assert not prepare.is_behind()


def test_database_behind_is_migrated(db, monkeypatch):
    called = []
    monkeypatch.setattr(prepare, "is_behind", lambda: True)
    monkeypatch.setattr(prepare, "call_command", lambda name, **options: called.append(name))
    call_command("prepare", "--demo", stdout=StringIO())
    assert called[:2] == ["migrate", "createcachetable"]
    assert called[-1] == "demo"


def test_every_template_compiles():
    said = StringIO()
    call_command("compiletemplates", stdout=said)
    assert "templates compile" in said.getvalue()


def test_misspelt_tag_is_named_with_its_file(settings, tmp_path):
    (tmp_path / "broken.html").write_text("{% nonsense %}")
    settings.TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path]}]
    with pytest.raises(CommandError, match=r"broken\.html: .*nonsense"):
        call_command("compiletemplates")


def test_templates_of_the_project_are_found():
    assert "base.html" in compiletemplates.template_names()
