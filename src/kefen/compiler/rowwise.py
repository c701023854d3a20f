"""A standard for one customer in plain Python decimals, without SQL.

The same meanings as the compiled queries, written a second time: the oracle of the tests, and a
way to check one customer by hand from raw facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.compiler.plan import SchemePlan, part
from kefen.domain.contract import TABLES
from kefen.domain.decimals import fits_storage, from_units, quotient, rounded, units
from kefen.expressions.evaluator import evaluate
from kefen.expressions.operators import OutOfRangeError
from kefen.expressions.tree import Name
from kefen.expressions.types import ValueType
from kefen.standards.facts import FACT_TABLES, date_column, fact_types
from kefen.standards.metrics import needed_names
from kefen.standards.model import PURCHASES, ComputedMetric, FactMetric

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from kefen.expressions.tree import Expression, Value
    from kefen.standards.calibration import SchemeCalibration
    from kefen.standards.model import Metric, Standard

Row = dict[str, "Value"]
_LONG = 2**63


@dataclass(frozen=True, slots=True)
class RowGrade:
    """What one scheme says of one customer.

    Attributes:
        grade: The class, or None.
        score: The score with four decimals, or None.
        score_text: The points joined by `-`, or None.
        reason: Why there is no grade, as a code; None when there is one.
        steps: Every value on the way, by the name of its step.
    """

    grade: str | None
    score: Decimal | None
    score_text: str | None
    reason: str | None
    steps: Mapping[str, Value]


def metrics_of_customer(
    standard: Standard,
    facts: Mapping[str, Sequence[Mapping[str, Value]]],
    customer: Mapping[str, Value],
    as_of: date,
    *,
    available: Collection[str] | None = None,
) -> dict[str, Value]:
    """Return every metric of a standard for one customer, from its raw facts.

    Args:
        standard: The standard.
        facts: The customer's rows of each imported contract table, by table; a table that is not
            here was not imported. Rows of the future may be among them.
        customer: The customer's row of `customers`.
        as_of: Only what happened by the end of this day counts.
        available: The metrics whose data was imported; None: those whose tables are in `facts`
            and whose customers' columns are in `customer`.

    Returns:
        The value of each metric by id; None where it is unknown or its data was not imported.

    Raises:
        OutOfRangeError: A number grew too large to be exact.
    """
    wanted = _available(standard, facts, customer) if available is None else set(available)
    known = _known_by_then(facts, as_of)
    values: dict[str, Value] = {"as_of": as_of}
    for metric in standard.metrics.values():
        if metric.id not in wanted:
            values[metric.id] = None
        elif isinstance(metric.definition, FactMetric):
            values[metric.id] = _counted(metric, metric.definition, known, as_of)
        else:
            attributes = {
                f"customers.{name}": value
                for name, value in customer.items()
                if name != "customer_id"
            }
            missing: dict[str, Value] = dict.fromkeys(needed_attributes(metric))
            scope = missing | attributes | values
            values[metric.id] = stored(evaluate(metric.definition.formula, scope), metric.type)
    return {name: values[name] for name in standard.metrics}


def grades_of_customer(
    standard: Standard,
    calibrations: Mapping[str, SchemeCalibration],
    metrics: Mapping[str, Value],
    as_of: date,
    *,
    running: Sequence[str] | None = None,
) -> dict[str, RowGrade]:
    """Return what each scheme says of one customer, from its metrics and stored calibrations.

    Args:
        standard: The standard.
        calibrations: What each scheme learned, by scheme.
        metrics: Every metric of the standard, as `metrics_of_customer` returns them.
        as_of: The as-of date.
        running: The schemes that can be run on the data, in the standard's order; None: those
            with a calibration.

    Raises:
        OutOfRangeError: A number grew too large to be exact.
        KeyError: A scheme has no calibration.
    """
    names = [s for s in standard.schemes if s in calibrations] if running is None else running
    values: Row = dict(metrics)
    grades: dict[str, RowGrade] = {}
    for index, name in enumerate(names):
        plan = SchemePlan(standard, standard.schemes[name], names[:index], as_of)
        plan.apply(calibrations[name])
        own: Row = {}
        for step in plan.patterns():
            own[step.name] = stored(evaluate(step.expression, values | own), step.type)
        pattern = own.get(part(name, "pattern"))
        patterns = [pattern] if isinstance(pattern, int) else []
        own = {}
        for step in plan.grading(calibrations[name], patterns):
            own[step.name] = stored(evaluate(step.expression, values | own), step.type)
        values |= own
        grades[name] = RowGrade(
            grade=_text(own[part(name, "grade")]),
            score=_decimal(own.get(part(name, "score"))),
            score_text=_text(own.get(part(name, "score_text"))),
            reason=_text(own[part(name, "reason")]),
            steps=own,
        )
    return grades


def stored(value: Value, of_type: ValueType) -> Value:
    """Return a value as a column of its type stores it.

    Raises:
        OutOfRangeError: A number does not fit the column.
    """
    if value is None:
        return None
    if of_type is ValueType.DECIMAL and isinstance(value, int | Decimal):
        exact = rounded(Decimal(value))
        if not fits_storage(exact):
            raise OutOfRangeError(str(value))
        return exact
    if of_type is ValueType.INTEGER and isinstance(value, int) and not -_LONG <= value < _LONG:
        raise OutOfRangeError(str(value))
    if of_type is ValueType.DATE and isinstance(value, date):
        return _day(value)
    if of_type is ValueType.MOMENT and isinstance(value, date):
        return value if isinstance(value, datetime) else datetime.combine(value, time())
    return value


def needed_attributes(metric: Metric) -> tuple[str, ...]:
    """Return the customers' columns that a computed metric names, as `customers.column`."""
    return tuple(name for name in metric.columns if name.startswith("customers."))


# --- what was known -------------------------------------------------------------------------


def _known_by_then(
    facts: Mapping[str, Sequence[Mapping[str, Value]]], as_of: date
) -> dict[str, list[Row]]:
    """Return the rows of each fact as they were known at the end of `as_of`, with purchases."""
    known: dict[str, list[Row]] = {}
    for fact in FACT_TABLES:
        if fact in facts:
            blank: Row = dict.fromkeys(TABLES[fact].column_names)
            rows = (blank | dict(row) for row in facts[fact])
            known[fact] = [
                _as_known(fact, row, as_of) for row in rows if _had_happened(fact, row, as_of)
            ]
    if "orders" in known:
        known[PURCHASES] = _purchases(known["orders"])
    return known


def _had_happened(fact: str, row: Row, as_of: date) -> bool:
    if _day(row[date_column(fact)]) > as_of:
        return False
    if fact != "orders" or row["status"] != "cancelled":
        return True
    return row["cancelled_on"] is not None and _day(row["cancelled_on"]) > as_of


def _as_known(fact: str, row: Row, as_of: date) -> Row:
    """Return a row without what happened to it later."""

    def happens_later(name: str) -> bool:
        return row[name] is not None and _day(row[name]) > as_of

    hidden: set[str] = set()
    if fact == "receivables" and happens_later("settled_on"):
        hidden |= {"settled_on", "settled_amount"}
    if fact == "cases" and happens_later("closed_at"):
        hidden |= {"closed_at", "resolution"}
    if fact == "cases" and happens_later("first_response_at"):
        hidden.add("first_response_at")
    return {name: None if name in hidden else value for name, value in row.items()}


def _purchases(lines: Iterable[Row]) -> list[Row]:
    orders: dict[Value, list[Row]] = {}
    for line in lines:
        orders.setdefault(line["order_id"], []).append(line)
    purchases: list[Row] = []
    for order, own in orders.items():
        amount = _total([line["amount"] for line in own])
        if isinstance(amount, Decimal) and amount > 0:
            purchases.append(
                {
                    "order_id": order,
                    "purchased_on": min(_day(line["ordered_at"]) for line in own),
                    "amount": amount,
                    "lines": len(own),
                }
            )
    return purchases


# --- aggregates -----------------------------------------------------------------------------


def _counted(
    metric: Metric, definition: FactMetric, known: Mapping[str, list[Row]], as_of: date
) -> Value:
    rows = [row for row in known[definition.table] if _counts(definition, row, as_of)]
    if definition.aggregate == "distinct":
        value: Value = len(_groups(definition, definition.of, rows, as_of))
    elif definition.aggregate == "leading":
        value = _leading(definition, rows, as_of)
    elif definition.by is not None:
        groups = _groups(definition, definition.by, rows, as_of)
        value = _taken(definition, [_aggregate(definition, own, as_of) for own in groups.values()])
    else:
        value = _aggregate(definition, rows, as_of)
    if value is None and definition.aggregate in ("sum", "count", "distinct"):
        value = 0
    if definition.per == "month" and isinstance(value, int | Decimal):
        value = quotient(value, definition.over.months or 1)
    return stored(value, metric.type)


def _counts(definition: FactMetric, row: Row, as_of: date) -> bool:
    """Return whether a row lies in the metric's window and meets its condition."""
    start, end = definition.over.span(as_of)
    dated = row[definition.dated or date_column(definition.table)]
    if dated is None:
        # Without a date of its own a row is in no window; all time asks for a date up to its end.
        return False
    if (start is not None and _day(dated) <= start) or _day(dated) > end:
        return False
    return definition.where is None or _value(definition, definition.where, row, as_of) is True


def _value(definition: FactMetric, tree: Expression, row: Row, as_of: date) -> Any:
    value = evaluate(tree, row | {"as_of": as_of})
    # A moment on its own counts as its day.
    if isinstance(tree, Name) and fact_types(definition.table).get(tree.name) is ValueType.MOMENT:
        return None if value is None else _day(value)
    return value


def _groups(
    definition: FactMetric, by: Expression | None, rows: list[Row], as_of: date
) -> dict[Value, list[Row]]:
    """Return the rows by their key; rows without a key belong to no group."""
    groups: dict[Value, list[Row]] = {}
    if by is not None:
        for row in rows:
            key = _value(definition, by, row, as_of)
            if key is not None:
                groups.setdefault(key, []).append(row)
    return groups


def _aggregate(definition: FactMetric, rows: list[Row], as_of: date) -> Value:
    if definition.aggregate == "count" or definition.of is None:
        return len(rows)
    found = [_value(definition, definition.of, row, as_of) for row in rows]
    values = [value for value in found if value is not None]
    if not values:
        return None
    if definition.aggregate == "sum":
        return _total(values)
    if definition.aggregate == "mean":
        return _mean(values)
    chosen: Value = (min if definition.aggregate in ("smallest", "earliest") else max)(values)
    return chosen


def _leading(definition: FactMetric, rows: list[Row], as_of: date) -> Value:
    """Return the key with the largest sum; of equals the first in Unicode order."""
    groups = _groups(definition, definition.of, rows, as_of)
    if not groups or definition.leads_by is None:
        return None
    sums: dict[str, Any] = {}
    for key, own in groups.items():
        found = [_value(definition, definition.leads_by, row, as_of) for row in own]
        values = [value for value in found if value is not None]
        sums[str(key)] = _total(values) if values else None
    return min(sums, key=lambda key: (sums[key] is None, -(sums[key] or 0), key))


def _taken(definition: FactMetric, found: list[Value]) -> Value:
    values: list[Any] = [value for value in found if value is not None]
    if not values:
        return None
    if definition.take == "mean":
        return _mean(values)
    if definition.take == "sum":
        return _total(values)
    chosen: Value = (max if definition.take == "largest" else min)(values)
    return chosen


def _total(values: Sequence[Any]) -> int | Decimal:
    if all(isinstance(value, int) for value in values):
        return sum(int(value) for value in values)
    return from_units(sum(units(value) for value in values))


def _mean(values: Sequence[Any]) -> Decimal | None:
    return quotient(_total(values), len(values))


def _available(
    standard: Standard,
    facts: Mapping[str, Sequence[Mapping[str, Value]]],
    customer: Mapping[str, Value],
) -> set[str]:
    available: set[str] = set()
    for metric in standard.metrics.values():
        if isinstance(metric.definition, ComputedMetric):
            needed = (n for n in needed_names(metric.definition.formula) if n != "as_of")
            there = all(
                name in available
                if name in standard.metrics
                else name.removeprefix("customers.") in customer
                for name in needed
            )
        else:
            there = metric.tables <= set(facts)
        if there:
            available.add(metric.id)
    return available


def _day(value: Any) -> date:
    day: date = value.date() if isinstance(value, datetime) else value
    return day


def _text(value: Value) -> str | None:
    return value if isinstance(value, str) else None


def _decimal(value: Value) -> Decimal | None:
    return value if isinstance(value, Decimal) else None
