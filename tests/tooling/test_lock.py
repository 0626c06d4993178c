"""Real environments, made from an index of tiny wheels that offers newer releases than the lock names."""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from tooling import environment as module
from tooling.environment import RUNTIME, Environment

pytestmark = pytest.mark.slow
LOCKED = {"coverlet": "1.0", "covering": "1.0", "gauge": "1.0"}
NEEDS = {"coverlet": "", "covering": "Requires-Dist: coverlet[toml]>=1\n", "gauge": "Requires-Dist: covering\n"}
PROJECT = """
[project]
name = "tiny"
version = "0"
requires-python = ">=3.11"
dependencies = ["gauge"]

[tool.uv]
package = false
no-index = true
find-links = ["wheels"]
"""


def make_wheel(folder: Path, name: str, version: str, needs: str = "") -> Path:
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nProvides-Extra: toml\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {path: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()) for path, text in files.items()}
    lines = [f"{path},sha256={digest.rstrip(b'=').decode()}," for path, digest in digests.items()]
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": "\n".join([*lines, f"{info}/RECORD,,"])}.items():
            archive.writestr(path, text)
    return wheel


def write_requirements(checkout: Path, *names: str) -> None:
    wheels = {name: checkout / "wheels" / f"{name}-{LOCKED[name]}-py3-none-any.whl" for name in names}
    lines = [
        f"{name}=={LOCKED[name]} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"
        for name, wheel in wheels.items()
    ]
    (checkout / RUNTIME).write_text("".join(lines))


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch) -> Path:
    """An empty folder with a lock, and an index without a network; newer releases come once the lock is written."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name, version in LOCKED.items():
        make_wheel(wheels, name, version, NEEDS[name])
    write_requirements(tmp_path, *LOCKED)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere.example")  # no embedded broker is wanted
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    return tmp_path


def offer_newer_releases(checkout: Path) -> None:
    for name in LOCKED:
        make_wheel(checkout / "wheels", name, "2.0", NEEDS[name])


@pytest.fixture
def pip_alone(monkeypatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda name: None)


def find_uv() -> str:
    return shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent)) or ""


@pytest.fixture
def uv(checkout: Path, monkeypatch) -> str:
    found = find_uv()
    monkeypatch.setattr(module.shutil, "which", lambda name: found)
    subprocess.run([found, "lock", "--quiet", "--python", sys.executable], cwd=checkout, check=True)
    return found


def installed(environment: Environment) -> dict[str, str]:
    listing = "import importlib.metadata as m, json; print(json.dumps({d.name: d.version for d in m.distributions()}))"
    done = subprocess.run([str(environment.python), "-c", listing], capture_output=True, check=True)
    return {name: version for name, version in json.loads(done.stdout).items() if name not in ("pip", "setuptools")}


def test_pip_installs_the_locked_releases_whatever_is_newer_and_anew_for_another_python(checkout, pip_alone):
    offer_newer_releases(checkout)
    environment = Environment(checkout)
    assert environment.ensure(development=False) is True
    assert installed(environment) == LOCKED
    forget_what_is_installed(environment)
    assert environment.ensure(development=False) is True
    assert installed(environment) == LOCKED


def forget_what_is_installed(environment: Environment) -> None:
    """What an upgrade of Python leaves: python runs, and finds nothing of its own."""
    [packages] = environment.folder.glob("lib/python3*")
    packages.rename(packages.with_name("python3.1"))
    environment.stamp.write_text(environment.stamp.read_text().replace(sys.version.split()[0], "3.1.0"))


@pytest.mark.skipif(not find_uv(), reason="no uv on this machine")
def test_uv_installs_the_locked_releases_though_newer_ones_are_offered(checkout, uv):
    offer_newer_releases(checkout)
    environment = Environment(checkout)
    assert environment.ensure(development=False) is True
    assert installed(environment) == LOCKED


@pytest.mark.skipif(not find_uv(), reason="no uv on this machine")
def test_uv_installs_though_its_cache_cannot_be_written(checkout, uv, monkeypatch):
    monkeypatch.delenv("UV_CACHE_DIR")
    monkeypatch.setenv("HOME", "/dev/null/home")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    environment = Environment(checkout)
    assert environment.ensure(development=False) is True
    assert installed(environment) == LOCKED


def test_lock_that_lacks_a_package_is_refused_in_a_sentence(checkout, pip_alone, capfd):
    write_requirements(checkout, "covering", "gauge")
    environment = Environment(checkout)
    with pytest.raises(SystemExit, match=r"requirements\.txt does not hold all that its packages need"):
        environment.ensure(development=False)
    assert "covering 1.0 requires coverlet, which is not installed" in "".join(capfd.readouterr())
    assert not environment.stamp.exists()


def test_package_without_a_wheel_for_this_machine_is_named_with_what_to_do(checkout, pip_alone):
    (checkout / "wheels" / "gauge-1.0-py3-none-any.whl").rename(checkout / "wheels" / "gauge-1.0-py3-none-plan9.whl")
    with pytest.raises(SystemExit, match=r"gauge has no wheel for this machine"):
        Environment(checkout).ensure(development=False)
