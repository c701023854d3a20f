"""What every contender records of a run beside its tables, as JSON: the files read, what was found.

The names are those of Kefen's `run.json` and `calibration.json`, so that `compare.py` can compare.
"""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def fingerprint(path: Path) -> dict[str, Any]:
    """Return the name, the size in bytes and the SHA-256 of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": path.name, "size": path.stat().st_size, "sha256": digest}


def row_counts(rows: int, copies: int, without_content: int) -> dict[str, Any]:
    """Return what became of the rows of a table, before those of nobody are known.

    Args:
        rows: All of them.
        copies: Those that are copies of others.
        without_content: How many cells of ids and texts held a word for nothing.
    """
    return {
        "without_content": without_content,
        "in": rows,
        "used": rows - copies,
        "rejected": 0,
        "duplicate": copies,
        "unattributed": 0,
        "amount_unattributed": None,
    }


def finding(
    code: str, table: str, count: int, column: str | None = None, amount: object = None
) -> dict[str, Any]:
    """Return something found in the data: how many rows or ids, and what they come to."""
    return {"code": code, "table": table, "column": column, "count": count, "amount": amount}


def findings_of(rows: Mapping[str, Mapping[str, Any]], ids_with_decimals: int) -> list[Any]:
    """Return what was found in the data.

    Args:
        rows: What became of the rows of each table: `duplicate`, `unattributed` and
            `amount_unattributed`, what the latter come to; and of its cells: `without_content`.
        ids_with_decimals: Unknown ids such as `12346.0` that match a customer without their `.0`.
    """
    found = [
        finding("rows_duplicate", table, counts["duplicate"])
        for table, counts in rows.items()
        if counts["duplicate"]
    ]
    found += [
        finding("words_for_nothing", table, counts["without_content"])
        for table, counts in rows.items()
        if counts["without_content"]
    ]
    orders = rows["orders"]
    if orders["unattributed"]:
        amount = orders["amount_unattributed"]
        found.append(
            finding("rows_unattributed", "orders", orders["unattributed"], "customer_id", amount)
        )
    if ids_with_decimals:
        found.append(finding("ids_with_decimals", "orders", ids_with_decimals, "customer_id"))
    return found


_MONEY = {"total", "A", "B", "M", "average_purchase"}
_MONEY |= {"revenue", "margin", "expected", "growth", "trend"}


def in_money(learned: Any, name: str = "") -> Any:
    """Return what schemes learned with money and shares as decimals, not ten-thousandths.

    Args:
        learned: The whole, or a part.
        name: The name of the part.
    """
    if isinstance(learned, dict):
        return {own: in_money(part, own) for own, part in learned.items()}
    if isinstance(learned, list):
        return [in_money(part, name) for part in learned]
    return Decimal(int(learned)).scaleb(-4) if name in _MONEY else learned


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write values as JSON: whole numbers of any kind as such, decimals and dates as text."""
    path.write_text(json.dumps(content, default=_plain, indent=2), encoding="utf-8")


def _plain(value: Any) -> Any:
    return int(value) if hasattr(value, "__index__") else str(value)
