"""What an import does to a table, what it counts and what it refuses."""

from __future__ import annotations

import csv
import hashlib
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from rows_by_hand import order, read_rows, rows_of

from kefen.domain.contract import TABLES
from kefen.domain.errors import BookError, CallError, DataError
from kefen.lake.book import Book, merge, workspace
from kefen.lake.book.delta import DataFile, LakeTable

if TYPE_CHECKING:
    from pathlib import Path

    from kefen.engines.duckdb import DuckDBEngine

LINES = ("order_id", "line", "amount")


def test_the_same_file_twice_changes_nothing_and_is_recorded_as_seen(
    book: Book, engine: DuckDBEngine
) -> None:
    rows = [order("o1", "10"), order("o1", "10"), order("o2", "5", None)]
    first = book.imports.import_table(engine, read_rows(engine, "orders", rows), note="May")
    files = sorted((book.lake / "orders").rglob("*.parquet"))
    second = book.imports.import_table(engine, read_rows(engine, "orders", rows), note="May again")

    assert (first.rows_new, first.rows_unchanged, first.state) == (3, 0, "imported")
    assert (second.rows_new, second.rows_unchanged, second.state) == (0, 3, "nothing new")
    assert second.version_after == second.version_before == first.version_after
    assert sorted((book.lake / "orders").rglob("*.parquet")) == files
    assert [batch.note for batch in book.imports.batches()] == ["May", "May again"]
    assert book.imports.batches() == [first, second]


def test_an_order_without_line_numbers_is_replaced_whole(book: Book, engine: DuckDBEngine) -> None:
    rows = [order("o1", "10"), order("o1", "10"), order("o1", "7"), order("o2", "1")]
    book.imports.import_table(engine, read_rows(engine, "orders", rows))
    batch = book.imports.import_table(
        engine, read_rows(engine, "orders", [order("o1", "10"), order("o1", "8")])
    )

    assert rows_of(engine, book, "orders", LINES) == [
        ("o1", None, Decimal(8)),
        ("o1", None, Decimal(10)),
        ("o2", None, Decimal(1)),
    ]
    assert (batch.rows_new, batch.rows_updated, batch.rows_removed, batch.rows_unchanged) == (
        0,
        1,
        1,
        1,
    )


def test_lines_with_numbers_are_upserted_one_by_one(book: Book, engine: DuckDBEngine) -> None:
    rows = [order("o1", "10", line="1"), order("o1", "20", line="2")]
    book.imports.import_table(engine, read_rows(engine, "orders", rows))
    rows = [order("o1", "21", line="2"), order("o1", "30", line="3")]
    batch = book.imports.import_table(engine, read_rows(engine, "orders", rows))

    assert rows_of(engine, book, "orders", LINES) == [
        ("o1", "1", Decimal(10)),
        ("o1", "2", Decimal(21)),
        ("o1", "3", Decimal(30)),
    ]
    assert (batch.rows_new, batch.rows_updated) == (1, 1)


def test_numbered_lines_replace_the_unnumbered_ones_of_their_order(
    book: Book, engine: DuckDBEngine
) -> None:
    book.imports.import_table(engine, read_rows(engine, "orders", [order("o1", "10")]))
    book.imports.import_table(engine, read_rows(engine, "orders", [order("o1", "10", line="1")]))

    assert rows_of(engine, book, "orders", LINES) == [("o1", "1", Decimal(10))]


def test_columns_that_a_file_lacks_keep_their_values(book: Book, engine: DuckDBEngine) -> None:
    rows = [
        {"customer_id": "c1", "name": "Acme", "industry": "steel", "Class": "gold"},
        {"customer_id": "c2", "name": "Beta", "industry": "wood", "Class": "tin"},
    ]
    book.imports.import_table(engine, read_rows(engine, "customers", rows))
    rows = [{"customer_id": "c1", "name": "Acme Ltd", "class": "lead", "Rank; (new)": "7"}]
    book.imports.import_table(engine, read_rows(engine, "customers", rows))

    columns = ("customer_id", "name", "industry", "Class", "Rank; (new)")
    assert rows_of(engine, book, "customers", columns) == [
        ("c1", "Acme Ltd", "steel", "lead", "7"),
        ("c2", "Beta", "wood", "tin", None),
    ]
    assert rows_of(engine, book, "customers", columns[:4], {"customers": 1}) == [
        ("c1", "Acme", "steel", "gold"),
        ("c2", "Beta", "wood", "tin"),
    ]


def test_an_unchanged_order_keeps_columns_that_the_file_lacks(
    book: Book, engine: DuckDBEngine
) -> None:
    book.imports.import_table(engine, read_rows(engine, "orders", [order("o1", "10", cost="4")]))
    batch = book.imports.import_table(engine, read_rows(engine, "orders", [order("o1", "10")]))

    assert batch.state == "nothing new"
    assert rows_of(engine, book, "orders", ("order_id", "cost")) == [("o1", Decimal(4))]


def test_an_order_of_another_customer_is_refused_and_nothing_written(
    book: Book, engine: DuckDBEngine
) -> None:
    book.imports.import_table(engine, read_rows(engine, "orders", [order("o1", "10", "c1")]))
    files = sorted(book.lake.rglob("*"))
    rows = [order("o1", "10", "c2"), order("o9", "1", "c9")]

    with pytest.raises(DataError, match="o1: c1 / c2"):
        book.imports.import_table(engine, read_rows(engine, "orders", rows))
    assert sorted(book.lake.rglob("*")) == files
    assert len(book.imports.batches()) == 1


def test_a_file_with_one_more_equal_row_adds_one(book: Book, engine: DuckDBEngine) -> None:
    visit = {"customer_id": "c1", "at": "2024-01-01 09:00:00", "kind": "visit"}
    book.imports.import_table(engine, read_rows(engine, "interactions", [visit, visit]))
    batch = book.imports.import_table(
        engine, read_rows(engine, "interactions", [visit, visit, visit])
    )

    assert (batch.rows_new, batch.rows_unchanged) == (1, 2)
    assert len(rows_of(engine, book, "interactions", ("kind",))) == 3


@pytest.mark.parametrize("line", [None, "1"], ids=["whole order", "numbered line"])
def test_a_cancellation_without_a_date_is_dated_by_its_import(
    book: Book, engine: DuckDBEngine, line: str | None
) -> None:
    book.imports.import_table(
        engine,
        read_rows(
            engine,
            "orders",
            [
                order("o1", "10", line=line, status="completed"),
                order("o0", "1", status="cancelled"),
            ],
        ),
    )
    cancelled = read_rows(
        engine, "orders", [order("o1", "10", line=line, status="cancelled", cancelled_on=None)]
    )
    evening = datetime(2024, 3, 1, 20, 0, tzinfo=UTC)  # already 2 March in Shanghai
    book.imports.import_table(engine, cancelled, now=evening)
    corrected = read_rows(
        engine, "orders", [order("o1", "9", line=line, status="cancelled", cancelled_on=None)]
    )
    book.imports.import_table(engine, corrected, now=datetime(2024, 5, 1, tzinfo=UTC))

    columns = ("order_id", "amount", "cancelled_on")
    assert rows_of(engine, book, "orders", columns) == [
        ("o0", Decimal(1), None),
        ("o1", Decimal(9), date(2024, 3, 2)),
    ]
    tables, _ = book.tables(engine)
    assert "cancelled_on" in tables["orders"].columns


def test_an_order_that_is_completed_again_has_no_cancellation(
    book: Book, engine: DuckDBEngine
) -> None:
    for status in ("completed", "cancelled", "completed"):
        rows = [order("o1", "10", line="1", status=status)]
        book.imports.import_table(engine, read_rows(engine, "orders", rows))

    assert rows_of(engine, book, "orders", ("status", "cancelled_on")) == [("completed", None)]


def test_buckets_are_the_md5_of_the_customer_on_every_machine(
    book: Book, engine: DuckDBEngine
) -> None:
    rows = [order(f"o{n}", "1", f"客户{n}") for n in range(40)]
    book.imports.import_table(engine, read_rows(engine, "orders", rows))

    for path in (book.lake / "orders").rglob("*.parquet"):
        bucket = int(path.parent.name.split("=")[1])
        found = engine.rows("SELECT customer_id FROM read_parquet(?)", [str(path)])
        for (customer,) in found:
            digits = hashlib.md5(customer.encode(), usedforsecurity=False).hexdigest()[:4]
            assert int(digits, 16) % 16 == bucket


def test_an_import_rewrites_only_files_with_changed_rows(book: Book, engine: DuckDBEngine) -> None:
    rows = [order(f"o{n}", "1", f"c{n}", line="1") for n in range(60)]
    book.imports.import_table(engine, read_rows(engine, "orders", rows))
    before = {file.path for file in _files(book)}
    book.imports.import_table(
        engine, read_rows(engine, "orders", [order("o7", "2", "c7", line="1")])
    )
    after = {file.path for file in _files(book)}

    assert len(before - after) == 1
    assert len(after - before) == 1


def test_chunks_and_compaction_change_no_result(
    book: Book, engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "ROWS_PER_CHUNK", 5)
    monkeypatch.setattr(workspace, "_FILES_PER_BUCKET", 2)
    expected = {}
    for month in range(1, 5):
        rows = [
            order(f"o{n}", str(month), f"c{n}", line="1") for n in range(month, 40 + month, month)
        ]
        expected |= {row["order_id"]: Decimal(month) for row in rows}
        book.imports.import_table(engine, read_rows(engine, "orders", rows))

    assert dict(rows_of(engine, book, "orders", ("order_id", "amount"))) == expected
    per_bucket = [file.bucket for file in _files(book)]
    assert max(per_bucket.count(bucket) for bucket in per_bucket) <= 2


def test_a_receivable_may_go_to_another_customer(book: Book, engine: DuckDBEngine) -> None:
    invoice = {"invoice_id": "i1", "customer_id": "c1", "issued_on": "2024-01-01", "amount": "5"}
    book.imports.import_table(engine, read_rows(engine, "receivables", [invoice]))
    moved = {**invoice, "customer_id": "c2"}
    batch = book.imports.import_table(engine, read_rows(engine, "receivables", [moved]))

    assert batch.rows_updated == 1
    assert rows_of(engine, book, "receivables", ("invoice_id", "customer_id")) == [("i1", "c2")]


def test_rejected_rows_are_kept_and_written_with_their_reason(
    book: Book, engine: DuckDBEngine, tmp_path: Path
) -> None:
    rejected = [(2, "amount", "=cmd()", "not_a_number"), (3, "ordered_at", "-5", "not_a_date")]
    read = read_rows(engine, "orders", [order("o1", "10")], rejected=rejected)
    batch = book.imports.import_table(engine, read)

    assert batch.rows_rejected == 2
    assert book.imports.write_rejected(batch.id, tmp_path / "rejected.csv", "zh") == 2
    with (tmp_path / "rejected.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["行号", "列", "值", "代码", "原因"]
    assert lines[1] == ["2", "amount", "'=cmd()", "not_a_number", "不是数字"]
    assert lines[2][:4] == ["3", "ordered_at", "-5", "not_a_date"]


def test_a_batch_without_rejected_rows_lists_none(
    book: Book, engine: DuckDBEngine, tmp_path: Path
) -> None:
    batch = book.imports.import_table(engine, read_rows(engine, "orders", [order("o1", "10")]))
    assert book.imports.rejected_rows(batch.id) is None
    assert book.imports.write_rejected(batch.id, tmp_path / "none.csv") == 0


@pytest.mark.parametrize("name", ["_kefen_batch", "_KEFEN_Bucket", "filename"])
def test_an_attribute_cannot_take_a_reserved_name(
    book: Book, engine: DuckDBEngine, name: str
) -> None:
    read = read_rows(engine, "customers", [{"customer_id": "c1", name: "x"}])
    with pytest.raises(DataError, match="cannot be called"):
        book.imports.import_table(engine, read)
    assert book.imports.batches() == []


def test_a_version_that_is_not_there_is_refused(book: Book, engine: DuckDBEngine) -> None:
    book.imports.import_table(engine, read_rows(engine, "orders", [order("o1", "10")]))
    for versions in ({"orders": 9}, {"customers": 0}):
        with pytest.raises(BookError, match="has no version"):
            book.tables(engine, versions)


def test_a_time_without_a_zone_is_refused(book: Book, engine: DuckDBEngine) -> None:
    read = read_rows(engine, "orders", [order("o1", "10")])
    with pytest.raises(CallError):
        book.imports.import_table(engine, read, now=datetime(2024, 1, 1))


def test_a_book_works_in_a_folder_with_signs_that_are_patterns(
    tmp_path: Path, engine: DuckDBEngine
) -> None:
    book = Book.create(tmp_path / "a [b]* 客#{}'?", name="signs")
    for amount in ("10", "11"):
        book.imports.import_table(engine, read_rows(engine, "orders", [order("o1", amount)]))
    book.imports.undo(2, engine=engine)

    assert rows_of(engine, book, "orders", LINES) == [("o1", None, Decimal(10))]


def test_a_dataset_separates_rows_of_unknown_customers(book: Book, engine: DuckDBEngine) -> None:
    book.imports.import_table(
        engine, read_rows(engine, "customers", [{"customer_id": "c1", "Seg": "a"}])
    )
    rows = [order("o1", "10"), order("o2", "3", "unknown"), order("o3", "4", None)]
    book.imports.import_table(engine, read_rows(engine, "orders", rows))

    dataset = book.dataset(engine)
    assert dataset.tables["orders"].rows_used == 1
    assert dataset.tables["orders"].rows_unattributed == 2
    assert dataset.versions == book.versions()
    assert dataset.timezone == "Asia/Shanghai"
    assert dataset.tables["customers"].attributes == ("Seg",)


def _files(book: Book) -> tuple[DataFile, ...]:
    return LakeTable(book.lake / "orders", TABLES["orders"]).snapshot().files
