import os
import signal
import sys
import time
from pathlib import Path

import pytest
from tooling.processes import MARK, end_left_behind, left_behind, start, stop_groups
from tooling.supervisor import Child, Service, Supervisor, describe_end, keep_one_older

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)",
]


@pytest.fixture
def supervisor(tmp_path: Path):
    with Supervisor(logs=tmp_path, env=dict(os.environ), cwd=tmp_path) as running:
        yield running


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_child_that_dies_is_started_again(supervisor):
    supervisor.start(Service("sleeper", SLEEPER))
    [child] = supervisor.children
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    assert supervisor.wait_for(lambda: child.process.pid != first, 2)


def test_what_a_dead_child_had_started_dies_too(supervisor, tmp_path):
    script = "import subprocess, sys, time; print(subprocess.Popen(sys.argv[1:]).pid, flush=True); time.sleep(60)"
    supervisor.start(Service("parent", [sys.executable, "-c", script, *SLEEPER]))
    log = tmp_path / "parent.log"
    assert supervisor.wait_for(lambda: log.read_text().endswith("\n"), 10, every=0.05)
    grandchild = int(log.read_text())
    os.kill(supervisor.children[0].process.pid, signal.SIGKILL)
    assert supervisor.wait_for(lambda: not is_alive(grandchild) or is_zombie(grandchild), 5, every=0.05)


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_leaving_ends_even_a_child_that_does_not_listen(tmp_path):
    with Supervisor(logs=tmp_path, env=dict(os.environ), cwd=tmp_path) as supervisor:
        supervisor.start(Service("deaf", DEAF))
        assert supervisor.wait_for(lambda: (tmp_path / "deaf.log").read_text() == "1\n", 10, every=0.05)
        began = time.monotonic()
    assert supervisor.children[0].process.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 4


def test_stop_signal_ends_the_waiting(supervisor):
    supervisor.wait_for(lambda: os.kill(os.getpid(), signal.SIGTERM) is not None, 5)
    assert supervisor.stopping


@pytest.mark.parametrize(("code", "ended_well"), [(0, True), (3, False)])
def test_finish_says_how_a_step_ended(supervisor, code, ended_well):
    assert supervisor.finish(Service("step", [sys.executable, "-c", f"raise SystemExit({code})"])) is ended_well


def waits(*lived: float) -> list[float]:
    """What a child that lives these seconds each time has to wait after each death."""
    child = Child(Service("x", []), None, started=0.0)  # type: ignore[arg-type]
    return [child.wait_after_death(seconds) for seconds in lived]


def test_one_death_is_answered_at_once():
    assert waits(60.0) == [0.0]
    assert waits(0.1) == [0.0]


def test_quick_deaths_are_answered_more_and_more_slowly():
    assert waits(*[0.1] * 9) == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_one_good_run_forgets_the_quick_deaths():
    assert waits(0.1, 0.1, 60.0, 0.1) == [0.0, 0.5, 0.0, 0.0]


def test_left_over_process_is_found_by_its_mark_and_ended(tmp_path):
    with (tmp_path / "log").open("wb") as log:
        process = start(SLEEPER, output=log, env={**os.environ, MARK: str(tmp_path)})
    assert end_left_behind(str(tmp_path)) == 1
    assert process.wait(5) == -signal.SIGTERM


def test_process_with_another_mark_is_left_alone(tmp_path):
    with (tmp_path / "log").open("wb") as log:
        process = start(SLEEPER, output=log, env={**os.environ, MARK: f"{tmp_path}/other"})
    assert left_behind(str(tmp_path)) == []
    stop_groups([process], grace=5)


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_child_dies_with_a_parent_that_is_killed(tmp_path):
    script = (
        "import sys, time; from tooling.processes import start; "
        "print(start(sys.argv[1:], output=2).pid, flush=True); time.sleep(60)"
    )
    with (tmp_path / "log").open("wb") as log:
        bin_folder = str(Path(__file__).parents[2] / "bin")
        parent = start(
            [sys.executable, "-c", script, *SLEEPER], output=log, env={**os.environ, "PYTHONPATH": bin_folder}
        )
    limit = time.monotonic() + 10
    while not (tmp_path / "log").read_text().endswith("\n") and time.monotonic() < limit:
        time.sleep(0.02)
    child = int((tmp_path / "log").read_text())
    parent.kill()
    parent.wait()
    while not is_zombie(child) and time.monotonic() < limit:
        time.sleep(0.02)
    assert is_zombie(child)


def test_end_is_told_in_words():
    assert describe_end(-9) == "was ended by signal 9"
    assert describe_end(1) == "stopped with exit code 1"


def test_one_older_log_is_kept(tmp_path):
    log = tmp_path / "web.log"
    for words in ("first", "second"):
        log.write_text(words)
        keep_one_older(log)
    assert not log.exists()
    assert (tmp_path / "web.log.1").read_text() == "second"
