"""What an earlier run counted: the previous counts that a distribution is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

import duckdb

from kefen.domain.errors import CallError, DataError, StandardError
from kefen.domain.text import Text
from kefen.grading.outputs import GRADES_FILE, RECORD_FILE, parquet_pattern, read_record
from kefen.standards.reader import read_standard

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kefen.standards.model import Scheme, Standard

ClassKey: TypeAlias = tuple[str | None, str | None]
"""A grade and no reason, or no grade and the reason why."""

_COUNTS = """
SELECT scheme, grade, CASE WHEN grade IS NULL THEN reason END AS why, count(*)
FROM read_parquet(?) GROUP BY ALL"""


@dataclass(frozen=True, slots=True)
class PreviousRun:
    """An earlier run, as far as its counts are compared.

    Attributes:
        as_of: Its as-of date.
        standard_id: The id of its standard.
        standard: Its standard; None when this version cannot read it.
        counts: For each scheme that was run, how many customers each class and each reason had.
        directory: Where its files are, where it was read from files.
    """

    as_of: date
    standard_id: str
    standard: Standard | None
    counts: Mapping[str, Mapping[ClassKey, int]]
    directory: Path | None = None

    @classmethod
    def load(cls, directory: Path) -> PreviousRun:
        """Return the run whose `run.json` and `grades.parquet` are in a directory.

        Raises:
            CallError: There is no run in the directory.
            DataError: A file of it is damaged.
        """
        record = read_record(directory)
        try:
            as_of = date.fromisoformat(record["as_of"])
            standard_id, text = str(record["standard"]["id"]), str(record["standard"]["text"])
        except (KeyError, TypeError, ValueError) as error:
            raise _damaged(directory / RECORD_FILE) from error
        standard: Standard | None
        try:
            standard = read_standard(text, f"{standard_id}.yaml")
        except StandardError:
            standard = None
        return cls(as_of, standard_id, standard, _count(directory / GRADES_FILE), directory)

    def require_before(self, as_of: date) -> None:
        """Refuse to be compared with a run of the same or an earlier date.

        Raises:
            CallError: This run is not as of an earlier date.
        """
        if self.as_of < as_of:
            return
        raise CallError(
            Text(
                "The previous run is as of {previous}, which is not before {as_of}.",
                "上期评级截至 {previous}，并不早于 {as_of}。",
            ).filled(previous=self.as_of.isoformat(), as_of=as_of.isoformat()),
            mend=Text("Name a run of an earlier date.", "请指定日期更早的评级结果。"),
            where="--previous",
        )

    def incomparable(self, standard: Standard, scheme: Scheme) -> Text | None:
        """Return why a scheme cannot be compared with this run; None when it can."""
        if self.standard_id != standard.id:
            return Text(
                "the run of {day} was graded under another standard, '{name}'",
                "{day} 的评级采用另一标准「{name}」",
            ).filled(day=self.as_of.isoformat(), name=self.standard_id)
        if self.standard is None:
            return Text(
                "the standard of the run of {day} cannot be read by this version",
                "此版本无法读取 {day} 评级所用的标准",
            ).filled(day=self.as_of.isoformat())
        if scheme.id not in self.counts:
            return Text(
                "the run of {day} did not run this scheme", "{day} 的评级未运行此方案"
            ).filled(day=self.as_of.isoformat())
        if _classes(self.standard.schemes.get(scheme.id)) != _classes(scheme):
            return Text(
                "the run of {day} had other classes in this scheme",
                "{day} 的评级中此方案的类别不同",
            ).filled(day=self.as_of.isoformat())
        return None


def _classes(scheme: Scheme | None) -> tuple[str, ...] | None:
    return None if scheme is None else tuple(grade.id for grade in scheme.classes)


def _count(path: Path) -> dict[str, dict[ClassKey, int]]:
    found: dict[str, dict[ClassKey, int]] = {}
    try:
        with duckdb.connect() as connection:
            rows = connection.execute(_COUNTS, [parquet_pattern(path)]).fetchall()
    except duckdb.Error as error:
        raise _damaged(path) from error
    for scheme, grade, reason, customers in rows:
        found.setdefault(scheme, {})[grade, reason] = customers
    return found


def _damaged(path: Path) -> DataError:
    return DataError(
        Text("The counts of this run cannot be read.", "无法读取该评级结果的客户数。"),
        where=str(path),
        mend=Text(
            "Give another run, or leave the comparison out.", "请换一次评级结果，或不作比较。"
        ),
    )
