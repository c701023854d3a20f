"""What a standard says of metrics, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from kefen.expressions.tree import names_in

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.domain.calendar import Window
    from kefen.domain.periods import Period
    from kefen.domain.text import Text
    from kefen.expressions.tree import Expression, Value
    from kefen.expressions.types import ValueType
    from kefen.standards.model.models import ModelMetric

Aggregate: TypeAlias = Literal[
    "sum",
    "count",
    "distinct",
    "smallest",
    "largest",
    "mean",
    "earliest",
    "latest",
    "first",
    "last",
    "daily_average",
    "highest_balance",
    "leading",
]
AGGREGATES: tuple[Aggregate, ...] = get_args(Aggregate)
BY_LAST_ROW: frozenset[Aggregate] = frozenset({"first", "last", "daily_average", "highest_balance"})
"""Aggregates of a last or first row: all columns of a fact put rows of one moment in order."""
TakeKind: TypeAlias = Literal[
    "largest", "smallest", "mean", "sum", "number", "longest_run", "latest_run"
]
Raters: TypeAlias = Literal["last", "mean", "lowest", "highest"]
UNITS = (
    "money",
    "count",
    "days",
    "months",
    "years",
    "hours",
    "share",
    "date",
    "text",
    "points",
    "yes_no",
    "per_month",
    "per_year",
)
"""How values of metrics are shown."""
CANCELLATIONS = "cancellations"
"""The derived fact: the order lines that were cancelled, which every other measure leaves out."""
ACCOUNT = "account_movements"
"""The derived fact: invoices, receipts and settlements, which sum to what a customer owes."""
PURCHASES = "purchases"
"""The derived fact: an order's lines together, above zero; see DESIGN of the default standard."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a standard's file; both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class CalendarGroups:
    """Groups of rows by period of the calendar.

    Attributes:
        period: The period.
        every: Whether the window's periods without rows are groups too.
    """

    period: Period
    every: bool = False


@dataclass(frozen=True, slots=True)
class Runs:
    """Groups of rows by run of consecutive months or days that ends where a row counts.

    Attributes:
        length: How many months or days a run has.
        unit: Which of the two.
    """

    length: int
    unit: Literal["month", "day"]


@dataclass(frozen=True, slots=True)
class Take:
    """How the values of groups become one.

    Attributes:
        kind: One of their values, their mean or sum, how many meet `condition`, or how long the
            longest run, or the one that ends with the window, of periods that meet it is.
        condition: A condition on `value`; None where `kind` has none.
    """

    kind: TakeKind
    condition: Expression | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """Groups of rows, and what becomes of their values."""

    by: Expression | CalendarGroups | Runs
    take: Take


@dataclass(frozen=True, slots=True)
class Judgement:
    """What people judged: the rows of `assessments` that a metric uses.

    Attributes:
        item: What was judged.
        role: Only judgements of this role; None: of any.
        lowest: The lowest number that can be given; None for words.
        highest: The highest; None for words.
        whole: Whether only whole numbers can be given.
        words: The words that can be given; empty for numbers.
        raters: Whether the last judgement counts, or each rater's last one and how they join.
    """

    item: str
    role: str | None
    lowest: Decimal | None
    highest: Decimal | None
    whole: bool
    words: tuple[str, ...]
    raters: Raters


@dataclass(frozen=True, slots=True)
class FactMetric:
    """A metric counted from facts.

    Its expressions may name the fact's own columns, `as_of`, `customers.column` and other
    metrics, the last two of the customer whose row it is.

    Attributes:
        aggregate: How rows become one value.
        table: The fact table, `purchases` or `cancellations`.
        of: The expression that is aggregated; None counts rows.
        where: Which rows count; None: all.
        over: The window of the rows' dates.
        dated: The date column that places rows in the window; None: the table's own.
        per: Divide the sum or count by the months in the window.
        levels: Group rows by these first, the outer ones first.
        leads_by: For `leading`: the group with the largest sum of this expression.
        across: The column of customers whose sharers' facts count for each of them.
        judgement: What was judged, where the metric is a judgement.
    """

    aggregate: Aggregate
    table: str
    of: Expression | None
    where: Expression | None
    over: Window
    dated: str | None = None
    per: Literal["month"] | None = None
    levels: tuple[Level, ...] = ()
    leads_by: Expression | None = None
    across: str | None = None
    judgement: Judgement | None = None

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Return the expressions on the fact's rows."""
        grouped = [level.by for level in self.levels]
        parts = (self.of, self.where, self.leads_by, *grouped)
        return tuple(
            part
            for part in parts
            if part is not None and not isinstance(part, CalendarGroups | Runs)
        )

    @property
    def names(self) -> frozenset[str]:
        """Return every name in its expressions but `as_of`."""
        found = frozenset(name for tree in self.expressions for name in names_in(tree))
        return found - {"as_of"}


@dataclass(frozen=True, slots=True)
class BandedResult:
    """A value's result by the band it is in.

    Attributes:
        of: The value.
        by: What chooses the table of bands; None when there is one.
        tables: For each value of `by` (None: every other value, or the one table) its bands: a
            condition (None: else) and the result.
    """

    of: Expression
    by: Expression | None
    tables: tuple[tuple[Value, tuple[tuple[Expression | None, Value], ...]], ...]


@dataclass(frozen=True, slots=True)
class ComputedMetric:
    """A metric computed from other metrics, customers' columns and `as_of`.

    Attributes:
        formula: The whole computation, bands included.
        bands: The bands, where it has them, for people.
    """

    formula: Expression
    bands: BandedResult | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        id: Its name in expressions and the column of `metrics.parquet`.
        name: Its name for people.
        description: What it means, in words.
        definition: How it comes about.
        type: The type of its values.
        unit: How it is shown, one of `UNITS`.
        tables: The contract tables it needs.
        columns: The contract columns it needs, as `table.column`.
        place: Where it stands in the file.
    """

    id: str
    name: Text
    description: Text
    definition: FactMetric | ComputedMetric | ModelMetric
    type: ValueType
    unit: str
    tables: frozenset[str]
    columns: frozenset[str]
    place: Place
