"""Keys: copies count once, contradictions are refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefen.domain.errors import DataError
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.reading import ReadingOptions, Source, read_table

if TYPE_CHECKING:
    from pathlib import Path


def _orders(path: Path, lines: list[str], heading: str = "order_id,line,customer_id") -> Path:
    path.write_text(
        f"{heading},ordered_at,amount\n" + "".join(f"{line}\n" for line in lines),
        encoding="utf-8",
    )
    return path


def test_copies_of_a_line_count_once_and_are_reported(tmp_path: Path, read: Any, rows: Any) -> None:
    lines = ["1,1,a,2024-01-01,5", "1,2,a,2024-01-01,5", "1,1,a,2024-01-01,5.00"]
    table, findings = read("orders", _orders(tmp_path / "o.csv", lines))
    assert rows(table, "order_id", "line") == [("1", "1"), ("1", "2")]
    assert (table.rows_in, table.rows_used, table.rows_duplicate) == (3, 2, 1)
    assert [f.count for f in findings if f.code == "rows_duplicate"] == [1]


def test_one_line_with_two_contents_is_refused(tmp_path: Path, read: Any) -> None:
    lines = ["1,7,a,2024-01-01,5", "2,7,a,2024-01-01,5", "1,7,a,2024-01-01,6"]
    with pytest.raises(DataError) as caught:
        read("orders", _orders(tmp_path / "o.csv", lines))
    message = str(caught.value)
    assert "order_id = 1, line = 7, rows 2 and 4" in message
    assert "5.0000" in message
    assert "6.0000" in message


def test_only_the_columns_that_differ_are_told(tmp_path: Path, read: Any) -> None:
    invoices = tmp_path / "receivables.csv"
    invoices.write_text(
        "invoice_id,customer_id,issued_on,due_on,amount,settled_on\n"
        "a,1,2024-01-01,2024-02-01,100,\n"
        "a,1,2024-01-01,2024-02-01,120,2024-03-01\n"
    )
    with pytest.raises(DataError) as raised:
        read("receivables", invoices)
    told = "amount 100.0000 / 120.0000; settled_on nothing / 2024-03-01."
    assert told in raised.value.what.en
    assert "settled_on 空 / 2024-03-01" in raised.value.what.zh
    assert "None" not in raised.value.what.en
    assert "NULL" not in raised.value.what.en


def test_orders_without_lines_are_multisets(tmp_path: Path, read: Any, rows: Any) -> None:
    lines = ["1,a,2024-01-01,5", "1,a,2024-01-01,5", "1,a,2024-01-01,6"]
    path = _orders(tmp_path / "o.csv", lines, "order_id,customer_id")
    table, _ = read("orders", path)
    assert rows(table, "amount") == [(Decimal(5),), (Decimal(5),), (Decimal(6),)]
    assert table.rows_duplicate == 0


def test_lines_without_a_number_are_kept_beside_numbered_ones(tmp_path: Path, read: Any) -> None:
    lines = ["1,,a,2024-01-01,5", "1,,a,2024-01-01,5", "1,1,a,2024-01-01,5", "1,1,a,2024-01-01,5"]
    table, _ = read("orders", _orders(tmp_path / "o.csv", lines))
    assert (table.rows_used, table.rows_duplicate) == (3, 1)


def test_an_order_of_two_customers_is_refused(tmp_path: Path, read: Any) -> None:
    lines = ["1,1,a,2024-01-01,5", "1,2,b,2024-01-01,5", "2,1,,2024-01-01,5"]
    with pytest.raises(DataError, match="1 order belongs to more than one customer: 1: a, b"):
        read("orders", _orders(tmp_path / "o.csv", lines))


def test_copies_in_another_file_count_once(tmp_path: Path, read: Any) -> None:
    one = _orders(tmp_path / "1.csv", ["1,1,a,2024-01-01,5"])
    other = _orders(tmp_path / "2.csv", ["1,1,a,2024-01-01,5", "2,1,a,2024-01-01,5"])
    table, _ = read("orders", one, other)
    assert (table.rows_used, table.rows_duplicate) == (2, 1)


def test_customers_with_one_id_must_be_alike(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "c.csv"
    path.write_text("customer_id,name,note\n1,a,x\n1,a,x\n2,b,y\n", encoding="utf-8")
    table, _ = read("customers", path)
    assert (table.rows_used, table.rows_duplicate) == (2, 1)
    path.write_text("customer_id,name,note\n1,a,x\n1,a,z\n", encoding="utf-8")
    with pytest.raises(DataError, match="customer_id = 1, rows 2 and 3"):
        read("customers", path)


def test_tables_without_an_id_keep_every_row(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "i.csv"
    path.write_text("customer_id,at,kind\n1,2024-01-01,拜访\n1,2024-01-01,visit\n", "utf-8")
    table, _ = read("interactions", path)
    assert (table.rows_used, table.rows_duplicate) == (2, 0)


def test_rejected_rows_take_no_part_in_keys(tmp_path: Path, read: Any) -> None:
    lines = ["1,1,a,2024-01-01,5", "1,1,a,2024-01-01,five"]
    table, _ = read("orders", _orders(tmp_path / "o.csv", lines), max_rejected=Decimal(1))
    assert (table.rows_used, table.rows_rejected, table.rows_duplicate) == (1, 1, 0)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.one_of(st.integers(-70, 130).map(str), st.sampled_from(["x", "64", "1", ""])),
        ),
        max_size=12,
    )
)
def test_distinct_lines_are_never_taken_for_copies(
    tmp_path_factory: pytest.TempPathFactory, keys: list[tuple[int, str]]
) -> None:
    path = tmp_path_factory.mktemp("keys") / "o.csv"
    _orders(path, [f"{order},{line},a,2024-01-01,5" for order, line in keys])
    numbered = {key for key in keys if key[1]}
    with DuckDBEngine() as engine:
        table, _ = read_table(engine, "orders", Source((path,)), ReadingOptions())
    assert table.rows_used == len(numbered) + sum(1 for key in keys if not key[1])


def test_orders_whose_lines_are_in_several_files_are_told(tmp_path: Path, read: Any) -> None:
    head = "order_id,customer_id,ordered_at,amount\n"
    (tmp_path / "a.csv").write_text(head + "1,a,2024-01-01,5\n2,a,2024-01-02,5\n", "utf-8")
    (tmp_path / "b.csv").write_text(head + "2,a,2024-01-02,5\n3,a,2024-01-03,5\n", "utf-8")
    table, findings = read("orders", tmp_path / "a.csv", tmp_path / "b.csv")
    assert table.rows_used == 4
    assert {f.code: f.count for f in findings}["orders_in_several_files"] == 1
    _, findings = read("orders", tmp_path / "a.csv")
    assert "orders_in_several_files" not in {f.code for f in findings}
