"""bin/test: the suites, what each needs, and one honest line for each at the end."""

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tooling.environment import ROOT, Environment, say, without_virtualenv
from tooling.postgres import NoPostgresError, database_url

LONGEST_SUITE = 30 * 60  # seconds; a test that hangs is a failed suite, not a machine that never ends
NOTHING_COLLECTED = 5
CORES = os.cpu_count() or 1
PLAIN = "not browser and not faults"
SUITES = {
    "all": "unit tests on both databases, then the browser",
    "unit": "unit tests on SQLite and on Postgres",
    "sqlite": "unit tests on SQLite",
    "postgres": "unit tests on Postgres (TEST_DATABASE_URL, else one started for the run)",
    "browser": "browser tests in Chromium",
    "faults": "the whole fault matrix of delivery (--long for more kills)",
    "interviews": "tests/interviews on both databases",
    "corpus": "reads the files of other programs in --data DIR, and what people type in --cases DIR",
}


@dataclass
class Result:
    suite: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    not_run: str = ""

    def line(self) -> str:
        if self.not_run:
            return f"{self.suite}: did not run: {self.not_run}"
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.suite}: {self.passed} passed, {self.failed} failed{skipped} in {self.seconds:.0f} s"


class Runner:
    """Runs suites in a temporary folder with a clean set of variables, and remembers how each ended."""

    def __init__(self, environment: Environment, folder: Path, words: list[str]) -> None:
        self.environment, self.folder, self.words = environment, folder, words
        self.results: list[Result] = []
        self._postgres: str | NoPostgresError | None = None
        self._closing = contextlib.ExitStack()

    def __enter__(self) -> "Runner":
        return self

    def __exit__(self, *error: object) -> None:
        self._closing.close()

    def pytest(self, suite: str, *words: str, database: str = "", marks: str = PLAIN, workers: bool = True) -> None:
        """One run of pytest; words given on the command line come last, and so win."""
        report = self.folder / f"{suite}.xml"
        # some of the tests wait for real processes; a worker that has none left takes tests over from the others
        spread = ["-n", str(min(4, CORES + 1)), "--dist=worksteal"] if workers else []
        chosen = ["-q", *spread, "-m", marks, f"--junitxml={report}", "-o", "junit_family=xunit2", *words, *self.words]
        result = self._run(suite, [*self._python("pytest"), *chosen], database)
        _read_report(report, result)

    def module(self, suite: str, name: str, *words: str, database: str = "") -> None:
        """A suite that is a program: it passed when it ends well."""
        result = self._run(suite, [*self._python(name), *words, *self.words], database)
        if not result.failed:
            result.passed = 1

    def on_postgres(self, suite: str, run: Callable[[str], None]) -> None:
        try:
            run(self._postgres_url())
        except NoPostgresError as reason:
            self.results.append(Result(suite, not_run=str(reason)))

    def paths(self, default: str) -> list[str]:
        """The folder a suite reads, unless the command line named files."""
        named = any((ROOT / word.split("::")[0]).exists() for word in self.words if not word.startswith("-"))
        return [] if named else [default]

    def not_run(self, suite: str, why: str) -> None:
        self.results.append(Result(suite, not_run=why))

    def _postgres_url(self) -> str:
        """Started when first asked for, then kept for the other suites."""
        if self._postgres is None:
            try:
                self._postgres = self._closing.enter_context(database_url())
            except NoPostgresError as reason:
                self._postgres = reason
        if isinstance(self._postgres, NoPostgresError):
            raise self._postgres
        return self._postgres

    def _python(self, module: str) -> list[str]:
        return [str(self.environment.python), "-m", module]

    def _run(self, suite: str, command: list[str], database: str) -> Result:
        say(f"\n=== {suite}")
        began = time.monotonic()
        try:
            env = self._variables(suite, database)
            code = subprocess.run(command, cwd=ROOT, env=env, timeout=LONGEST_SUITE, check=False).returncode
        except subprocess.TimeoutExpired:
            say(f"{suite} took more than {LONGEST_SUITE // 60} minutes and was ended.")
            code = 1
        result = Result(suite, failed=int(code not in (0, NOTHING_COLLECTED)), seconds=time.monotonic() - began)
        self.results.append(result)
        return result

    def _variables(self, suite: str, database: str) -> dict[str, str]:
        """Nothing of this machine's own settings reaches a test: not its .env, not its database, not its mail server."""
        kept = {name: value for name, value in without_virtualenv().items() if name not in settings_names()}
        # where it is set (images for Docker) each process compiled all it loads, and pytest rewrote all tests
        kept.pop("PYTHONDONTWRITEBYTECODE", None)
        var = self.folder / f"var-{suite}"
        sqlite = f"sqlite:///{var / 'keepword.sqlite3'}"
        quiet = {"COVERAGE_FILE": str(self.folder / "coverage")}
        return {**kept, "ENV_FILE": os.devnull, "VAR_DIR": str(var), "DATABASE_URL": database or sqlite, **quiet}


def settings_names() -> set[str]:
    """The variables config/settings.py reads, as .env.example names them."""
    return set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def _read_report(report: Path, result: Result) -> None:
    """Counts tests from pytest's own report: one that failed and whose tear-down failed too is one failure.

    A run that failed without a failed test (coverage, a crash) stays one failure.
    """
    if not report.exists():
        return
    ended: dict[tuple[str, str], set[str]] = {}
    for case in ElementTree.parse(report).getroot().iter("testcase"):  # noqa: S314 (pytest wrote it a second ago)
        name = (case.get("classname", ""), case.get("name", ""))
        ended.setdefault(name, set()).update(child.tag for child in case)
    bad = sum(bool(tags & {"failure", "error"}) for tags in ended.values())
    result.skipped = sum("skipped" in tags and not tags & {"failure", "error"} for tags in ended.values())
    result.passed = len(ended) - bad - result.skipped
    result.failed = max(bad, result.failed)


# --- the suites -------------------------------------------------------------------------------------------------------
def run_sqlite(runner: Runner, *paths: str, covered: bool = False) -> None:
    runner.pytest("unit on SQLite", *(["--cov", "--cov-report=term:skip-covered"] if covered else []), *paths)


def run_postgres(runner: Runner, *paths: str) -> None:
    suite = "unit on Postgres"
    runner.on_postgres(suite, lambda url: runner.pytest(suite, *paths, "--ignore=tests/tooling", database=url))


def run_browser(runner: Runner) -> None:
    chromium = find_chromium()
    if not chromium:
        runner.not_run("browser", "no Chromium (CHROMIUM, or chromium, chromium-browser, google-chrome on the PATH)")
        return
    os.environ["CHROMIUM"] = chromium
    # each test goes to the next free worker, but those of `bin/up`, which wait long for mails, stay on one; Chromium draws
    # beside each, so none more than cores
    spread = ["--dist=loadgroup", "--no-loadscope-reorder", "-n", str(min(4, CORES))]
    runner.pytest("browser", *spread, *runner.paths("tests/browser"), marks="browser")


def run_faults(runner: Runner, *, long: bool) -> None:
    if (ROOT / "tests" / "faults" / "run.py").exists():
        words = ["--long"] if long else []
        runner.on_postgres("faults", lambda url: runner.module("faults", "tests.faults.run", *words, database=url))
    else:
        runner.not_run("faults", "the fault matrix (tests/faults/run.py) is not part of this version")


def run_corpus(runner: Runner, data: str | None, cases: str | None) -> None:
    for name, folder in (("CORPUS_DATA", data), ("CORPUS_CASES", cases)):
        if folder:
            os.environ[name] = str(Path(folder).resolve())
    if (ROOT / "tests" / "corpus" / "run.py").exists():
        runner.module("corpus", "tests.corpus.run")
    else:
        runner.pytest("corpus", *runner.paths("tests/corpus"), workers=False)


def find_chromium() -> str:
    named = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((found for name in named if name and (found := shutil.which(name))), "")


def run(runner: Runner, options: argparse.Namespace) -> None:
    whole = not runner.words
    if options.suite in {"all", "unit", "sqlite"}:
        run_sqlite(runner, covered=whole and bool(os.environ.get("CI")))  # counting lines costs half as much again
    if options.suite in {"all", "unit", "postgres"}:
        run_postgres(runner)
    if options.suite == "interviews":
        run_sqlite(runner, "tests/interviews")
        run_postgres(runner, "tests/interviews")
    if options.suite in {"all", "browser"}:
        run_browser(runner)
    if options.suite == "faults":
        run_faults(runner, long=options.long)
    if options.suite == "corpus":
        run_corpus(runner, options.data, options.cases)


# --- the command ------------------------------------------------------------------------------------------------------
def main(environment: Environment) -> None:
    options, words = _parse(sys.argv[1:])
    with _temporary_folder() as folder, Runner(environment, folder, words) as runner:
        try:
            run(runner, options)
        except KeyboardInterrupt:
            raise SystemExit("Stopped before the end: nothing can be said about the whole.") from None
    raise SystemExit(_report(runner.results, strict=bool(os.environ.get("CI"))))


def _parse(words: list[str]) -> tuple[argparse.Namespace, list[str]]:
    lines = "\n".join(f"  {name:<12}{what}" for name, what in SUITES.items())
    parser = argparse.ArgumentParser(
        prog="bin/test",
        usage="bin/test [suite] [pytest's own arguments]",
        allow_abbrev=False,
        description=f"suites:\n{lines}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", metavar="DIR", help="corpus: the folder to read")
    parser.add_argument("--cases", metavar="DIR", help="corpus: the folder of what people type, beside it")
    parser.add_argument("--long", action="store_true", help="faults: 300 kills at random instants instead of 40")
    suite, rest = (words[0], words[1:]) if words and words[0] in SUITES else ("all", words)
    options, others = parser.parse_known_args(rest)
    options.suite = suite
    return options, others


@contextlib.contextmanager
def _temporary_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="keepword-test-") as folder:
        yield Path(folder)


def _report(results: list[Result], *, strict: bool) -> int:
    """One line for each suite, then the sum alone on the last one; returns the exit code."""
    say("")
    for result in results:
        say(result.line())
    missing = [result for result in results if result.not_run]
    if strict and missing:
        say("CI is set: a suite that did not run is an error.")
    passed, failed, skipped = (sum(getattr(r, key) for r in results) for key in ("passed", "failed", "skipped"))
    say(f"{passed} passed, {failed} failed{f', {skipped} skipped' if skipped else ''}")
    return int(bool(failed) or (strict and bool(missing)))
