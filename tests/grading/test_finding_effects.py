"""Findings about the data speak of the schemes of the standard that grades."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from tables_by_hand import dataset_by_hand

from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.finding_effects import quality_under
from kefen.lake.quality import QualityReport, assess_quality
from kefen.standards.reader import bundled_standard, read_standard

OWN = read_standard(
    """\
standard: own
version: 1
name: {en: Own, zh: 自定}
metrics:
  revenue: {name: {en: Revenue, zh: 额}, sum: orders.amount, over: last 12 months, unit: money}
  visits: {name: {en: Visits, zh: 访}, count: interactions, over: last 12 months}
schemes:
  rating:
    name: {en: Rating, zh: 评级}
    score: revenue
    grade_by: score
    grades: {A: ">= 100", B: else}
  contact:
    name: {en: Contact, zh: 联系}
    score: visits
    grade_by: score
    grades: {A: ">= 3", B: else}
""",
    "own.yaml",
)


@pytest.fixture
def report() -> QualityReport:
    orders = [
        {
            "order_id": str(number),
            "customer_id": "a",
            "ordered_at": date(2026, 1 + number % 2 * 3, 1),
            "amount": Decimal(-5 if number == 3 else 10**9 if number == 5 else 10),
        }
        for number in range(12)
    ]
    surveys = [{"customer_id": "a", "answered_on": date(2026, 1, 1), "score": Decimal(500)}]
    company = {"customers": [{"customer_id": "a"}], "orders": orders, "surveys": surveys}
    with DuckDBEngine() as engine:
        return assess_quality(dataset_by_hand(engine, company), date(2026, 5, 31))


def test_effects_name_the_schemes_that_rest_on_the_table(report: QualityReport) -> None:
    found = quality_under(report, OWN)
    about_orders = [f for f in found.findings if f.table == "orders"]
    assert about_orders
    for finding in about_orders:
        assert "abc" not in finding.effect.en + finding.effect.zh
    assert any("Rating" in finding.effect.en for finding in about_orders)
    assert not any("Contact" in finding.effect.en for finding in about_orders)


def test_tables_that_the_standard_never_reads_are_not_judged(report: QualityReport) -> None:
    assert any(finding.table == "surveys" for finding in report.findings)
    assert not any(f.table == "surveys" for f in quality_under(report, OWN).findings)


def test_the_default_standard_keeps_its_own_words(report: QualityReport) -> None:
    assert quality_under(report, bundled_standard()).findings == report.findings
