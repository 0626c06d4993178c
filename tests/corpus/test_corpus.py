import os
from pathlib import Path

import pytest

from tests.corpus.run import FIXTURES, compare, main, read_folder


def test_every_file_is_read_as_expected(capsys: pytest.CaptureFixture[str]):
    folder = Path(os.environ["CORPUS_DATA"]) if os.environ.get("CORPUS_DATA") else FIXTURES
    status = read_folder(folder)
    assert status == 0, capsys.readouterr().out


def test_missing_folder_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CORPUS_DATA", raising=False)
    assert main([]) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("corpus: no folder was given")


def test_difference_is_named_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "one.csv").write_text("First Name,Last Name,Connected On\nOmar,Al-Masri,08 Feb 2026\n")
    facts = '{"files": {"one.csv": {"format": "linkedin", "contact_count": 2}, "g.csv": {"format": "google"}}}'
    (tmp_path / "csv" / "expected.json").write_text(facts)
    assert read_folder(tmp_path) == 1
    assert capsys.readouterr().out == "g.csv: not yet: google\none.csv: contact_count is 1, not 2\n"


def test_refused_file_that_has_people_is_a_difference():
    assert list(compare(b"%PDF-1.7", {"format": "linkedin", "contact_count": 3})) != []
