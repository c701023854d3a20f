"""A run that is kept as its differences from another: rows that did not change are not rewritten.

Its folder holds the changed customers' rows and names the run whose other rows are its own. Who
reads it whole, makes it whole: the files of every run are then there, in their usual order.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DIFFERENCES_FILE = "differences.json"
CUSTOMERS_FILE = "changed_customers.parquet"
_METRICS, _GRADES, _OUTCOMES = "metrics.parquet", "grades.parquet", "outcomes.parquet"


def changed_file(name: str) -> str:
    """Return the name of the file with the changed rows of a result."""
    return name.replace(".parquet", ".changed.parquet")


def make_whole(folder: Path) -> None:
    """Write the results of a run that is kept as differences; other runs have theirs.

    Several at once may do it: each file takes its name when it is whole, and all write the same.

    Args:
        folder: The folder of the run.

    Raises:
        DataError: The run it differs from is not there, or a file is damaged.
        EngineError: Memory or disk ran out.
    """
    if not (folder / DIFFERENCES_FILE).is_file():
        return
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.engines.engine import GROUP_ROWS
    from kefen.grading.outputs import METRICS_TOGETHER, read_json

    content = read_json(folder / DIFFERENCES_FILE)
    base = folder.parent / str(content["base"])
    missing = [
        name
        for name in (_METRICS, _GRADES, _OUTCOMES)
        if (folder / changed_file(name)).is_file() and not (folder / name).is_file()
    ]
    if not missing:
        return
    orders = {
        _METRICS: "ORDER BY customer_id",
        _GRADES: f"ORDER BY {_position('scheme', content['schemes'])}, customer_id",
        _OUTCOMES: f"ORDER BY {_position(_ITEM, content['items'])}, customer_id",
    }
    with DuckDBEngine() as engine:
        for name in missing:
            if not (base / name).is_file():
                raise DataError(
                    Text(
                        "a run is kept as its differences from {b}, which is not there",
                        "该运行以与 {b} 的差异保存，而后者不存在",
                    ).filled(b=content["base"]),
                    where=str(folder),
                    mend=Text(
                        "Restore a backup with `kefen restore`.", "请用 `kefen restore` 恢复备份。"
                    ),
                )
            query = (
                f"SELECT * FROM ({whole_rows(base / name, folder, name)}) AS whole {orders[name]}"  # noqa: S608
            )
            together = METRICS_TOGETHER if name == _METRICS else GROUP_ROWS
            partial = folder / f".{name}.{os.getpid()}"
            engine.write_parquet(query, partial, group_rows=together)
            partial.replace(folder / name)


def whole_rows(base: Path, folder: Path, name: str) -> str:
    """Return SQL for all rows of a result: those of the base that stay, and the changed ones.

    Args:
        base: The file of the run it differs from.
        folder: The folder with the changed rows.
        name: The name of the result.
    """
    from kefen.engines.duckdb import parquet_scan

    def rows(path: Path) -> str:
        return f"(SELECT * EXCLUDE (file_row_number) FROM {parquet_scan([str(path)])})"  # noqa: S608

    changed, customers = rows(folder / changed_file(name)), rows(folder / CUSTOMERS_FILE)
    return (
        f"SELECT base.* FROM {rows(base)} AS base ANTI JOIN {customers} AS changed "  # noqa: S608
        f"ON base.customer_id = changed.customer_id UNION ALL SELECT * FROM {changed} AS new"
    )


_ITEM = "scheme || '\t' || kind || '\t' || id"


def _position(value: str, order: Sequence[str]) -> str:
    """Return SQL for the place of a value in an order."""
    listed = ", ".join("'" + one.replace("'", "''") + "'" for one in order)
    return f"list_position([{listed}]::VARCHAR[], {value})"
