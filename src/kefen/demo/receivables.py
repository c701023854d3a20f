"""The invoices of customers who buy on account: one for each order, paid as the customer is."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.demo.original import CURRENCY, LAST_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.demo.clients import Client
    from kefen.demo.dice import Dice
    from kefen.demo.trade import OrderTotal

_PENNY = Decimal("0.01")


def receivable_rows(
    orders: Sequence[OrderTotal], clients: Mapping[str, Client]
) -> list[Mapping[str, object]]:
    """Return one row for each order of a customer with payment terms.

    The number of the invoice is that of the order, as in the original, and its amount is the
    order's. A cancellation is a credit note, set off on its day. What would be settled after the
    last day of the data is open.
    """
    rows = []
    for order in orders:
        client = clients[order.customer_id]
        if client.terms is None:
            continue
        dice = client.dice(f"invoice {order.order_id}")
        if order.amount < 0:
            rows.append(_credit_note(order))
        else:
            rows.append(_invoice(order, client, client.terms, dice))
    return rows


def _credit_note(order: OrderTotal) -> Mapping[str, object]:
    return {
        **_head(order),
        "due_on": order.ordered_on,
        "settled_on": order.ordered_on,
        "settled_amount": order.amount,
        "disputed": False,
    }


def _invoice(order: OrderTotal, client: Client, terms: int, dice: Dice) -> Mapping[str, object]:
    disputed = dice.happens(1 if client.mood >= 50 else 7)
    due_on = order.ordered_on + timedelta(days=terms)
    settled_on = _settled_on(order.ordered_on, terms, client, disputed, dice)
    settled_amount: Decimal | None = order.amount
    if settled_on is None:
        part = dice.weighted([(0, 80), (25, 8), (50, 12)])
        # Only an invoice some weeks old has been paid in part.
        old = order.ordered_on + timedelta(days=30) <= LAST_DAY
        settled_amount = (order.amount * part / 100).quantize(_PENNY) if part and old else None
    return {
        **_head(order),
        "due_on": due_on,
        "settled_on": settled_on,
        "settled_amount": settled_amount,
        "disputed": disputed,
    }


def _head(order: OrderTotal) -> dict[str, object]:
    return {
        "invoice_id": order.order_id,
        "customer_id": order.customer_id,
        "issued_on": order.ordered_on,
        "amount": order.amount,
        "currency": CURRENCY,
    }


def _settled_on(
    issued_on: date, terms: int, client: Client, disputed: bool, dice: Dice
) -> date | None:
    """Return the day of payment, or None while it is open on the last day of the data."""
    reliability = client.reliability
    on_time = 97 if reliability >= 60 else 85 if reliability >= 30 else 45
    never = 0 if reliability >= 30 else 2 if reliability >= 12 else 9
    if dice.happens(never):
        return None
    if dice.happens(on_time):
        days = dice.between(terms // 2, terms)
    elif reliability >= 30:
        days = terms + dice.between(1, 25)
    else:
        days = terms + dice.between(5, 110)
    settled_on = issued_on + timedelta(days=days + (dice.between(20, 80) if disputed else 0))
    return settled_on if settled_on <= LAST_DAY else None
