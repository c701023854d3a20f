"""The metrics of a standard in plain Python decimals, from raw rows and without SQL.

The same meanings as the compiled queries, written a second time: the oracle of the tests, and a
way to check one customer by hand from raw facts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from kefen.compiler.rowwise_counting import Counting
from kefen.compiler.rowwise_facts import KnownFacts
from kefen.compiler.rowwise_values import Row, stored
from kefen.domain.contract import TABLES
from kefen.expressions.evaluator import evaluation
from kefen.expressions.rows import Rows, together
from kefen.expressions.tree import names_in
from kefen.standards.facts import fact_types, source_table
from kefen.standards.metrics import needed_by, needed_columns
from kefen.standards.model import FactMetric, ModelMetric

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date

    from kefen.compiler.rowwise_counting import Windows
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


@dataclass(slots=True)
class _Customer:
    """What is known of one customer.

    Attributes:
        known: Its facts.
        values: The values that names stand for: columns of the customer, and metrics found so far.
        windows: What its metrics found in its rows; see `Counting.value`.
    """

    known: KnownFacts
    values: Row
    windows: Windows = field(default_factory=dict)


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
        self._formulas: dict[str, Evaluation] = {}
        names: set[str] = set()
        for metric in standard.metrics.values():
            definition = metric.definition
            if metric.id not in available:
                continue
            if isinstance(definition, FactMetric):
                own = definition.names <= fact_types(definition.table).keys()
                counting = Counting(metric, definition)
                self._countings[metric.id] = counting, definition, own
                if not own:
                    names |= definition.names
            elif isinstance(definition, ModelMetric):
                self._models[metric.id] = definition
                names |= definition.names
            else:
                self._formulas[metric.id] = evaluation(definition.formula)
                names.update(names_in(definition.formula))
        self._unknown: Row = dict.fromkeys(names)

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
        owned: dict[str, dict[str, list[Mapping[str, Value]]]] = {
            str(row["customer_id"]): {name: [] for name in facts} for row in customers
        }
        for name, rows in facts.items():
            for row in rows:
                owner = owned.get(str(row["customer_id"]))
                if owner is not None:
                    owner[name].append(row)
        known = {
            identifier: {
                name: Rows.of(rows, TABLES[name].column_names) for name, rows in own.items()
            }
            for identifier, own in owned.items()
        }
        return self._of_all(known, customers, as_of)

    def of_one(
        self, facts: Mapping[str, Rows], customer: Mapping[str, Value], as_of: date
    ) -> dict[str, Value]:
        """Return every metric of one customer.

        Args:
            facts: Its rows of each imported contract table, by table, with all of its columns.
            customer: Its row of `customers`.
            as_of: Only what happened by the end of this day counts.

        Raises:
            OutOfRangeError: A number grew too large to be exact.
        """
        identifier = str(customer["customer_id"])
        return self._of_all({identifier: facts}, [customer], as_of)[identifier]

    def _of_all(
        self,
        facts: Mapping[str, Mapping[str, Rows]],
        customers: Sequence[Mapping[str, Value]],
        as_of: date,
    ) -> dict[str, dict[str, Value]]:
        everybody: dict[str, _Customer] = {}
        for row in customers:
            identifier = str(row["customer_id"])
            columns = {f"customers.{name}": value for name, value in row.items()}
            everybody[identifier] = _Customer(
                KnownFacts(facts[identifier], as_of), self._unknown | columns | {"as_of": as_of}
            )
        for metric in self._standard.metrics.values():
            across = self._across(metric)
            if across is None:
                for own in everybody.values():
                    own.values[metric.id] = self._of_customer(metric, own, as_of)
            else:
                members = _members(families(customers, across))
                found = self._of_families(metric, everybody, members, as_of)
                for identifier, value in found.items():
                    everybody[identifier].values[metric.id] = value
        return {
            identifier: {name: own.values[name] for name in self._standard.metrics}
            for identifier, own in everybody.items()
        }

    def _across(self, metric: Metric) -> str | None:
        """Return the column that links the customers whose rows a metric counts, if any does."""
        counted = self._countings.get(metric.id)
        return None if counted is None else counted[1].across

    def _of_customer(self, metric: Metric, own: _Customer, as_of: date) -> Value:
        """Return a metric's value for a customer, from what it did itself."""
        counted = self._countings.get(metric.id)
        if counted is not None:
            counting, definition, own_names = counted
            rows = own.known[definition.table]
            if own_names:
                return counting.value(rows, as_of, own.windows)
            return counting.value(rows.beside(own.values), as_of, {})
        if metric.id in self._formulas:
            return stored(self._formulas[metric.id](own.values), metric.type)
        if metric.id in self._models and self._modelled is not None:
            return self._modelled(metric, self._models[metric.id], own.values)
        return None

    def _of_families(
        self,
        metric: Metric,
        everybody: Mapping[str, _Customer],
        members: Mapping[str, Sequence[str]],
        as_of: date,
    ) -> Row:
        """Return a metric's value for each customer, from what its family did.

        Args:
            metric: The metric.
            everybody: The customers.
            members: Of each of them, who is in its family.
            as_of: The as-of date.
        """
        counting, definition, _ = self._countings[metric.id]
        rows = {
            identifier: own.known[definition.table].beside(own.values)
            for identifier, own in everybody.items()
        }
        return {
            identifier: counting.value(together([rows[one] for one in family]), as_of, {})
            for identifier, family in members.items()
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
