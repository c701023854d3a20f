"""The statements that are sent: one question, whatever a user writes, and only for what is new."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import sqlglot
from sqlglot import exp

from kefen.domain.errors import CallError
from kefen.domain.text import Text

if TYPE_CHECKING:
    from kefen.lake.databases.watermarks import Watermark

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d+))?")
_CHANGES = (
    exp.Insert,
    exp.Update,
    exp.Delete,
    exp.Merge,
    exp.Create,
    exp.Drop,
    exp.Alter,
    exp.Command,
    exp.Into,
    exp.Lock,
    exp.Copy,
    exp.Set,
)


def question(
    dialect: str,
    *,
    table: str | None,
    query: str | None,
    since_column: str | None,
    since: Watermark | None,
) -> str:
    """Return the SQL that asks for rows.

    Args:
        dialect: SQLGlot's name of the database's SQL.
        table: A table, `schema.table` as a rule; None with `query`.
        query: A query of the user's; None with `table`.
        since_column: The column that says what is new.
        since: What was seen last; rows equal to it come again, and those without a value do.

    Raises:
        CallError: The query is not one that only asks.
    """
    if query is not None:
        source: exp.Expr = _asking(query, dialect).subquery("asked")
    else:
        source = exp.to_table(
            ".".join(_quoted(part, dialect) for part in str(table).split(".")), dialect="duckdb"
        )
    asked = exp.select("*").from_(source)
    if since_column is not None and since is not None:
        column = exp.column(_stored_name(since_column, dialect), quoted=True)
        later = exp.GTE(this=column, expression=_literal(since, dialect))
        asked = asked.where(exp.or_(later, exp.Is(this=column.copy(), expression=exp.Null())))
    return asked.sql(dialect, identify=False)


def _quoted(part: str, dialect: str) -> str:
    return exp.to_identifier(_stored_name(part, dialect), quoted=True).sql("duckdb")


def _stored_name(written: str, dialect: str) -> str:
    """Return a name as the database keeps it: Snowflake keeps plain names in capitals."""
    bare = written.strip('"`[]')
    plain = bare == written and re.fullmatch(r"[a-z_][a-z0-9_$]*", bare) is not None
    return bare.upper() if dialect == "snowflake" and plain else bare


def _literal(since: Watermark, dialect: str) -> exp.Expr:
    if since.kind == "number":
        return exp.Literal.number(since.value)
    if dialect == "tsql" and (moment := _MOMENT.fullmatch(since.value)) is not None:
        # SQL Server reads a blank between day and time by the session's language, and refuses
        # more than three decimals for the type datetime, which counts in 1/300 seconds: the
        # moment is cut to hundredths, so that rows come again rather than never.
        day, time, fraction = moment.groups()
        return exp.Literal.string(f"{day}T{time}" + (f".{fraction[:2]}" if fraction else ""))
    return exp.Literal.string(since.value)


def _asking(query: str, dialect: str) -> exp.Query:
    """Return a query that only asks.

    Raises:
        CallError: It is something else, or several statements.
    """
    try:
        found = [one for one in sqlglot.parse(query, read=dialect) if one is not None]
    except sqlglot.errors.SqlglotError as error:
        raise _refused(
            Text("The query cannot be understood: {e}", "无法理解该查询：{e}").filled(
                e=(str(error).splitlines() or [""])[0]
            )
        ) from error
    if len(found) != 1 or not isinstance(found[0], exp.Query):
        raise _refused(Text("The query is not one SELECT.", "该查询不是单条 SELECT 语句。"))
    if found[0].find(*_CHANGES) is not None:
        raise _refused(Text("The query would change data.", "该查询会修改数据。"))
    return found[0]


def _refused(what: Text) -> CallError:
    return CallError(
        what,
        where="--query",
        mend=Text(
            "Write one SELECT that only reads, or name a table (--from-table; in Python: "
            "from_table, or table).",
            "请写一条只读的 SELECT，或指定数据表"
            "（--from-table；Python 中为 from_table 或 table）。",
        ),
    )
