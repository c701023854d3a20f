"""Order lines read in short tell the same of the data as lines read as they are asked for."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefen.domain.errors import DataError
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.dataset import LinesWanted
from kefen.lake.reading import ReadingOptions, Source, read_dataset
from kefen.lake.reading.short_lines import Codes, fits, repeated_grouped, repeated_sorted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kefen.lake.dataset import Dataset

AS_OF = date(2024, 6, 1)
WANTED = LinesWanted(
    as_of=AS_OF,
    columns=frozenset({"order_id", "customer_id", "amount", "ordered_on", "category"}),
    counted=f"CAST(ordered_at AS DATE) <= DATE '{AS_OF}' AND status IS DISTINCT FROM 'cancelled'",
    unless=frozenset({"recorded_on"}),
)
CUSTOMERS = {"a": None, "b": date(2020, 1, 1), "12346": date(2024, 12, 1), " c": None}
Line = tuple[str | None, int | None, str | None, int, int]


def _read(folder: Path, engine: DuckDBEngine, lines: Sequence[Line], wanted: Any) -> Dataset:
    order, line, customer, day, amount = zip(*lines, strict=True) if lines else [()] * 5
    pq.write_table(
        pa.table({"customer_id": list(CUSTOMERS), "created_on": list(CUSTOMERS.values())}),
        folder / "customers.parquet",
    )
    pq.write_table(
        pa.table(
            {
                "order_id": pa.array(order, pa.string()),
                "line": pa.array(line, pa.int32()),
                "customer_id": pa.array(customer, pa.string()),
                "ordered_at": pa.array([datetime(2024, 6, d, 9) for d in day], pa.timestamp("us")),
                "amount": pa.array([Decimal(a) for a in amount], pa.decimal128(12, 2)),
            }
        ),
        folder / "orders.parquet",
    )
    sources = {name: Source((folder / f"{name}.parquet",)) for name in ("customers", "orders")}
    options = ReadingOptions(max_rejected=Decimal(1))
    return read_dataset(engine, sources, options, wanted)


@pytest.fixture(scope="module")
def shared() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as made:
        yield made


def _told(engine: DuckDBEngine, folder: Path, lines: Sequence[Line], wanted: Any) -> Any:
    """Return everything that a reading of the lines tells, or why they are refused."""
    try:
        data = _read(folder, engine, lines, wanted)
    except DataError as error:
        return str(error)
    orders = data.tables["orders"]
    short = orders.short_lines
    kept = engine.rows(f"SELECT * FROM {orders.relation} ORDER BY ALL")
    if short is not None:
        assert engine.rows(
            "SELECT numbers.customer_id, order_id, amount, ordered_on "
            f"FROM {short.relation} AS short JOIN {short.customers} AS numbers "
            "ON numbers.rowid = counted_number ORDER BY ALL"
        ) == engine.rows(
            "SELECT customer_id, order_id, amount, CAST(ordered_at AS DATE) "
            f"FROM {orders.relation} WHERE {WANTED.counted} ORDER BY ALL"
        )
    undated = [name.strip() for name, day in CUSTOMERS.items() if not day or day > AS_OF]
    return (
        short is not None,
        kept,
        (orders.rows_in, orders.rows_used, orders.rows_duplicate, orders.rows_rejected),
        (orders.rows_unattributed, orders.amount_unattributed),
        [(found.code, found.count, found.message, dict(found.details)) for found in data.findings],
        engine.rows(
            f"SELECT customer_id, first_on FROM {orders.first_days} "
            f"WHERE customer_id IN {tuple(undated)} ORDER BY ALL"
        ),
    )


def _same(engine: DuckDBEngine, folder: Path, lines: Sequence[Line]) -> Any:
    """Return what both ways of reading tell; they tell the same."""
    plain, short = (_told(engine, folder, lines, wanted) for wanted in (None, WANTED))
    if isinstance(plain, str):
        assert short == plain
    else:
        assert short[1:] == plain[1:]
        assert not plain[0]
    return short


LINES = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "3.0"]),
        st.sampled_from([1, 2, 65, -1, None]),
        st.sampled_from(["a", "b", "12346", "12346.0", "x", "y", None]),
        st.integers(1, 2),
        st.sampled_from([1, 1, -2]),
    ),
    max_size=8,
)


@settings(deadline=None, max_examples=50)
@given(lines=LINES)
def test_both_ways_of_reading_tell_the_same(shared: DuckDBEngine, lines: list[Line]) -> None:
    with TemporaryDirectory() as folder:
        _same(shared, Path(folder), lines)


@settings(deadline=None, max_examples=50)
@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from(["1", "1 ", " 1", "1\u3000", "", "NULL", "\\N", "2", None]),
            st.sampled_from([1, 2, None]),
            st.sampled_from(["a", "a ", "a\t", " a", "\ufeffa", "b", "", " ", "NULL", "x", "c"]),
            st.integers(1, 2),
            st.sampled_from([1, -2]),
        ),
        max_size=5,
    )
)
def test_ids_that_have_to_be_cleaned_are_told_the_same(
    shared: DuckDBEngine, lines: list[Line]
) -> None:
    with TemporaryDirectory() as folder:
        _same(shared, Path(folder), lines)


@pytest.mark.parametrize("order", ["1", "1 ", "1\u00a0"])
@pytest.mark.parametrize("customer", ["a", "a ", "a\u3000", " a", "NULL", "\\N", "", "x"])
def test_lines_with_ids_to_be_cleaned_come_in_short_too(
    tmp_path: Path, shared: DuckDBEngine, order: str, customer: str
) -> None:
    told = _same(shared, tmp_path, [(order, 1, customer, 1, 1), ("2", 1, "b", 2, 1)])
    assert told[0], "the lines did not come in short"


@settings(deadline=None, max_examples=25)
@given(lines=LINES, again=st.integers(1, 3))
def test_lines_of_one_customer_an_order_are_told_the_same(
    shared: DuckDBEngine, lines: list[Line], again: int
) -> None:
    owners = {"1": "a", "2": "12346.0", "3": None, "3.0": "b", None: "a"}
    whole = [(o, n, owners[o], 1, 1) for o, n, _, _, _ in lines] * again
    with TemporaryDirectory() as folder:
        told = _same(shared, Path(folder), whole)
    assert told[2][2] == len(whole) - len(told[1]) - told[2][3] - told[3][0]


@pytest.mark.parametrize(
    "customers",
    [("a", "b"), ("a", "x"), ("x", "a"), ("x", "y")],
    ids=["known", "known and unknown", "unknown and known", "unknown"],
)
def test_an_order_of_two_customers_is_refused(
    shared: DuckDBEngine, tmp_path: Path, customers: tuple[str, str]
) -> None:
    lines: list[Line] = [("1", n, c, 1, 5) for n, c in enumerate(customers)]
    told = _same(shared, tmp_path, lines)
    assert "1 order belongs to more than one customer: 1: " in told


def test_a_blank_customer_is_no_second_one(shared: DuckDBEngine, tmp_path: Path) -> None:
    told = _same(shared, tmp_path, [("1", 1, "a", 1, 5), ("1", 2, None, 1, 5)])
    assert told[0]
    assert told[3] == (1, "5.0000")


def test_copies_in_short_are_left_out_and_lines_that_look_alike_are_not(
    shared: DuckDBEngine, tmp_path: Path
) -> None:
    line: Line = ("1", 1, "a", 1, 5)
    told = _same(shared, tmp_path, [line, ("1", 65, "a", 1, 5), line, line, ("1", -63, "a", 1, 5)])
    assert told[0]
    assert told[2] == (5, 3, 2, 0)


def test_a_key_with_two_contents_is_refused_in_short(shared: DuckDBEngine, tmp_path: Path) -> None:
    assert "rows 1 and 2" in _same(shared, tmp_path, [("1", 1, "a", 1, 5), ("1", 1, "a", 2, 5)])


def test_orders_with_repeats_are_found_by_sorting_and_by_grouping(engine: DuckDBEngine) -> None:
    engine.run(
        'CREATE TABLE many AS SELECT CAST(n // 3 AS VARCHAR) AS order_id, n % 3 AS "line number", '
        "CAST(CASE n // 3 % 5 WHEN 0 THEN NULL ELSE n // 3 % 1000 END AS UINTEGER) "
        "AS customer_number FROM range(900_000) AS made(n)"
    )
    # One order gets a copy, one a second customer, one a line without a number twice.
    engine.run(
        "INSERT INTO many SELECT * FROM many WHERE order_id = '299999' AND \"line number\" = 2"
    )
    engine.run("INSERT INTO many VALUES ('77777', 3, 1)")
    engine.run("INSERT INTO many VALUES ('5', NULL, NULL), ('5', NULL, NULL)")
    codes = Codes(1000)
    engine.run(f"CREATE TABLE coded AS SELECT *, {codes.order('many')} AS order_bits FROM many")
    repeated_sorted(engine, "coded", codes, "sorted")
    repeated_grouped(engine, "coded", codes, "grouped")
    found = engine.rows("SELECT bits FROM sorted ORDER BY ALL")
    assert found == engine.rows("SELECT bits FROM grouped ORDER BY ALL")
    orders = engine.rows("SELECT DISTINCT order_id FROM coded WHERE order_bits IN (FROM sorted)")
    assert {("299999",), ("77777",), ("5",)} <= set(orders)
    assert len(orders) < 10


def test_lines_whose_money_may_be_converted_are_not_read_in_short(tmp_path: Path) -> None:
    pq.write_table(pa.table({"customer_id": ["a"]}), tmp_path / "customers.parquet")
    pq.write_table(
        pa.table(
            {
                "order_id": ["1"],
                "line": [1],
                "customer_id": ["a"],
                "ordered_at": [datetime(2024, 6, 1)],
                "amount": [Decimal("1.00")],
                "currency": ["CNY"],
            }
        ),
        tmp_path / "orders.parquet",
    )
    sources = {name: Source((tmp_path / f"{name}.parquet",)) for name in ("customers", "orders")}
    with DuckDBEngine() as engine:
        data = read_dataset(engine, sources, ReadingOptions(), WANTED)
        assert data.tables["orders"].short is None


@pytest.mark.parametrize(
    ("limit", "lines", "expected"),
    [
        ("100MB", 1_000_000, True),
        ("100MB", 2_000_000, False),
        ("512KB", 20_000, False),
        ("2TB", 33_000_000, True),
        ("2TB", 34_000_000, False),
        ("-1", 33_000_000, True),
    ],
)
def test_codes_are_sorted_within_a_quarter_of_the_memory(
    limit: str, lines: int, expected: bool
) -> None:
    with DuckDBEngine(memory_limit="2GB") as engine:
        engine.run(f"SET memory_limit = '{limit}'")
        assert fits(engine, lines) is expected
