"""The rows of facts as they were known on a day, in plain Python: the as-of views without SQL."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.compiler.rowwise_values import Row, day_of, known_total, total
from kefen.domain.contract import TABLES
from kefen.standards.facts import FACT_TABLES, RECORDED_ON, date_column
from kefen.standards.model import CANCELLATIONS, PURCHASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from kefen.expressions.tree import Value


def known_by_then(
    facts: Mapping[str, Sequence[Mapping[str, Value]]], as_of: date
) -> dict[str, list[Row]]:
    """Return the rows of each fact as they were known at the end of `as_of`, derived facts too.

    Every row has all columns of its fact, and `as_of`.
    """
    known: dict[str, list[Row]] = {}
    for fact in FACT_TABLES:
        if fact in facts:
            blank: Row = dict.fromkeys(TABLES[fact].column_names)
            own: Row = {"as_of": as_of}
            rows = [{**blank, **row, **own} for row in facts[fact]]
            known[fact] = [
                _as_known(fact, row, as_of) for row in rows if _had_happened(fact, row, as_of)
            ]
    if "orders" in known:
        known[CANCELLATIONS] = [row for row in known["orders"] if row["status"] == "cancelled"]
        known["orders"] = [row for row in known["orders"] if row["status"] != "cancelled"]
        known[PURCHASES] = [{**row, "as_of": as_of} for row in _purchases(known["orders"])]
    return known


def _had_happened(fact: str, row: Row, as_of: date) -> bool:
    if day_of(row[date_column(fact)]) > as_of:
        return False
    recorded = row.get(RECORDED_ON)
    return recorded is None or day_of(recorded) <= as_of


def _as_known(fact: str, row: Row, as_of: date) -> Row:
    """Return a row without what happened to it later."""

    def happens_later(name: str) -> bool:
        return row[name] is not None and day_of(row[name]) > as_of

    if fact == "orders":
        return (
            row | {"cancelled_on": None, "status": "completed"}
            if happens_later("cancelled_on")
            else row
        )
    hidden: set[str] = set()
    if fact == "receivables" and happens_later("settled_on"):
        hidden |= {"settled_on", "settled_amount"}
    if fact == "cases" and happens_later("closed_at"):
        hidden |= {"closed_at", "resolution"}
    if fact == "cases" and happens_later("first_response_at"):
        hidden.add("first_response_at")
    return row | dict.fromkeys(hidden) if hidden else row


def _purchases(lines: Iterable[Row]) -> list[Row]:
    orders: dict[Value, list[Row]] = {}
    for line in lines:
        orders.setdefault(line["order_id"], []).append(line)
    purchases: list[Row] = []
    for order, own in orders.items():
        amounts: list[Any] = [line["amount"] for line in own]
        amount = total(amounts)
        if isinstance(amount, Decimal) and amount > 0:
            purchases.append(
                {
                    "customer_id": own[0]["customer_id"],
                    "order_id": order,
                    "purchased_on": min(day_of(line["ordered_at"]) for line in own),
                    "amount": amount,
                    "lines": len(own),
                    "quantity": known_total([line["quantity"] for line in own]),
                    "discount": known_total([line["discount"] for line in own]),
                    "returned": total([-one for one in amounts if one < 0] or [Decimal(0)]),
                }
            )
    return purchases
