"""The SQL of the quality report: constant statements made safe for any relation name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, date
from itertools import islice
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp

from kefen.domain.calendar import months_before

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kefen.engines.engine import Engine
    from kefen.lake.dataset import Dataset, ReadTable

_FIGURES_A_PASS = 400
_FAR_FUTURE_YEARS = 10
DIALECT = "duckdb"


@dataclass(frozen=True, slots=True)
class DataCut:
    """What a report is about.

    Attributes:
        dataset: The tables.
        as_of: The last day that counts.
        window_start: The window is the days after it, up to and including `as_of`.
        window_months: The length of the window.
    """

    dataset: Dataset
    as_of: date
    window_start: date
    window_months: int

    @property
    def engine(self) -> Engine:
        """Return the engine that holds the tables."""
        return self.dataset.engine

    def rows(
        self, text: str, relations: Mapping[str, str] | None = None, **values: Any
    ) -> list[tuple[Any, ...]]:
        """Run the query `text` (see `statement`) and return its rows."""
        return self.engine.rows(self._sql(text, relations, values))

    def keep(
        self, name: str, text: str, relations: Mapping[str, str] | None = None, **values: Any
    ) -> None:
        """Keep the result of the query `text` in the engine as the temporary table `name`."""
        kept = quoted(name)
        query = self._sql(text, relations, values)
        self.engine.run(f"CREATE OR REPLACE TEMPORARY TABLE {kept} AS {query}")

    def drop(self, name: str) -> None:
        """Drop a temporary table made by `keep`, if there is one."""
        self.engine.run(f"DROP TABLE IF EXISTS {quoted(name)}")

    def figures(self, read: ReadTable, measures: Mapping[str, str | exp.Expr]) -> Figures:
        """Return the value of each aggregate over the rows of `read`, in one pass.

        A few hundred aggregates share a pass; a table of 10,000 columns takes several.
        """
        found: Figures = {}
        pending = iter(measures.items())
        while group := list(islice(pending, _FIGURES_A_PASS)):
            select = exp.select(
                *(
                    exp.alias_(filled(measure, self._values({})), f"figure_{number}")
                    for number, (_, measure) in enumerate(group)
                )
            ).from_(exp.to_identifier(read.relation, quoted=True))
            (row,) = self.engine.rows(select.sql(DIALECT))
            found.update(zip((name for name, _ in group), row, strict=True))
        return found

    def _sql(self, text: str, relations: Mapping[str, str] | None, values: dict[str, Any]) -> str:
        return statement(text, relations or {}, **self._values(values))

    def _values(self, values: dict[str, Any]) -> dict[str, Any]:
        return {
            "as_of": self.as_of,
            "window_start": self.window_start,
            "far": far_future(self.as_of),
            **values,
        }


Figures = dict[str, Any]


def statement(text: str, relations: Mapping[str, str], **values: Any) -> str:
    """Return the DuckDB statement of a constant query.

    Args:
        text: The query; `:name` stands for a value, a table named in `relations` for that
            relation.
        relations: The relation in the engine for each stand-in.
        values: Dates, integers, decimals or SQLGlot expressions; they become typed literals.
    """
    tree = filled(text, values)
    for table in tree.find_all(exp.Table):
        if table.name in relations:
            table.set("this", exp.to_identifier(relations[table.name], quoted=True))
    return tree.sql(DIALECT)


def filled(expression: str | exp.Expr, values: Mapping[str, Any]) -> exp.Expr:
    """Return the parsed expression with its `:placeholders` replaced by literals."""
    if isinstance(expression, str):
        expression = sqlglot.parse_one(expression, dialect=DIALECT)
    return exp.replace_placeholders(expression, **values)


def far_future(as_of: date) -> date:
    """Return the last day that is not improbably far after `as_of`: 10 years on."""
    if as_of.year + _FAR_FUTURE_YEARS > MAXYEAR:
        return date.max
    return months_before(as_of, -12 * _FAR_FUTURE_YEARS)


def counted(condition: str) -> str:
    """Return the aggregate that counts the rows where `condition` holds."""
    return f"COUNT(*) FILTER (WHERE {condition})"


def quoted(name: str) -> str:
    """Return `name` as a quoted identifier."""
    return exp.to_identifier(name, quoted=True).sql(DIALECT)


def active_orders(read: ReadTable) -> str:
    """Return the condition for order lines that count: dated by `as_of`, not cancelled by then."""
    dated = "CAST(ordered_at AS DATE) <= :as_of"
    if "status" not in read.columns:
        return dated
    stands = "status IS DISTINCT FROM 'cancelled' OR COALESCE(cancelled_on > :as_of, FALSE)"
    return f"({dated} AND ({stands}))"


def with_customer(tables: Mapping[str, ReadTable]) -> Iterator[ReadTable]:
    """Yield the fact tables whose rows belong to a customer, in the contract's order."""
    for read in tables.values():
        if read.table.has_customer and read.table.name != "customers":
            yield read
