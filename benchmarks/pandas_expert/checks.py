"""The rows of both files: text clean, checked, each once, and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from recording import row_counts

if TYPE_CHECKING:
    from pathlib import Path

_MONEY = ("amount", "cost")
_BLANKS = " \t\r\n\u00a0\u3000\ufeff"
_NOTHING = ["", "NULL", "\\N"]
_MOST = 10**14
"""Numbers have at most 14 digits before the point."""


def read_customers(path: Path) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the customers by id, each once, and what became of the rows.

    Raises:
        ValueError: A check failed.
    """
    texts = ("customer_id", "name", "country", "industry")
    table, without = _clean(pq.read_table(path), texts)
    everybody: pd.DataFrame = table.to_pandas()
    if everybody["customer_id"].isna().any():
        raise ValueError("rows are rejected")
    people = everybody.drop_duplicates()
    if people["customer_id"].duplicated().any():
        raise ValueError("a customer has two different rows")
    people["created_on"] = pd.to_datetime(people["created_on"])
    counts = row_counts(len(everybody), len(everybody) - len(people), without)
    return people.set_index("customer_id").sort_index(), counts


def read_lines(path: Path, people: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Any], int]:
    """Return the lines of known customers, what became of the rows, and ids written as decimals.

    Args:
        path: The order lines.
        people: The customers by id.

    Raises:
        ValueError: A check failed.
        pyarrow.ArrowInvalid: An amount has more digits than Kefen takes.
    """
    every, without = _lines(path)
    copies = _checked(every)
    lines = every.drop(copies)
    if (lines.groupby("order_id")["customer_id"].nunique() > 1).any():
        raise ValueError("an order has two customers")
    counts = row_counts(len(every), len(copies), without)
    is_known = lines["customer_id"].isin(people.index)
    unattributed = lines[~is_known]
    counts["used"] -= len(unattributed)
    counts["unattributed"] = len(unattributed)
    if len(unattributed):
        counts["amount_unattributed"] = int(unattributed["amount"].sum())
    written = unattributed["customer_id"].dropna().unique()
    written = pd.Series(written)[pd.Series(written).str.fullmatch(r"[0-9]+\.0+")]
    plain = written.str.replace(r"\.0+$", "", regex=True)
    return lines[is_known], counts, int(plain.isin(people.index).sum())


def _lines(path: Path) -> tuple[pd.DataFrame, int]:
    """Return the lines with clean text, their day, and money in ten-thousandths.

    And how many cells of ids and texts held a word for nothing.
    """
    texts = ("order_id", "customer_id", "product_id", "category")
    table, without = _clean(pq.read_table(path), texts)
    table, _ = _clean(table, ("status",))
    for name in _MONEY:
        whole = pc.cast(table[name], pa.decimal128(18, 4))
        units = pc.cast(pc.multiply(whole, pa.scalar(10_000, pa.decimal128(5, 0))), pa.int64())
        table = table.set_column(table.schema.get_field_index(name), name, units)
    lines: pd.DataFrame = table.to_pandas()
    lines["day"] = lines["ordered_at"].dt.normalize()
    return lines, without


def _clean(table: pa.Table, texts: tuple[str, ...]) -> tuple[pa.Table, int]:
    """Trim text; what is empty then, or a word for nothing, is nothing.

    Returns:
        The table, and how many cells held such a word.
    """
    without = 0
    for name in texts:
        text = pc.utf8_trim(table[name], _BLANKS)
        is_nothing = pc.is_in(text, pa.array(_NOTHING))
        if pc.any(is_nothing).as_py():
            without += pc.sum(pc.is_in(text, pa.array(_NOTHING[1:]))).as_py() or 0
            text = pc.if_else(is_nothing, pa.scalar(None, text.type), text)
        table = table.set_column(table.schema.get_field_index(name), name, text)
    return table, without


def _checked(lines: pd.DataFrame) -> pd.Index:
    """Check the rows and return the places of those that are copies."""
    if lines[["order_id", "ordered_at", "amount"]].isna().any(axis=None):
        raise ValueError("rows are rejected")
    if not (lines["status"].isna() | lines["status"].isin(["completed", "cancelled"])).all():
        raise ValueError("rows are rejected")
    if (lines["quantity"].abs() >= _MOST).any():
        raise ValueError("rows are rejected")
    key = ["order_id", "line"]
    several = lines[lines.duplicated(key, keep=False)]
    copies = several.index[several.duplicated()]
    if several.drop(copies).duplicated(key).any():
        raise ValueError("a line has two different rows")
    return copies
