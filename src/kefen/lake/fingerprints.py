"""Fingerprints of files: what a record says of the bytes that were read."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future
    from pathlib import Path

_BLOCK = 1 << 20


class Fingerprints:
    """The fingerprints of files, each taken once, ahead of being asked for where that is wanted."""

    def __init__(self) -> None:
        self._given_up = Event()
        self._ahead: dict[Path, Future[dict[str, Any]]] = {}

    def of(self, path: Path) -> dict[str, Any]:
        """Return a file's name, size in bytes and SHA-256; wait for it where it is being taken.

        Raises:
            OSError: The file cannot be read.
        """
        ahead = self._ahead.get(path)
        return self._taken(path) if ahead is None else ahead.result()

    def give_up(self) -> None:
        """Nobody wants to know any more: what is not read yet is not read."""
        self._given_up.set()

    def _taken(self, path: Path) -> dict[str, Any]:
        digest = hashlib.sha256()
        size = 0
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                if self._given_up.is_set():
                    break
                digest.update(block)
                size += len(block)
        return {"name": path.name, "size": size, "sha256": digest.hexdigest()}

    @classmethod
    @contextmanager
    def ahead(cls, paths: Iterable[Path]) -> Iterator[Fingerprints]:
        """Take the fingerprints of files, one after the other, while the block does other work.

        When the block has ended, well or not, nothing goes on behind the caller's back.
        """
        own = cls()
        with ThreadPoolExecutor(max_workers=1) as place:
            own._ahead = {path: place.submit(own._taken, path) for path in paths}
            try:
                yield own
            except BaseException:
                own.give_up()
                raise
