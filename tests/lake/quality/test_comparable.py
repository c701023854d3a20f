"""Comparable data: units, currencies, scales and spellings that differ are told."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from quality_rows import CUSTOMER, found, invoice, order

from kefen.lake.quality import QualityReport

Assess = Callable[..., QualityReport]
Healthy = Callable[[], dict[str, list[dict[str, Any]]]]


def test_a_year_in_another_unit_is_suspected(assess: Assess, healthy: Healthy) -> None:
    tables = healthy()
    for row in tables["orders"]:
        if row["ordered_at"].year == 2024:
            row["amount"] = Decimal(row["amount"]) / 10_000
    finding = found(assess(**tables), "amount_units_differ")
    assert finding is not None
    assert "2023" in finding.message.en
    assert "10,0" in finding.message.en
    assert finding.details["medians"]["2023"] == "129.0000"
    assert finding.details["medians"]["2024"] == "0.0129"


def test_one_month_in_another_unit_is_suspected(assess: Assess, healthy: Healthy) -> None:
    tables = healthy()
    for row in tables["orders"]:
        if row["ordered_at"].year == 2024 and row["ordered_at"].month == 5:
            row["amount"] *= 10_000
    finding = found(assess(**tables), "amount_units_differ")
    assert finding is not None
    assert "2024-05" in finding.message.zh


def test_tables_in_different_units_are_suspected(assess: Assess, healthy: Healthy) -> None:
    tables = healthy()
    tables["receivables"] = [
        invoice(invoice_id=str(n), customer_id=f"{n:04d}", amount=Decimal("0.0129"))
        for n in range(20)
    ]
    finding = found(assess(**tables), "table_units_differ")
    assert finding is not None
    assert finding.table == "receivables"
    assert "10,000 times" in finding.message.en


def test_currencies_are_named_once_or_the_report_says_so(assess: Assess) -> None:
    tables: dict[str, Any] = {"customers": [CUSTOMER], "orders": [order()]}
    assert found(assess(**tables), "currency_not_named") is None
    assert found(assess(currency=None, **tables), "currency_not_named") is not None
    report = assess(
        **tables,
        receivables=[invoice()],
        records={"orders": {"currency": "CNY"}, "receivables": {"currency": "USD"}},
    )
    finding = found(report, "currencies_differ")
    assert finding is not None
    assert finding.severity == "error"
    assert "CNY, USD" in finding.message.en


def test_mixed_scales_growth_units_and_spellings_are_said(assess: Assess) -> None:
    report = assess(
        customers=[
            {"customer_id": "1", "annual_growth": Decimal("0.12"), "region": "上海"},
            {"customer_id": "2", "annual_growth": 12, "region": "上海市"},
            {"customer_id": "3", "annual_growth": 0, "region": "North-East"},
            {"customer_id": "4", "annual_growth": None, "region": "north east"},
            {"customer_id": "5", "annual_growth": None, "region": "市"},
        ],
        orders=[order()],
        surveys=[
            {"customer_id": "1", "answered_on": date(2024, 1, 1), "score": 1, "scale_max": s}
            for s in (5, 10, 10)
        ],
    )
    scales = found(report, "scales_mixed")
    assert scales is not None
    assert "? / 5, ? / 10" in scales.message.en or "? / 10, ? / 5" in scales.message.en
    growth = found(report, "growth_units_mixed")
    assert growth is not None
    assert growth.count == 1
    spellings = found(report, "spellings_differ")
    assert spellings is not None
    assert spellings.count == 4
    assert spellings.details["examples"] == [["North-East", "north east"], ["上海", "上海市"]]
