"""A run that is kept as its differences from another: rows that did not change are not rewritten.

Its folder holds the changed customers' rows and names the run whose other rows are its own. Who
reads it whole, makes it whole: the files of every run are then there, in their usual order.
"""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column
from kefen.domain.errors import DataError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DIFFERENCES_FILE = "differences.json"
CUSTOMERS_FILE = "changed_customers.parquet"
OF_DIFFERENCES = (DIFFERENCES_FILE, CUSTOMERS_FILE, "*.changed.parquet")
"""The files that only a run kept as differences has."""
_METRICS, _GRADES = "metrics.parquet", "grades.parquet"
_OUTCOMES, _ALERTS = "outcomes.parquet", "alerts.parquet"


def changed_file(name: str) -> str:
    """Return the name of the file with the changed rows of a result."""
    return name.replace(".parquet", ".changed.parquet")


def make_whole(folder: Path, *names: str) -> None:
    """Write the results of a run that is kept as differences; other runs have theirs.

    Several at once may do it: each file takes its name when it is whole, and all write the same.

    Args:
        folder: The folder of the run.
        names: The results that are asked for; none for all.

    Raises:
        DataError: The run it differs from is not there, or a file is damaged.
        EngineError: Memory or disk ran out.
    """
    if not (folder / DIFFERENCES_FILE).is_file():
        return
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.engines.engine import GROUP_ROWS
    from kefen.grading.outputs import TOGETHER, read_json

    if names and all((folder / name).is_file() for name in names):
        return
    content = read_json(folder / DIFFERENCES_FILE)
    base = folder.parent / str(content["base"])
    missing = [
        name
        for name in names or (_METRICS, _GRADES, _OUTCOMES, _ALERTS)
        if (folder / changed_file(name)).is_file() and not (folder / name).is_file()
    ]
    if not missing:
        return
    orders: dict[str, list[exp.Expr]] = {
        _METRICS: [column("customer_id")],
        _GRADES: [_position(column("scheme"), content["schemes"]), column("customer_id")],
        _OUTCOMES: [_position(_item(), content["items"]), column("customer_id")],
        _ALERTS: [column("alert"), column("customer_id")],
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
            base_rows, own = base / name, folder / changed_file(name)
            whole = whole_rows(rows_of(base_rows), rows_of(own), rows_of(folder / CUSTOMERS_FILE))
            query = exp.select("*").from_(whole.subquery("whole")).order_by(*orders[name])
            together = TOGETHER.get(name, GROUP_ROWS)
            partial = folder / f".{name}.{os.getpid()}"
            engine.write_parquet(query.sql("duckdb"), partial, group_rows=together)
            partial.replace(folder / name)


def whole_rows(base: exp.Query, changed: exp.Query, customers: exp.Query) -> exp.Query:
    """Return the query of all rows of a result: those of the base that stay, and the changed ones.

    Args:
        base: The rows of the run it differs from.
        changed: The changed customers' rows.
        customers: Who changed.
    """
    same = exp.EQ(
        this=exp.column("customer_id", table="base"),
        expression=exp.column("customer_id", table="changed"),
    )
    staying = (
        exp.select("base.*")
        .from_(base.subquery("base"))
        .join(customers.subquery("changed"), on=same, join_type="anti")
    )
    return exp.union(staying, changed, distinct=False)


def rows_of(path: Path) -> exp.Select:
    """Return the query of the rows of a Parquet file."""
    pattern = exp.Literal.string(glob.escape(str(path)))
    return exp.select("*").from_(exp.func("read_parquet", pattern, dialect="duckdb"))


def _item() -> exp.Expr:
    tab = exp.Literal.string("\t")
    parts = [column("scheme"), tab, column("kind"), tab.copy(), column("id")]
    return exp.func("concat", *parts)


def _position(value: exp.Expr, order: Sequence[str]) -> exp.Expr:
    """Return the place of a value in an order."""
    listed = exp.Array(expressions=[exp.Literal.string(one) for one in order])
    kind = exp.DataType.build("TEXT[]", dialect="duckdb")
    return exp.func("list_position", exp.cast(listed, kind), value, dialect="duckdb")
