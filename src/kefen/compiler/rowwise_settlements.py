"""What payments say of one customer's invoices, in plain Python: `settlements` without SQL."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from kefen.compiler.rowwise_values import Row, day_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

_NOTHING = Decimal(0)


def settled(invoices: Sequence[Row], payments: Sequence[Row]) -> list[Row]:
    """Return one customer's invoices with the settlements that its payments tell of.

    Args:
        invoices: The invoices as they were known.
        payments: The payments as they were known.
    """
    named = _by_invoice(payments)
    return [
        row | _settlement(row, named[row["invoice_id"]])
        if row["settled_on"] is None and row["invoice_id"] in named
        else row
        for row in invoices
    ]


def account(invoices: Sequence[Row], payments: Sequence[Row] | None, as_of: date) -> list[Row]:
    """Return the movements of one customer's account.

    Args:
        invoices: The invoices, with the settlements that payments tell of.
        payments: The payments; None where they were not imported.
        as_of: The as-of date, on which part payments without a date are placed.
    """
    named = _by_invoice(payments or ())
    found = [_movement(row, row["issued_on"], row["amount"], "invoice", as_of) for row in invoices]
    for payment in payments or ():
        received: Any = payment["amount"]
        found.append(_movement(payment, payment["paid_on"], -received, "receipt", as_of))
    for row in invoices:
        paid = sum((own for _, own in named.get(row["invoice_id"], ())), _NOTHING)
        amount: Any = row["amount"]
        stated: Any = row["settled_amount"]
        if row["settled_on"] is None:
            closes, day = paid - (stated or _NOTHING), as_of
        else:
            nearer = max if amount < 0 else min
            closes = nearer(paid, amount if stated is None else stated) - amount
            day = day_of(row["settled_on"])
        if payments is None and row["settled_on"] is not None:
            closes = -amount
        found.append(_movement(row, day, closes, "settlement", as_of))
    return found


def _movement(row: Row, day: Any, amount: Any, kind: str, as_of: date) -> Row:
    return {
        "customer_id": row["customer_id"],
        "moved_on": day_of(day),
        "amount": amount,
        "kind": kind,
        "as_of": as_of,
    }


def _by_invoice(payments: Sequence[Row]) -> Mapping[object, list[tuple[date, Decimal]]]:
    """Return the payments of each invoice that they name, by day."""
    found: dict[object, list[tuple[date, Decimal]]] = {}
    for row in payments:
        if row["invoice_id"] is not None:
            amount: Any = row["amount"]
            found.setdefault(row["invoice_id"], []).append((day_of(row["paid_on"]), amount))
    return {name: sorted(own) for name, own in found.items()}


def _settlement(invoice: Row, paid: Sequence[tuple[date, Decimal]]) -> Row:
    amount: Any = invoice["amount"]
    total = sum((own for _, own in paid), _NOTHING)
    covered: date | None = None
    for day in sorted({day for day, _ in paid}, reverse=True):
        so_far = sum((own for other, own in paid if other <= day), _NOTHING)
        if so_far > amount if amount < 0 else so_far < amount:
            break
        covered = day
    if covered is not None:
        return {
            "settled_on": max(covered, day_of(invoice["issued_on"])),
            "settled_amount": amount,
        }
    stated: Any = invoice["settled_amount"] or _NOTHING
    return {"settled_amount": min(stated, total) if amount < 0 else max(stated, total)}
