"""bin/check: everything that is not a test, two at a time, a line for each."""

import difflib
import json
import os
import secrets
import subprocess
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tooling import code_rules
from tooling.environment import BROKER, DEVELOPMENT, ROOT, RUNTIME, Environment, say, without_virtualenv
from tooling.suites import settings_names

AT_ONCE = 2
APPS = sorted(path.parent.name for path in ROOT.glob("*/apps.py"))


class CouldNotAskError(Exception):
    """A service outside this machine did not answer: nothing is known, so nothing has failed."""


@dataclass
class Outcome:
    name: str
    state: str  # ok, FAILED, not run
    words: str
    seconds: float


class Checks:
    """Each method returns what is wrong, in words; nothing when all is well."""

    def __init__(self, environment: Environment, folder: Path) -> None:
        self.environment, self.folder = environment, folder
        kept = {name: value for name, value in without_virtualenv().items() if name not in settings_names()}
        self.plain = {**kept, "ENV_FILE": os.devnull, "VAR_DIR": str(folder / "var")}
        self.production = {
            **self.plain,
            "PRODUCTION": "1",
            "SITE_URL": "https://keepword.example",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DATABASE_URL": f"sqlite:///{folder / 'keepword.sqlite3'}",
            "EMAIL_URL": "smtp+tls://keepword:secret@mail.keepword.example:587",
            "MAIL_FROM": "Keepword <hello@keepword.example>",
        }

    def all(self) -> dict[str, Callable[[], str]]:
        """Slow ones first, so that two at a time end together."""
        return {
            "types (mypy)": lambda: self._tool("mypy"),
            "known vulnerabilities (pip-audit)": self.vulnerabilities,
            "deployment (check --deploy)": self.deployment,
            "migrations (makemigrations --check)": lambda: self._manage("makemigrations", "--check", "--dry-run"),
            "templates compile": lambda: self._manage("compiletemplates"),
            "imports (import-linter)": lambda: self._tool("lint-imports"),
            "Django idioms (django-upgrade)": self.django_idioms,
            "house rules": lambda: code_rules.check(ROOT, APPS),
            "requirements equal uv.lock": self.requirements,
            "compose file (docker-compose config)": self.compose,
            "Dockerfile (hadolint)": lambda: self._tool("hadolint", "Dockerfile"),
            "template format (djangofmt)": lambda: self._tool("djangofmt", "--check", "templates"),
            "format (ruff)": lambda: self._tool("ruff", "format", "--check", "--quiet", "."),
            "lint (ruff)": lambda: self._tool("ruff", "check", "--quiet", "."),
        }

    def deployment(self) -> str:
        return self._manage("check", "--deploy", "--fail-level", "WARNING", env=self.production)

    def django_idioms(self) -> str:
        files = [str(path.relative_to(ROOT)) for app in [*APPS, "tests"] for path in (ROOT / app).rglob("*.py")]
        return self._tool("django-upgrade", "--check", "--target-version", "5.2", *files)

    def requirements(self) -> str:
        """uv.lock is the source; what pip installs from was exported from it."""
        stale = self._tool("uv", "lock", "--check", "--offline", "--quiet")
        exports = {RUNTIME: ["--no-dev"], BROKER: ["--only-group", "broker"], DEVELOPMENT: ["--all-groups"]}
        return stale + "".join(self._differs(name, groups) for name, groups in exports.items())

    def _differs(self, name: str, groups: list[str]) -> str:
        export = ["export", "--frozen", "--quiet", "--no-header", "--no-emit-project", *groups]
        exported = self._run([self.environment.tool("uv"), *export], self.plain).stdout.splitlines()
        lines = list(
            difflib.unified_diff((ROOT / name).read_text().splitlines(), exported, name, "uv export", lineterm="", n=0)
        )
        how = f"\nWrite it anew: uv {' '.join(export)} -o {name}\n"
        return "\n".join(lines[:20]) + how if lines else ""

    def vulnerabilities(self) -> str:
        """The advisories lie on a service that this machine may not reach."""
        audit = ["pip-audit", "-r", RUNTIME, "-r", BROKER, "--disable-pip", "--progress-spinner", "off"]
        done = self._run([self.environment.tool(audit[0]), *audit[1:], "-f", "json", "--timeout", "10"], self.plain)
        return read_audit(done.stdout, done.stderr)

    def compose(self) -> str:
        return self._tool("docker-compose", "-f", "docker-compose.yml", "config", "-q")

    def _manage(self, *words: str, env: dict[str, str] | None = None) -> str:
        return self._said([str(self.environment.python), "manage.py", *words], env or self.plain)

    def _tool(self, name: str, *words: str) -> str:
        return self._said([self.environment.tool(name), *words], self.plain)

    def _said(self, command: list[str], env: dict[str, str]) -> str:
        done = self._run(command, env)
        return "" if done.returncode == 0 else f"{done.stdout}{done.stderr}".strip() or f"exit code {done.returncode}"

    def _run(self, command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )


def read_audit(answer: str, errors: str) -> str:
    """The vulnerabilities pip-audit found. Without any, a package it skipped was not checked: the check did not run."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        last = (errors.strip().splitlines() or ["no answer"])[-1]
        raise CouldNotAskError(f"the advisory service could not be asked: {last[:200]}") from None
    found = [
        f"{package['name']} {package.get('version', '')}: {one['id']}, fixed in {', '.join(one['fix_versions']) or 'no release'}"
        for package in packages
        for one in package.get("vulns", [])
    ]
    skipped = [package["skip_reason"] for package in packages if "skip_reason" in package]
    if skipped and not found:
        raise CouldNotAskError(f"{len(skipped)} of {len(packages)} packages were not looked up: {skipped[0][:200]}")
    return "\n".join(found)


def judge(name: str, check: Callable[[], str]) -> Outcome:
    began = time.monotonic()
    try:
        words = check()
        state = "FAILED" if words else "ok"
    except CouldNotAskError as reason:
        state, words = "not run", str(reason)
    except OSError as reason:
        state, words = "FAILED", str(reason)
    return Outcome(name, state, words, time.monotonic() - began)


def main(environment: Environment) -> None:
    outcomes: list[Outcome] = []
    with tempfile.TemporaryDirectory(prefix="keepword-check-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        running = [pool.submit(judge, name, check) for name, check in Checks(environment, Path(folder)).all().items()]
        for done in as_completed(running):
            outcome = done.result()
            outcomes.append(outcome)
            why = f"  ({outcome.words})" if outcome.state == "not run" else ""
            say(f"{outcome.state:<8}{outcome.seconds:5.1f} s  {outcome.name}{why}")
    failed = [outcome for outcome in outcomes if outcome.state == "FAILED"]
    for outcome in failed:
        say(f"\n=== {outcome.name}\n{outcome.words}")
    say(f"\n{sum(outcome.state == 'ok' for outcome in outcomes)} checks ok, {len(failed)} failed")
    raise SystemExit(bool(failed))
