"""The rows of facts as they were known on a day, in plain Python: the as-of views without SQL."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.compiler.rowwise_settlements import account, settled
from kefen.compiler.rowwise_values import Row, day_of, known_total, total
from kefen.domain.contract import TABLES
from kefen.standards.facts import (
    FACT_TABLES,
    RECORDED_ON,
    date_column,
    fact_types,
    knowable_later,
)
from kefen.standards.model import ACCOUNT, CANCELLATIONS, PURCHASES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from datetime import date

    from kefen.expressions.tree import Value

PURCHASE_COLUMNS = tuple(fact_types(PURCHASES))
"""The columns of purchases."""


def known_by_then(
    facts: Mapping[str, Sequence[Mapping[str, Value]]],
    as_of: date,
    of_purchases: Collection[str] = PURCHASE_COLUMNS,
) -> dict[str, list[Row]]:
    """Return the rows of each fact as they were known at the end of `as_of`, derived facts too.

    Every row has all columns of its fact, and `as_of`; of purchases the columns in
    `of_purchases`, beside the customer, the order, its day and amount.
    """
    known: dict[str, list[Row]] = {}
    for fact in FACT_TABLES:
        if fact in facts:
            blank: Row = dict.fromkeys(TABLES[fact].column_names)
            own: Row = {"as_of": as_of}
            rows = _that_had_happened(fact, facts[fact], as_of)
            known[fact] = [{**blank, **row, **own} for row in rows]
            changed, without = _LATER.get(fact, ((), None))
            if without is not None and any(
                row[name] is not None for name in changed for row in known[fact]
            ):
                known[fact] = [without(row, as_of) for row in known[fact]]
    if "receivables" in known:
        receipts = known.get("payments")
        if receipts is not None:
            known["receivables"] = settled(known["receivables"], receipts)
        known[ACCOUNT] = account(known["receivables"], receipts, as_of)
    if "orders" in known:
        known[CANCELLATIONS] = [row for row in known["orders"] if row["status"] == "cancelled"]
        known["orders"] = [row for row in known["orders"] if row["status"] != "cancelled"]
        known[PURCHASES] = _purchases(known["orders"], as_of, of_purchases)
    return known


def _that_had_happened(
    fact: str, rows: Sequence[Mapping[str, Value]], as_of: date
) -> list[Mapping[str, Value]]:
    dated = date_column(fact)
    days: Any = [row[dated] for row in rows]
    found = [
        row
        for row, day in zip(rows, days, strict=True)
        if (day.date() if isinstance(day, datetime) else day) <= as_of
    ]
    if not knowable_later(fact):
        return found
    return [
        row
        for row in found
        if (recorded := row.get(RECORDED_ON)) is None or day_of(recorded) <= as_of
    ]


def _happens_later(row: Row, name: str, as_of: date) -> bool:
    return row[name] is not None and day_of(row[name]) > as_of


def _order_as_known(row: Row, as_of: date) -> Row:
    """Return an order line without a cancellation that came later."""
    if not _happens_later(row, "cancelled_on", as_of):
        return row
    return row | {"cancelled_on": None, "status": "completed"}


def _receivable_as_known(row: Row, as_of: date) -> Row:
    """Return an invoice without a settlement that came later."""
    if not _happens_later(row, "settled_on", as_of):
        return row
    return row | {"settled_on": None, "settled_amount": None}


def _case_as_known(row: Row, as_of: date) -> Row:
    """Return a case without the answers that came later."""
    hidden: Row = {}
    if _happens_later(row, "closed_at", as_of):
        hidden |= {"closed_at": None, "resolution": None}
    if _happens_later(row, "first_response_at", as_of):
        hidden["first_response_at"] = None
    return row | hidden if hidden else row


_LATER: Mapping[str, tuple[tuple[str, ...], Callable[[Row, date], Row]]] = {
    "orders": (("cancelled_on",), _order_as_known),
    "receivables": (("settled_on",), _receivable_as_known),
    "cases": (("closed_at", "first_response_at"), _case_as_known),
}
"""The columns that tell what happened to a row later, and the row without it."""


def _purchases(lines: Iterable[Row], as_of: date, wanted: Collection[str]) -> list[Row]:
    orders: dict[Value, list[Row]] = {}
    for line in lines:
        orders.setdefault(line["order_id"], []).append(line)
    summed = [name for name in ("quantity", "discount") if name in wanted]
    purchases: list[Row] = []
    for order, own in orders.items():
        amounts: list[Any] = [line["amount"] for line in own]
        amount = total(amounts)
        if not (isinstance(amount, Decimal) and amount > 0):
            continue
        moments: list[Any] = [line["ordered_at"] for line in own]
        purchase: Row = {
            "customer_id": own[0]["customer_id"],
            "order_id": order,
            "purchased_on": day_of(min(moments)),
            "amount": amount,
            "lines": len(own),
            "as_of": as_of,
        }
        for name in summed:
            purchase[name] = known_total([line[name] for line in own])
        if "returned" in wanted:
            purchase["returned"] = total([-one for one in amounts if one < 0] or [Decimal(0)])
        purchases.append(purchase)
    return purchases
