"""Datasets put together by hand from rows."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any, Protocol

import pytest

from kefen.domain.contract import TABLES
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.dataset import Dataset, Finding, ReadTable
from kefen.lake.quality import QualityReport, assess_quality
from kefen.lake.quality.queries import quoted

AS_OF = date(2024, 12, 31)
Rows = list[dict[str, Any]]


class MakeDataset(Protocol):
    def __call__(
        self,
        *,
        records: dict[str, dict[str, Any]] | None = None,
        findings: tuple[Finding, ...] = (),
        currency: str | None = "CNY",
        attributes: tuple[str, ...] = (),
        **tables: Rows,
    ) -> Dataset: ...


def fill(engine: DuckDBEngine, relation: str, rows: Rows) -> None:
    """Insert rows, a few hundred at a time: one by one is slow."""
    given = sorted({column for row in rows for column in row})
    columns = ", ".join(quoted(column) for column in given)
    marks = f"({', '.join('?' for _ in given)})"
    for start in range(0, len(rows), 400):
        some = rows[start : start + 400]
        engine.run(
            f"INSERT INTO {quoted(relation)} ({columns}) VALUES " + ", ".join(marks for _ in some),
            [row.get(column) for row in some for column in given],
        )


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as opened:
        yield opened


@pytest.fixture
def make_dataset(engine: DuckDBEngine) -> MakeDataset:
    def make(
        *,
        records: dict[str, dict[str, Any]] | None = None,
        findings: tuple[Finding, ...] = (),
        currency: str | None = "CNY",
        attributes: tuple[str, ...] = (),
        **tables: Rows,
    ) -> Dataset:
        read = {}
        for name, rows in tables.items():
            contract = TABLES[name]
            extra = attributes if name == "customers" else ()
            types = {c.name: c.kind.sql_type for c in contract.columns}
            types |= dict.fromkeys(extra, "VARCHAR")
            relation = f"{name} as read"  # a name that must be quoted
            columns = ", ".join(f"{quoted(c)} {t}" for c, t in types.items())
            engine.run(f'CREATE OR REPLACE TABLE "{relation}" ({columns})')
            fill(engine, relation, rows)
            record: dict[str, Any] = {
                "rows_in": len(rows),
                "rows_used": len(rows),
                "columns": frozenset(c for row in rows for c in row if c not in extra),
            } | (records or {}).get(name, {})
            read[name] = ReadTable(contract, relation, rejected="none", attributes=extra, **record)
        return Dataset(engine, read, findings=findings, currency=currency)

    return make


@pytest.fixture
def healthy() -> Callable[[], dict[str, Rows]]:
    """Give two years of 60 customers who each buy once a month, nothing wrong with it."""

    def rows() -> dict[str, Rows]:
        customers = [{"customer_id": f"{n:04d}", "created_on": date(2022, 1, 1)} for n in range(60)]
        orders = [
            {
                "order_id": f"{customer['customer_id']}-{month}",
                "customer_id": customer["customer_id"],
                "ordered_at": date(2023, 1, 28) + timedelta(days=month * 365 // 12),
                "amount": 100 + number,
            }
            for number, customer in enumerate(customers)
            for month in range(24)
        ]
        return {"customers": customers, "orders": orders}

    return rows


@pytest.fixture
def assess(make_dataset: MakeDataset) -> Callable[..., QualityReport]:
    def judged(as_of: date = AS_OF, window_months: int = 12, **parts: Any) -> QualityReport:
        return assess_quality(make_dataset(**parts), as_of, window_months)

    return judged
