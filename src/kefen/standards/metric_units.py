"""The units of facts' columns and of metrics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.expressions.units import (
    BARE,
    MONEY,
    PLAIN,
    Unit,
    unit_named,
    unit_word,
    units_of_columns,
)
from kefen.standards.facts import contract_table
from kefen.standards.model import ACCOUNT, PURCHASES

if TYPE_CHECKING:
    from kefen.standards.document import Scalar
    from kefen.standards.reading import Reading

_OWN_UNITS: dict[str, dict[str, Unit]] = {
    PURCHASES: {"amount": MONEY, "returned": MONEY, "discount": BARE, "quantity": BARE},
    ACCOUNT: {"amount": MONEY},
}
_COUNTING = frozenset({"count", "distinct"})
_RATES = frozenset({"per_month", "per_year"})
_BY_TYPE = {
    ValueType.DATE: "date",
    ValueType.MOMENT: "date",
    ValueType.TEXT: "text",
    ValueType.BOOLEAN: "yes_no",
}


def fact_units(fact: str) -> dict[str, Unit]:
    """Return the units of a fact's columns, by their own names and as `orders.amount`."""
    table = contract_table(fact)
    own = _OWN_UNITS[fact] if table is None else units_of_columns(table)
    return own | {f"{fact}.{name}": unit for name, unit in own.items()}


def aggregated(verb: str, of: Unit) -> Unit:
    """Return the unit of what a verb makes of values with the unit `of`: counts have none."""
    return PLAIN if verb in _COUNTING else of


def metric_unit(
    reading: Reading, identifier: str, stated: Scalar | None, inferred: Unit, of_type: ValueType
) -> str:
    """Return a metric's unit word, and note the unit in `reading` for what names the metric.

    Args:
        reading: Where the unit is noted, and a stated unit that does not fit.
        identifier: The metric.
        stated: The metric's `unit`, one of the words of the language; None: the inferred one.
        inferred: The unit that its definition gives. A stated unit says what the definition
            means, as points of money; only one dimension stated for another does not fit.
        of_type: The type of the metric's values.
    """
    if stated is None:
        word = _BY_TYPE.get(of_type) or unit_word(inferred) or "count"
        reading.units[identifier] = unit_named(word) if of_type in _BY_TYPE else inferred
        return word
    unit = unit_named(stated.text)
    reading.units[identifier] = unit
    both_have = not unit.is_plain and not inferred.is_plain and stated.text not in _RATES
    if both_have and unit.joined(inferred) is None:
        reading.problem(
            stated.place,
            Text("this gives {f}, not {w}", "结果是{f}，应为{w}").filled(
                f=inferred.label, w=unit.label
            ),
            Text("Correct the unit, or the definition.", "请更正单位或定义。"),
        )
    return stated.text
