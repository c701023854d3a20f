"""What classes have in common: told with ratio and counts, and only beyond chance."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tables_by_hand import dataset_by_hand

from kefen.domain.errors import CallError
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.reports.build import build_report
from kefen.reports.common_traits import CommonTrait, buyer_traits, common_traits
from kefen.reports.population import population
from kefen.standards.reader import bundled_standard

AS_OF = date(2026, 10, 31)


def company(buyers: int) -> dict[str, list[dict[str, Any]]]:
    """Hotels buy towels, shops buy bags; every fifth the other way round; all buy tea."""
    tables: dict[str, list[dict[str, Any]]] = {"customers": [], "orders": []}
    for n in range(buyers):
        name, hotel = f"c{n:03}", n % 2 == 0
        tables["customers"].append(
            {
                "customer_id": name,
                "created_on": date(2024, 1, 1),
                "industry": "hotel" if hotel else "shop",
                "employees": 10,
            }
        )
        own = "towels" if hotel is (n % 5 != 0) else "bags"
        for line, category in enumerate((own, "tea")):
            tables["orders"].append(
                {
                    "order_id": f"{name}-1",
                    "line": str(line),
                    "customer_id": name,
                    "ordered_at": date(2026, 6, 1 + n % 28),
                    "amount": Decimal(10),
                    "category": category,
                    "product_id": f"p-{category}",
                }
            )
    return tables


def told(buyers: int, side: Any, only: str | None = None) -> tuple[CommonTrait, ...]:
    with DuckDBEngine() as engine:
        run = grade(dataset_by_hand(engine, company(buyers)), bundled_standard(), AS_OF)
        with population(run) as people, buyer_traits(people, "p-towels"):
            return common_traits(people, side, only)


def test_what_an_industry_wants() -> None:
    hotels = [one for one in told(200, "industry") if one.subject == "hotel"]
    assert [(one.what, one.value) for one in hotels] == [("category", "towels")]
    contrast = hotels[0].contrast
    assert (contrast.with_it, contrast.members) == (80, 100)
    assert (contrast.others_with_it, contrast.others) == (20, 100)
    assert contrast.ratio == Fraction(4)
    assert hotels[0].chance < 0.001


def test_what_the_buyers_of_a_category_and_of_a_product_have_in_common() -> None:
    by_category = {(one.subject, one.value) for one in told(200, "category")}
    assert by_category == {("towels", "hotel"), ("bags", "shop")}
    of_product = told(200, "product", "p-towels")
    assert [(one.what, one.value) for one in of_product] == [("industry", "hotel")]


def test_a_class_that_nobody_belongs_to_is_told() -> None:
    with pytest.raises(CallError, match=r"(?s)hotels.*hotel"):
        told(60, "industry", "hotels")


def test_few_buyers_have_nothing_told() -> None:
    assert told(30, "industry") == ()
    assert told(1, "category") == ()


def test_the_report_has_them() -> None:
    with DuckDBEngine() as engine:
        run = grade(dataset_by_hand(engine, company(200)), bundled_standard(), AS_OF)
        report = build_report(run)
    tables = {table.id: table for table in report.tables()}
    assert "towels" in tables["common_industry"].column_values("value")
    assert tables["common_category"].column_values("with_it")
    assert report.section("common") is not None
