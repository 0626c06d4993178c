"""The names that the code reads from an address or a form, found in the code: what no page happens to show."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
APPS = ("base", "accounts", "outbox", "crm", "interviews", "followups", "pages")


@dataclass
class Function:
    read: dict[str, set[str]] = field(default_factory=lambda: {"GET": set(), "POST": set()})
    calls: set[str] = field(default_factory=set)  # with the request, or what was asked


def names_read(view: str) -> dict[str, set[str]]:
    """By GET and POST: what this view reads, itself or through what it calls; and what it calls."""
    known, found = functions(), {"GET": set[str](), "POST": set[str](), "calls": set[str]()}
    todo, seen = [view], {view}
    while todo:
        for one in known.get(todo.pop(), []):
            for method, names in one.read.items():
                found[method] |= names
            found["calls"] |= one.calls
            todo += one.calls - seen
            seen |= one.calls
    return found


@cache
def functions() -> dict[str, list[Function]]:
    """By name, which may be that of several."""
    found: dict[str, list[Function]] = {}
    for path in (path for app in APPS for path in (ROOT / app).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, []).append(_function(node))
    return found


def _function(function: ast.FunctionDef) -> Function:
    queries = {arg.arg for arg in function.args.args if arg.annotation and "QueryDict" in ast.unparse(arg.annotation)}
    queries |= {
        arg.arg for arg in function.args.args if arg.annotation and "Mapping[str, str]" in ast.unparse(arg.annotation)
    }
    made = Function()
    for node in ast.walk(function):
        for source, name in _reads(node):
            methods = [source.attr] if isinstance(source, ast.Attribute) and source.attr in made.read else []
            methods = [*made.read] if isinstance(source, ast.Name) and source.id in queries else methods
            for method in methods:
                made.read[method].add(name)
        if isinstance(node, ast.Call) and any(
            ast.unparse(arg).startswith("request") for arg in (node.func, *node.args)
        ):
            made.calls.add(node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
    return made


def _reads(node: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """request.GET.get("x"), request.GET["x"], "x" in request.GET, and each x of a list of names they go through."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=source, attr="get" | "getlist"), args=[ast.Constant(value=str(name)), *_]
        ):
            yield source, name
        case ast.Subscript(value=source, slice=ast.Constant(value=str(name))):
            yield source, name
        case ast.Compare(left=ast.Constant(value=str(name)), ops=[ast.In() | ast.NotIn()], comparators=[source]):
            yield source, name
        case ast.DictComp(generators=[ast.comprehension(iter=ast.Tuple(elts=names))]):
            for source in (one for one in ast.walk(node) if isinstance(one, ast.Attribute)):
                yield from ((source, name.value) for name in names if isinstance(name, ast.Constant))
