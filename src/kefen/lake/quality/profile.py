"""One pass over one table: how full it is, its dates, and the counts that rules ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.domain.contract import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from kefen.lake.dataset import ReadTable
    from kefen.lake.quality.queries import DataCut, Figures


@dataclass(frozen=True, slots=True)
class Profile:
    """The figures of one table.

    Attributes:
        read: The table.
        rows: Its rows.
        filled_rows: By contract column or attribute that the input had: rows with a value that
            is not blank.
        first_on: The first day of its date column; None without one.
        last_on: The last such day up to and including the as-of date.
        counts: What the measures found, by their names.
    """

    read: ReadTable
    rows: int
    filled_rows: Mapping[str, int]
    first_on: date | None
    last_on: date | None
    counts: Mapping[str, Any]

    def filled(self, column: str) -> int:
        """Return the rows with a value in `column`; 0 when the input had no such column."""
        return self.filled_rows.get(column, 0)


def profile_table(cut: DataCut, read: ReadTable, measures: Mapping[str, str]) -> Profile:
    """Return the profile of `read`.

    Args:
        cut: The data cut.
        read: The table.
        measures: Further SQL aggregates over its rows, by name.
    """
    date_column = read.table.date if read.table.date in read.columns else None
    wanted: dict[str, str | exp.Expr] = {"rows": "COUNT(*)"}
    if date_column:
        wanted["first"] = f"CAST(MIN({date_column}) AS DATE)"
        wanted["last"] = (
            f"CAST(MAX({date_column}) FILTER (WHERE CAST({date_column} AS DATE) <= :as_of) AS DATE)"
        )
    columns = (*(c for c in read.table.column_names if c in read.columns), *read.attributes)
    for number, column in enumerate(columns):
        wanted[f"filled {number}"] = _filled_rows(read, column)
    wanted.update({f"measure {name}": measure for name, measure in measures.items()})
    figures: Figures = cut.figures(read, wanted)
    return Profile(
        read=read,
        rows=figures["rows"],
        filled_rows={c: figures[f"filled {number}"] for number, c in enumerate(columns)},
        first_on=figures.get("first"),
        last_on=figures.get("last"),
        counts={name: figures[f"measure {name}"] for name in measures},
    )


def _filled_rows(read: ReadTable, column: str) -> exp.Expr:
    value = exp.column(exp.to_identifier(column, quoted=True))
    if column in read.table.required:
        return exp.Count(this=exp.Star())  # a row without one is not in the relation
    is_text = column in read.attributes or read.table.column(column).kind in (
        Kind.TEXT,
        Kind.ID,
    )
    if is_text:  # a blank is no value
        return exp.Count(this=exp.Nullif(this=value, expression=exp.Literal.string("")))
    return exp.Count(this=value)
