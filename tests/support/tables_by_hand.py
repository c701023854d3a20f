"""Tables given as rows: as Arrow tables, and as a dataset of canonical relations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from kefen.domain.contract import TABLES, Kind
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.dataset import Dataset, ReadTable

Rows = Sequence[Mapping[str, Any]]
Company = Mapping[str, Rows]

_ARROW = {
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: pa.decimal128(18, 4),
    Kind.NUMBER: pa.decimal128(18, 4),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.BOOLEAN: pa.bool_(),
}


def arrow_table(rows: Rows, kinds: Mapping[str, Kind]) -> pa.Table:
    """Return rows as an Arrow table of canonical types; a day stands for its midnight."""
    schema = pa.schema([(name, _ARROW.get(kind, pa.string())) for name, kind in kinds.items()])
    moments = {name for name, kind in kinds.items() if kind is Kind.TIMESTAMP}

    def canonical(name: str, value: Any) -> Any:
        bare = name in moments and isinstance(value, date) and not isinstance(value, datetime)
        return datetime(value.year, value.month, value.day) if bare else value

    return pa.Table.from_pylist(
        [{name: canonical(name, value) for name, value in row.items()} for row in rows],
        schema=schema,
    )


def dataset_by_hand(engine: DuckDBEngine, company: Company) -> Dataset:
    """Return a dataset of canonical relations; the columns that any row names were imported."""
    read: dict[str, ReadTable] = {}
    for name, rows in company.items():
        contract = TABLES[name]
        named = {column for row in rows for column in row} | set(contract.required)
        extra = sorted(named - set(contract.column_names))
        kinds = {c.name: c.kind for c in contract.columns} | dict.fromkeys(extra, Kind.TEXT)
        engine.register("incoming", arrow_table(rows, kinds))
        engine.run(f'CREATE OR REPLACE TABLE "raw {name}" AS SELECT * FROM incoming')
        engine.connection.unregister("incoming")
        read[name] = ReadTable(
            table=contract,
            relation=f"raw {name}",
            columns=frozenset(named & set(contract.column_names)),
            rejected="none",
            rows_in=len(rows),
            rows_used=len(rows),
            attributes=tuple(extra),
        )
    return Dataset(engine, read)
