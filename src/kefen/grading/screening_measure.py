"""How good the comparison of names is, on customers whose matches are known."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.grading.screening import Screened, screen
from kefen.lake.reading.encodings import find_encoding
from kefen.lake.watchlist import read_watchlist

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def measure_screening(
    customers: Path,
    watchlist: Path,
    truth: Path,
    threshold: float,
    *,
    max_rejected: Decimal = Decimal("0.01"),
) -> dict[str, float | int]:
    """Return recall and precision of a comparison whose answer is known.

    Recall is the part of the true pairs that are candidates, precision the part of the candidates
    that are true pairs; both to 4 decimals.

    Args:
        customers: CSV with `customer_id` and `name` (several apart by `;`).
        watchlist: The list.
        truth: CSV with `customer_id` and `entry_id`, a row for each pair that is the same.
        threshold: The lowest score of a candidate.
        max_rejected: The share of the list's rows that may be broken.

    Raises:
        DataError: A file or a column is missing, or nothing is known to match.
    """
    people = [
        Screened(row["customer_id"], tuple(p.strip() for p in row["name"].split(";") if p.strip()))
        for row in _table(customers, ("customer_id", "name"))
    ]
    true = {
        (row["customer_id"], row["entry_id"]) for row in _table(truth, ("customer_id", "entry_id"))
    }
    if not true:
        raise DataError(
            Text("nothing is known to match", "没有已知相同的对"),
            where=str(truth),
            mend=Text("Give at least one pair.", "请至少给出一对。"),
        )
    found = {
        (match.customer.customer, match.entry.id)
        for match in screen(
            people, read_watchlist(watchlist, max_rejected=max_rejected), threshold=threshold
        )
    }
    hits = len(found & true)
    return {
        "true_pairs": len(true),
        "candidates": len(found),
        "found": hits,
        "recall": round(hits / len(true), 4),
        "precision": round(hits / len(found), 4) if found else 0.0,
    }


def _table(path: Path, columns: Iterable[str]) -> list[Mapping[str, str]]:
    if not path.is_file():
        raise DataError(
            Text("there is no such file", "没有这个文件"),
            where=str(path),
            mend=Text("Check the path.", "请检查路径。"),
        )
    with path.open(encoding=find_encoding(path), newline="") as file:
        reader = csv.DictReader(file)
        missing = set(columns) - set(reader.fieldnames or ())
        if missing:
            raise DataError(
                Text("columns are missing: {c}", "缺少列：{c}").filled(
                    c=", ".join(sorted(missing))
                ),
                where=str(path),
                mend=Text("Name them as in the help.", "请按帮助中的名称命名。"),
            )
        return list(reader)
