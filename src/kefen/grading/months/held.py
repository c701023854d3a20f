"""The facts of a book held in the engine, so that many months read and attribute them once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, known_day, table
from kefen.domain.contract import TABLES
from kefen.grading.population import tables_with_records
from kefen.standards.facts import FACT_TABLES

if TYPE_CHECKING:
    from datetime import date

    from kefen.lake.dataset import Dataset

MOST_ROWS = 40_000_000
"""Tables of more rows stay where they are: held, they would be written out to the disk."""


def held(dataset: Dataset) -> Dataset:
    """Return the same dataset, whose facts lie in tables of the engine.

    The files are read, strangers left out, and what other tables tell filled in, once and not for
    each month. Columns that no file had are nulls in any case and are not stored.

    Args:
        dataset: The data cut.

    Raises:
        EngineError: Memory or disk ran out.
    """
    engine = dataset.engine
    tables = dict(dataset.tables)
    for name, read in dataset.tables.items():
        if name not in FACT_TABLES or read.rows_used > MOST_ROWS:
            continue
        types = dict(engine.columns(exp.to_identifier(read.relation, quoted=True).sql("duckdb")))
        given = [one for one in types if one in read.columns or one in read.attributes]
        stored = f"{name} held"
        engine.create("TABLE", stored, exp.select(*map(column, given)).from_(table(read.relation)))
        every = [
            column(one)
            if one in given
            else exp.alias_(exp.cast(exp.Null(), kind, dialect="duckdb"), one, quoted=True)
            for one, kind in types.items()
        ]
        whole = f"{name} held whole"
        engine.create("VIEW", whole, exp.select(*every).from_(table(stored)))
        tables[name] = replace(read, relation=whole)
    return replace(dataset, tables=tables)


def first_fact_on(dataset: Dataset) -> date | None:
    """Return the first day from which a fact was known; None without facts that have dates."""
    recorded = tables_with_records(dataset)
    firsts = [
        exp.select(
            exp.alias_(exp.Min(this=known_day(name, recorded=name in recorded)), "day")
        ).from_(table(read.relation))
        for name, read in dataset.tables.items()
        if name in FACT_TABLES and TABLES[name].date is not None
    ]
    if not firsts:
        return None
    found = [dataset.engine.rows(query.sql("duckdb"))[0][0] for query in firsts]
    return min((day for day in found if day is not None), default=None)
