"""Queries that read Parquet files, and that are written to them."""

from __future__ import annotations

import glob
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

_MOST_WORDS = 1_000


def parquet_scan(paths: Sequence[str]) -> str:
    """Return SQL for a FROM clause that reads Parquet files as they are, with their row numbers."""
    # A path is a pattern to DuckDB: brackets and stars in the name of a folder are escaped.
    files = ", ".join(exp.Literal.string(glob.escape(path)).sql("duckdb") for path in paths)
    together = "" if len(paths) == 1 else ", union_by_name = true"
    return f"read_parquet([{files}], hive_partitioning = false{together}, file_row_number = true)"


def in_words(sql: str, words: Mapping[str, Collection[str]]) -> str:
    """Return a query with the columns of few different values in a type of just those.

    Rows of such a type are written as they are; the writer would look up each text in a table of
    those it has seen: with 14 schemes and a million customers that took as long again. In the
    file they are text all the same.
    """
    casts = [
        exp.alias_(
            exp.cast(
                exp.column(exp.to_identifier(name, quoted=True)),
                exp.DataType(
                    this=exp.DType.ENUM,
                    expressions=[exp.Literal.string(value) for value in sorted(values)],
                ),
            ),
            name,
            quoted=True,
        )
        for name, values in words.items()
        if 0 < len(values) <= _MOST_WORDS
    ]
    if not casts:
        return sql
    query = exp.select(exp.Star(replace=casts)).from_(
        exp.Subquery(this=exp.maybe_parse(sql, dialect="duckdb"))
    )
    return query.sql("duckdb")
