"""Runs that were kept: in a book, or in the folder of `kefen grade --out`."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from kefen.cli.data import find_book
from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from kefen.grading.history import KeptRun
    from kefen.grading.stored import StoredRun
    from kefen.lake.book import Book


def find_run(run: str | None, book: Path | None) -> tuple[StoredRun, Book | None]:
    """Return the run a call means, and its book if it is in one.

    `run` is a folder that `kefen grade --out` made, or the id of a run in the book; None is the
    book's run of the latest as-of date.

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
        newest = opened.runs.newest()
        if newest is None:
            raise CallError(
                Text("The book has no run yet.", "账套中尚无评级结果。"),
                where=str(opened.directory),
                mend=Text("Grade it first: kefen grade.", "请先评级：kefen grade。"),
            )
        run = str(newest["run_id"])
    return StoredRun.load(opened.runs.directory(run)), opened


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


def chain_of_runs(
    runs: Sequence[str],
    first: date | None,
    last: date | None,
    standard: str | None,
    book: Path | None,
) -> tuple[KeptRun, ...]:
    """Return the runs that a call means, the earliest first; at least two.

    Args:
        runs: Folders that `kefen grade --out` made, or ids of the book; empty for its months.
        first: The first as-of date of the book's months; None: from its first run.
        last: The last one; None: to its last run.
        standard: The code of the standard; None: that of the last run among them, and of several
            as of one date that of the one graded last.
        book: The book, or None for the current directory.

    Raises:
        CallError: There are no such runs, fewer than two, or they are not in order.
        BookError: There is no book where `book` says, or it cannot be read.
        DataError: A file of a run is damaged.
    """
    from kefen.grading.history import KeptRun, current_runs, kept_runs, run_called

    if runs:
        if first is not None or last is not None or standard is not None:
            raise CallError(
                Text("Runs are named, and months too.", "既指定了评级结果，又指定了月份。"),
                mend=Text(
                    "Give runs, or --from, --to and --standard.",
                    "请只给出评级结果，或只用 --from、--to 与 --standard。",
                ),
            )
        found = [
            KeptRun.in_folder(Path(one))
            if book is None and Path(one).is_dir()
            else run_called(_book_of_runs(one, book), one)
            for one in runs
        ]
    else:
        every = [
            run
            for run in kept_runs(_book_of_runs(None, book))
            if (first is None or run.as_of >= first) and (last is None or run.as_of <= last)
        ]
        newest = max(reversed(every), key=lambda run: run.as_of, default=None)
        wanted = standard or (newest.standard if newest is not None else None)
        found = list(current_runs(every, wanted))
    if len(found) < _LEAST:
        raise CallError(
            Text(
                "Two runs are needed, and there are {n}.", "至少需要两次评级，现有 {n} 次。"
            ).filled(n=len(found)),
            mend=Text(
                "Name two: kefen compare RUN RUN; or grade months: kefen grade --from 2026-01.",
                "请给出两次评级：kefen compare 结果 结果；或补评各月：kefen grade --from 2026-01。",
            ),
        )
    for before, after in pairwise(found):
        if before.as_of > after.as_of:
            raise CallError(
                Text("{b} is later than {a}.", "{b} 晚于 {a}。").filled(
                    b=before.run_id, a=after.run_id
                ),
                mend=Text("Name the earliest run first.", "请按先后排列，最早的在前。"),
            )
    return tuple(found)


_LEAST = 2
