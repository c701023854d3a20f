"""Everybody who moved between runs, as a file that the engine writes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.cli.language import say
from kefen.cli.standard_moves import harmless
from kefen.compiler.facts import column, table
from kefen.domain.text import Text
from kefen.grading.moves.causes import CAUSES
from kefen.grading.moves.listing import BETWEEN, COLUMNS, LISTED

if TYPE_CHECKING:
    from kefen.engines.duckdb import DuckDBEngine

_HEADINGS: dict[str, Text] = {
    "before_as_of": Text("From", "期初"),
    "after_as_of": Text("To", "期末"),
    "scheme": Text("Scheme", "方案"),
    "customer_id": Text("Customer", "客户编号"),
    "before": Text("Grade before", "原等级"),
    "before_reason": Text("Reason for none before", "原无等级原因"),
    "before_score": Text("Score before", "原得分"),
    "after": Text("Grade after", "现等级"),
    "after_reason": Text("Reason for none after", "现无等级原因"),
    "after_score": Text("Score after", "现得分"),
    "causes": Text("Causes", "原因"),
    **{
        f"steps_{cause}": Text("Grades up: {c}", "升级数：{c}").filled(c=CAUSES[cause])
        for cause in BETWEEN
    },
}
_TEXTS = frozenset({"customer_id", "before", "after"})


def write_list(engine: DuckDBEngine, path: Path) -> None:
    """Write the relation of moves as CSV or Parquet, whole or not at all.

    CSV is UTF-8 with a mark, so that Excel reads it, with headings in the language of the call; a
    text that a spreadsheet would take for a formula stands behind an apostrophe.

    Raises:
        OSError: The file cannot be written.
        EngineError: The engine stopped.
    """
    is_csv = path.suffix.lower() == ".csv"
    query = (
        exp.select(
            *(
                exp.alias_(harmless(name), name, quoted=True)
                if is_csv and name in _TEXTS
                else column(name)
                for name in COLUMNS
            )
        )
        .from_(table(LISTED))
        .order_by(*(column(name) for name in ("after_as_of", "scheme", "customer_id")))
    )
    rows = Path(engine.scratch) / f"moves{path.suffix}"
    partial = path.with_name(f".{path.name}.partial")
    try:
        if is_csv:
            place = exp.Literal.string(str(rows)).sql("duckdb")
            engine.run(f"COPY ({query.sql('duckdb')}) TO {place} (FORMAT csv, HEADER false)")
        else:
            engine.write_parquet(query.sql("duckdb"), rows)
        with partial.open("wb") as target, rows.open("rb") as source:
            if is_csv:
                heading = ",".join(say(_HEADINGS[name]) for name in COLUMNS)
                target.write(f"\ufeff{heading}\n".encode())
            shutil.copyfileobj(source, target, 1 << 20)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
        rows.unlink(missing_ok=True)
