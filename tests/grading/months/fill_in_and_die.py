"""Fills months in and kills itself at the commit point of one of them, or fills in to the end."""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from pathlib import Path

from kefen.grading.months.back_fill import back_fill
from kefen.lake.book import Book
from kefen.lake.book.commit_points import CommitPoint, watching
from kefen.standards.reader import bundled_standard


def main() -> None:
    directory, first, last, name, number = sys.argv[1:]
    reached = 0

    def watcher(point: CommitPoint) -> None:
        nonlocal reached
        reached += point.name == name
        if reached == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    standard = bundled_standard()
    with watching(watcher):
        back_fill(
            Book.open(Path(directory)),
            lambda _: standard,
            date.fromisoformat(first),
            date.fromisoformat(last),
            memory="500MB",
        )


if __name__ == "__main__":
    main()
