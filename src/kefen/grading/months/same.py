"""Whether two folders of results hold the same, file by file: to the byte, or row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.grading.months.differences import make_whole
from kefen.grading.outputs import (
    CALIBRATION_FILE,
    GRADES_FILE,
    METRICS_FILE,
    OUTCOMES_FILE,
    SERVED_FILE,
    parquet_pattern,
)
from kefen.lake.book import durable

if TYPE_CHECKING:
    from pathlib import Path

COMPARED = (GRADES_FILE, METRICS_FILE, OUTCOMES_FILE, SERVED_FILE, CALIBRATION_FILE)
"""The files that hold results; `run.json` also tells times and versions of software."""


@dataclass(frozen=True, slots=True)
class FileCompared:
    """One file of two runs.

    Attributes:
        name: Its name.
        before: sha256 of the one, in hex; empty where it is not there or is a folder.
        after: sha256 of the other.
        rows_differ: How many rows are in one of them only; 0 where the bytes are equal.
    """

    name: str
    before: str
    after: str
    rows_differ: int

    @property
    def same_bytes(self) -> bool:
        """Return whether the files are equal to the byte."""
        return bool(self.before) and self.before == self.after


@dataclass(frozen=True, slots=True)
class Compared:
    """All files of two runs that hold results."""

    files: tuple[FileCompared, ...]

    @property
    def is_same(self) -> bool:
        """Return whether both hold the same results."""
        return all(one.rows_differ == 0 for one in self.files)

    @property
    def same_bytes(self) -> bool:
        """Return whether every file is equal to the byte."""
        return all(one.same_bytes for one in self.files)


def same_results(before: Path, after: Path) -> Compared:
    """Compare the results in two folders.

    Args:
        before: The folder of one run.
        after: The folder of the other.

    Raises:
        DataError: A file cannot be read.
    """
    make_whole(before)
    make_whole(after)
    found = []
    for name in COMPARED:
        one, other = before / name, after / name
        if not one.exists() and not other.exists():
            continue
        first, second = _sum(one), _sum(other)
        if first and first == second:
            differ = 0
        elif name.endswith(".parquet") and one.exists() and other.exists():
            differ = _rows_that_differ(one, other)
        else:
            differ = 1
        found.append(FileCompared(name, first, second, differ))
    return Compared(tuple(found))


def _sum(path: Path) -> str:
    return durable.sha256_of(path) if path.is_file() else ""


def _rows_that_differ(one: Path, other: Path) -> int:
    first, second = parquet_pattern(one), parquet_pattern(other)
    query = (
        "SELECT count(*) FROM ((SELECT * FROM read_parquet(?) EXCEPT ALL SELECT * FROM "
        "read_parquet(?)) UNION ALL (SELECT * FROM read_parquet(?) EXCEPT ALL SELECT * FROM "
        "read_parquet(?))) AS differing"
    )
    try:
        with duckdb.connect() as connection:
            row = connection.execute(query, [first, second, second, first]).fetchone()
    except duckdb.BinderException:
        return 1  # their columns differ
    except duckdb.Error as error:
        raise DataError(
            Text("the results of a run cannot be read", "无法读取评级结果"),
            where=str(one),
            mend=Text("Run `kefen doctor`.", "请运行 `kefen doctor`。"),
        ) from error
    return int(row[0]) if row is not None else 0
