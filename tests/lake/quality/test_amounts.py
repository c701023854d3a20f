"""Amounts and ids that stand out: outliers, one customer of most, shared tax ids."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from quality_rows import found, order

from kefen.lake.quality import QualityReport

Assess = Callable[..., QualityReport]
Healthy = Callable[[], dict[str, list[dict[str, Any]]]]


def test_an_order_far_beyond_the_quartile_fences_is_an_outlier(
    assess: Assess, healthy: Healthy
) -> None:
    tables = healthy()
    tables["orders"][0]["amount"] = Decimal("1450.0001")
    tables["orders"][1]["amount"] = -2000
    report = assess(**tables)
    finding = found(report, "amount_outliers")
    assert finding is not None
    # 22 amounts of 100, 24 each of 101 to 159: ranks 360, 719 and 1079 of 1438.
    # 10 Q3 is above Q3 (Q3 / Q1)^3.
    assert finding.details["quartiles"] == ["115.0000", "130.0000", "145.0000"]
    assert finding.details["fence"] == "1450.0000"
    assert finding.count == 2
    assert [e["amount"] for e in finding.details["examples"]] == ["-2000.0000", "1450.0001"]


def test_one_customer_with_more_than_half_is_named(assess: Assess) -> None:
    customers = [{"customer_id": c} for c in "abc"]
    orders = [
        order(amount=100),
        order(order_id="2", customer_id="b", amount=99),
        order(order_id="3", customer_id="c", amount=-50),
    ]
    report = assess(customers=customers, orders=orders)
    finding = found(report, "one_customer_dominates")
    assert finding is not None
    assert finding.details["customer_id"] == "a"
    assert finding.details["total"] == "199.0000"
    without = found(report, "customers_without_positive_revenue")
    assert without is not None
    assert without.count == 1
    orders[1]["amount"] = 100
    assert found(assess(customers=customers, orders=orders), "one_customer_dominates") is None


def test_shared_tax_ids_are_counted(assess: Assess) -> None:
    ids = ["x", "x", "y", None, None, "", ""]
    customers = [{"customer_id": str(n), "tax_id": t} for n, t in enumerate(ids)]
    finding = found(assess(customers=customers, orders=[order()]), "tax_ids_shared")
    assert finding is not None
    assert (finding.count, finding.details["examples"]) == (2, ["x"])
