"""Does one thing to a book and kills itself at a commit point: `process_that_dies.py ...`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from rows_by_hand import order, read_rows

from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.book import Book
from kefen.lake.book.backup import back_up, restore
from kefen.lake.book.commit_points import CommitPoint, watching

SECOND = [
    order("o1", "11"),
    order("o2", "20", "c2"),
    order("o3", "30", "c3"),
]


def act(action: str, directory: Path) -> None:
    if action == "restore":
        restore(directory.with_name("backup.tar.zst"), directory.with_name("restored"))
        return
    book = Book.open(directory)
    if action == "import":
        with DuckDBEngine() as engine:
            rejected = [(4, "amount", "?", "not_a_number")]
            book.imports.import_table(
                engine, read_rows(engine, "orders", SECOND, rejected=rejected)
            )
    elif action == "undo":
        book.imports.undo(2)
    elif action == "run":
        folder = book.runs.begin("r1")
        (folder / "run.json").write_text("{}")
        book.runs.append({"run_id": "r1"})
    elif action == "backup":
        back_up(book, directory.with_name("backup.tar.zst"))


def main() -> None:
    action, directory, name = sys.argv[1:]

    def watcher(point: CommitPoint) -> None:
        if point.name == name:
            os.kill(os.getpid(), signal.SIGKILL)

    with watching(watcher):
        act(action, Path(directory))


if __name__ == "__main__":
    main()
