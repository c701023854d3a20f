"""Dates, decimals, booleans and codes as people write them."""

from __future__ import annotations

import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from kefen.domain.errors import DataError
from kefen.engines.duckdb import DuckDBEngine
from kefen.lake.reading import Mapping, ReadingOptions, Source, TableMapping, read_table

if TYPE_CHECKING:
    from pathlib import Path

PLACES = Decimal("0.0001")


def _orders(path: Path, dates: list[str] | None = None, amounts: list[str] | None = None) -> Path:
    count = len(dates or amounts or [])
    dates = dates or ["2024-01-01"] * count
    amounts = amounts or ["1"] * count
    lines = [
        f"{n:04}\tc\t{day}\t{amount}\n"
        for n, (day, amount) in enumerate(zip(dates, amounts, strict=True))
    ]
    path.write_text(
        "order_id\tcustomer_id\tordered_at\tamount\n" + "".join(lines), encoding="utf-8"
    )
    return path


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-31", "2024-01-31T00:00:00"),
        ("2024/1/31", "2024-01-31T00:00:00"),
        ("20240131", "2024-01-31T00:00:00"),
        ("20240131103000", "2024-01-31T10:30:00"),
        ("31.01.2024", "2024-01-31T00:00:00"),
        ("31/01/2024 7:05", "2024-01-31T07:05:00"),
        ("01/31/2024", "2024-01-31T00:00:00"),
        ("01/31/24", "2024-01-31T00:00:00"),
        ("2024年1月31日", "2024-01-31T00:00:00"),
        ("2024年1月31日 13时05分", "2024-01-31T13:05:00"),
        ("２０２４－０１－３１", "2024-01-31T00:00:00"),
        ("2024-01-31T10:00:01.5", "2024-01-31T10:00:01.500000"),
        ("2024-01-31 12:30 AM", "2024-01-31T00:30:00"),
        ("2024-01-31 下午 3:30", "2024-01-31T15:30:00"),
        ("2024-01-31T20:00:00Z", "2024-02-01T04:00:00"),
        ("2024-01-31T20:00:00-05:30", "2024-02-01T09:30:00"),
        ("2024-01-31 20:00:00+0800", "2024-01-31T20:00:00"),
        ("31-Jan-2024", "2024-01-31T00:00:00"),
        ("January 31, 2024", "2024-01-31T00:00:00"),
        ("45322", "2024-01-31T00:00:00"),
        ("45322.5", "2024-01-31T12:00:00"),
        ("1900-01-01", "1900-01-01T00:00:00"),
        ("9999-12-31", "9999-12-31T00:00:00"),
    ],
)
def test_dates_in_usual_forms(tmp_path: Path, read: Any, rows: Any, text: str, moment: str) -> None:
    path = _orders(tmp_path / "o.tsv", dates=[text])
    table, _ = read("orders", path, timezone="Asia/Shanghai")
    assert rows(table, "ordered_at") == [(datetime.datetime.fromisoformat(moment),)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2023-02-30", "impossible_date"),
        ("20230230", "impossible_date"),
        ("30.02.2023", "impossible_date"),
        ("2024-01-31 25:00", "impossible_date"),
        ("yesterday", "not_a_date"),
        ("0", "not_a_date"),
        ("", "missing"),
        ("#REF!", "formula_error"),
    ],
)
def test_dates_that_are_none_are_rejected(
    tmp_path: Path, read: Any, rejected: Any, text: str, code: str
) -> None:
    path = _orders(tmp_path / "o.tsv", dates=[text])
    table, _ = read("orders", path, max_rejected=Decimal(1))
    assert rejected(table) == [(2, "ordered_at", text or None, code)]


def test_the_machines_zone_changes_nothing(
    tmp_path: Path, read: Any, rows: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import time

    path = _orders(tmp_path / "o.tsv", dates=["2024-01-31T20:00:00Z", "2024-01-31 20:00"])
    seen = []
    for zone in ("UTC", "Pacific/Auckland"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        seen.append(rows(read("orders", path, timezone="America/New_York")[0], "ordered_at"))
    monkeypatch.undo()
    time.tzset()
    assert seen[0] == seen[1]
    assert seen[0][0] == (datetime.datetime(2024, 1, 31, 15),)


@pytest.mark.parametrize("text", ["Thu, 29 Dec 2022", "Thursday, December 29, 2022"])
def test_a_day_of_the_week_before_a_date_is_passed_over(
    tmp_path: Path, read: Any, rows: Any, text: str
) -> None:
    path = _orders(tmp_path / "o.tsv", dates=[text])
    assert rows(read("orders", path)[0], "ordered_at") == [(datetime.datetime(2022, 12, 29),)]


def _priced(path: Path, amounts: list[str], cost: str = "") -> Path:
    lines = [f"{n}\ta\t2024-01-01\t{amount}\t{cost}" for n, amount in enumerate(amounts)]
    text = "\n".join(["order_id\tcustomer_id\tordered_at\tamount\tcost", *lines])
    path.write_text(text, encoding="utf-8")
    return path


def test_a_point_that_may_part_thousands_is_refused_until_mapped(
    tmp_path: Path, read: Any, rows: Any
) -> None:
    path = _priced(tmp_path / "o.tsv", ["1.234", "950"])
    with pytest.raises(DataError, match="may part thousands or decimals"):
        read("orders", path)
    for said, amount in (("comma", Decimal(1234)), ("point", Decimal("1.234"))):
        mapping = Mapping("m", {"orders": TableMapping(decimals={"amount": said})})
        table, _ = read("orders", path, mapping=mapping)
        assert rows(table, "amount", order="order_id")[0] == (amount,)


@pytest.mark.parametrize(
    ("amounts", "cost", "first"),
    [
        (["1.234"], "0,50", "1234"),  # another column of the file settles it
        (["1.234"], "0.50", "1.234"),
        (["1.234", "0.500"], "", "1.234"),  # no group of thousands begins with 0
        (["1.234", "1234.500"], "", "1.234"),
        (["1,234"], "", "1234"),
        (["1\u202f234,5"], "", "1234.5"),
    ],
)
def test_what_settles_the_decimal_mark(
    tmp_path: Path, read: Any, rows: Any, amounts: list[str], cost: str, first: str
) -> None:
    path = _priced(tmp_path / "o.tsv", amounts, cost)
    assert rows(read("orders", path)[0], "amount", order="order_id")[0] == (Decimal(first),)


def test_dates_that_fit_both_orders_are_refused_until_mapped(
    tmp_path: Path, read: Any, rows: Any
) -> None:
    path = _orders(tmp_path / "o.tsv", dates=["05/06/2024", "07/08/2024"])
    with pytest.raises(DataError, match="day-first and month-first alike"):
        read("orders", path)
    for said, month in (("day first", 6), ("month first", 5), ("%d/%m/%Y", 6)):
        mapping = Mapping("m", {"orders": TableMapping(dates={"ordered_at": said})})
        table, _ = read("orders", path, mapping=mapping)
        assert rows(table, "ordered_at")[0][0].month == month


def test_dates_of_both_orders_are_refused(tmp_path: Path, read: Any) -> None:
    path = _orders(tmp_path / "o.tsv", dates=["31/01/2024", "01/31/2024"])
    with pytest.raises(DataError, match="1 date of ordered_at has the day first"):
        read("orders", path)


@pytest.mark.parametrize(
    ("dates", "refused"),
    [
        (["04/14/2026", "03.04.2026"], "03.04.2026"),
        (["04/14/2026", "3-4-26"], "3-4-26"),
        (["04/14/2026", "03．04．2026"], "03．04．2026"),
        (["04.14.2026", "03/04/2026"], "03/04/2026"),
    ],
)
def test_a_sign_that_has_the_month_first_does_not_settle_dates_with_another(
    tmp_path: Path, read: Any, rows: Any, dates: list[str], refused: str
) -> None:
    path = _orders(tmp_path / "o.tsv", dates=dates)
    with pytest.raises(DataError, match=f"1 date of ordered_at with [^\0]*such as {refused}"):
        read("orders", path)
    mapping = Mapping("m", {"orders": TableMapping(dates={"ordered_at": "month first"})})
    found = rows(read("orders", path, mapping=mapping)[0], "ordered_at")
    assert {(moment.month, moment.day) for (moment,) in found} == {(4, 14), (3, 4)}


@pytest.mark.parametrize(
    ("dates", "read_as"),
    [
        (["14/04/2026", "03.04.2026"], [(4, 3), (4, 14)]),
        (["04/14/2026", "04.04.2026"], [(4, 4), (4, 14)]),
        (["04/14/2026", "03.14.2026", "03.04.2026"], [(3, 4), (3, 14), (4, 14)]),
    ],
)
def test_dates_with_several_signs_that_settle_one_order_are_read(
    tmp_path: Path, read: Any, rows: Any, dates: list[str], read_as: list[tuple[int, int]]
) -> None:
    found = rows(read("orders", _orders(tmp_path / "o.tsv", dates=dates))[0], "ordered_at")
    assert [(moment.month, moment.day) for (moment,) in found] == read_as


def test_dates_alike_in_day_and_month_need_no_evidence(
    tmp_path: Path, read: Any, rows: Any
) -> None:
    path = _orders(tmp_path / "o.tsv", dates=["05/05/2024"])
    assert rows(read("orders", path)[0], "ordered_at") == [(datetime.datetime(2024, 5, 5),)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.50", "1234.50"),
        ("1,234", "1234"),
        ("1.234,56", "1234.56"),
        ("0,5", "0.5"),
        ("(1,234.50)", "-1234.50"),
        ("1,234.50-", "-1234.50"),
        ("−5", "-5"),
        ("¥1,000", "1000"),
        ("￥ 1 000.5", "1000.5"),
        ("$12", "12"),
        ("-£3.5", "-3.5"),
        ("HK$7", "7"),
        ("CNY 8", "8"),
        ("9.9元", "9.9"),
        ("１２３．４", "123.4"),
        ("1'234.5", "1234.5"),
        ("1.5E+05", "150000"),
        (".5", "0.5"),
        ("1.00005", "1.0001"),
        ("-1.00005", "-1.0001"),
        ("99999999999999.9999", "99999999999999.9999"),
        ("12,34,567.00", "1234567"),
    ],
)
def test_decimals_in_usual_forms(
    tmp_path: Path, read: Any, rows: Any, text: str, amount: str
) -> None:
    path = _orders(tmp_path / "o.tsv", amounts=[text])
    assert rows(read("orders", path)[0], "amount") == [(Decimal(amount),)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("-inf", "not_a_number"),
        ("twelve", "not_a_number"),
        ("1,2,3", "not_a_number"),
        ("12%", "not_a_number"),
        ("-", "not_a_number"),
        (".", "not_a_number"),
        ("NULL", "missing"),
        ("100000000000000", "too_large"),
        ("1,000,000,000,000,000.00", "too_large"),
        ("#DIV/0!", "formula_error"),
    ],
)
def test_numbers_that_are_none_are_rejected(
    tmp_path: Path, read: Any, rejected: Any, text: str, code: str
) -> None:
    path = _orders(tmp_path / "o.tsv", amounts=[text])
    table, _ = read("orders", path, max_rejected=Decimal(1))
    assert rejected(table) == [(2, "amount", text, code)]


def test_a_column_gives_evidence_for_its_decimal_mark(tmp_path: Path, read: Any, rows: Any) -> None:
    path = _orders(tmp_path / "o.tsv", amounts=["1.234", "2,50"])
    assert rows(read("orders", path)[0], "amount") == [(Decimal("2.5"),), (Decimal(1234),)]
    path = _orders(tmp_path / "p.tsv", amounts=["1,234", "2.50"])
    assert rows(read("orders", path)[0], "amount") == [(Decimal("2.5"),), (Decimal(1234),)]


@pytest.mark.parametrize(
    ("dates", "read_as"),
    [
        (["26-03-10", "26-04-11"], None),
        (["26/03/10"] * 20, None),
        # A day that is no year, or a month that is none, tells.
        (["26-03-10", "26-04-41"], datetime.datetime(2010, 3, 26)),
        (["26/03/24", "3/04/24"], datetime.datetime(2024, 3, 26)),
        (["05/26/24", "05/03/24"], datetime.datetime(2024, 5, 3)),
        (["26.03.10", "27.03.10"], datetime.datetime(2010, 3, 26)),
        # Many days and one year.
        ([f"{day}/03/24" for day in range(13, 29)], datetime.datetime(2024, 3, 13)),
        ([f"26-03-{day}" for day in range(10, 29)], None),
    ],
)
def test_years_of_two_digits_that_may_stand_first_are_refused(
    tmp_path: Path, read: Any, rows: Any, dates: list[str], read_as: datetime.datetime | None
) -> None:
    path = tmp_path / "o.csv"
    lines = [f"{n},c,{day},1" for n, day in enumerate(dates)]
    path.write_text(
        "order_id,customer_id,ordered_at,amount\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    if read_as is None:
        with pytest.raises(DataError) as refused:
            read("orders", path)
        assert "%y-%m-%d" in refused.value.mend.en
        assert "%y-%m-%d" in refused.value.mend.zh
    else:
        found = rows(read("orders", path, max_rejected=Decimal("0.5"))[0], "ordered_at")
        assert (read_as,) in found


def test_a_mapping_tells_where_a_year_of_two_digits_stands(
    tmp_path: Path, read: Any, rows: Any
) -> None:
    path = tmp_path / "o.csv"
    path.write_text("order_id,customer_id,ordered_at,amount\n1,c,26-03-10,1\n", encoding="utf-8")
    for said, moment in (
        ("%y-%m-%d", datetime.datetime(2026, 3, 10)),
        ("day first", datetime.datetime(2010, 3, 26)),
    ):
        mapping = Mapping("m", {"orders": TableMapping(dates={"ordered_at": said})})
        assert rows(read("orders", path, mapping=mapping)[0], "ordered_at") == [(moment,)]


@pytest.mark.parametrize("cut", ["1.23457E+11", "1,23E+11", "9e+17"])
def test_an_id_that_a_spreadsheet_cut_is_rejected(
    tmp_path: Path, read: Any, rows: Any, rejected: Any, cut: str
) -> None:
    path = tmp_path / "c.csv"
    path.write_text(f'customer_id,phone\n1E5,1.39E+10\n"{cut}",1\nE+1,2\n12,3\n', encoding="utf-8")
    table, _ = read("customers", path, max_rejected=Decimal("0.5"))
    assert rows(table, "customer_id") == [("12",), ("1E5",), ("E+1",)]
    assert rejected(table) == [(3, "customer_id", cut, "cut_id")]


def test_an_id_of_too_many_digits_for_a_spreadsheet_is_rejected(
    tmp_path: Path, read: Any, rows: Any, rejected: Any
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["order_id", "customer_id", "ordered_at", "amount"])
    book.active.append([1, 123456789012345, "2024-01-31", 5])
    book.active.append([2, 913100001234567890, "2024-01-31", 5])
    book.save(tmp_path / "o.xlsx")
    table, _ = read("orders", tmp_path / "o.xlsx", max_rejected=Decimal("0.5"))
    assert rows(table, "customer_id") == [("123456789012345",)]
    assert [(row, column, code) for row, column, _, code in rejected(table)] == [
        (3, "customer_id", "cut_id")
    ]


@pytest.mark.parametrize(
    ("heading", "amount"),
    [("金额(万元)", "12345.6789"), ("金额（千元）", "1234.5679"), ("金额（元）", "1.2346"),
     ("Amount (k$)", "1234.5679"), ("销售额万元", "12345.6789")],
)  # fmt: skip
def test_units_in_headings_scale_exactly(
    tmp_path: Path, read: Any, rows: Any, heading: str, amount: str
) -> None:
    path = tmp_path / "o.csv"
    path.write_text(
        f"订单号,客户编号,下单日期,{heading}\n1,c,2024-01-01,1.23456789\n", encoding="utf-8"
    )
    assert rows(read("orders", path)[0], "amount") == [(Decimal(amount),)]


def test_currency_marks_name_the_currency_of_a_row(tmp_path: Path, read: Any, rows: Any) -> None:
    path = _orders(tmp_path / "o.tsv", amounts=["¥1", "2元", "$3", "€4", "HK$5", "6"])
    table, _ = read("orders", path)
    assert rows(table, "amount", "currency") == [
        (Decimal(1), "CNY"),
        (Decimal(2), "CNY"),
        (Decimal(3), "USD"),
        (Decimal(4), "EUR"),
        (Decimal(5), "HKD"),
        (Decimal(6), None),
    ]
    assert table.currency is None


def test_codes_and_booleans_in_both_languages(
    tmp_path: Path, read: Any, rows: Any, rejected: Any
) -> None:
    path = tmp_path / "o.csv"
    path.write_text(
        "order_id,customer_id,ordered_at,amount,订单状态\n"
        + "".join(
            f"{n},c,2024-01-01,1,{word}\n"
            for n, word in enumerate(["已完成", "Delivered", "作废", "Canceled", "", "maybe"])
        ),
        encoding="utf-8",
    )
    table, _ = read("orders", path, max_rejected=Decimal(1))
    assert [status for _, status in rows(table, "order_id", "status")] == [
        "completed", "completed", "cancelled", "cancelled", None,
    ]  # fmt: skip
    assert rejected(table) == [(7, "订单状态", "maybe", "unknown_code")]
    path = tmp_path / "r.csv"
    path.write_text(
        "发票号,客户编号,开票日期,金额,是否争议\n"
        + "".join(
            f"{n},c,2024-01-01,1,{w}\n" for n, w in enumerate(["是", "否", "Y", "n", "true", "0"])
        ),
        encoding="utf-8",
    )
    table, _ = read("receivables", path)
    assert [b for _, b in rows(table, "invoice_id", "disputed")] == [True, False] * 3


def test_ids_keep_their_zeros_and_lose_their_spaces(tmp_path: Path, read: Any, rows: Any) -> None:
    path = tmp_path / "c.csv"
    path.write_text("customer_id,name\n 007\u3000,a\n12346.0,b\n", encoding="utf-8")
    assert rows(read("customers", path)[0], "customer_id") == [("007",), ("12346.0",)]


def _read_amounts(values: pa.Array, folder: Path) -> list[Decimal | None]:
    path = folder / "o.parquet"
    count = len(values)
    parquet.write_table(
        pa.table(
            {
                "order_id": [f"{n:06}" for n in range(count)],
                "customer_id": ["c"] * count,
                "ordered_at": [datetime.date(2024, 1, 1)] * count,
                "amount": values,
                "quantity": values,
            }
        ),
        path,
    )
    with DuckDBEngine() as engine:
        options = ReadingOptions(max_rejected=Decimal(1))
        table, _ = read_table(engine, "orders", Source((path,)), options)
        found = dict(engine.rows(f"SELECT order_id, amount FROM {table.relation}"))
    return [found.get(f"{n:06}") for n in range(count)]


def _expected(value: Decimal) -> Decimal | None:
    if not value.is_finite():
        return None
    rounded = value.quantize(PLACES, ROUND_HALF_UP) if abs(value) < 10**20 else value
    return rounded if abs(rounded) < 10**14 else None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.floats(),
            st.floats(min_value=-1e6, max_value=1e6),
            st.integers(-(10**15), 10**15).map(lambda n: n / 10_000),
            st.sampled_from([1e20, 0.00005, 1.00005, -0.0, 99999999999999.9, 1e11, 1e14]),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_doubles_become_their_shortest_decimal(
    tmp_path_factory: pytest.TempPathFactory, values: list[float]
) -> None:
    found = _read_amounts(pa.array(values, pa.float64()), tmp_path_factory.mktemp("doubles"))
    assert found == [_expected(Decimal(repr(value))) for value in values]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**14), max_value=10**14),
        min_size=1,
        max_size=30,
    )
)
def test_decimals_survive_text_in_full_precision(
    tmp_path_factory: pytest.TempPathFactory, values: list[Decimal]
) -> None:
    path = tmp_path_factory.mktemp("decimals") / "o.tsv"
    _orders(path, amounts=[format(value, ",f") for value in values] + ["0.55"])
    with DuckDBEngine() as engine:
        options = ReadingOptions(max_rejected=Decimal(1))
        table, _ = read_table(engine, "orders", Source((path,)), options)
        found = dict(engine.rows(f"SELECT order_id, amount FROM {table.relation}"))
    for n, value in enumerate(values):
        assert found.get(f"{n:04}") == _expected(value)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2199, 12, 31)),
        min_size=1,
        max_size=20,
    ),
    st.sampled_from(
        ["%Y-%m-%d %H:%M:%S.%f", "%Y/%m/%dT%H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y%m%d", "%d-%b-%Y"]
    ),
)
def test_dates_survive_text(
    tmp_path_factory: pytest.TempPathFactory, moments: list[datetime.datetime], form: str
) -> None:
    path = tmp_path_factory.mktemp("dates") / "o.tsv"
    texts = [moment.strftime(form) for moment in moments]
    _orders(path, dates=texts)
    with DuckDBEngine() as engine:
        table, _ = read_table(engine, "orders", Source((path,)), ReadingOptions())
        found = dict(engine.rows(f"SELECT order_id, ordered_at FROM {table.relation}"))
    for n, text in enumerate(texts):
        assert found[f"{n:04}"] == datetime.datetime.strptime(text, form)


@pytest.mark.parametrize(
    ("amounts", "codes"),
    [
        (pa.array([Decimal("99999999999999.9999"), None], pa.decimal128(18, 4)), ["missing"]),
        (pa.array([Decimal("99999999999999.99994")], pa.decimal128(19, 5)), []),
        (pa.array([Decimal("99999999999999.99995")], pa.decimal128(19, 5)), ["not_a_number"]),
        (pa.array([Decimal("1e14"), Decimal(1)], pa.decimal128(15, 0)), ["too_large"]),
        (pa.array([2**31 - 1, None], pa.int32()), ["missing"]),
        (pa.array([10**14 - 1, 10**14], pa.int64()), ["too_large"]),
        (pa.array([1.5, float("nan"), None], pa.float64()), ["missing", "not_a_number"]),
    ],
)
def test_a_type_that_always_fits_rejects_what_is_missing_alone(
    tmp_path: Path, amounts: pa.Array, codes: list[str]
) -> None:
    count = len(amounts)
    table = pa.table(
        {
            "order_id": [f"{n:04}" for n in range(count)],
            "customer_id": ["c"] * count,
            "ordered_at": [datetime.date(2024, 1, 31)] * count,
            "amount": amounts,
        }
    )
    parquet.write_table(table, tmp_path / "o.parquet")
    with DuckDBEngine() as engine:
        options = ReadingOptions(max_rejected=Decimal(1))
        read, _ = read_table(engine, "orders", Source((tmp_path / "o.parquet",)), options)
        found = engine.rows(f"SELECT code FROM {read.rejected} ORDER BY code")
        kept = engine.rows(f"SELECT count(*), count(amount) FROM {read.relation}")[0]
    assert [code for (code,) in found] == codes
    assert read.rows_in == count
    assert read.rows_rejected == len(codes)
    assert kept == (count - len(codes), count - len(codes))


@pytest.mark.parametrize(
    ("moments", "rejected_rows"),
    [
        ("TIMESTAMP '2024-01-31', TIMESTAMP 'infinity', TIMESTAMP '-infinity'", [2, 3]),
        ("DATE '2024-01-31', DATE '12000-01-01', DATE '0044-03-15 (BC)'", [2, 3]),
        ("TIMESTAMPTZ '2024-01-31', TIMESTAMPTZ 'infinity'", [2]),
        ("DATE '0001-01-01', DATE '1700-01-01', DATE '9999-12-31'", []),
        ("'2024-01-31', '0000-01-01', '0000-00-00', '01/01/0000 00:00', '0001-05-01'", [2, 3, 4]),
    ],
)
def test_a_date_that_no_calendar_has_is_rejected(
    tmp_path: Path, read: Any, rejected: Any, moments: str, rejected_rows: list[int]
) -> None:
    path = tmp_path / "orders.parquet"
    with duckdb.connect() as connection:
        connection.sql(
            "SELECT lpad(CAST(row_number() OVER () AS VARCHAR), 3, '0') AS order_id, "
            "'c' AS customer_id, ordered_at, 1.5 AS amount "
            f"FROM (SELECT unnest([{moments}]) AS ordered_at)"
        ).write_parquet(str(path))
    table, _ = read("orders", path, max_rejected=Decimal(1))
    found = rejected(table)
    assert [row for row, *_ in found] == rejected_rows
    assert {(column, code) for _, column, _, code in found} <= {
        ("ordered_at", "not_a_date"),
        ("ordered_at", "impossible_date"),
    }


def test_a_year_typed_as_a_number_is_no_day_of_1905(tmp_path: Path, read: Any, rows: Any) -> None:
    path = _workbook(tmp_path / "o.xlsx", ["1", "a", 2026.03, 5], ["2", "a", 46090, 5])
    table, _ = read("orders", path, max_rejected=1)
    assert rows(table, "ordered_at") == [(datetime.datetime(2026, 3, 9),)]


def test_years_and_months_as_numbers_are_periods(tmp_path: Path, read: Any, rows: Any) -> None:
    book = openpyxl.Workbook()
    for row in (["customer_id", "period_end", "revenue"], ["a", 2024, 5], ["b", 202602, 7]):
        book.active.append(row)
    book.save(tmp_path / "f.xlsx")
    table, _ = read("financials", tmp_path / "f.xlsx")
    assert rows(table, "period_end") == [
        (datetime.date(2024, 12, 31),),
        (datetime.date(2026, 2, 28),),
    ]


def _workbook(path: Path, *rows: list[Any]) -> Path:
    book = openpyxl.Workbook()
    for row in (["order_id", "customer_id", "ordered_at", "amount"], *rows):
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_characters_that_nobody_sees_are_no_part_of_an_id(
    tmp_path: Path, read: Any, rows: Any, suffix: str
) -> None:
    ids = ["007\u200b", "\u200e008", "009"]
    path = tmp_path / f"c.{suffix}"
    if suffix == "csv":
        path.write_text("customer_id\n" + "\n".join(ids), encoding="utf-8")
    else:
        parquet.write_table(pa.table({"customer_id": ids}), path)
    assert rows(read("customers", path)[0], "customer_id") == [("007",), ("008",), ("009",)]
