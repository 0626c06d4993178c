"""Finds what may hand text to a page unescaped, in Python and in templates."""

import ast
import re
from collections.abc import Iterator

UNESCAPED = re.compile(r"(?:\||\{%-?\s*filter\s)\s*safe(?:seq)?\b|\{%\s*autoescape\s+off")  # in a template that is HTML


def marks_safe(tree: ast.AST) -> Iterator[ast.expr | ast.stmt]:
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
