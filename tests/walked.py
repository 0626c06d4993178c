"""Every URL of ours, and what a walk through them needs: the url_cases.py of the apps put together."""

import importlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User

CASES: dict[str, Callable[[User], dict[str, Any]]] = {}
PUBLIC: set[str] = set()
POST_DATA: dict[str, dict[str, Any]] = {}
for found in sorted(Path(__file__).parent.rglob("url_cases.py")):
    module = importlib.import_module(
        ".".join(("tests", *found.relative_to(Path(__file__).parent).with_suffix("").parts))
    )
    CASES |= module.CASES
    PUBLIC |= getattr(module, "PUBLIC", set())
    POST_DATA |= getattr(module, "POST_DATA", {})


def patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, ":".join(filter(None, [namespace, entry.namespace or ""])))
        else:
            yield ":".join(filter(None, [namespace, entry.name or str(entry.pattern)])), entry


ALL = dict(patterns(get_resolver()))
OURS = sorted(name for name in ALL if not name.startswith("admin:"))
WALKED = [name for name in OURS if name in CASES]
