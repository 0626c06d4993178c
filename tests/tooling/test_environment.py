import json
import sys
from pathlib import Path

import pytest
from tooling import environment as module
from tooling.environment import DEVELOPMENT, RUNTIME, Environment, refuse_old_python


class Recorded(Environment):
    """Runs nothing: writes down what would have been run."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.commands: list[list[str]] = []

    def _run(self, command: list[str], env: dict[str, str]) -> None:
        self.commands.append(command)
        self.python.parent.mkdir(parents=True, exist_ok=True)
        self.python.touch()

    @property
    def installed(self) -> str:
        return " ".join(self.commands[-1])


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch) -> Recorded:
    for name in (RUNTIME, DEVELOPMENT):
        (tmp_path / name).write_text(f"{name}==1\n")
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: object())
    return Recorded(tmp_path)


def test_pip_installs_the_hashed_requirements(checkout):
    assert checkout.ensure(development=False) is True
    assert checkout.commands[0][1:4] == ["-m", "venv", "--clear"]
    assert checkout.installed.endswith("--require-hashes -r requirements.txt")


def test_uv_is_preferred(checkout, monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda name: f"/opt/{name}")
    checkout.ensure(development=False)
    assert checkout.installed.startswith("/opt/uv sync --quiet --frozen --no-dev")


def test_environment_that_fits_is_left_alone(checkout):
    checkout.ensure(development=False)
    assert checkout.ensure(development=False) is False


def test_changed_lock_makes_it_anew(checkout):
    checkout.ensure(development=False)
    (checkout.root / RUNTIME).write_text("something==2\n")
    assert checkout.ensure(development=False) is True


def test_development_adds_to_a_plain_environment(checkout):
    checkout.ensure(development=False)
    checkout.ensure(development=True)
    assert checkout.installed.endswith("-r requirements-dev.txt")


def test_environment_for_development_serves_both(checkout):
    checkout.ensure(development=True)
    assert checkout.ensure(development=False) is False


def test_environment_that_was_copied_elsewhere_is_made_anew(checkout):
    checkout.ensure(development=False)
    stamp = json.loads(checkout.stamp.read_text())
    checkout.stamp.write_text(json.dumps({**stamp, "folder": "/elsewhere/.venv"}))
    assert checkout.ensure(development=False) is True


@pytest.mark.parametrize("stamp", ["", "{", "[]", '"text"'])
def test_unreadable_stamp_is_no_stamp(checkout, stamp):
    checkout.ensure(development=False)
    checkout.stamp.write_text(stamp)
    assert checkout.ensure(development=False) is True


def test_without_ensurepip_and_uv_one_line_says_what_to_install(checkout, monkeypatch):
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match="python3-venv, or uv"):
        checkout.ensure(development=False)


def test_failed_installation_leaves_no_stamp(tmp_path, monkeypatch, checkout):
    broken = Environment(checkout.root)
    monkeypatch.setattr(module, "BASE_PYTHON", "/bin/false")
    with pytest.raises(SystemExit, match="could not be made"):
        broken.ensure(development=False)
    assert not broken.stamp.exists()


def test_old_python_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or later"):
        refuse_old_python()


def test_folder_that_a_link_leads_to_is_not_emptied(checkout, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (checkout.root / ".venv").symlink_to(elsewhere)
    with pytest.raises(SystemExit, match="is a link to another folder"):
        checkout.ensure(development=False)
    assert checkout.commands == []
