"""The as-of views of the facts: what had happened by the end of a day (principle 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.compiler.facts import as_of_view, cancellations_view, purchases_view
from kefen.compiler.settlements import account_view, covered_view, settled_view
from kefen.standards.facts import FACT_TABLES, RECORDED_ON, STATUS
from kefen.standards.model import ACCOUNT, CANCELLATIONS, PURCHASES

if TYPE_CHECKING:
    from datetime import date

    from kefen.lake.dataset import Dataset

_COVERED = "invoices covered by payments"


def make_views(dataset: Dataset, as_of: date) -> dict[str, str]:
    """Make the as-of view of each imported fact, and return their names by fact."""
    views: dict[str, str] = {}
    for name, read in dataset.tables.items():
        if name not in FACT_TABLES:
            continue
        views[name] = f"{name} as of"
        recorded = RECORDED_ON in read.columns
        view = as_of_view(name, read.relation, as_of, recorded=recorded)
        dataset.engine.create("VIEW", views[name], view)
    if "orders" in views:
        views[PURCHASES] = "purchases as of"
        dataset.engine.create("VIEW", views[PURCHASES], purchases_view(views["orders"]))
        orders = dataset.tables["orders"]
        if STATUS in orders.columns:
            views[CANCELLATIONS] = "cancellations as of"
            recorded = RECORDED_ON in orders.columns
            view = cancellations_view(orders.relation, as_of, recorded=recorded)
            dataset.engine.create("VIEW", views[CANCELLATIONS], view)
    if "receivables" in views:
        _make_account(dataset, views, as_of)
    return views


def _make_account(dataset: Dataset, views: dict[str, str], as_of: date) -> None:
    """Make the view of the movements of accounts, and let payments settle invoices."""
    engine, payments = dataset.engine, views.get("payments")
    if payments is not None and "invoice_id" in dataset.tables["payments"].columns:
        engine.create("VIEW", _COVERED, covered_view(views["receivables"], payments))
        settled = "receivables settled as of"
        engine.create("VIEW", settled, settled_view(views["receivables"], _COVERED))
        views["receivables"] = settled
    views[ACCOUNT] = "account movements as of"
    engine.create("VIEW", views[ACCOUNT], account_view(views["receivables"], payments, as_of))
