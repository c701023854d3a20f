"""Reading: a company's files become canonical tables, and nothing is lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.lake.reading.attribution import attribute_rows
from kefen.lake.reading.files import open_file
from kefen.lake.reading.frames import Frame
from kefen.lake.reading.libraries import Library, as_frame, library_of
from kefen.lake.reading.mapping import Computed, Join, Mapping, TableMapping
from kefen.lake.reading.mapping_file import (
    guess_mapping,
    load_mapping,
    mapping_as_yaml,
    mapping_of,
)
from kefen.lake.reading.rejected_rows import TooManyRejectedError
from kefen.lake.reading.rejections import REJECTION_REASONS, rejection_reason
from kefen.lake.reading.source import ReadingOptions, Source
from kefen.lake.reading.tables import read_table

if TYPE_CHECKING:
    from collections.abc import Mapping as MappingOf

    from kefen.engines.engine import Engine
    from kefen.lake.dataset import Dataset, Finding, LinesWanted, ReadTable

__all__ = [
    "REJECTION_REASONS",
    "Computed",
    "Frame",
    "Join",
    "Library",
    "Mapping",
    "ReadingOptions",
    "Source",
    "TableMapping",
    "TooManyRejectedError",
    "as_frame",
    "attribute_rows",
    "guess_mapping",
    "library_of",
    "load_mapping",
    "mapping_as_yaml",
    "mapping_of",
    "open_file",
    "read_dataset",
    "read_table",
    "rejection_reason",
]


def read_dataset(
    engine: Engine,
    sources: MappingOf[str, Source],
    options: ReadingOptions,
    wanted: LinesWanted | None = None,
) -> Dataset:
    """Read the files of every table into one dataset, ready to be graded.

    Args:
        engine: The engine that will hold the relations.
        sources: The files of each table, by the table's name.
        options: How they are read.
        wanted: What will be asked of order lines; None: that is not known yet.

    Raises:
        CallError: There is no such table or file.
        DataError: The files cannot be used as they are.
    """
    tables: dict[str, ReadTable] = {}
    findings: list[Finding] = []
    for table, source in sources.items():
        tables[table], found = read_table(
            engine,
            table,
            source,
            options,
            wanted=None if "products" in sources else wanted,  # they fill in order lines
            customers=tables.get("customers"),
        )
        findings.extend(found)
    return attribute_rows(
        engine,
        tables,
        timezone=options.timezone,
        currency=options.currency,
        rates=options.rates,
        findings=tuple(findings),
    )
