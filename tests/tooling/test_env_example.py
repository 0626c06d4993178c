import ast
import re

from tooling.environment import ROOT
from tooling.suites import settings_names


def names_read() -> set[str]:
    """The first argument of every env.something("NAME") in the settings."""
    calls = [
        node
        for node in ast.walk(ast.parse((ROOT / "config" / "settings.py").read_text()))
        if isinstance(node, ast.Call)
    ]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def names_of_compose() -> set[str]:
    return set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))


def test_env_example_names_every_variable_that_settings_and_compose_read():
    assert settings_names() == names_read() | names_of_compose()
