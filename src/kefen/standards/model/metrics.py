"""What a standard says of metrics, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from kefen.domain.calendar import Window
    from kefen.domain.text import Text
    from kefen.expressions.tree import Expression
    from kefen.expressions.types import ValueType

Aggregate: TypeAlias = Literal[
    "sum", "count", "distinct", "smallest", "largest", "mean", "earliest", "latest", "leading"
]
Take: TypeAlias = Literal["largest", "smallest", "mean", "sum"]
PURCHASES = "purchases"
"""The derived fact: an order's lines together, above zero; see DESIGN of the default standard."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a standard's file; both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class FactMetric:
    """A metric counted from facts.

    Attributes:
        aggregate: How rows become one value.
        table: The fact table, or `purchases`.
        of: The expression over the table's columns that is aggregated; None counts rows.
        where: Which rows count; None: all.
        dated: The date column that places rows in the window; None: the table's own.
        over: The window of the rows' dates.
        per: Divide the sum or count by the months in the window.
        by: Group rows by this first (`month`, or an expression); `take` joins the groups.
        take: How the groups' values become one.
        leads_by: For `leading`: the group with the largest sum of this expression.
    """

    aggregate: Aggregate
    table: str
    of: Expression | None
    where: Expression | None
    over: Window
    dated: str | None = None
    per: Literal["month"] | None = None
    by: Expression | None = None
    take: Take | None = None
    leads_by: Expression | None = None


@dataclass(frozen=True, slots=True)
class ComputedMetric:
    """A metric computed from other metrics, customers' columns and `as_of`."""

    formula: Expression


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        id: Its name in expressions and the column of `metrics.parquet`.
        name: Its name for people.
        description: What it means, in words.
        definition: How it comes about.
        type: The type of its values.
        unit: `money`, `count`, `days`, `months`, `share`, `date`, `text`, `points`, or `yes_no`.
        tables: The contract tables it needs.
        columns: The contract columns it needs, as `table.column`.
        place: Where it stands in the file.
    """

    id: str
    name: Text
    description: Text
    definition: FactMetric | ComputedMetric
    type: ValueType
    unit: str
    tables: frozenset[str]
    columns: frozenset[str]
    place: Place
