"""Text in Parquet is used as it lies only where trimming would change nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.reading import ReadingOptions, Source, read_table

if TYPE_CHECKING:
    from pathlib import Path

_BLANKS = " \t\r\n\u00a0\u3000\ufeff"


def _ids_and_names(path: Path, names: list[str | None]) -> list[tuple[str, str | None]]:
    table = pa.table(
        {
            "customer_id": [f"{number:04}" for number in range(len(names))],
            "name": pa.array(names, pa.string()),
        }
    )
    parquet.write_table(table, path)
    with DuckDBEngine() as engine:
        read, _ = read_table(engine, "customers", Source((path,)), ReadingOptions())
        return [
            (str(one), None if other is None else str(other))
            for one, other in engine.rows(
                f"SELECT customer_id, name FROM {read.relation} ORDER BY customer_id"
            )
        ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("plain", "plain"),
        ("客户 甲", "客户 甲"),
        ("", None),
        *((f"{blank}x", "x") for blank in _BLANKS),
        *((f"x{blank}", "x") for blank in _BLANKS),
        *((blank, None) for blank in _BLANKS),
        ("\u00a1x", "\u00a1x"),
        ("\u3001x", "\u3001x"),
        ("\U0001f600", "\U0001f600"),
        *((f"{blank}{word}", None) for word in ("NULL", "\\N") for blank in ("", *_BLANKS)),
        *((word, word) for word in ("Null", "NULLS", "\\n", "N/A", "None", "无", "-")),
    ],
)
def test_one_cell_in_a_clean_column_decides_how_it_is_read(
    tmp_path: Path, cell: str, expected: str | None
) -> None:
    found = _ids_and_names(tmp_path / "customers.parquet", ["a", None, cell, "b"])
    assert [name for _, name in found] == ["a", None, expected, "b"]


@pytest.mark.parametrize("word", ["NULL", "\\N"])
def test_a_word_for_nothing_is_no_id(tmp_path: Path, word: str) -> None:
    path = tmp_path / "orders.parquet"
    table = pa.table(
        {
            "order_id": ["1", "2"],
            "customer_id": ["007", word],
            "ordered_at": ["2024-01-31", "2024-01-30"],
            "amount": ["1.00", "2.00"],
        }
    )
    parquet.write_table(table, path)
    with DuckDBEngine() as engine:
        read, _ = read_table(engine, "orders", Source((path,)), ReadingOptions())
        rows = engine.rows(f"SELECT customer_id FROM {read.relation} ORDER BY order_id")
    assert rows == [("007",), (None,)]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(
        st.none() | st.text(st.sampled_from(f"ab 客\U0001f600{_BLANKS}"), max_size=4),
        min_size=1,
        max_size=6,
    )
)
def test_every_text_is_read_trimmed(tmp_path: Path, names: list[str | None]) -> None:
    found = _ids_and_names(tmp_path / "customers.parquet", names)
    assert [name for _, name in found] == [
        None if name is None else name.strip(_BLANKS) or None for name in names
    ]
