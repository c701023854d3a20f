"""Runs that were kept: in a book, or in the folder of `kefen grade --out`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kefen.cli.data import find_book
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.grading.stored import StoredRun
    from kefen.lake.book import Book


def find_run(run: str | None, book: Path | None) -> tuple[StoredRun, Book | None]:
    """Return the run a call means, and its book if it is in one.

    `run` is a folder that `kefen grade --out` made, or the id of a run in the book; None is the
    last run of the book.

    Raises:
        CallError: There is no such run.
        BookError: There is no book where `book` says, or it cannot be read.
        DataError: A file of the run is damaged.
    """
    from kefen.grading.stored import StoredRun

    if run is not None and book is None and Path(run).is_dir():
        return StoredRun.load(Path(run)), None
    opened = _book_of_runs(run, book)
    if run is None:
        runs = opened.runs()
        if not runs:
            raise CallError(
                Text("The book has no run yet.", "账套中尚无评级结果。"),
                where=str(opened.directory),
                mend=Text("Grade it first: kefen grade.", "请先评级：kefen grade。"),
            )
        run = str(runs[-1]["run_id"])
    return StoredRun.load(opened.run_directory(run)), opened


def _book_of_runs(run: str | None, book: Path | None) -> Book:
    try:
        return find_book(book)
    except CallError as error:
        if run is None:
            mend = Text(
                "Name the results with --run DIR, or a book with --book DIR.",
                "请用 --run 目录 指定结果，或用 --book 目录 指定账套。",
            )
            what = Text("There is no run to look at.", "没有可查看的评级结果。")
        else:
            mend = Text(
                "Give the folder that `kefen grade --out` made, or the id of a run of a book.",
                "请给出 `kefen grade --out` 生成的目录，或账套中评级结果的编号。",
            )
            what = Text("There is no run “{r}”.", "没有评级结果“{r}”。").filled(r=run)
        raise CallError(what, where="--run", mend=mend) from error
