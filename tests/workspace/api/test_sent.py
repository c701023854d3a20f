"""What is sent is taken as it was written, whichever columns it has."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.contract import TABLES
from kefen.domain.errors import CallError
from kefen.lake.reading.plain_rows import GivenColumns, PlainRows
from kefen.workspace.api.sent import rows_sent

_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**18), 10**18),
    st.sampled_from(["1.50", "2026-10-31", "", " a ", "客户"]),
    st.lists(st.integers(0, 1), max_size=1),
)
_COLUMNS = st.sampled_from([*TABLES["orders"].column_names, "of my own"])
_ROWS = st.lists(st.dictionaries(_COLUMNS, _VALUES, max_size=6), max_size=4)


@given(orders=_ROWS, cases=_ROWS)
def test_rows_are_taken_as_they_were_written(orders: Any, cases: Any) -> None:
    sent = {"customer": {"customer_id": "1", "of my own": True}, "orders": orders, "cases": cases}
    customer, tables = rows_sent(json.dumps(sent).encode())
    assert customer == sent["customer"]
    told = {
        name: rows.one_by_one() if isinstance(rows, GivenColumns) else rows
        for name, rows in tables.items()
    }
    assert repr({name: [sorted(row.items()) for row in rows] for name, rows in told.items()}) == (
        repr({name: [sorted(row.items()) for row in sent[name]] for name in ("orders", "cases")})
    )


@pytest.mark.parametrize("further", [{}, {"of my own": "x"}])
@pytest.mark.parametrize("lacking", [(), ("cost",)])
def test_rows_are_read_alike_whichever_columns_they_have(further: Any, lacking: Any) -> None:
    rows = [
        {"order_id": str(n), "ordered_at": "2026-10-01", "amount": 1.25, "cost": 1} for n in (1, 2)
    ]
    rows[0] |= further
    rows[1] = {name: value for name, value in rows[1].items() if name not in lacking}
    reader = PlainRows(TABLES["orders"], "UTC")
    _, tables = rows_sent(json.dumps({"customer": {}, "orders": rows}).encode())
    plain = [row | {"amount": "1.25"} for row in rows]
    found = reader.all_canonical(tables["orders"], ("customer_id", "1"))
    expected = reader.all_canonical(plain, ("customer_id", "1"))
    assert found.lacking == expected.lacking
    assert ("cost" in found.lacking) == bool(lacking)
    by_name = [{n: list(read.columns[n]) for n in read.columns} for read in (found, expected)]
    assert repr(sorted(by_name[0].items())) == repr(sorted(by_name[1].items()))


def test_no_rows_are_rows_of_a_table_that_is_there() -> None:
    customer, tables = rows_sent(b'{"customer": {}, "orders": []}')
    assert customer == {}
    assert list(tables) == ["orders"]
    read = PlainRows(TABLES["orders"], "UTC").all_canonical(tables["orders"], ("customer_id", "1"))
    assert (read.count, read.lacking) == (0, set())


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{}", b'{"customer": []}', b"\xff", b"[" * 10**5),
        *(b'{"customer": {}, "orders": null}', b'{"customer": {}, "orders": [1]}'),
        *(b'{"customer": {}, "mine": {}}', b'{"customer": NaN}'),
    ],
)
def test_what_is_no_customer_with_its_rows_is_refused(body: bytes) -> None:
    with pytest.raises(CallError):
        rows_sent(body)
