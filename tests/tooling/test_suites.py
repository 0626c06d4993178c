from pathlib import Path

import pytest
from tooling import suites
from tooling.environment import Environment
from tooling.postgres import NoPostgresError
from tooling.suites import Result, Runner

RAN = Result("unit", passed=3, seconds=1.2)
LACKS = Result("browser", not_run="no Chromium")


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(Environment(tmp_path), tmp_path, [])


def test_last_line_is_the_sum_alone(capsys):
    suites._report([RAN, Result("more", passed=2, failed=1, skipped=4)], strict=False)
    assert capsys.readouterr().out.splitlines()[-1] == "5 passed, 1 failed, 4 skipped"


def test_suite_that_did_not_run_is_named_with_its_reason(capsys):
    assert suites._report([RAN, LACKS], strict=False) == 0
    assert "browser: did not run: no Chromium" in capsys.readouterr().out.splitlines()


def test_suite_that_did_not_run_is_an_error_in_ci():
    assert suites._report([RAN, LACKS], strict=True) == 1


def test_failure_is_an_error_everywhere():
    assert suites._report([Result("unit", passed=9, failed=1)], strict=False) == 1


def report(tmp_path: Path, **cases: str) -> Path:
    file = tmp_path / "report.xml"
    lines = [f'<testcase classname="t" name="{name}">{inside}</testcase>' for name, inside in cases.items()]
    file.write_text(f"<testsuites><testsuite>{''.join(lines)}</testsuite></testsuites>")
    return file


def test_counts_come_from_the_report(tmp_path):
    result = Result("unit", failed=1)
    suites._read_report(report(tmp_path, a="", b="<system-out/>", c="<failure/>", d="<error/>", e="<skipped/>"), result)
    assert (result.passed, result.failed, result.skipped) == (2, 2, 1)


def test_test_that_failed_twice_is_one_failure(tmp_path):
    result = Result("unit", failed=1)
    suites._read_report(report(tmp_path, a="", b="<failure/><error/>"), result)
    assert (result.passed, result.failed) == (1, 1)


def test_run_that_failed_without_a_failed_test_is_a_failure(tmp_path):
    result = Result("unit", failed=1)
    suites._read_report(report(tmp_path, a="", b=""), result)
    assert (result.passed, result.failed) == (2, 1)


def test_crash_without_report_stays_a_failure(tmp_path):
    result = Result("unit", failed=1)
    suites._read_report(tmp_path / "nothing.xml", result)
    assert result.failed == 1


def test_missing_postgres_is_a_suite_that_did_not_run(runner, monkeypatch):
    def none_here():
        raise NoPostgresError("nothing there")

    monkeypatch.setattr(suites, "database_url", none_here)
    suites.run_postgres(runner)
    assert [result.line() for result in runner.results] == ["unit on Postgres: did not run: nothing there"]


def test_missing_chromium_is_a_suite_that_did_not_run(runner, monkeypatch):
    monkeypatch.setattr(suites, "find_chromium", lambda: "")
    suites.run_browser(runner)
    assert runner.results[0].not_run.startswith("no Chromium")


def test_own_settings_do_not_reach_the_tests(runner, monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp://really.example")
    monkeypatch.setenv("DATABASE_URL", "postgres://really.example/mine")
    variables = runner._variables("unit", "")
    assert "EMAIL_URL" not in variables
    assert variables["DATABASE_URL"].startswith(f"sqlite:///{runner.folder}")


@pytest.mark.parametrize(
    ("words", "suite", "rest"),
    [
        ([], "all", []),
        (["unit", "-k", "promise"], "unit", ["-k", "promise"]),
        (["-x", "tests/crm"], "all", ["-x", "tests/crm"]),
        (["faults", "--long"], "faults", []),
    ],
)
def test_first_word_may_name_a_suite_and_the_rest_is_for_pytest(words, suite, rest):
    options, others = suites._parse(words)
    assert (options.suite, others) == (suite, rest)
