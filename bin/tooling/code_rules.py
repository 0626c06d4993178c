"""The rules of the house that no linter knows. Each lists its offenders."""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath

from tooling.unescaped import UNESCAPED, marks_safe

Offence = tuple[str, int, str]  # file, line, what stands there

SQL_PLACES = {"outbox/claims.py", "outbox/settling.py", "base/owned.py", "crm/indexes.py"}  # engine, constraints, index
SAFE_PLACES = {  # and why nothing that somebody typed gets through
    "pages/contact.py": "nh3 has cleaned the Markdown",
    "accounts/templatetags/keepword.py": "an icon out of its package",
}

HTML = (
    "a abbr address article aside b blockquote body br button caption code dd details dfn dialog div dl dt em fieldset figure "
    "footer form g h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd label legend li link main mark meta nav ol "
    "optgroup option output p path pre progress rect s script section select small span strong style sub summary sup svg table "
    "tbody td template text textarea tfoot th thead time title tr u ul use var video"
)
# not the named groups of a regular expression
ELEMENT = re.compile(rf"(?<!\?P)(?<!\\g)<(?:({HTML.replace(' ', '|')})(?=[\s/>])|/[a-z])", re.IGNORECASE)
SQL = re.compile(
    r"\b(SELECT\s|INSERT\s+INTO\b|UPDATE\s+\S+\s+SET\b|DELETE\s+FROM\b|WITH\s+RECURSIVE\b"
    r"|(CREATE|ALTER|DROP)\s+(TABLE|(UNIQUE\s+)?INDEX|EXTENSION|TRIGGER|VIEW)\b)"
)
CONVENTIONAL = {
    "__init__", "models", "views", "forms", "urls", "admin", "apps", "tasks", "actions", "mails", "exports", "jobs",
    "contact_parts",
}  # fmt: skip
# a package of these holds one module for each part of its app, named alike in all of them; commands are named to be typed
CONVENTIONAL_PACKAGES = {"models", "views", "forms", "actions", "mails", "commands"}


@dataclass(frozen=True)
class Rule:
    name: str
    offences: Callable[["Sources"], Iterator[Offence]]


@dataclass(frozen=True)
class Sources:
    """The project's own Python, parsed, without migrations; and its templates."""

    python: dict[str, ast.Module]
    templates: dict[str, str]

    @classmethod
    def read(cls, root: Path, apps: list[str]) -> "Sources":
        files = [path for app in apps for path in sorted((root / app).rglob("*.py")) if "migrations" not in path.parts]
        templates = sorted((root / "templates").rglob("*.html"))
        return cls(
            {path.relative_to(root).as_posix(): ast.parse(path.read_text()) for path in files},
            {path.relative_to(root).as_posix(): path.read_text() for path in templates},
        )


# --- the rules --------------------------------------------------------------------------------------------------------
def html_in_python(sources: Sources) -> Iterator[Offence]:
    """Markup is written in templates; format_html may make a single element."""
    for name, tree in sources.python.items():
        single = {
            id(call.args[0])
            for call in ast.walk(tree)
            if isinstance(call, ast.Call)
            and called(call) == "format_html"
            and call.args
            and elements(call.args[0]) == 1
        }
        for node in texts(tree):
            if id(node) not in single and ELEMENT.search(text_of(node)):
                yield name, node.lineno, shortened(text_of(node))


def sql_outside_its_places(sources: Sources) -> Iterator[Offence]:
    """Rows come from querysets. SQL stands in SQL_PLACES, and in classes of indexes and constraints."""
    for name, tree in sources.python.items():
        if name in SQL_PLACES:
            continue
        inside = {id(node) for part in classes_of_the_schema(tree) for node in ast.walk(part)}
        for node in texts(tree):
            if id(node) not in inside and SQL.search(text_of(node)):
                yield name, node.lineno, shortened(text_of(node))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and id(call) not in inside and asks_by_hand(call):
                yield name, call.lineno, f"{called(call)}()"


def marked_safe(sources: Sources) -> Iterator[Offence]:
    """Only what a library has cleaned is printed unescaped: SAFE_PLACES."""
    for name, tree in sources.python.items():
        if name not in SAFE_PLACES:
            for node in marks_safe(tree):
                yield name, node.lineno, shortened(ast.unparse(node))
    for name, template in sources.templates.items():
        for found in UNESCAPED.finditer(template):
            yield name, template.count("\n", 0, found.start()) + 1, found[0]


def modules_of_one_name(sources: Sources) -> Iterator[Offence]:
    """A name means one thing in the whole tree, but for the conventional ones. A tag library shows what its module is about."""
    places = defaultdict(list)
    for name in sources.python:
        path = PurePath(name)
        if path.stem not in CONVENTIONAL and path.parent.name not in CONVENTIONAL_PACKAGES:
            places[path.parent.name == "templatetags", path.stem].append(name)
    for names in places.values():
        for name in names if len(names) > 1 else []:
            yield name, 1, f"also {', '.join(other for other in names if other != name)}"


def untyped_stubs(sources: Sources) -> Iterator[Offence]:
    """mypy follows managers and relations by their types: no stub of Any under TYPE_CHECKING, no ClassVar[Any]."""
    for name, tree in sources.python.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript) and ast.unparse(node) in {
                "ClassVar[Any]",
                "typing.ClassVar[typing.Any]",
            }:
                yield name, node.lineno, "ClassVar[Any]"
            if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
                for line in node.body:
                    if isinstance(line, ast.AnnAssign | ast.Assign) and re.search(r"\bAny\b", ast.unparse(line)):
                        yield name, line.lineno, ast.unparse(line)


RULES = [
    Rule("HTML in Python", html_in_python),
    Rule("SQL outside its places", sql_outside_its_places),
    Rule("text marked safe", marked_safe),
    Rule("modules of one name", modules_of_one_name),
    Rule("stubs of Any", untyped_stubs),
]


# --- reading the code -------------------------------------------------------------------------------------------------
def texts(tree: ast.AST) -> Iterator[ast.expr]:
    """Every text in the code but the docstrings: an f-string once, as a whole."""
    passed = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            passed.update(id(part) for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in passed:
            yield node


def text_of(node: ast.expr) -> str:
    """What is known of a text before it runs; {} for what is not."""
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) for part in node.values)
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    return "{}"


def elements(node: ast.expr) -> int:
    return sum(bool(found[1]) for found in ELEMENT.finditer(text_of(node)))


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def asks_by_hand(call: ast.Call) -> bool:
    if called(call) == "RawSQL":
        return True
    if not isinstance(call.func, ast.Attribute):
        return False
    if called(call) == "cursor":
        return ast.unparse(call.func.value).split("[")[0].split(".")[-1] in {"connection", "connections"}
    return called(call) in {"raw", "extra"}


def classes_of_the_schema(tree: ast.AST) -> Iterator[ast.ClassDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(
            ast.unparse(base).endswith(("Index", "Constraint")) for base in node.bases
        ):
            yield node


def shortened(text: str) -> str:
    return " ".join(text.split())[:60]


# --- the check --------------------------------------------------------------------------------------------------------
def what_is_wrong(sources: Sources, rules: list[Rule]) -> str:
    """A line for each offence."""
    return "\n".join(
        f"{name}:{line}: {rule.name}: {what}" for rule in rules for name, line, what in rule.offences(sources)
    )


def check(root: Path, apps: list[str]) -> str:
    return what_is_wrong(Sources.read(root, apps), RULES)
