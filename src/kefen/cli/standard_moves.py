"""The customers who would move under a draft, as a CSV file that the engine writes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.cli.language import say
from kefen.compiler.facts import column, table
from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.grading.comparison import StandardComparison
    from kefen.lake.dataset import Dataset

_COLUMNS: tuple[tuple[str, Text, bool], ...] = (
    ("scheme", Text("Scheme", "方案"), False),
    ("customer_id", Text("Customer", "客户编号"), True),
    ("name", Text("Name", "客户名称"), True),
    ("before", Text("Grade now", "现等级"), True),
    ("before_reason", Text("Reason for none now", "现无等级原因"), False),
    ("before_score", Text("Score now", "现得分"), False),
    ("after", Text("Grade in the draft", "草案等级"), True),
    ("after_reason", Text("Reason for none in the draft", "草案无等级原因"), False),
    ("after_score", Text("Score in the draft", "草案得分"), False),
    ("revenue", Text("Revenue", "销售额"), False),
)
_FORMULA = r"^[=+\-@\t\r]"
_NUMBER = r"^[+-]?[\d.,\s]+$"


def write_moves(dataset: Dataset, compared: StandardComparison, path: Path) -> None:
    """Write everybody whose grade, or whose reason for none, differs under the draft.

    The file is UTF-8 with a mark, so that Excel reads it; a text that a spreadsheet would take
    for a formula stands behind an apostrophe. It is there whole or not at all.

    Raises:
        OSError: The file cannot be written.
        EngineError: The engine stopped.
    """
    names = exp.select(column("customer_id"), column("name")).from_(
        table(dataset.tables["customers"].relation)
    )
    query = (
        exp.select(
            *(
                exp.alias_(harmless(name) if is_text else column(name), name, quoted=True)
                for name, _, is_text in _COLUMNS
            )
        )
        .from_(table(compared.moves))
        .join(names.subquery("names"), using=["customer_id"], join_type="left")
        .order_by(*(column(name) for name in ("scheme", "customer_id")))
    )
    engine = dataset.engine
    rows = Path(engine.scratch) / "moves.csv"
    place = exp.Literal.string(str(rows)).sql("duckdb")
    engine.run(f"COPY ({query.sql('duckdb')}) TO {place} (FORMAT csv, HEADER false)")
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as target, rows.open("rb") as source:
            heading = ",".join(say(words) for _, words, _ in _COLUMNS)
            target.write(f"\ufeff{heading}\n".encode())
            shutil.copyfileobj(source, target, 1 << 20)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
        rows.unlink(missing_ok=True)


def harmless(name: str) -> exp.Expr:
    """Return a text column as no spreadsheet takes it for a formula."""
    text = exp.cast(column(name), "TEXT")
    dangerous = exp.and_(
        exp.RegexpLike(this=text, expression=exp.Literal.string(_FORMULA)),
        exp.not_(exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(_NUMBER))),
    )
    marked = exp.Concat(expressions=[exp.Literal.string("'"), text.copy()])
    return exp.Case(ifs=[exp.If(this=dangerous, true=marked)], default=text.copy())
