"""The report as a whole: order, verdicts, completeness, months, JSON; exact and repeatable."""

import json
import os
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.judgements import UNUSABLE
from kefen.lake.dataset import Dataset, Finding, ReadTable
from kefen.lake.quality import FINDING_KINDS, QualityReport, assess_quality
from kefen.lake.quality.distribution import amount_distribution
from kefen.lake.quality.queries import DataCut

Assess = Callable[..., QualityReport]
Healthy = Callable[[], dict[str, list[dict[str, Any]]]]
ROOT = Path(__file__).parents[3]


def line(number: int, customer: str, at: datetime, amount: Decimal, **more: Any) -> dict[str, Any]:
    return {
        "order_id": str(number),
        "customer_id": customer,
        "ordered_at": at,
        "amount": amount,
    } | more


def test_findings_stand_by_severity_then_principle(assess: Assess) -> None:
    report = assess(
        customers=[{"customer_id": "a", "tax_id": "91350100M000100Y44"}, {"customer_id": "b"}],
        orders=[line(1, "a", datetime(2020, 1, 1), Decimal(1))],
        records={"orders": {"rows_rejected": 1, "rows_in": 2}},
    )
    severities = ["error", "warning", "note"]
    principles = ["whole", "scientific", "comparable", "continuous"]
    places = [
        (severities.index(f.severity), principles.index(f.principle)) for f in report.findings
    ]
    assert places == sorted(places)
    assert len(set(places)) > 4


def test_the_verdict_is_the_worst_finding(assess: Assess) -> None:
    report = assess(
        customers=[{"customer_id": "a", "tax_id": "91350100M000100Y44"}],
        orders=[line(1, "a", datetime(2020, 1, 1), Decimal(1))],
    )
    standings = {v.principle: v.standing for v in report.verdicts}
    assert standings == {
        "whole": "good",
        "scientific": "fair",
        "comparable": "poor",
        "continuous": "fair",
    }


def test_what_reading_found_is_kept_and_not_repeated(assess: Assess) -> None:
    words = Text("as reading says", "读取所见")
    known = Finding("rows_rejected", "whole", "warning", "orders", words, words, count=1)
    other = Finding("something_of_reading", "comparable", "note", "orders", words, words)
    report = assess(
        customers=[{"customer_id": "a"}],
        orders=[line(1, "a", datetime(2024, 12, 1), Decimal(1))],
        records={"orders": {"rows_rejected": 1, "rows_in": 2}},
        findings=(known, other),
    )
    assert [f for f in report.findings if f.code == "rows_rejected"] == [known]
    assert other in report.findings


def test_unattributed_rows_are_told_once(assess: Assess) -> None:
    words = Text("as reading says", "读取所见")
    known = Finding("rows_unattributed", "whole", "warning", "orders", words, words, count=1)
    report = assess(
        customers=[{"customer_id": "a"}],
        orders=[line(1, "a", datetime(2024, 12, 1), Decimal(1))],
        records={"orders": {"rows_unattributed": 1}},
        findings=(known,),
    )
    codes = [f.code for f in report.findings]
    assert "orders_of_unknown_customers" in codes
    assert "rows_unattributed" not in codes


def test_completeness_counts_blanks_as_missing_and_rounds_half_up(assess: Assess) -> None:
    customers = [
        {"customer_id": str(n), "name": "n" if n < 2 else " "[:0], 'a "b"': "x" if n else None}
        for n in range(3)
    ]
    report = assess(customers=customers, attributes=('a "b"',))
    columns = {c.column: c for c in report.tables[0].columns}
    assert columns["name"].filled == 2
    assert columns["name"].share == Decimal("0.6667")
    assert columns['a "b"'].filled == 2
    assert columns["customer_id"].share == Decimal("1.0000")
    assert not columns["region"].given
    assert columns["region"].share == Decimal("0.0000")
    assert assess(customers=[]).tables[0].columns[0].share is None


def test_a_table_of_many_columns_is_read_in_several_passes(assess: Assess) -> None:
    attributes = tuple(f"column {n}" for n in range(1_000))
    report = assess(
        customers=[{"customer_id": "a", "column 999": "x"}, {"customer_id": "b"}],
        attributes=attributes,
    )
    filled = {c.column: c.filled for c in report.tables[0].columns}
    assert filled["column 999"] == 1
    assert filled["column 0"] == 0


def test_the_report_is_json_in_both_languages_with_exact_figures(
    assess: Assess, healthy: Healthy
) -> None:
    report = assess(**healthy())
    stored = json.loads(json.dumps(report.as_dict(), ensure_ascii=False))
    assert stored["as_of"] == "2024-12-31"
    assert stored["months"][0] == {
        "month": "2023-01",
        "lines": 60,
        "customers": 60,
        "amount": "7770.0000",
    }
    assert set(stored["findings"][0]["message"]) == {"en", "zh"}
    assert stored["tables"][1]["columns"][0]["share"] == "1.0000"

    def no_floats(value: Any) -> None:
        assert not isinstance(value, float)
        for part in (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        ):
            no_floats(part)

    no_floats(stored)


def test_the_engine_is_left_as_it_was_found(
    assess: Assess, healthy: Healthy, engine: DuckDBEngine
) -> None:
    assess(**healthy())
    assert (
        engine.rows("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'quality%'") == []
    )


def test_a_window_of_no_month_is_refused(assess: Assess) -> None:
    with pytest.raises(ValueError, match="window of 0"):
        assess(window_months=0, customers=[])


def test_cancelled_lines_leave_the_months_when_the_cancellation_is_known(assess: Assess) -> None:
    at, one = datetime(2024, 11, 5), Decimal(1)
    report = assess(
        customers=[{"customer_id": c} for c in "abc"],
        orders=[
            line(1, "a", at, one, status="cancelled"),
            line(2, "b", at, one, status="cancelled", cancelled_on=date(2024, 12, 31)),
            line(3, "c", at, one, status="cancelled", cancelled_on=date(2025, 1, 1)),
            line(4, "c", at, one, status="completed"),
            line(5, "c", at, one, status=None),
        ],
    )
    assert [(m.lines, m.customers) for m in report.months] == [(3, 1), (0, 0)]


amounts = st.decimals(
    min_value=Decimal("-99999999999999.9999"), max_value=Decimal("99999999999999.9999"), places=4
) | st.sampled_from([Decimal(n) for n in (0, 1, 10, 100, 999, 1000)])
lines = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2025, 6, 1)),
        amounts,
    ),
    max_size=60,
)


def dataset(engine: DuckDBEngine, rows: list[tuple[str, datetime, Decimal]]) -> Dataset:
    read = {}
    for name in ("customers", "orders"):
        columns = ", ".join(f'"{c.name}" {c.kind.sql_type}' for c in TABLES[name].columns)
        engine.run(f"CREATE OR REPLACE TABLE {name} ({columns})")
    engine.run("INSERT INTO customers (customer_id) VALUES ('a'), ('b'), ('c'), ('d')")
    if rows:
        values = [v for n, row in enumerate(rows) for v in (str(n), *row)]
        engine.run(
            "INSERT INTO orders (order_id, customer_id, ordered_at, amount) VALUES "
            + ", ".join("(?, ?, ?, ?)" for _ in rows),
            values,
        )
    given_columns = frozenset({"order_id", "customer_id", "ordered_at", "amount"})
    read["customers"] = ReadTable(
        TABLES["customers"], "customers", frozenset({"customer_id"}), "none", 4, 4
    )
    read["orders"] = ReadTable(
        TABLES["orders"], "orders", given_columns, "none", len(rows), len(rows)
    )
    return Dataset(engine, read)


@pytest.fixture(scope="module")
def shared_engine() -> Any:
    with DuckDBEngine() as engine:
        yield engine


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=lines)
def test_months_and_quartiles_equal_those_counted_by_hand(
    shared_engine: DuckDBEngine, rows: list[tuple[str, datetime, Decimal]]
) -> None:
    as_of = date(2024, 12, 31)
    data = dataset(shared_engine, rows)
    report = assess_quality(data, as_of)
    by_month: dict[date, list[tuple[str, Decimal]]] = defaultdict(list)
    for customer, at, amount in rows:
        if at.date() <= as_of:
            by_month[at.date().replace(day=1)].append((customer, amount))
    for month in report.months:
        expected = by_month.get(month.month, [])
        assert month.lines == len(expected)
        assert month.customers == len({customer for customer, _ in expected})
        assert month.amount == sum(amount for _, amount in expected)
    assert {m.month for m in report.months} >= set(by_month)
    positive = sorted(a for month in by_month.values() for _, a in month if a > 0)
    cut = DataCut(data, as_of, date(2023, 12, 31), 12)
    distribution = amount_distribution(cut, data.tables["orders"])
    assert distribution.rows == len(positive)
    if positive:
        ranks = [-(-len(positive) * quarter // 4) for quarter in (1, 2, 3)]
        assert [distribution.lower, distribution.median, distribution.upper] == [
            positive[rank - 1] for rank in ranks
        ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=lines, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    shared_engine: DuckDBEngine, rows: list[tuple[str, datetime, Decimal]], order: Any
) -> None:
    numbered = [(c, at, a) for c, at, a in rows]
    first = assess_quality(dataset(shared_engine, numbered), date(2024, 12, 31)).as_dict()
    order.shuffle(numbered)
    second = assess_quality(dataset(shared_engine, numbered), date(2024, 12, 31)).as_dict()
    for report in (first, second):
        for finding in report["findings"]:  # order ids were given by row number
            if finding["code"] == "amount_outliers":
                del finding["message"]
                for example in finding["details"]["examples"]:
                    del example["order_id"]
                finding["details"]["examples"].sort(key=str)
    assert first == second


@pytest.mark.parametrize("page", ["quality.md", "quality.zh.md"])
def test_every_finding_code_is_documented(page: str) -> None:
    words = (ROOT / "docs" / "explanation" / page).read_text(encoding="utf-8")
    documented = {row.split("`")[1] for row in words.splitlines() if row.startswith("| `")}
    assert documented == {*FINDING_KINDS, UNUSABLE.code}


@pytest.mark.reference
def test_the_online_retail_year_is_judged_as_it_is(engine: DuckDBEngine) -> None:
    folder = os.environ.get("KEFEN_DATA")
    if not folder:
        pytest.skip("KEFEN_DATA names no folder of reference data")
    source = Path(folder) / "online_retail" / "online_retail.parquet"
    nulls = {c.name: f"CAST(NULL AS {c.kind.sql_type})" for c in TABLES["orders"].columns}
    values = nulls | {
        "order_id": "InvoiceNo",
        "customer_id": "CAST(CAST(CustomerID AS BIGINT) AS VARCHAR)",
        "ordered_at": "CAST(InvoiceDate AS TIMESTAMP)",
        "product_id": "StockCode",
        "quantity": "CAST(Quantity AS DECIMAL(18,4))",
        "amount": "CAST(Quantity * CAST(UnitPrice AS DECIMAL(18,4)) AS DECIMAL(18,4))",
    }
    columns = ", ".join(f'{value} AS "{name}"' for name, value in values.items())
    engine.run(
        f"CREATE TABLE orders AS SELECT {columns} FROM read_parquet(?) "
        "WHERE CustomerID IS NOT NULL",
        [str(source)],
    )
    nulls = {c.name: f"CAST(NULL AS {c.kind.sql_type})" for c in TABLES["customers"].columns}
    columns = ", ".join(
        f'{value} AS "{name}"' for name, value in nulls.items() if name != "customer_id"
    )
    engine.run(f"CREATE TABLE customers AS SELECT DISTINCT customer_id, {columns} FROM orders")
    given_columns = frozenset(n for n, v in values.items() if not v.startswith("CAST(NULL"))
    data = Dataset(
        engine,
        {
            "customers": ReadTable(
                TABLES["customers"], "customers", frozenset({"customer_id"}), "none", 4372, 4372
            ),
            "orders": ReadTable(
                TABLES["orders"],
                "orders",
                given_columns,
                "none",
                541_909,
                406_829,
                rows_unattributed=135_080,
                amount_unattributed="1447682.1200",
            ),
        },
        currency="GBP",
    )
    report = assess_quality(data, date(2011, 12, 31))
    severities = {f.code: (f.severity, f.count) for f in report.findings}
    assert severities["orders_of_unknown_customers"] == ("warning", 135_080)
    assert severities["amounts_zero"] == ("note", 40)
    assert report.months_covered == 12
    assert len(report.months) == 13
    assert sum(m.lines for m in report.months) == 406_829
    assert "amount_outliers" in severities
    largest = next(f for f in report.findings if f.code == "amount_outliers")
    assert largest.details["examples"][0]["amount"] in ("168469.6000", "-168469.6000")
