import json
import re
import tomllib

import pytest
from tooling.checks import APPS, CouldNotAskError, judge, read_audit
from tooling.environment import ROOT

FINE = {"name": "django", "version": "5.2.8", "vulns": []}
SKIPPED = {"name": "redis", "skip_reason": "Dependency not found on PyPI and could not be audited: redis (7.1.0)"}
BAD = {"name": "nh3", "version": "0.3.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["0.3.1"]}]}


def audited(*packages: dict) -> str:
    return read_audit(json.dumps({"dependencies": packages, "fixes": []}), "")


def test_check_without_words_is_ok():
    assert judge("x", lambda: "").state == "ok"


def test_check_with_words_failed():
    assert judge("x", lambda: "line 3 is wrong").state == "FAILED"


def test_service_that_cannot_be_asked_is_no_failure():
    def ask() -> str:
        raise CouldNotAskError("no network")

    assert judge("x", ask).state == "not run"


def test_missing_tool_is_a_failure():
    def call() -> str:
        raise FileNotFoundError("no such tool")

    assert judge("x", call).state == "FAILED"


def test_audit_of_every_package_without_a_finding_is_ok():
    assert audited(FINE) == ""


def test_vulnerability_is_named_with_the_release_that_ends_it():
    assert audited(FINE, BAD) == "nh3 0.3.0: PYSEC-1, fixed in 0.3.1"


@pytest.mark.parametrize("packages", [(SKIPPED,), (FINE, SKIPPED)])
def test_skipped_package_means_that_the_audit_did_not_run(packages):
    outcome = judge("x", lambda: audited(*packages))
    assert outcome.state == "not run"
    assert outcome.words.startswith(f"1 of {len(packages)} packages were not looked up: Dependency not found")


def test_vulnerability_fails_though_others_were_skipped():
    assert judge("x", lambda: audited(SKIPPED, BAD)).state == "FAILED"


def test_answer_that_is_none_means_that_the_audit_did_not_run():
    with pytest.raises(CouldNotAskError, match="could not be asked: no network"):
        read_audit("", "Traceback\nno network\n")


def test_image_holds_every_app_and_gets_all_that_it_copies():
    copied = re.findall(r"^COPY (?!--)(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    let_in = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(APPS) <= set(copied)
    assert set(copied) == set(let_in)


def test_every_app_is_typed_covered_and_under_contract():
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    named = [tools["mypy"]["packages"], tools["coverage"]["run"]["source"], tools["importlinter"]["root_packages"]]
    assert [set(APPS) - set(names) for names in named] == [set(), set(), set()]
