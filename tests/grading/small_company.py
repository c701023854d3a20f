"""Small companies: their tables as files, and at random."""

from __future__ import annotations

import csv
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import strategies as st
from tables_by_hand import Company, arrow_table

from kefen.domain.calendar import months_before
from kefen.domain.contract import TABLES, Kind
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.run import GradedRun
from kefen.lake.dataset import Dataset
from kefen.lake.reading import ReadingOptions, Source, read_dataset


def parquet_dataset(engine: DuckDBEngine, folder: Path, company: Company) -> Dataset:
    """Return the dataset that reading gives of the company written to Parquet files."""
    sources = {}
    for name, rows in company.items():
        kinds = {column.name: column.kind for column in TABLES[name].columns}
        columns = list(dict.fromkeys(column for row in rows for column in row))
        path = folder / f"{name}.parquet"
        pq.write_table(arrow_table(rows, {c: kinds.get(c, Kind.TEXT) for c in columns}), path)
        sources[name] = Source((path,))
    return read_dataset(engine, sources, ReadingOptions())


def csv_dataset(engine: DuckDBEngine, folder: Path, company: Company) -> Dataset:
    """Return the dataset that reading gives of the company written to CSV files."""
    sources = {}
    for name, rows in company.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
        sources[name] = Source((path,))
    return read_dataset(engine, sources, ReadingOptions())


def graded(run: GradedRun) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Return (grade, score, score_text, reason) by (customer, scheme)."""
    rows = run.dataset.engine.rows(
        "SELECT customer_id, scheme, grade, score, score_text, reason FROM grades"
    )
    found = {(row[0], row[1]): row[2:] for row in rows}
    assert len(found) == len(rows), "a customer has two grades under one scheme"
    return found


def measured(run: GradedRun) -> dict[str, dict[str, Any]]:
    """Return every metric by customer."""
    names = list(run.standard.metrics)
    chosen = ", ".join(f'"{name}"' for name in names)
    rows = run.dataset.engine.rows(f"SELECT customer_id, {chosen} FROM metrics")
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in rows}


def facts_of(company: Company, customer: str) -> dict[str, list[dict[str, Any]]]:
    """Return one customer's rows of every fact table."""
    return {
        name: [dict(row) for row in rows if row["customer_id"] == customer]
        for name, rows in company.items()
        if name != "customers"
    }


# --- at random ------------------------------------------------------------------------------

AS_OF_DATES = (date(2026, 10, 31), date(2024, 2, 29), date(2025, 2, 28), date(2026, 7, 15))
_IDS = ("007", "7", "0007", "c1", "C1", "客户二", "7.0", "é", "e", "x y", "=cmd()", "'; --")
_AMOUNTS = tuple(
    Decimal(text)
    for text in ("10", "10", "20", "80", "100", "0.0001", "33.3333", "0", "-10", "-20", "-100.5")
)


def days(as_of: date) -> st.SearchStrategy[date]:
    """Return days around every edge that a window has, and any day of some three years."""
    edges = [as_of, as_of + timedelta(1)]
    for months in (3, 6, 9, 12, 24, 36):
        start = months_before(as_of, months)
        edges += [start - timedelta(1), start, start + timedelta(1)]
    edges += [as_of - timedelta(n) for n in (30, 31, 180, 181)]
    anywhere = st.integers(-1_100, 60).map(lambda n: as_of + timedelta(n))
    return st.one_of(st.sampled_from(edges), anywhere, anywhere)


def moments(as_of: date) -> st.SearchStrategy[datetime]:
    """Return moments on such days, the first and last of a day among them."""
    times = st.sampled_from(("00:00:00", "12:30:01", "23:59:59.999999"))
    return st.builds(
        lambda day, time: datetime.fromisoformat(f"{day.isoformat()} {time}"), days(as_of), times
    )


@st.composite
def companies(
    draw: st.DrawFn, as_of: date, *, further: bool = True, most_customers: int = 8
) -> dict[str, list[dict[str, Any]]]:
    """Return a company: customers, orders, and any of the further tables."""
    ids = draw(st.lists(st.sampled_from(_IDS), unique=True, max_size=most_customers))
    maybe_day = st.one_of(st.none(), days(as_of))
    customers = [
        {
            "customer_id": identifier,
            "created_on": draw(maybe_day),
            "country": draw(st.sampled_from((None, "CN", "中国", "UK", "uk"))),
            "industry": draw(st.sampled_from((None, "制造业", "Retail"))),
            "employees": draw(st.sampled_from((None, 0, 299, 300, 999, 1000, 10**9))),
        }
        for identifier in ids
    ]
    company: dict[str, list[dict[str, Any]]] = {"customers": customers}
    company["orders"] = draw(_orders(as_of, ids)) if ids else []
    if further:
        tables = draw(st.sets(st.sampled_from(sorted(_FURTHER))))
        for name in sorted(tables):
            rows = st.lists(st.fixed_dictionaries(_FURTHER[name](as_of, ids)), max_size=8)
            company[name] = draw(rows) if ids else []
            if name in ("receivables", "cases"):
                key = "invoice_id" if name == "receivables" else "case_id"
                for number, row in enumerate(company[name]):
                    row[key] = f"{name}-{number}"
    return company


@st.composite
def _orders(draw: st.DrawFn, as_of: date, ids: list[str]) -> list[dict[str, Any]]:
    with_category, with_cost, with_status = (draw(st.booleans()) for _ in range(3))
    lines = []
    for number in range(draw(st.integers(0, 14))):
        customer = draw(st.sampled_from(ids))
        first = draw(moments(as_of))
        for line in range(draw(st.sampled_from((1, 1, 1, 2, 3)))):
            row: dict[str, Any] = {
                "order_id": f"{number:03}",
                "line": str(line),
                "customer_id": customer,
                "ordered_at": first + timedelta(days=draw(st.sampled_from((0, 0, 0, 1, 40, -3)))),
                "amount": draw(st.sampled_from(_AMOUNTS)),
            }
            if with_category:
                row["category"] = draw(st.sampled_from((None, "茶", "B", "a", "Z", "é", "咖啡")))
            if with_cost:
                row["cost"] = draw(st.sampled_from((None, *_AMOUNTS)))
            if with_status:
                status = draw(st.sampled_from((None, "completed", "completed", "cancelled")))
                row["status"] = status
                row["cancelled_on"] = (
                    draw(st.one_of(st.none(), days(as_of))) if status == "cancelled" else None
                )
            lines.append(row)
    return lines


def _receivables(as_of: date, ids: list[str]) -> dict[str, st.SearchStrategy[Any]]:
    maybe = st.one_of(st.none(), days(as_of))
    return {
        "customer_id": st.sampled_from(ids),
        "issued_on": days(as_of),
        "due_on": maybe,
        "amount": st.sampled_from(_AMOUNTS),
        "settled_on": maybe,
        "settled_amount": st.sampled_from((None, Decimal(5), Decimal(10))),
    }


def _surveys(as_of: date, ids: list[str]) -> dict[str, st.SearchStrategy[Any]]:
    return {
        "customer_id": st.sampled_from(ids),
        "answered_on": days(as_of),
        "score": st.sampled_from(tuple(Decimal(n) for n in ("0", "1", "4", "3.3333", "5", "8"))),
        "instrument": st.sampled_from((None, "csat", "nps", "ces")),
        "scale_max": st.sampled_from((None, Decimal(10), Decimal(0), Decimal(3))),
    }


def _interactions(as_of: date, ids: list[str]) -> dict[str, st.SearchStrategy[Any]]:
    return {"customer_id": st.sampled_from(ids), "at": moments(as_of)}


def _cases(as_of: date, ids: list[str]) -> dict[str, st.SearchStrategy[Any]]:
    return {
        "customer_id": st.sampled_from(ids),
        "opened_at": moments(as_of),
        "kind": st.sampled_from((None, "fault", "request", "complaint", "suggestion")),
        "closed_at": st.one_of(st.none(), moments(as_of)),
    }


_FURTHER = {
    "receivables": _receivables,
    "surveys": _surveys,
    "interactions": _interactions,
    "cases": _cases,
}
