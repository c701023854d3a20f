"""What expressions over facts may name: the contract's columns, purchases and cancellations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.expressions.types import ValueType, type_of_kind
from kefen.standards.model import ACCOUNT, CANCELLATIONS, PURCHASES

if TYPE_CHECKING:
    from kefen.domain.contract import Table

_LABELS = {
    PURCHASES: Text("Purchases", "购买"),
    CANCELLATIONS: Text("Cancelled order lines", "已取消的订单行"),
    ACCOUNT: Text("Account movements", "往来账变动"),
}
_DERIVED = {PURCHASES: "orders", CANCELLATIONS: "orders", ACCOUNT: "receivables"}
_PURCHASE_TYPES = {
    "customer_id": ValueType.TEXT,
    "order_id": ValueType.TEXT,
    "purchased_on": ValueType.DATE,
    "amount": ValueType.DECIMAL,
    "lines": ValueType.INTEGER,
    "quantity": ValueType.DECIMAL,
    "discount": ValueType.DECIMAL,
    "returned": ValueType.DECIMAL,
}
_ACCOUNT_TYPES = {
    "customer_id": ValueType.TEXT,
    "moved_on": ValueType.DATE,
    "amount": ValueType.DECIMAL,
    "kind": ValueType.TEXT,
}
_OWN = {PURCHASES: (_PURCHASE_TYPES, "purchased_on"), ACCOUNT: (_ACCOUNT_TYPES, "moved_on")}
"""The columns of the facts that have none of the contract's, and which of them dates a row."""
MOVEMENT_KINDS = ("invoice", "receipt", "settlement")
"""What moves an account: an invoice, a payment, and what settles an invoice beside payments."""
_SUMMED_LINES = ("quantity", "discount")
CUSTOMER = "customer_id"
"""The column of every fact that says whose it is."""
STATUS = "status"
"""The column of orders that tells cancelled lines from those that stand."""
CANCELLED_ON = "cancelled_on"
"""The column of orders that says when a line was cancelled."""
FACT_TABLES = tuple(
    name
    for name, table in TABLES.items()
    if table.has_customer and name not in ("customers", "costs")
)
"""Contract tables whose rows belong to customers and happen at a time."""


RECORDED_ON = "recorded_on"
"""The column that says when a fact became known; only later than its own date if at all."""


def knowable_later(fact: str) -> bool:
    """Return whether a contract table can say when its rows became known."""
    return RECORDED_ON in TABLES[fact].column_names


def fact_label(fact: str) -> Text:
    """Return a fact's name for people."""
    return _LABELS[fact] if fact in _LABELS else TABLES[fact].label


def contract_table(fact: str) -> Table | None:
    """Return the contract table whose columns a fact has; None where it has its own.

    Raises:
        KeyError: There is no such fact.
    """
    return None if fact in _OWN else TABLES[source_table(fact)]


def fact_types(fact: str) -> dict[str, ValueType]:
    """Return the type of each column of a fact, by its own name.

    Raises:
        KeyError: There is no such fact.
    """
    table = contract_table(fact)
    if table is None:
        return dict(_OWN[fact][0])
    return {column.name: type_of_kind(column.kind) for column in table.columns}


def date_column(fact: str) -> str:
    """Return the column that places a fact's rows in time.

    Raises:
        KeyError: There is no such fact.
    """
    table = contract_table(fact)
    if table is None:
        return _OWN[fact][1]
    if table.date is None:
        raise KeyError(fact)
    return table.date


def in_order(fact: str) -> tuple[str, ...]:
    """Return the columns by which a fact's rows of one moment are put in order.

    The day a row was recorded comes first, so that a correction comes after what it corrects;
    then the others as the contract lists them.
    """
    names = tuple(fact_types(fact))
    recorded = tuple(name for name in names if name == RECORDED_ON)
    return recorded + tuple(name for name in names if name != RECORDED_ON)


def source_table(fact: str) -> str:
    """Return the contract table that a fact comes from."""
    return _DERIVED.get(fact, fact)


def source_columns(fact: str, column: str) -> frozenset[str]:
    """Return the contract columns, as `table.column`, that a fact's column comes from."""
    if fact == PURCHASES:
        own = {f"orders.{column}"} if column in _SUMMED_LINES else set()
        return frozenset({"orders.order_id", "orders.amount", "orders.ordered_at", *own})
    if fact == ACCOUNT:
        return frozenset(f"receivables.{own}" for own in ("issued_on", "amount", "settled_on"))
    if fact == CANCELLATIONS:
        return frozenset({f"orders.{STATUS}", f"orders.{column}"})
    return frozenset({f"{fact}.{column}"})
