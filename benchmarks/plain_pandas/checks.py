"""What is checked, cleaned and counted in the files before anything is computed from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from recording import row_counts

if TYPE_CHECKING:
    from pathlib import Path

_BLANKS = " \t\r\n\u00a0\u3000\ufeff"
_NOTHING = ["", "NULL", "\\N"]
_MOST = 10**14
"""Numbers have at most 14 digits before the point."""


def read_customers(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the customers, each once, and what became of the rows.

    Raises:
        ValueError: A check failed.
    """
    people = pd.read_parquet(path)
    rows = len(people)
    without = _clean(people, ["customer_id", "name", "country", "industry"])
    if people["customer_id"].isna().any() or _too_large(people, ["employees"]):
        raise ValueError("rows are rejected")
    people = people.drop_duplicates()
    if people["customer_id"].duplicated().any():
        raise ValueError("a customer has two different rows")
    people["created_on"] = pd.to_datetime(people["created_on"])
    return people, row_counts(rows, rows - len(people), without)


def read_lines(path: Path, people: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any], int]:
    """Return the lines of known customers, what became of the rows, and ids written as decimals.

    Args:
        path: The order lines.
        people: The customers.

    Raises:
        ValueError: A check failed.
    """
    lines = pd.read_parquet(path)
    rows = len(lines)
    without = _clean(lines, ["order_id", "customer_id", "product_id", "category"])
    _clean(lines, ["status"])
    if lines[["order_id", "ordered_at", "amount"]].isna().any(axis=None):
        raise ValueError("rows are rejected")
    if not lines["status"].dropna().isin(["completed", "cancelled"]).all():
        raise ValueError("rows are rejected")
    if _too_large(lines, ["quantity", "amount", "cost"]):
        raise ValueError("rows are rejected")
    lines = lines.drop_duplicates()
    if lines.duplicated(["order_id", "line"]).any():
        raise ValueError("a line has two different rows")
    if (lines.groupby("order_id")["customer_id"].nunique() > 1).any():
        raise ValueError("an order has two customers")
    lines["day"] = lines["ordered_at"].dt.normalize()
    counts = row_counts(rows, rows - len(lines), without)
    is_known = lines["customer_id"].isin(people["customer_id"])
    unattributed = lines[~is_known]
    counts["used"] -= len(unattributed)
    counts["unattributed"] = len(unattributed)
    if len(unattributed):
        counts["amount_unattributed"] = unattributed["amount"].sum()
    return lines[is_known], counts, _ids_with_decimals(unattributed, people)


def _clean(frame: pd.DataFrame, texts: list[str]) -> int:
    """Trim text; what is empty then, or a word for nothing, is nothing.

    Returns:
        How many cells held such a word.
    """
    without = 0
    for name in texts:
        text = frame[name].str.strip(_BLANKS)
        frame[name] = text.mask(text.isin(_NOTHING))
        without += int(text.isin(_NOTHING[1:]).sum())
    return without


def _too_large(frame: pd.DataFrame, names: list[str]) -> bool:
    return any((frame[name].dropna().abs() >= _MOST).any() for name in names)


def _ids_with_decimals(unattributed: pd.DataFrame, people: pd.DataFrame) -> int:
    """Return how many unknown ids such as `12346.0` are those of customers without the `.0`."""
    strangers = unattributed["customer_id"].dropna().drop_duplicates()
    written = strangers[strangers.str.fullmatch(r"[0-9]+\.0+")]
    return int(written.str.replace(r"\.0+$", "", regex=True).isin(people["customer_id"]).sum())
