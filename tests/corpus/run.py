"""Reads a folder of other people's files and compares what is found with its expected.json, one line a file.

    python -m tests.corpus.run [--data DIR] [--cases DIR]

DIR of --data, or CORPUS_DATA, holds csv/expected.json and the files beside it; DIR of --cases, or CORPUS_CASES, holds typed.json:
what people type, and what must come of it, of which a line is said for each kind (tests/corpus/typed.py). Without a folder our own small fixtures are read, and a line says so. A file of a format that cannot be read yet is named.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django

from crm.importing.formats import open_people
from crm.importing.formats.people import Line, Unreadable

FIXTURES = Path(__file__).parent / "fixtures"
READ = {"linkedin", "linkedin-zip"}
LIMIT_BYTES, LIMIT_ROWS = 20 * 2**20, 100_000


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", metavar="DIR", default=os.environ.get("CORPUS_DATA", ""))
    parser.add_argument("--cases", metavar="DIR", default=os.environ.get("CORPUS_CASES", ""))
    options = parser.parse_args(words)
    if not options.data:
        say("corpus: no folder was given with --data or CORPUS_DATA, so our own fixtures are read")
    differing = read_folder(Path(options.data) if options.data else FIXTURES)
    if options.cases:
        from tests.corpus.typed import read_cases  # noqa: PLC0415 - it needs models, which are there after django.setup()

        differing |= read_cases(Path(options.cases) / "typed.json", say)
    return differing


def read_folder(folder: Path) -> int:
    expected = json.loads((folder / "csv" / "expected.json").read_text(encoding="utf-8"))["files"]
    differing = 0
    for name, facts in sorted(expected.items()):
        if facts["format"] not in READ:
            say(f"{name}: not yet: {facts['format']}")
            continue
        differences = list(compare((folder / "csv" / name).read_bytes(), facts))
        differing += bool(differences)
        say(f"{name}: {'; '.join(differences) or 'ok'}")
    return 1 if differing else 0


def compare(content: bytes, facts: dict[str, Any]) -> Iterator[str]:
    """What differs between the file as we read it and what a correct reader finds; a fact that is absent is not asserted."""
    try:
        source = open_people(content, LIMIT_BYTES)
        survey = source.survey(LIMIT_ROWS)
    except Unreadable as refused:
        if facts.get("contact_count") or "e-mail" not in refused.sentence:
            yield f"refused: {refused.sentence}"
        return
    lines = list(source.people(survey.day_first))
    people = [line.person for line in lines if line.person]
    found = {
        "encoding": source.table.encoding,
        "delimiter": source.table.delimiter,
        "header_line": source.table.header_line,
        "contact_count": len(people),
        "rows_without_a_person": sum(1 for line in lines if not line.person and not line.problem),
    }
    for key, value in found.items():
        if key in facts and facts[key] != value:
            yield f"{key} is {value!r}, not {facts[key]!r}"
    yield from compare_people(lines, facts.get("contacts", []))


def compare_people(lines: list[Line], wanted: list[dict[str, Any]]) -> Iterator[str]:
    found = [{"family": "", "emails": [], "urls": [], **line.person.as_dict()} for line in lines if line.person]
    for index, (person, facts) in enumerate(zip(found, wanted, strict=False), 1):
        for key, value in facts.items():
            has = list(person[key]) if isinstance(value, list) else person.get(key, "")
            if has != value:
                yield f"person {index}: {key} is {has!r}, not {value!r}"
    yield from (f"line {line.number}: {line.problem}" for line in lines if line.problem)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    sys.exit(main())
