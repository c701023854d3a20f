"""Make the compact file of the Online Retail year from the published one.

Run as `python -m kefen.demo.compact SOURCE [TARGET]`. Every line of the source is kept, whatever
it says: sales, cancellations, adjustments of bad debt, lines without a customer.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet

from kefen.demo.original import ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Sequence

# A price is a double in the published file: its shortest decimal is the price that was written
# down, with at most three decimals. A price that needs more stops the program.
_COMPACT = """
SELECT
    InvoiceNo,
    StockCode,
    Description,
    CAST(Quantity AS INTEGER) AS Quantity,
    CAST(InvoiceDate AS TIMESTAMP_S) AS InvoiceDate,
    CASE
        WHEN CAST(CAST(CAST(UnitPrice AS VARCHAR) AS DECIMAL(9, 3)) AS DOUBLE) = UnitPrice
        THEN CAST(CAST(UnitPrice AS VARCHAR) AS DECIMAL(9, 3))
        ELSE error('more than three decimals: ' || CAST(UnitPrice AS VARCHAR))
    END AS UnitPrice,
    CAST(CustomerID AS INTEGER) AS CustomerID,
    Country
FROM read_parquet(?)
ORDER BY InvoiceDate, InvoiceNo, StockCode, Description, Quantity, UnitPrice
"""


def compact(source: Path, target: Path) -> int:
    """Write the lines of `source` to `target` and return their number.

    Args:
        source: The published lines as Parquet, with the columns of the UCI repository.
        target: The file to write, with the same columns in the smallest types that hold them.
    """
    with duckdb.connect() as connection:
        lines = connection.sql(_COMPACT, params=[str(source)]).to_arrow_table()
    pyarrow.parquet.write_table(
        lines,
        target,
        compression="zstd",
        compression_level=19,
        use_dictionary=True,
        row_group_size=lines.num_rows,
        store_schema=False,
        store_decimal_as_integer=True,
        write_statistics=False,
    )
    return int(lines.num_rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the compact file named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m kefen.demo.compact", description=main.__doc__)
    parser.add_argument("source", type=Path, help="the published lines, as Parquet")
    parser.add_argument("target", type=Path, nargs="?", default=ORIGINAL, help="the file to write")
    options = parser.parse_args(arguments)
    lines = compact(options.source, options.target)
    print(f"{lines} lines, {options.target.stat().st_size} bytes: {options.target}")


if __name__ == "__main__":
    main()
