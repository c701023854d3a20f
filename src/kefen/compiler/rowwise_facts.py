"""The rows of facts as they were known on a day, in plain Python: the as-of views without SQL."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.compiler.rowwise_settlements import account, settled
from kefen.compiler.rowwise_values import known_total, total
from kefen.domain.contract import TABLES
from kefen.expressions.rows import Rows
from kefen.standards.facts import (
    RECORDED_ON,
    date_column,
    fact_types,
    knowable_later,
)
from kefen.standards.model import ACCOUNT, CANCELLATIONS, PURCHASES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.expressions.tree import Value


class KnownFacts:
    """The facts of one customer as they were known at the end of a day, derived facts too.

    A fact has all its columns, and `as_of`. Each is made when it is first asked for.

    Args:
        given: The customer's rows of each imported contract table, by table. Rows of the future
            may be among them.
        as_of: The day.
    """

    def __init__(self, given: Mapping[str, Rows], as_of: date) -> None:
        self._given = given
        self._as_of = as_of
        self._known: dict[str, Rows] = {}

    def __getitem__(self, fact: str) -> Rows:
        """Return the rows of a fact.

        Raises:
            KeyError: There is no such fact, or its table was not imported.
        """
        found = self._known.get(fact)
        if found is None:
            found = self._known[fact] = self._made(fact)
        return found

    def _made(self, fact: str) -> Rows:
        if fact == PURCHASES:
            return _purchases(self["orders"], self._as_of)
        if fact == ACCOUNT:
            rows = account(self._one_by_one("receivables"), self._payments(), self._as_of)
            return Rows.of(rows, fact_types(fact))
        if fact in ("orders", CANCELLATIONS):
            lines = _known_by_then("orders", self._given["orders"], self._as_of)
            cancelled = [status == "cancelled" for status in lines["status"]]
            self._known[CANCELLATIONS] = lines.where(cancelled)
            self._known["orders"] = lines.where([not one for one in cancelled])
            return self._known[fact]
        known = _known_by_then(fact, self._given[fact], self._as_of)
        if fact == "receivables" and (payments := self._payments()) is not None:
            names = (*TABLES[fact].column_names, "as_of")
            return Rows.of(settled(known.one_by_one(names), payments), names)
        return known

    def _payments(self) -> Sequence[dict[str, Value]] | None:
        """Return the payments one by one; None where they were not imported."""
        return self._one_by_one("payments") if "payments" in self._given else None

    def _one_by_one(self, fact: str) -> list[dict[str, Value]]:
        return self[fact].one_by_one((*TABLES[fact].column_names, "as_of"))


def _known_by_then(fact: str, given: Rows, as_of: date) -> Rows:
    """Return the rows of an imported table without what happened, or was recorded, later."""
    happened = [day is not None and day <= as_of for day in given.days(date_column(fact))]
    rows = given.where(happened)
    if knowable_later(fact) and not _blank(rows[RECORDED_ON]):
        rows = rows.where([day is None or day <= as_of for day in rows.days(RECORDED_ON)])
    for told_on, hidden in _TOLD_LATER.get(fact, {}).items():
        later = (
            []
            if _blank(rows[told_on])
            else [day is not None and day > as_of for day in rows.days(told_on)]
        )
        if any(later):
            rows = rows.with_columns(
                {
                    name: [
                        instead if hide else value
                        for hide, value in zip(later, rows[name], strict=True)
                    ]
                    for name, instead in hidden.items()
                }
            )
    return rows.beside({"as_of": as_of})


def _blank(column: Sequence[Value]) -> bool:
    """Return whether a column says nothing: most columns of most tables."""
    return column.count(None) == len(column)


_TOLD_LATER: Mapping[str, Mapping[str, Mapping[str, Value]]] = {
    "orders": {"cancelled_on": {"cancelled_on": None, "status": "completed"}},
    "receivables": {"settled_on": {"settled_on": None, "settled_amount": None}},
    "cases": {
        "closed_at": {"closed_at": None, "resolution": None},
        "first_response_at": {"first_response_at": None},
    },
}
"""The columns that tell what happened to a row later, and what the row says without it."""


def _purchases(lines: Rows, as_of: date) -> Rows:
    """Return the purchases: the lines of an order together, where they sum above zero."""
    orders: dict[Value, list[int]] = {}
    for place, order in enumerate(lines["order_id"]):
        orders.setdefault(order, []).append(place)
    of_lines: Any = lines["amount"]
    days: Any = lines.days("ordered_at")
    own_lines: list[list[int]] = []
    amounts: list[Value] = []
    for own in orders.values():
        amount = total([of_lines[place] for place in own])
        if amount > 0:
            own_lines.append(own)
            amounts.append(amount)
    made: dict[str, Sequence[Value]] = {
        "amount": amounts,
        "purchased_on": [min([days[place] for place in own]) for own in own_lines],
        "lines": [len(own) for own in own_lines],
        "as_of": (as_of,) * len(own_lines),
    }

    def column(name: str) -> Sequence[Value]:
        if name in made:
            return made[name]
        if name == "returned":
            found = [[-of_lines[p] for p in own if of_lines[p] < 0] for own in own_lines]
            return [total(own or [Decimal(0)]) for own in found]
        values = lines[name]
        if name in ("quantity", "discount"):
            return [known_total([values[place] for place in own]) for own in own_lines]
        return [values[own[0]] for own in own_lines]  # the customer and the order

    return Rows(len(own_lines), column)
