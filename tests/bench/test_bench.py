import runpy
import socket
import sys
from pathlib import Path

import pytest

from bench import pages, ratios
from bench.client import Answer, form_values, links
from bench.people import EVERYTHING, fill
from bench.timing import WARM_UP, Side, alternate
from tests.faults.world import Talking

ROOT = Path(__file__).resolve().parent.parent.parent


def test_floor_stands_on_the_same_database_settings(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/floor.sqlite3")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))

    ours = runpy.run_path(str(ROOT / "config" / "settings.py"))
    floor = runpy.run_path(str(ROOT / "bench" / "floor" / "settings.py"))

    assert floor["DATABASES"] == ours["DATABASES"]


def test_filled_owner_has_one_contact_with_twenty_of_everything(user, now):
    rich = fill(user, 60, now)

    assert user.contacts.count() == 60
    around = [rich.notes, rich.interviews, rich.touches, rich.stage_changes]
    assert [related.count() for related in around] == [EVERYTHING] * 4
    assert rich.promises.open().filter(whose="theirs").count() == EVERYTHING


def test_form_values_are_those_of_the_form_that_is_asked_for():
    page = """
      <form method="post" action="/quick/"><input name="line" value="no"></form>
      <form method="post" action=""><input name="name" value="Ana"><input type="checkbox" name="off" value="1">
        <input type="radio" name="medium" value="phone" checked><input type="radio" name="medium" value="video">
        <select name="minutes"><option value="20">20</option><option value="30" selected>30</option></select>
        <textarea name="purpose">To learn</textarea></form>
    """

    assert form_values(page, "/new/") == {"name": "Ana", "medium": "phone", "minutes": "30", "purpose": "To learn"}


def test_links_of_a_page_name_their_kind():
    page = '<link rel="stylesheet" href="/a.css"><script src="/a.js"></script><a href="?after=b">Later</a>'

    assert links(page) == [("stylesheet", "/a.css"), ("script", "/a.js"), ("a", "?after=b")]


def test_percentiles_are_milliseconds():
    side = Side([0.001, 0.002, 0.003, 0.010])

    assert (side.p50, side.p(95)) == (2.5, 10.0)


def test_alternation_asks_each_in_turn_and_leaves_the_warm_up_out():
    asked = []

    def ask(name: str) -> Answer:
        asked.append(name)
        return Answer(200, {}, b"", 0.001)

    sides = alternate({"ours": lambda: ask("ours"), "floor": lambda: ask("floor")}, rounds=3, seconds=10)

    assert asked == ["ours", "floor"] * (WARM_UP + 3)
    assert [len(side.seconds) for side in sides.values()] == [3, 3]


@pytest.mark.parametrize(("ours", "ok"), [(20.0, True), (20.1, False)])
def test_ratio_over_its_target_is_said(ours, ok):
    measurement = ratios.Measurement("bench.some", 10.0, "rows", "the plain way")
    found = ratios.judge(measurement, {"ours": ours, "plain": 2.0})

    assert found["ok"] is ok
    assert ("OVER" in ratios.table(measurement, {"rows": 5, "databases": {"sqlite": found}})) is not ok


def test_page_is_judged_by_ratio_statements_and_growth():
    row = pages.Row("list", "people", sql=8, ratio=4.0, grows=True)
    counted = {"sql": 8, "bytes": 1, "statements": []}

    def judged(ours: float = 0.004, small: float = 0.004, **more: int) -> bool:
        sides = {"ours": Side([ours]), "floor": Side([0.001]), "small": Side([small])}
        return pages._judge(row, sides, counted | more)["ok"]

    assert judged()
    assert not judged(ours=0.005, small=0.005)
    assert not judged(small=0.003)
    assert not judged(sql=9)


MEASURES_FOR_EVER = """
import sys, time
from pathlib import Path
from bench import __main__ as command

def measure(*_):
    with command.delivery.sink(Path(sys.argv[0])) as port:
        print(port, flush=True)
        time.sleep(60)

command.delivery.run = measure
sys.argv = [sys.argv[1], "delivery"]
command.main()
"""


def test_a_bench_that_is_ended_takes_what_it_started_with_it(tmp_path):
    line = [sys.executable, "-c", MEASURES_FOR_EVER, str(tmp_path / "arrived")]
    with Talking(line, {"PYTHONPATH": f"{ROOT}:{ROOT / 'bin'}"}, tmp_path / "bench.log") as bench:
        port = int(bench.hear())
        bench.process.terminate()
        bench.process.wait(20)
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), timeout=5):
        pass
