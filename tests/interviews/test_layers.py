"""import-linter checks only the modules that a contract names."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ALONE = {
    "apps",
    "migrations",
    "models",
    "templatetags",
}  # of the packages every file stands in the layer of its package


def test_every_module_stands_in_one_layer():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["name"].startswith("Inside interviews"))
    named = sorted(name for layer in layers for name in layer.split(" : "))

    files = [path.relative_to(ROOT / "interviews") for path in (ROOT / "interviews").rglob("*.py")]
    modules = {".".join(path.with_suffix("").parts) for path in files if path.stem != "__init__"}
    found = {name for name in modules if name.split(".")[0] not in ALONE} | {"models", "templatetags"}
    assert named == sorted(found)
