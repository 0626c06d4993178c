"""Makes .venv from the lock, once: with uv where it is, else with pip. Parses on old Pythons, to be able to refuse them."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent.parent
RUNTIME, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
OLDEST_PYTHON = (3, 11)
BASE_PYTHON = getattr(sys, "_base_executable", sys.executable)  # also when started by the environment's own python


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
        """Leaves .venv holding what the lock names, and says whether it had to change it for that.

        An environment made for development stays one, so that bin/up after bin/test has nothing to do.
        """
        with self._alone():
            stamp = self._read_stamp()
            wanted = DEVELOPMENT if development else stamp.get("requirements", RUNTIME)
            if stamp == self._describe(wanted):
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

    def _sync_with_uv(self, uv: str, wanted: str) -> None:
        """--frozen installs what uv.lock says, by hash, and takes out what it does not name."""
        groups = ["--all-groups"] if wanted == DEVELOPMENT else ["--no-dev"]
        command = [uv, "sync", "--quiet", "--frozen", *groups, "--python", BASE_PYTHON]
        quiet = {"UV_PYTHON_DOWNLOADS": "never", "UV_PROJECT_ENVIRONMENT": str(self.folder), "UV_LINK_MODE": "copy"}
        self._run(command, {**without_virtualenv(), **quiet})

    def _install_with_pip(self, wanted: str) -> None:
        if importlib.util.find_spec("ensurepip") is None:
            raise SystemExit(
                "This Python cannot make virtual environments: install Debian's python3-venv, or uv, and run this again."
            )
        if not self.python.exists() or not self._pip_is_at_home():
            self._refuse_link()
            self._run([BASE_PYTHON, "-m", "venv", "--clear", str(self.folder)], without_virtualenv())
        pip = [str(self.python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile"]
        self._run([*pip, "--require-hashes", "-r", wanted], without_virtualenv())

    def _refuse_link(self) -> None:
        """--clear would empty the folder it leads to."""
        if self.folder.is_symlink():
            raise SystemExit(f"{self.folder} is a link to another folder, which is not emptied: remove the link first.")

    def _pip_is_at_home(self) -> bool:
        """A virtual environment that was moved or copied points at its old place: its pip would install there."""
        starter = self.folder / "bin" / "pip"
        return starter.exists() and str(self.folder) in starter.read_text(errors="replace").splitlines()[0]

    def _run(self, command: list[str], env: dict[str, str]) -> None:
        if subprocess.run(command, cwd=self.root, env=env, check=False).returncode:
            raise SystemExit(f"The environment could not be made: `{' '.join(command)}` failed, and said why above.")

    def _describe(self, wanted: str) -> dict[str, str]:
        lock = hashlib.sha256((self.root / wanted).read_bytes()).hexdigest()
        return {"requirements": wanted, "sha256": lock, "folder": str(self.folder), "python": sys.version.split()[0]}

    def _read_stamp(self) -> dict[str, str]:
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
        raise SystemExit(f"Keepword needs Python {wanted} or later; this is {sys.version.split()[0]}.")


def enter(*, development: bool) -> Environment:
    """Makes the environment if need be and goes on inside it: replaces this process unless it already runs there."""
    refuse_old_python()
    environment = Environment()
    try:
        changed = environment.ensure(development=development)
    except KeyboardInterrupt:
        raise SystemExit("Stopped while making the environment; the next start makes it anew.") from None
    if changed or Path(sys.prefix).resolve() != environment.folder.resolve():
        os.execve(environment.python, [str(environment.python), *sys.argv], without_virtualenv())  # noqa: S606 (our own)
    return environment
