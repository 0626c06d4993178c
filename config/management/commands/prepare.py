"""Makes this installation ready to serve: database, cache table, static files. Does only what is missing."""

import hashlib
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


class Command(BaseCommand):
    help = "Migrates, makes the cache table and collects static files where something changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="then make a demo account and print a sign-in link to it"
        )

    def handle(self, *args: Any, demo: bool, **options: Any) -> None:
        if is_behind():
            call_command("migrate", interactive=False, stdout=self.stdout)
        call_command("createcachetable", verbosity=0)
        if static_files_changed():
            call_command("collectstatic", interactive=False, stdout=self.stdout)
            stamp().write_text(fingerprint())
        if demo:
            call_command("demo", stdout=self.stdout)


def is_behind() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def stamp() -> Path:
    return Path(settings.STATIC_ROOT).with_suffix(".stamp")


def static_files_changed() -> bool:
    return not Path(settings.STATIC_ROOT).exists() or not stamp().exists() or stamp().read_text() != fingerprint()


def fingerprint() -> str:
    """Changes with the name, the size or the time of any file that would be collected."""
    seen = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            seen.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return seen.hexdigest()
