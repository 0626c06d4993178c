"""Child processes that never outlive their parent: own groups, a death signal, and a mark to find what was left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

MARK = "KEEPWORD_RUN"  # in the environment of every child and grandchild: names the var/run it belongs to
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(command: list[str], *, output: IO[bytes] | int, **options: Any) -> subprocess.Popen[bytes]:
    """Starts a command in a session of its own; on Linux it is asked to stop when this process dies, however it dies.

    Call it from the main thread: the kernel sends the death signal when the thread that forked ends.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=_die_with(os.getpid()),  # one thread, and nothing in it but a system call
        **options,
    )


def _die_with(parent: int) -> Callable[[], None]:
    def ask_the_kernel() -> None:
        if _libc is None:
            return
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask_the_kernel


def signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Reaches the process and everything it started, also when it is itself gone."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


def stop_groups(processes: list[subprocess.Popen[bytes]], *, grace: float) -> None:
    """Asks all of them at once to stop, and ends whatever is still there after `grace` seconds."""
    for process in processes:
        signal_group(process, signal.SIGTERM)
    wait_until(lambda: all(process.poll() is not None for process in processes), grace)
    for process in processes:
        signal_group(process, signal.SIGKILL)
        process.wait()


def left_behind(mark: str) -> list[int]:
    """Living processes that carry this mark: the proof that a pid is ours and not a stranger's who got the number."""
    if Path("/proc/self/environ").exists():
        return [pid for pid in _all_pids() if pid != os.getpid() and _carries(pid, mark)]
    listed = subprocess.run(["/bin/ps", "-axwwE", "-o", "pid=,command="], capture_output=True, text=True, check=False)
    lines = (line.strip().partition(" ") for line in listed.stdout.splitlines())
    return [int(pid) for pid, _, rest in lines if f" {MARK}={mark} " in f"{rest} " and int(pid) != os.getpid()]


def end_left_behind(mark: str) -> int:
    """Stops what a killed run left behind; returns how many processes that were."""
    found = left_behind(mark)
    _signal_each(found, signal.SIGTERM)
    wait_until(lambda: not left_behind(mark), 2.0)
    _signal_each(left_behind(mark), signal.SIGKILL)
    wait_until(lambda: not left_behind(mark), 1.0)
    return len(found)


def _all_pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _carries(pid: int, mark: str) -> bool:
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:  # gone meanwhile, or somebody else's
        return False
    return f"{MARK}={mark}".encode() in variables


def _signal_each(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.02)
