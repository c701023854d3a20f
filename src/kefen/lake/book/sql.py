"""SQL text from constant templates, quoted names and quoted values."""

from __future__ import annotations

import glob
from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


def statement(template: str, **parts: str) -> str:
    """Return a constant template with its `{parts}` put in; every part is SQL made here."""
    return template.format_map(parts)


def name(identifier: str) -> str:
    """Return a quoted identifier."""
    return exp.to_identifier(identifier, quoted=True).sql(dialect="duckdb")


def names(identifiers: Iterable[str], alias: str = "") -> str:
    """Return quoted identifiers with commas between, each behind `alias` and a point if given."""
    return ", ".join(column(identifier, alias) for identifier in identifiers)


def column(identifier: str, alias: str = "") -> str:
    """Return a quoted column, behind `alias` and a point if given."""
    return f"{alias}.{name(identifier)}" if alias else name(identifier)


def names_from(sources: Iterable[tuple[str, str]]) -> str:
    """Return quoted columns with commas between, each given as its name and its alias."""
    return ", ".join(column(identifier, alias) for identifier, alias in sources)


def all_of(source: str, *clauses: str) -> str:
    """Return a query of every column of a FROM item, with further clauses."""
    return " ".join(("SELECT * FROM", source, *clauses))


def text(value: str) -> str:
    """Return a quoted string value."""
    return exp.Literal.string(value).sql(dialect="duckdb")


def rows_of_files(files: Sequence[Path]) -> str:
    """Return a FROM item that reads Parquet files, with `filename` and `file_row_number`.

    The files of one table may differ in their further columns: a missing one reads as null.
    """
    # A path is a pattern to DuckDB: brackets and stars in the name of a folder are escaped.
    paths = ", ".join(text(glob.escape(str(file))) for file in files)
    return statement(
        "read_parquet([{paths}], hive_partitioning = false, union_by_name = true, "
        "filename = true, file_row_number = true)",
        paths=paths,
    )


def parquet_file(file: Path) -> str:
    """Return a FROM item that reads one Parquet file as it is."""
    return statement(
        "read_parquet({path}, hive_partitioning = false)", path=text(glob.escape(str(file)))
    )
