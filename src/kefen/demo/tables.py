"""Contract tables from plain rows, as Arrow and as Parquet files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet

from kefen.domain.contract import TABLES, Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_TYPES = {
    Kind.ID: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.CODE: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: pa.decimal128(18, 4),
    Kind.NUMBER: pa.decimal128(18, 4),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.BOOLEAN: pa.bool_(),
}


def _schema(table: str, columns: Sequence[str], attributes: Sequence[str] = ()) -> pa.Schema:
    """Return the Arrow schema of `columns` of a contract table, then of text `attributes`."""
    contract = TABLES[table]
    return pa.schema(
        [(name, _TYPES[contract.column(name).kind]) for name in columns]
        + [(name, pa.string()) for name in attributes]
    )


def write_rows(
    path: Path,
    table: str,
    rows: Sequence[Mapping[str, object]],
    *,
    attributes: Sequence[str] = (),
) -> frozenset[str]:
    """Write rows of a contract table as Parquet and return the names of the columns written.

    Args:
        path: The file to write.
        table: The contract table.
        rows: Values by column; a column that no row has is left out.
        attributes: Further text columns.
    """
    present = frozenset().union(*(row.keys() for row in rows))
    columns = [name for name in TABLES[table].column_names if name in present]
    schema = _schema(table, columns, attributes)
    arrays = [pa.array([row.get(f.name) for row in rows], type=f.type) for f in schema]
    pyarrow.parquet.write_table(
        pa.Table.from_arrays(arrays, schema=schema), path, compression="zstd"
    )
    return frozenset((*columns, *attributes))
