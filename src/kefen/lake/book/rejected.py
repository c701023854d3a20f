"""Rejected rows of a batch, written out for whoever corrects them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from kefen.domain.text import Text
from kefen.lake.book.delta import reported
from kefen.lake.reading.rejections import rejection_reason
from kefen.lake.rejected_csv import harmless

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.domain.text import Language

_HEADINGS = (
    Text("Row", "行号"),
    Text("Column", "列"),
    Text("Value", "值"),
    Text("Code", "代码"),
    Text("Reason", "原因"),
)


def write_rejected_csv(rejected: Path | None, target: Path, language: Language) -> int:
    """Write rejected values as CSV with their reasons.

    Args:
        rejected: The Parquet file kept with a batch; None when nothing was rejected.
        target: The file to write, UTF-8 with a byte order mark.
        language: The language of headings and reasons.

    Returns:
        How many values it lists.

    Raises:
        BookError: A file cannot be read or written.
    """
    count = 0
    with reported(target), target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([heading.in_language(language) for heading in _HEADINGS])
        if rejected is None:
            return 0
        with pq.ParquetFile(rejected) as parquet:
            for piece in parquet.iter_batches():
                for row in piece.to_pylist():
                    reason = rejection_reason(row["code"]).in_language(language)
                    value = harmless(row["value"])
                    writer.writerow([row["row"], row["column"], value, row["code"], reason])
                    count += 1
    return count
