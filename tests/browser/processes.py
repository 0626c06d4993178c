"""`bin/up` as a newcomer starts it, with its data in a folder of its own."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 180


class Up:
    """The running processes of `bin/up --demo --port 0`. Use as a context manager."""

    def __init__(self, var: Path, root: Path = ROOT) -> None:
        self.var = var
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, str(root / "bin" / "up"), "--demo", "--port", "0"],
            env={**kept, "VAR_DIR": str(var), "ENV_FILE": os.devnull, "PYTHONUNBUFFERED": "1"},
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._said: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put(line)

    def __enter__(self) -> "Up":
        try:
            self.address = self.wait_for_line("Keepword is at ").split()[3]
            self.demo_link = self.wait_for_line("Sign in to the demo account").split()[-1]
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_for_line(self, beginning: str) -> str:
        """The first line that begins so, within the time a start may take."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                self._said.append(self._lines.get(timeout=0.5))
            except queue.Empty:
                if self._process.poll() is not None:
                    break
                continue
            if self._said[-1].startswith(beginning):
                return self._said[-1]
        raise AssertionError(f"bin/up never said “{beginning}”, but: {''.join(self._said)}")

    def kill_web(self) -> None:
        """SIGKILL to the web server and its workers; the supervisor starts it anew."""
        for pid in _web_below(self._process.pid):
            os.kill(pid, signal.SIGKILL)

    def stop(self) -> float:
        """Ctrl-C; returns how many seconds it took."""
        began = time.monotonic()
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(timeout=5)
        self._listener.join(timeout=5)
        if self._process.stdout:
            self._process.stdout.close()
        return time.monotonic() - began

    def mails(self) -> list[EmailMessage]:
        """Every mail written so far, oldest first."""
        files = sorted((self.var / "mail").rglob("*.eml"), key=lambda file: file.stat().st_mtime)
        return [BytesParser(policy=policy.default).parsebytes(file.read_bytes()) for file in files]

    def wait_for_mail(self, recipient: str, seconds: float, about: str = "") -> EmailMessage:
        """The first mail to `recipient` whose subject contains `about`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for mail in self.mails():
                if recipient in str(mail["To"]) and about in str(mail["Subject"]):
                    return mail
            time.sleep(0.25)
        said = (self.var / "log" / "worker.log").read_text()[-2000:]
        raise AssertionError(f"No mail to {recipient} about “{about}” within {seconds} s. The worker said: {said}")


def _web_below(pid: int, *, is_web: bool = False) -> list[int]:
    """The processes of the web server among those that `pid` has started."""
    try:
        is_web = is_web or b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:  # gone meanwhile
        return []
    below = [found for child in children for found in _web_below(int(child), is_web=is_web)]
    return [pid, *below] if is_web else below
