"""A directory for temporary files, which a process that is killed does not leave for ever."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import IO

_PREFIX = "kefen-"
_IN_USE = "in-use.lock"


class Scratch:
    """A directory that goes when it is closed, and when the process is killed, with the next one.

    It holds a file that the process keeps locked. The system frees the lock when the process ends,
    however it ends; whoever makes the next directory beside it removes those that nobody holds.

    Attributes:
        path: The directory.
    """

    def __init__(self, parent: Path | None = None) -> None:
        place = Path(tempfile.gettempdir()) if parent is None else parent
        _sweep(place)
        self._directory = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=place)
        self.path = Path(self._directory.name)
        self._held = _hold(self.path)

    def close(self) -> None:
        """Remove it."""
        if self._held is not None:
            self._held.close()
        self._directory.cleanup()


if sys.platform == "win32":

    def _hold(_: Path) -> IO[bytes] | None:
        return None

    def _sweep(_: Path) -> None:
        # No lock tells there whether the process of a directory lives; what it left stays.
        return

else:
    import fcntl

    def _hold(directory: Path) -> IO[bytes] | None:
        # Locked before it has its name: nobody ever sees it free.
        unnamed = directory / f"{_IN_USE}.new"
        held = unnamed.open("wb")
        _try_lock(held)
        unnamed.rename(directory / _IN_USE)
        return held

    def _sweep(place: Path) -> None:
        """Remove the directories of processes that have ended; those of other users stay."""
        for lock in place.glob(f"{_PREFIX}*/{_IN_USE}"):
            directory = lock.parent
            try:
                if directory.is_symlink() or directory.lstat().st_uid != os.getuid():
                    continue
                with lock.open("rb+") as file:
                    if _try_lock(file):
                        shutil.rmtree(directory, ignore_errors=True)
            except OSError:  # another process removed it first
                continue

    def _try_lock(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # somebody holds it, or the file system knows no locks
            return False
        return True
