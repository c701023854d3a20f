"""Facts that several aggregations read are cut short without changing what is counted."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from small_company import graded, measured
from tables_by_hand import Company, arrow_table, dataset_by_hand

from kefen.domain.contract import TABLES
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.grading.shortened import lines_wanted
from kefen.lake.reading import ReadingOptions, Source, read_dataset
from kefen.standards.reader import bundled_names, bundled_text, read_standard

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.lake.dataset import Dataset, LinesWanted

STANDARD = """\
standard: counting
version: 1
name: {en: Counting, zh: 计数}
metrics:
  revenue: {sum: orders.amount, over: all time}
  late: {sum: orders.amount, over: last 6 months}
  orders: {count: purchases, over: all time}
  billed: {sum: receivables.amount, over: all time}
  billed_lately: {sum: receivables.amount, over: last 6 months}
  days_billed: {distinct: receivables.issued_on, over: all time}
schemes:
  size:
    score: revenue + billed
    grade_by: score
    grades: {A: ">= 100", B: else}
"""


def _order(customer: str, amount: int, day: str) -> dict[str, Any]:
    return {
        "order_id": f"{customer}/{day}",
        "line": "1",
        "customer_id": customer,
        "ordered_at": datetime.fromisoformat(day),
        "amount": Decimal(amount),
    }


def _invoice(customer: str, amount: int, day: str) -> dict[str, Any]:
    return {
        "invoice_id": f"{customer}/{day}",
        "customer_id": customer,
        "issued_on": date.fromisoformat(day),
        "amount": Decimal(amount),
    }


def _read(
    engine: DuckDBEngine, folder: Path, company: Company, wanted: LinesWanted | None
) -> Dataset:
    """Return the dataset that reading gives of files of Parquet whose lines are whole numbers."""
    sources = {}
    for name, rows in company.items():
        kinds = {column.name: column.kind for column in TABLES[name].columns}
        table = arrow_table(rows, {one: kinds[one] for one in rows[0]})
        if name == "orders":
            place = table.schema.get_field_index("line")
            table = table.set_column(place, "line", table.column("line").cast(pa.int32()))
        pq.write_table(table, folder / f"{name}.parquet")
        sources[name] = Source((folder / f"{name}.parquet",))
    return read_dataset(engine, sources, ReadingOptions(), wanted)


def test_ids_that_look_like_row_numbers_keep_their_own_rows() -> None:
    # In short, order lines have a customer's row number; no other fact does.
    ids = ["2", "1", "0", "00", "3"]
    company = {
        "customers": [{"customer_id": name, "created_on": date(2020, 1, 1)} for name in ids],
        "orders": [
            _order(name, 10**place, day)
            for place, name in enumerate(ids)
            for day in ("2025-02-01", "2026-02-01")
        ],
        "receivables": [
            _invoice(name, 3 * 10**place, day)
            for place, name in enumerate(ids)
            for day in ("2025-03-01", "2026-03-01")
        ],
    }
    standard = read_standard(STANDARD, "counting.yaml")
    with DuckDBEngine() as engine:
        run = grade(dataset_by_hand(engine, company), standard, date(2026, 4, 30))
        assert measured(run) == {
            name: {
                "revenue": 2 * 10**place,
                "late": 10**place,
                "orders": 2,
                "billed": 6 * 10**place,
                "billed_lately": 3 * 10**place,
                "days_billed": 2,
            }
            for place, name in enumerate(ids)
        }


def test_order_lines_read_in_short_give_the_same_as_those_read_when_asked(tmp_path: Path) -> None:
    standard = read_standard(STANDARD, "counting.yaml")
    as_of = date(2026, 4, 30)
    # The first is not there yet, so that the others' numbers are not their rows among the graded;
    # the second is there by its order alone.
    created = {"later": date(2026, 6, 1), "undated": None, "2": date(2020, 1, 1)}
    company = {
        "customers": [{"customer_id": c, "created_on": day} for c, day in created.items()],
        "orders": [
            _order("undated", 7, "2025-02-01"),
            _order("2", 5, "2026-02-01"),
            _order("2", 3, "2025-02-01"),
            _order("2", 90, "2026-05-02"),
            _order("later", 11, "2026-06-01"),
            _order("nobody", 13, "2026-02-01"),
            _order("2", 3, "2025-02-01"),
        ],
    }
    wanted = lines_wanted(standard, as_of)
    assert wanted is not None
    assert wanted.columns == {"order_id", "customer_id", "amount", "ordered_on"}
    found = []
    for asked in (None, wanted):
        with DuckDBEngine() as engine:
            dataset = _read(engine, tmp_path, company, asked)
            short = dataset.tables["orders"].short_lines
            assert (short is None) == (asked is None)
            run = grade(dataset, standard, as_of)
            found.append((measured(run), graded(run), run.record["rows"]))
            assert dataset.tables["orders"].short_lines is None, "they are dropped after use"
    assert found[0] == found[1]
    assert {name: row["revenue"] for name, row in found[1][0].items()} == {"undated": 7, "2": 8}


def test_order_lines_read_in_short_for_another_day_are_not_used(tmp_path: Path) -> None:
    standard = read_standard(STANDARD, "counting.yaml")
    company = {
        "customers": [{"customer_id": name, "created_on": None} for name in ("a", "b")],
        "orders": [_order("a", 5, "2025-02-01"), _order("b", 3, "2026-02-01")],
    }
    wanted = lines_wanted(standard, date(2026, 4, 30))
    with DuckDBEngine() as engine:
        dataset = _read(engine, tmp_path, company, wanted)
        assert dataset.tables["orders"].short_lines is not None
        run = grade(dataset, standard, date(2025, 4, 30))
        assert {name: row["revenue"] for name, row in measured(run).items()} == {"a": 5}


@pytest.mark.parametrize("name", bundled_names())
def test_what_a_ready_standard_asks_of_order_lines_are_columns_of_theirs(name: str) -> None:
    standard = read_standard(bundled_text(name), f"{name}.yaml")
    wanted = lines_wanted(standard, date(2026, 4, 30))
    if wanted is not None:
        assert wanted.columns <= {*TABLES["orders"].column_names, "ordered_on"}
