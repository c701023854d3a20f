"""The metrics of a standard in plain Python decimals, from raw rows and without SQL.

The same meanings as the compiled queries, written a second time: the oracle of the tests, and a
way to check one customer by hand from raw facts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from kefen.compiler.rowwise_counting import Counting, Shared
from kefen.compiler.rowwise_facts import PURCHASE_COLUMNS, known_by_then
from kefen.compiler.rowwise_values import Row, stored
from kefen.expressions.evaluator import evaluation
from kefen.expressions.tree import names_in
from kefen.standards.facts import fact_types, source_table
from kefen.standards.metrics import needed_by, needed_columns
from kefen.standards.model import PURCHASES, FactMetric, ModelMetric

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from kefen.expressions.evaluator import Evaluation
    from kefen.expressions.tree import Value
    from kefen.standards.model import Metric, Standard

    Modelled: TypeAlias = Callable[[Metric, ModelMetric, Mapping[str, Value]], Value]

_PARENT = "parent_id"


def metrics_of_customer(
    standard: Standard,
    facts: Mapping[str, Sequence[Mapping[str, Value]]],
    customer: Mapping[str, Value],
    as_of: date,
    *,
    available: Collection[str] | None = None,
    modelled: Modelled | None = None,
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
        modelled: Gives what models give; None: that is unknown.

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
        modelled=modelled,
    )[identifier]


def metrics_of_customers(
    standard: Standard,
    facts: Mapping[str, Sequence[Mapping[str, Value]]],
    customers: Sequence[Mapping[str, Value]],
    as_of: date,
    *,
    available: Collection[str],
    modelled: Modelled | None = None,
) -> dict[str, dict[str, Value]]:
    """Return every metric of a standard for each customer.

    Args:
        standard: The standard.
        facts: The rows of each imported contract table, by table, with their `customer_id`.
        customers: The rows of `customers`.
        as_of: Only what happened by the end of this day counts.
        available: The metrics whose data was imported.
        modelled: Gives what models give; None: that is unknown.

    Returns:
        For each customer, the value of each metric by id; None where it is unknown or its data
        was not imported.

    Raises:
        OutOfRangeError: A number grew too large to be exact.
    """
    return RowMetrics(standard, available, modelled).of(facts, customers, as_of)


class RowMetrics:
    """The metrics of a standard, ready to be computed for one customer after the other.

    Args:
        standard: The standard.
        available: The metrics whose data was imported; the others are None.
        modelled: Gives what models give; None: that is unknown.
    """

    def __init__(
        self, standard: Standard, available: Collection[str], modelled: Modelled | None = None
    ) -> None:
        self._standard = standard
        self._modelled = modelled
        self._models: dict[str, ModelMetric] = {}
        self._countings: dict[str, tuple[Counting, FactMetric, bool]] = {}
        self._formulas: dict[str, tuple[Evaluation, Row]] = {}
        for metric in standard.metrics.values():
            definition = metric.definition
            if metric.id not in available:
                continue
            if isinstance(definition, FactMetric):
                own = definition.names <= fact_types(definition.table).keys()
                counting = Counting(metric, definition)
                self._countings[metric.id] = counting, definition, own
            elif isinstance(definition, ModelMetric):
                self._models[metric.id] = definition
            else:
                missing: Row = dict.fromkeys(names_in(definition.formula))
                self._formulas[metric.id] = evaluation(definition.formula), missing

        self._of_purchases = _columns_of_purchases(
            definition for _, definition, _ in self._countings.values()
        )

    def of(
        self,
        facts: Mapping[str, Sequence[Mapping[str, Value]]],
        customers: Sequence[Mapping[str, Value]],
        as_of: date,
    ) -> dict[str, dict[str, Value]]:
        """Return every metric of each customer; see `metrics_of_customers`.

        Raises:
            OutOfRangeError: A number grew too large to be exact.
        """
        attributes: dict[str, Row] = {
            str(row["customer_id"]): {f"customers.{name}": value for name, value in row.items()}
            for row in customers
        }
        owned: dict[str, dict[str, list[Mapping[str, Value]]]] = {
            identifier: {name: [] for name in facts} for identifier in attributes
        }
        for name, rows in facts.items():
            if len(owned) == 1 and {row["customer_id"] for row in rows} <= owned.keys():
                for own in owned.values():
                    own[name] = list(rows)
                continue
            for row in rows:
                owner = owned.get(str(row["customer_id"]))
                if owner is not None:
                    owner[name].append(row)
        shared: dict[str, Shared] = {identifier: Shared() for identifier in attributes}
        known = {
            identifier: known_by_then(own, as_of, self._of_purchases)
            for identifier, own in owned.items()
        }
        values: dict[str, Row] = {identifier: {"as_of": as_of} for identifier in attributes}
        for metric in self._standard.metrics.values():
            found = self._found(metric, known, attributes, values, customers, as_of, shared)
            for identifier, value in found.items():
                values[identifier][metric.id] = value
        return {
            identifier: {name: own[name] for name in self._standard.metrics}
            for identifier, own in values.items()
        }

    def _found(
        self,
        metric: Metric,
        known: Mapping[str, Mapping[str, Sequence[Row]]],
        attributes: Mapping[str, Row],
        values: Mapping[str, Row],
        customers: Sequence[Mapping[str, Value]],
        as_of: date,
        shared: Mapping[str, Shared],
    ) -> Row:
        """Return one metric's value for each customer."""
        if metric.id in self._formulas:
            value_of, missing = self._formulas[metric.id]
            return {
                identifier: stored(value_of(missing | own | values[identifier]), metric.type)
                for identifier, own in attributes.items()
            }
        if metric.id in self._models and self._modelled is not None:
            model, give = self._models[metric.id], self._modelled
            nothing: Row = dict.fromkeys(model.names)
            return {
                identifier: give(metric, model, nothing | values[identifier])
                for identifier in attributes
            }
        if metric.id not in self._countings:
            return dict.fromkeys(attributes)
        counting, definition, own_names = self._countings[metric.id]
        members: dict[str, list[str]] = {identifier: [identifier] for identifier in attributes}
        if definition.across is not None:
            members = _members(families(customers, definition.across))
        elif own_names:
            return {
                identifier: counting.value(own[definition.table], as_of, shared[identifier])
                for identifier, own in known.items()
            }
        if own_names:
            return {
                identifier: counting.value(
                    [row for one in members[identifier] for row in known[one][definition.table]],
                    as_of,
                )
                for identifier in attributes
            }
        unknown: Row = dict.fromkeys(definition.names)
        return {
            identifier: counting.value(
                [
                    unknown | attributes[one] | values[one] | row
                    for one in members[identifier]
                    for row in known[one][definition.table]
                ],
                as_of,
            )
            for identifier in attributes
        }


def _columns_of_purchases(definitions: Iterable[FactMetric]) -> Collection[str]:
    """Return the columns of purchases that metrics read; putting rows in order reads them all."""
    read: set[str] = set()
    for definition in definitions:
        if definition.table == PURCHASES:
            if definition.aggregate in ("first", "last", "daily_average"):
                return PURCHASE_COLUMNS
            read |= definition.names
    return read


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


def _members(family_of: Mapping[str, str]) -> dict[str, list[str]]:
    by_family: dict[str, list[str]] = {}
    for identifier, family in family_of.items():
        by_family.setdefault(family, []).append(identifier)
    return {identifier: by_family[family] for identifier, family in family_of.items()}


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
