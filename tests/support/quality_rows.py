"""Rows that are good on their own, and a report's finding, for tests of quality findings."""

from datetime import date, datetime
from typing import Any

from kefen.lake.dataset import Finding
from kefen.lake.quality import QualityReport

CUSTOMER = {"customer_id": "a", "created_on": date(2020, 1, 1)}


def order(**values: Any) -> dict[str, Any]:
    """Return a good row with some values changed."""
    return {
        "order_id": "1",
        "customer_id": "a",
        "ordered_at": datetime(2024, 12, 30),
        "amount": 10,
    } | values


def invoice(**values: Any) -> dict[str, Any]:
    """Return a good row with some values changed."""
    return {
        "invoice_id": "i",
        "customer_id": "a",
        "issued_on": date(2024, 12, 1),
        "due_on": date(2024, 12, 31),
        "amount": 10,
    } | values


def found(report: QualityReport, code: str, column: str | None = None) -> Finding | None:
    """Return the finding with a code, on a column where one is named; None without it."""
    matching = [
        f for f in report.findings if f.code == code and (column is None or f.column == column)
    ]
    assert len(matching) <= 1
    return matching[0] if matching else None
