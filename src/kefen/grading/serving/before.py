"""The run before, as the next one reads it: what grades its customers held, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import column
from kefen.compiler.metrics import STORED
from kefen.compiler.movement_names import STATE, kept_by_name, was
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.expressions.snippets import cast_to
from kefen.expressions.types import ValueType
from kefen.grading.history import kept_runs, run_before
from kefen.grading.outputs import (
    GRADES_FILE,
    RECORD_FILE,
    SERVED_FILE,
    parquet_pattern,
    read_record,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kefen.lake.book import Book
    from kefen.standards.model import Scheme, Standard

BY_NAME = {"days": ValueType.DATE, "numbers": ValueType.DECIMAL, "levels": ValueType.TEXT}
"""The maps of what is kept by a name of the standard's."""


@dataclass(frozen=True, slots=True)
class RunBefore:
    """The run before of the same standard.

    Attributes:
        directory: Where its files are.
        as_of: Its as-of date.
        standard: The id of its standard.
        served: The schemes under which it says what grades are held.
        run_id: Its id in the book, or None.
    """

    directory: Path
    as_of: date
    standard: str
    served: frozenset[str]
    run_id: str | None = None

    @classmethod
    def load(cls, directory: Path, run_id: str | None = None) -> RunBefore:
        """Return the run in a directory.

        Raises:
            CallError: There is no run in it.
            DataError: Its record is damaged.
        """
        record = read_record(directory, where="--previous")
        try:
            as_of = date.fromisoformat(record["as_of"])
            standard = str(record["standard"]["id"])
            served = frozenset(str(one["scheme"]) for one in record.get("served", ()))
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(
                Text("this is not the record of a run", "不是评级运行的记录"),
                where=str(directory / RECORD_FILE),
                mend=Text("Grade again.", "请重新评级。"),
            ) from error
        return cls(directory, as_of, standard, served, run_id)

    def as_dict(self) -> dict[str, Any]:
        """Return what `run.json` says of it."""
        return {
            "run": self.run_id if self.run_id is not None else str(self.directory.name),
            "as_of": self.as_of.isoformat(),
        }

    def state(self, scheme: Scheme) -> exp.Select:
        """Return the query of what a scheme's customers held, under the names that steps use."""
        if scheme.id not in self.served:
            return self._from_grades(scheme)
        source = _read(self.directory / SERVED_FILE)
        kept = kept_by_name(scheme)
        maps: Mapping[str, Mapping[str, str]] = {
            "days": kept.days,
            "numbers": kept.numbers,
            "levels": kept.levels,
        }
        named = [
            exp.alias_(
                cast_to(_from_map(name, key), STORED[BY_NAME[name]]),
                was(scheme.id, step),
                quoted=True,
            )
            for name, steps in maps.items()
            for key, step in steps.items()
        ]
        return (
            exp.select(
                column("customer_id"),
                *(exp.alias_(column(name), was(scheme.id, name), quoted=True) for name in STATE),
                *named,
            )
            .from_(source)
            .where(column("scheme").eq(exp.Literal.string(scheme.id)))
        )

    def _from_grades(self, scheme: Scheme) -> exp.Select:
        """Return the state of a run that knew no movement: its grades, held since its date."""
        grade = column("grade")
        day = cast_to(exp.Literal.string(self.as_of.isoformat()), "DATE")
        values = {name: cast_to(exp.Null(), STORED[of_type]) for name, of_type in STATE.items()}
        values |= dict.fromkeys(("grade", "moved", "base", "highest"), grade)
        values |= dict.fromkeys(("since", "moved_since", "first_on"), day)
        kept = kept_by_name(scheme)
        missing = {
            **dict.fromkeys(kept.days.values(), ValueType.DATE),
            **dict.fromkeys(kept.numbers.values(), ValueType.DECIMAL),
            **dict.fromkeys(kept.levels.values(), ValueType.TEXT),
        }
        values |= {name: cast_to(exp.Null(), STORED[of]) for name, of in missing.items()}
        return (
            exp.select(
                column("customer_id"),
                *(
                    exp.alias_(value.copy(), was(scheme.id, name), quoted=True)
                    for name, value in values.items()
                ),
            )
            .from_(_read(self.directory / GRADES_FILE))
            .where(
                column("scheme").eq(exp.Literal.string(scheme.id)),
                exp.Is(this=grade.copy(), expression=exp.Null()).not_(),
            )
        )


def served_before(
    directory: Path | None, book: Book | None, standard: Standard, as_of: date
) -> RunBefore | None:
    """Return the run whose grades the next one starts from; None where there is none.

    Args:
        directory: The results that the call names, or None.
        book: The book, whose latest run before the date under the same standard is taken. A run
            of the same date or of a later one says nothing: what was known then is not known now.
        standard: The standard.
        as_of: The as-of date of the run to come.

    Raises:
        CallError: There is no run in the directory, or it is not earlier.
        DataError: A file of it is damaged.
        BookError: The runs of the book cannot be read.
    """
    if directory is not None:
        before = RunBefore.load(directory)
        if before.standard != standard.id:
            return None
        return before if before.as_of < as_of else None
    last = run_before(kept_runs(book), as_of, standard.id) if book is not None else None
    return RunBefore.load(last.folder, last.run_id) if last is not None else None


def _read(path: Path) -> exp.Expr:
    pattern = exp.Literal.string(parquet_pattern(path))
    return exp.func("read_parquet", pattern, dialect="duckdb")


def _from_map(name: str, key: str) -> exp.Expr:
    return exp.Anonymous(
        this="map_extract_value", expressions=[column(name), exp.Literal.string(key)]
    )
