"""The metrics of a standard in plain Python decimals, from raw rows and without SQL.

The same meanings as the compiled queries, written a second time: the oracle of the tests, and a
way to check one customer by hand from raw facts.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.compiler.groups import empty_group, every_period, meets, nothing
from kefen.domain.contract import TABLES
from kefen.domain.decimals import fits_storage, from_units, quotient, rounded, units
from kefen.domain.periods import period_number
from kefen.expressions.evaluator import evaluate
from kefen.expressions.operators import OutOfRangeError
from kefen.expressions.tree import Name
from kefen.expressions.types import ValueType
from kefen.standards.facts import FACT_TABLES, RECORDED_ON, date_column, fact_types, source_table
from kefen.standards.metrics import needed_by, needed_columns
from kefen.standards.model import PURCHASES, FactMetric
from kefen.standards.model.metrics import CalendarGroups, Runs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from kefen.expressions.tree import Expression, Value
    from kefen.standards.model import Metric, Standard
    from kefen.standards.model.metrics import Level

Row = dict[str, "Value"]
Rows = "Sequence[Mapping[str, Value]]"
_LONG = 2**63
_PARENT = "parent_id"


def metrics_of_customer(
    standard: Standard,
    facts: Mapping[str, Sequence[Mapping[str, Value]]],
    customer: Mapping[str, Value],
    as_of: date,
    *,
    available: Collection[str] | None = None,
) -> dict[str, Value]:
    """Return every metric of a standard for one customer that is linked to nobody.

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
    identifier = str(customer.get("customer_id"))
    owned = {
        name: [{**row, "customer_id": identifier} for row in rows] for name, rows in facts.items()
    }
    return metrics_of_customers(
        standard,
        owned,
        [{**customer, "customer_id": identifier}],
        as_of,
        available=_available(standard, facts, customer) if available is None else available,
    )[identifier]


def metrics_of_customers(
    standard: Standard,
    facts: Mapping[str, Sequence[Mapping[str, Value]]],
    customers: Sequence[Mapping[str, Value]],
    as_of: date,
    *,
    available: Collection[str],
) -> dict[str, dict[str, Value]]:
    """Return every metric of a standard for each customer.

    Args:
        standard: The standard.
        facts: The rows of each imported contract table, by table, with their `customer_id`.
        customers: The rows of `customers`.
        as_of: Only what happened by the end of this day counts.
        available: The metrics whose data was imported.

    Returns:
        For each customer, the value of each metric by id; None where it is unknown or its data
        was not imported.

    Raises:
        OutOfRangeError: A number grew too large to be exact.
    """
    attributes = {
        str(row["customer_id"]): {f"customers.{name}": value for name, value in row.items()}
        for row in customers
    }
    known = {
        identifier: known_by_then(
            {
                name: [row for row in rows if row["customer_id"] == identifier]
                for name, rows in facts.items()
            },
            as_of,
        )
        for identifier in attributes
    }
    values: dict[str, Row] = {identifier: {"as_of": as_of} for identifier in attributes}
    for metric in standard.metrics.values():
        definition = metric.definition
        members: dict[str, list[str]] = {identifier: [identifier] for identifier in attributes}
        if isinstance(definition, FactMetric) and definition.across is not None:
            members = _members(families(customers, definition.across))
        missing: Row = dict.fromkeys(_names(metric))
        found: Row = {}
        for identifier in attributes:
            if metric.id not in available:
                found[identifier] = None
            elif isinstance(definition, FactMetric):
                rows = [
                    missing | attributes[member] | values[member] | row
                    for member in members[identifier]
                    for row in known[member][definition.table]
                ]
                found[identifier] = _counted(metric, definition, rows, as_of)
            else:
                scope = missing | attributes[identifier] | values[identifier]
                found[identifier] = stored(evaluate(definition.formula, scope), metric.type)
        for identifier, value in found.items():
            values[identifier][metric.id] = value
    return {
        identifier: {name: own[name] for name in standard.metrics}
        for identifier, own in values.items()
    }


def families(customers: Sequence[Mapping[str, Value]], column: str) -> dict[str, str]:
    """Return the family of each customer, by a column that its members share.

    Through `parent_id` the family is the top-most ancestor's; a circle of parents is one family,
    called by its smallest id.
    """
    if column != _PARENT:
        return {
            str(row["customer_id"]): f"alone {row['customer_id']}"
            if row.get(column) is None
            else f"shared {row[column]}"
            for row in customers
        }
    parents = {str(row["customer_id"]): row.get(_PARENT) for row in customers}
    found: dict[str, str] = {}
    for identifier in parents:
        path = [identifier]
        while (parent := parents.get(path[-1])) is not None and str(parent) not in path:
            path.append(str(parent))
        circle = path[path.index(str(parent)) :] if parent is not None else path[-1:]
        found[identifier] = min(circle)
    return found


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


def _names(metric: Metric) -> frozenset[str]:
    """Return the names in a metric's expressions that may have no data."""
    from kefen.expressions.tree import names_in

    definition = metric.definition
    if isinstance(definition, FactMetric):
        return definition.names
    return frozenset(names_in(definition.formula)) - {"as_of"}


def _members(family_of: Mapping[str, str]) -> dict[str, list[str]]:
    by_family: dict[str, list[str]] = {}
    for identifier, family in family_of.items():
        by_family.setdefault(family, []).append(identifier)
    return {identifier: by_family[family] for identifier, family in family_of.items()}


# --- what was known -------------------------------------------------------------------------


def known_by_then(
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
    recorded = row.get(RECORDED_ON)
    if recorded is not None and _day(recorded) > as_of:
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
        amounts: list[Any] = [line["amount"] for line in own]
        amount = _total(amounts)
        if isinstance(amount, Decimal) and amount > 0:
            purchases.append(
                {
                    "order_id": order,
                    "purchased_on": min(_day(line["ordered_at"]) for line in own),
                    "amount": amount,
                    "lines": len(own),
                    "quantity": _known_total(line["quantity"] for line in own),
                    "discount": _known_total(line["discount"] for line in own),
                    "returned": _total([-one if one < 0 else Decimal(0) for one in amounts]),
                }
            )
    return purchases


# --- rows to one value ----------------------------------------------------------------------


def _counted(metric: Metric, definition: FactMetric, rows: list[Row], as_of: date) -> Value:
    counting = [
        row
        for row in rows
        if _counts(definition, row, as_of)
        # Rows without a key belong to no group.
        and all(_key(definition, level, row, as_of) is not None for level in definition.levels)
    ]
    if definition.aggregate == "leading":
        value = _leading(definition, counting, as_of)
    else:
        value = _grouped(definition, 0, counting, as_of)
    if value is None:
        return stored(nothing(definition, as_of), metric.type)
    if definition.per == "month" and isinstance(value, int | Decimal):
        value = quotient(value, definition.over.months or 1)
    return stored(value, metric.type)


def _counts(definition: FactMetric, row: Row, as_of: date) -> bool:
    """Return whether a row lies in the metric's window and meets its condition."""
    start, end = definition.over.span(as_of)
    dated = row[_date_name(definition)]
    if dated is None or _day(dated) > end:
        # Without a date of its own a row is in no window; all time asks for a date up to its end.
        return False
    # A level holds from rows before the window on.
    if start is not None and _day(dated) <= start and definition.aggregate != "daily_average":
        return False
    return definition.where is None or _value(definition, definition.where, row, as_of) is True


def _date_name(definition: FactMetric) -> str:
    return definition.dated or date_column(definition.table)


def _value(definition: FactMetric, tree: Expression, row: Row, as_of: date) -> Any:
    value = evaluate(tree, row | {"as_of": as_of})
    # A moment on its own counts as its day.
    if isinstance(tree, Name) and fact_types(definition.table).get(tree.name) is ValueType.MOMENT:
        return None if value is None else _day(value)
    return value


def _grouped(definition: FactMetric, depth: int, rows: list[Row], as_of: date) -> Value:
    """Return what rows give, grouped by the levels from `depth` on."""
    if depth == len(definition.levels):
        return _aggregate(definition, rows, as_of)
    level = definition.levels[depth]
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(_key(definition, level, row, as_of), []).append(row)
    if isinstance(level.by, Runs):
        length = level.by.length
        groups = {
            last: [row for n, own in groups.items() if last - length < n <= last for row in own]
            for last in groups
        }
    values = {key: _grouped(definition, depth + 1, own, as_of) for key, own in groups.items()}
    periods = every_period(definition, level, as_of)
    if periods is None:
        return _taken(level, list(values.values()))
    if not groups:
        return None
    empty = empty_group(definition, depth + 1, as_of)
    found = [values.get(n) for n in range(periods.first, periods.last + 1)]
    return _taken(level, [empty if value is None else value for value in found])


def _key(definition: FactMetric, level: Level, row: Row, as_of: date) -> Value:
    groups = level.by
    if isinstance(groups, CalendarGroups | Runs):
        period = groups.period if isinstance(groups, CalendarGroups) else groups.unit
        day = _day(row[_date_name(definition)])
        return period_number(day, period, definition.over.year_start)
    key: Value = _value(definition, groups, row, as_of)
    return key


def _aggregate(definition: FactMetric, rows: list[Row], as_of: date) -> Value:
    if definition.aggregate == "count" or definition.of is None:
        return len(rows)
    placed = [(row, _value(definition, definition.of, row, as_of)) for row in rows]
    known = [(row[_date_name(definition)], value) for row, value in placed if value is not None]
    values: list[Any] = [value for _, value in known]
    if definition.aggregate == "distinct":
        return len(set(values))
    if not values:
        return None
    if definition.aggregate == "sum":
        return _total(values)
    if definition.aggregate == "mean":
        return _mean(values)
    if definition.aggregate == "daily_average":
        return _daily_average(definition, known, as_of)
    if definition.aggregate in ("first", "last"):
        moments = [_moment(moment) for moment, _ in known]
        wanted = (min if definition.aggregate == "first" else max)(moments)
        latest: Value = max(v for m, v in zip(moments, values, strict=True) if m == wanted)
        return latest
    chosen: Value = (min if definition.aggregate in ("smallest", "earliest") else max)(values)
    return chosen


def _daily_average(definition: FactMetric, known: list[tuple[Any, Any]], as_of: date) -> Value:
    """Return the mean over the window's days of the level at the end of each day."""
    start, end = definition.over.span(as_of)
    assert start is not None  # noqa: S101  the reader guarantees it
    days = (end - start).days
    levels: list[Any] = []
    for past in range(days):
        day = start + timedelta(days=past + 1)
        before = [(_moment(moment), value) for moment, value in known if _day(moment) <= day]
        levels.append(max(before)[1] if before else 0)
    return quotient(_total([Decimal(level) for level in levels]), days)


def _leading(definition: FactMetric, rows: list[Row], as_of: date) -> Value:
    """Return the key with the largest sum; of equals the first in Unicode order."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        key = _value(definition, definition.of, row, as_of) if definition.of is not None else None
        if key is not None:
            groups.setdefault(str(key), []).append(row)
    if not groups or definition.leads_by is None:
        return None
    sums: dict[str, Any] = {}
    for key, own in groups.items():
        sums[key] = _known_total(_value(definition, definition.leads_by, r, as_of) for r in own)
    return min(sums, key=lambda key: (sums[key] is None, -(sums[key] or 0), key))


def _taken(level: Level, found: list[Value]) -> Value:
    take = level.take
    if take.condition is not None:
        held = [meets(take, value) for value in found]
        if take.kind == "number":
            return sum(held)
        runs = [0]
        for holds in held:
            runs.append(runs[-1] + 1 if holds else 0)
        return runs[-1] if take.kind == "latest_run" else max(runs)
    values: list[Any] = [value for value in found if value is not None]
    if not values:
        return None
    if take.kind == "mean":
        return _mean(values)
    if take.kind == "sum":
        return _total(values)
    chosen: Value = (max if take.kind == "largest" else min)(values)
    return chosen


def _known_total(found: Iterable[Any]) -> int | Decimal | None:
    values = [value for value in found if value is not None]
    return _total(values) if values else None


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
        definition = metric.definition
        needed = set(needed_by(definition))
        if isinstance(definition, FactMetric):
            if source_table(definition.table) not in facts:
                continue
            needed -= set(fact_types(definition.table))
            needed |= {n for n in needed_columns(definition) if n.startswith("customers.")}
        if all(
            name in available
            if name in standard.metrics
            else name.removeprefix("customers.") in customer
            for name in needed
        ):
            available.add(metric.id)
    return available


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def _day(value: Any) -> date:
    day: date = value.date() if isinstance(value, datetime) else value
    return day
