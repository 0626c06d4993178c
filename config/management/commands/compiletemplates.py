"""Compiles every template of the project, so that a misspelt tag is found before a page is asked for."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateSyntaxError, engines
from django.template.loader import get_template


class Command(BaseCommand):
    help = "Compiles every template under templates/ and names those that do not."

    def handle(self, *args: Any, **options: Any) -> None:
        names = template_names()
        broken = [words for name in names if (words := what_is_wrong(name))]
        if broken:
            raise CommandError("\n".join(broken))
        self.stdout.write(f"{len(names)} templates compile.")


def template_names() -> list[str]:
    folders = [Path(folder) for engine in engines.all() for folder in engine.dirs]
    return sorted(str(file.relative_to(folder)) for folder in folders for file in folder.rglob("*") if file.is_file())


def what_is_wrong(name: str) -> str:
    try:
        get_template(name)
    except TemplateSyntaxError as error:
        return f"{name}: {error}"
    return ""
