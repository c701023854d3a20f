"""Rows of plain values: many at once are read as each by itself."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.contract import TABLES
from kefen.domain.errors import DataError
from kefen.lake.reading.plain_rows import PlainRows, ReadRows, once

_NUMBERS = st.one_of(
    st.none(),
    st.decimals(allow_nan=True, allow_infinity=True, places=None),
    st.decimals(-(10**9), 10**9, places=4),
    st.integers(-(10**16), 10**16),
    st.floats(),
    st.booleans(),
    st.sampled_from(["", " 12.50 ", "NULL", "1,5", "0012", "-0"]),
)
_TIMES = st.one_of(
    st.none(),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    st.dates(date(1900, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["2026-10-31", "2026-10-31T12:00:00+08:00", "05/06/2024", ""]),
)
_TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["a", " a ", "\u3000", "007", "NULL", "completed", "Cancelled", "取消"]),
    st.integers(0, 3),
    st.sampled_from([1.0, 2.5, True, Decimal("1.50"), Decimal("1.5")]),
)
_LINES = st.one_of(
    st.none(),
    st.integers(0, 2),
    st.sampled_from([True, 1.0, Decimal("2.0"), 1.5, "1", " 2", 10**14, -(10**14)]),
)
_ORDERS = {
    "order_id": _TEXTS,
    "ordered_at": _TIMES,
    "amount": _NUMBERS,
    "quantity": _NUMBERS,
    "category": _TEXTS,
    "line": _LINES,
    "status": _TEXTS,
    "cancelled_on": _TIMES,
    "currency": _TEXTS,
    "of my own": _TEXTS,
}


def told(read: Any) -> Any:
    """Return rows in full, types and digits too, or what is said of them."""
    try:
        found = read()
        rows = found if isinstance(found, list) else one_by_one(found)
        return [{name: repr(value) for name, value in sorted(row.items())} for row in rows]
    except DataError as error:
        return str(error), error.where


def one_by_one(read: ReadRows) -> list[dict[str, Any]]:
    """Return rows that were read by column."""
    return [{name: read.columns[name][n] for name in read.columns} for n in range(read.count)]


def each_by_itself(reader: PlainRows, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    read = [reader.canonical(row | {"customer_id": "C1"}) for row in rows]
    return once(TABLES["orders"], read)


@given(
    columns=st.sets(st.sampled_from(sorted(_ORDERS))).map(lambda s: s | {"ordered_at", "amount"}),
    data=st.data(),
)
def test_many_rows_are_read_as_each_by_itself(columns: set[str], data: st.DataObject) -> None:
    shape = st.fixed_dictionaries({name: _ORDERS[name] for name in sorted(columns)})
    whole = st.fixed_dictionaries(
        {
            "order_id": st.sampled_from(["a", " b "]),
            "ordered_at": st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
            "amount": st.decimals(-(10**15), 10**15, places=data.draw(st.sampled_from([2, 4, 5]))),
        }
    )
    rows = data.draw(st.one_of(st.lists(shape, max_size=6), st.lists(whole, max_size=6)))
    reader = PlainRows(TABLES["orders"], "Asia/Shanghai")
    before = [dict(row) for row in rows]
    together = told(lambda: reader.all_canonical(rows, ("customer_id", "C1")))
    assert together == told(lambda: each_by_itself(reader, rows))
    assert [*map(repr, rows)] == [*map(repr, before)]


@pytest.mark.parametrize("wrong", [Decimal("NaN"), Decimal("Infinity"), Decimal(10) ** 14])
def test_a_number_that_cannot_be_stored_is_refused_among_good_ones(wrong: Decimal) -> None:
    reader = PlainRows(TABLES["orders"], "UTC")
    day = datetime(2026, 10, 31)
    rows = [
        {"order_id": "1", "ordered_at": day, "amount": amount}
        for amount in (Decimal("1.0000"), wrong, Decimal("2.0000"))
    ]
    with pytest.raises(DataError) as refused:
        reader.all_canonical(rows, ("customer_id", "C1"))
    assert refused.value.where == "orders.amount"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1_000", "not a number"),
        ("٣", "not a number"),
        ("1e15", "more than 14 digits"),
        (10**400, "more than 14 digits"),
        ("1e999999999", "more than 14 digits"),
        ("Infinity", "not a number"),
    ],
)
def test_a_number_is_one_only_where_it_is_one_in_a_file(written: Any, told: str) -> None:
    reader = PlainRows(TABLES["orders"], "UTC")
    row = {"order_id": "1", "ordered_at": datetime(2026, 10, 31), "amount": written}
    with pytest.raises(DataError, match=told):
        reader.all_canonical([row, {**row, "amount": "2"}], ("customer_id", "C1"))
    with pytest.raises(DataError, match=told):
        reader.canonical({**row, "customer_id": "C1"})


def test_wide_digits_are_digits() -> None:
    row = {"order_id": "1", "ordered_at": "2026-10-31", "customer_id": "C1", "amount": "１２.5"}
    assert PlainRows(TABLES["orders"], "UTC").canonical(row)["amount"] == Decimal("12.5000")


@pytest.mark.parametrize(
    "amounts",
    [
        ["1.5", "1.50005", "-0"],
        [" 1.5 ", "\ufeff2", "\u3000"],
        ["1e3", "NULL", None],
        ["7", "about 8"],
        ["1", "NaN"],
        ["1", "1e15"],
        ["1", "1_000"],
        ["", None],
    ],
)
def test_numbers_and_moments_in_text_are_read_together_as_each_by_itself(amounts: Any) -> None:
    reader = PlainRows(TABLES["orders"], "Asia/Shanghai")
    for moments in (
        ["2026-10-31", "2026-10-31 23:59:59", " 2026-10-30"],
        ["2026-10-31T20:00:00+00:00", "2026-10-31", "2026-10-30"],
    ):
        rows = [
            {"order_id": str(place), "ordered_at": moment, "amount": amount}
            for place, (moment, amount) in enumerate(zip(moments, amounts, strict=False))
        ]
        together = told(lambda rows=rows: reader.all_canonical(rows, ("customer_id", "C1")))
        assert together == told(lambda rows=rows: each_by_itself(reader, rows))


def test_rows_that_lack_a_column_of_the_key_are_compared_by_the_others() -> None:
    table = TABLES["orders"]
    rows = [{"order_id": "1"}, {"order_id": "1"}, {"order_id": "2", "line": 1}]
    assert once(table, rows) == rows
    assert once(table, [rows[2], rows[2]]) == [rows[2]]


def test_whole_columns_of_one_type_are_read_as_each_by_itself() -> None:
    reader = PlainRows(TABLES["orders"], "Asia/Shanghai")
    day = datetime(2026, 10, 31)
    of_one_type: dict[str, list[list[Any]]] = {
        "line": [[1, 2, 2], [1, 2, 10**14], [-(10**14), 1, 2], [True, False, True]],
        "quantity": [[1, None, 3], [1.5, None, 0.1], [float("nan"), 1.0, 2.0], [True, True, True]],
        "cancelled_on": [
            [date(2026, 10, 31), None, date(2026, 11, 1)],
            ["2026-10-31", None, "2026-11-01T23:00:00"],
            ["2026-10-31T23:00:00+00:00", None, "2026-11-01"],
            [day, None, day],
        ],
        "category": [["a", None, " a "], ["NULL", "", "\u3000"]],
        "product_id": [["a", None, " a "], ["NULL", "", "\u3000"], [7, 8, 9]],
    }
    for name, columns in of_one_type.items():
        for values in columns:
            rows = [
                {"order_id": str(place), "ordered_at": day, "amount": Decimal(1), name: value}
                for place, value in enumerate(values)
            ]
            together = told(lambda rows=rows: reader.all_canonical(rows, ("customer_id", "C1")))
            assert together == told(lambda rows=rows: each_by_itself(reader, rows)), values


def test_equal_rows_of_one_key_count_once_and_columns_that_a_row_lacks_are_named() -> None:
    reader = PlainRows(TABLES["orders"], "UTC")
    line = {"order_id": "1", "line": 1, "ordered_at": datetime(2026, 10, 31), "amount": "5"}
    for further in ({}, {"line": 1}):
        other = {"order_id": "2", "ordered_at": datetime(2026, 10, 31), "amount": "5"} | further
        read = reader.all_canonical([line, dict(line), other], ("customer_id", "C1"))
        assert list(read.columns["order_id"]) == ["1", "2"]
        assert ("line" in read.lacking) == (not further)
        assert "cost" in read.lacking
    assert reader.all_canonical([], ("customer_id", "C1")).lacking == set()
    without_lines = [{key: value for key, value in line.items() if key != "line"}] * 3
    assert reader.all_canonical(without_lines, ("customer_id", "C1")).count == 3
