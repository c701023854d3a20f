"""One lock per book between processes and threads, kept by the operating system."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

from kefen.domain.errors import BookError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAME = "kefen.lock"
_PAUSE_SECONDS = 0.05
# Whoever only looks at the lock holds it for a moment, so everybody tries a little longer.
_PATIENCE_SECONDS = 0.3
# Windows locks bytes and forbids others to read them: the locked byte lies behind the text.
_LOCKED_BYTE = 1 << 20


class BookLock:
    """The lock of one book; the same thread may take it again inside itself.

    The operating system holds the lock, so that it is free again when its process dies, however
    it dies. The file beside it only says who holds it.
    """

    def __init__(self, directory: Path) -> None:
        self._path = directory / FILE_NAME
        self._in_process = threading.RLock()
        self._depth = 0

    @contextmanager
    def hold(self, purpose: str, *, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold the lock within the block.

        Args:
            purpose: What for, in the words of a command, such as `import`.
            wait_seconds: How long to wait for another holder.

        Raises:
            BookError: Another process or thread holds the lock; the message says which.
        """
        patience = max(wait_seconds, _PATIENCE_SECONDS)
        deadline = time.monotonic() + patience
        if not self._in_process.acquire(timeout=patience):
            raise self._held()
        try:
            if self._depth:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                return
            with self._path.open("a+b") as file:
                while not _try_lock(file):
                    if time.monotonic() >= deadline:
                        raise self._held()
                    time.sleep(_PAUSE_SECONDS)
                _write_holder(file, purpose)
                self._depth = 1
                try:
                    yield
                finally:
                    self._depth = 0
                    file.truncate(0)
                    file.flush()
                    _unlock(file)
        finally:
            self._in_process.release()

    def holder(self) -> dict[str, Any] | None:
        """Return who holds the lock now (pid, since, purpose), or None when it is free.

        The values are None where the holder has not written them yet.
        """
        if not self._path.is_file():
            return None
        with self._path.open("r+b") as file:
            if _try_lock(file):
                _unlock(file)
                return None
        return self._written()

    def left_behind(self) -> dict[str, Any] | None:
        """Return who took the lock and died without giving it back, or None."""
        if self.holder() is not None or not self._path.is_file():
            return None
        written = self._written()
        return written if written["pid"] is not None else None

    def _written(self) -> dict[str, Any]:
        empty: dict[str, Any] = {"pid": None, "since": None, "purpose": None}
        try:
            text = self._path.read_text(encoding="utf-8")
            written = json.loads(text)
        except (OSError, ValueError):
            return empty
        return {name: written.get(name) for name in empty} if isinstance(written, dict) else empty

    def _held(self) -> BookError:
        holder = self._written()
        return BookError(
            Text(
                "The book is in use: process {pid}, since {since}, for `{purpose}`.",
                "账套正在使用中：进程 {pid}，自 {since} 起，用于 `{purpose}`。",
            ).filled(**{name: value or "?" for name, value in holder.items()}),
            where=str(self._path.parent),
            mend=Text(
                "Wait until it is done, then call again. A lock whose process has died is free "
                "by itself.",
                "请等其完成后重试。进程结束后，锁会自动释放。",
            ),
        )


def _write_holder(file: IO[bytes], purpose: str) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    holder = {"pid": os.getpid(), "since": since, "purpose": purpose}
    file.truncate(0)
    file.write(json.dumps(holder, ensure_ascii=False).encode())
    file.flush()


if sys.platform == "win32":
    import msvcrt

    def _try_lock(file: IO[bytes]) -> bool:
        file.seek(_LOCKED_BYTE)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(file: IO[bytes]) -> None:
        file.seek(_LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_UN)
