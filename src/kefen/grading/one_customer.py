"""One customer alone: its rows of a book, and its grades by lines that are kept.

A page about one customer must not read, count or grade all others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.grading.grade import grade
from kefen.grading.outputs import GRADES_FILE, parquet_pattern
from kefen.lake.reading.attribution import attribute_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.engines.engine import Engine
    from kefen.grading.run import GradedRun
    from kefen.grading.stored import StoredRun
    from kefen.lake.book import Book
    from kefen.lake.dataset import Dataset, ReadTable

_ALONE = "alone "
_GRADES = "grades alone"


def own_dataset(
    engine: Engine, book: Book, customer: str, record: Mapping[str, Any] | None = None
) -> Dataset:
    """Return the rows of one customer as a dataset, completed as those of a whole book are.

    Args:
        engine: The engine that gets the views.
        book: The book.
        customer: The customer's id.
        record: The record of a run whose data they are; None: the newest of all.

    Raises:
        BookError: A version is not there, or a table cannot be read.
        DataError: Currencies are mixed and cannot be converted.
    """
    tables, used = book.tables(engine, record["lake_versions"] if record is not None else None)
    return attribute_rows(
        engine,
        {name: _only(engine, name, read, customer) for name, read in tables.items()},
        timezone=book.settings.timezone,
        currency=book.settings.currency,
        rates=book.rates.of(record) if record is not None else book.rates.file,
        versions=used,
    )


def graded_alone(engine: Engine, book: Book, run: StoredRun, customer: str) -> GradedRun:
    """Return one customer of a kept run as a run of its own, with the grades that were kept.

    Metrics are measured anew on the data that the run graded, by its lines.

    Args:
        engine: The engine to work in.
        book: The book.
        run: The run.
        customer: The customer's id.

    Raises:
        BookError: The data of the run cannot be read.
        DataError: A file of the run is damaged.
    """
    dataset = own_dataset(engine, book, customer, run.record)
    alone = grade(dataset, run.standard, run.as_of, calibration=run.calibration)
    pattern = exp.Literal.string(parquet_pattern(run.directory / GRADES_FILE))
    kept = exp.select("*").from_(exp.func("read_parquet", pattern, dialect="duckdb"))
    engine.create("VIEW", _GRADES, kept.where(_is(customer)))
    return replace(alone, grades=_GRADES)


def _only(engine: Engine, name: str, read: ReadTable, customer: str) -> ReadTable:
    if name != "customers" and not read.table.has_customer:
        return read
    source = exp.Table(this=exp.to_identifier(read.relation, quoted=True))
    engine.create("VIEW", f"{_ALONE}{name}", exp.select("*").from_(source).where(_is(customer)))
    return replace(read, relation=f"{_ALONE}{name}", with_strangers=None, first_days=None)


def _is(customer: str) -> exp.Expr:
    return exp.EQ(
        this=exp.column("customer_id", quoted=True), expression=exp.Literal.string(customer)
    )
