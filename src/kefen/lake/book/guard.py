"""The guard of a book: one writer at a time, and nothing left in the middle."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kefen.lake.book.lock import BookLock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kefen.lake.book.journal import Journals, Unfinished


class Guard:
    """The lock of one book, and the settling of what a killed write left.

    Args:
        directory: The directory of the book.
        journals: The journals of its batches.
    """

    def __init__(self, directory: Path, journals: Journals) -> None:
        self._lock = BookLock(directory)
        self._journals = journals

    @contextmanager
    def hold(self, purpose: str, *, wait_seconds: float = 0.0) -> Iterator[None]:
        """Hold the one lock of the book within the block; the same thread may nest it.

        What a killed write left is completed or taken back first.

        Args:
            purpose: What for, such as `import`, shown to whoever is kept waiting.
            wait_seconds: How long to wait for another holder.

        Raises:
            BookError: Another process or thread holds it (the message says which, since when
                and what for), or the lake cannot be read.
        """
        with self._lock.hold(purpose, wait_seconds=wait_seconds):
            self._journals.settle()
            yield

    @contextmanager
    def hold_without_recovery(self, purpose: str) -> Iterator[None]:
        """Hold the lock and leave unfinished batches as they are, for the doctor.

        Raises:
            BookError: Another process or thread holds it.
        """
        with self._lock.hold(purpose):
            yield

    def holder(self) -> dict[str, Any] | None:
        """Return who holds the lock now (pid, since, purpose); None when it is free."""
        return self._lock.holder()

    def left_behind(self) -> dict[str, Any] | None:
        """Return the process that died with the lock (it is free again), or None."""
        return self._lock.left_behind()

    def unfinished(self) -> list[Unfinished]:
        """Return the batches that a killed write left, without changing anything.

        Raises:
            BookError: The lake cannot be read.
        """
        return self._journals.unfinished()

    def recover(self) -> list[Unfinished]:
        """Complete or take back what a killed write left, and return it.

        Every command that writes does so first; this is for a command that only reports.

        Raises:
            BookError: The book is in use, or the lake cannot be written.
        """
        with self._lock.hold("recover"):
            return self._journals.settle()
