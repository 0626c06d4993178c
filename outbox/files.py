"""Without a mail server each mail is a file: the same fence, and a resend writes the same file again."""

import contextlib
import os
from pathlib import Path

from outbox.smtp import (
    Accepted,
    Envelope,
    Fence,
    Outcome,
    RefusedForNow,
    RelayDown,
    Slow,
    Withdrawn,
    reply_line,
    tell_nobody,
)


class FileTransport:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hand_over(self, envelope: Envelope, fence: Fence, slow: Slow = tell_nobody) -> Outcome:
        target = self.folder / f"{envelope.name}.eml"
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(draft, envelope.content)
        except OSError as full:
            _drop(draft)
            return RelayDown("file", None, reply_line(full.strerror or str(full)))
        try:
            if not fence():
                return Withdrawn("fence")
            draft.replace(target)
            _sync(self.folder)
        except OSError as full:
            return RefusedForNow("file", None, reply_line(full.strerror or str(full)))
        finally:
            _drop(draft)
        return Accepted("file", None, target.name)

    def close(self) -> None:
        """Nothing is held open."""


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        path.chmod(0o600)
        file.write(content.replace(b"\r\n", b"\n"))
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop(draft: Path) -> None:
    with contextlib.suppress(OSError):
        draft.unlink()
