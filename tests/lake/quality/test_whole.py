"""Whole data: unknown customers, missing values and empty tables are counted and told."""

from collections.abc import Callable
from datetime import date

import pytest
from quality_rows import CUSTOMER, found, invoice, order

from kefen.lake.quality import QualityReport

Assess = Callable[..., QualityReport]


def test_customers_without_facts_and_without_dates_are_counted(
    assess: Assess,
) -> None:
    report = assess(
        customers=[CUSTOMER, {"customer_id": "b"}, {"customer_id": "c"}, {"customer_id": "d"}],
        orders=[order()],
        surveys=[{"customer_id": "d", "answered_on": date(2024, 1, 1), "score": 1}],
    )
    without = found(report, "customers_without_facts")
    undated = found(report, "customers_undated")
    assert without is not None
    assert without.count == 2
    assert "2 of 4" in without.message.en
    assert undated is not None
    assert undated.count == 2


@pytest.mark.parametrize(
    ("unknown", "severity"), [(1, "note"), (3, "warning"), (101, "error"), (0, None)]
)
def test_orders_of_unknown_customers_weigh_by_their_share(
    assess: Assess, unknown: int, severity: str | None
) -> None:
    record = {"rows_unattributed": unknown, "amount_unattributed": "12.5000", "rows_used": 100}
    report = assess(customers=[CUSTOMER], orders=[order()], records={"orders": record})
    finding = found(report, "orders_of_unknown_customers")
    if severity is None:
        assert finding is None
    else:
        assert finding is not None
        assert (finding.severity, finding.count) == (severity, unknown)
        assert "12.5000" in finding.message.en
        assert "12.5000" in finding.message.zh


def test_rejected_duplicate_and_unattributed_rows_of_other_tables_are_said(assess: Assess) -> None:
    report = assess(
        customers=[CUSTOMER],
        orders=[order()],
        receivables=[invoice()],
        surveys=[{"customer_id": "a", "answered_on": date(2024, 1, 1), "score": 1}],
        records={
            "orders": {"rows_in": 8, "rows_rejected": 2, "rows_duplicate": 5},
            "receivables": {"rows_unattributed": 1, "amount_unattributed": "3.0000"},
            "surveys": {"rows_unattributed": 4},
        },
    )
    counts = {f.code: f.count for f in report.findings}
    assert counts["rows_rejected"] == 2
    assert counts["rows_duplicate"] == 5
    assert counts["receivables_of_unknown_customers"] == 1
    assert counts["rows_of_unknown_customers"] == 4


def test_similar_ids_are_named_in_pairs(assess: Assess) -> None:
    ids = ["12346", "12346.0", "007", "7", "Ab 1", "AB1", "70", "0.5", "5"]
    report = assess(customers=[{"customer_id": i} for i in ids], orders=[order()])
    finding = found(report, "ids_probably_same")
    assert finding is not None
    assert finding.count == 6
    assert finding.details["examples"] == [["007", "7"], ["12346", "12346.0"], ["AB1", "Ab 1"]]


def test_unknown_products_and_invoices_are_counted(assess: Assess) -> None:
    report = assess(
        customers=[CUSTOMER],
        orders=[
            order(product_id="p"),
            order(order_id="2", product_id="q"),
            order(order_id="3", product_id="q"),
            order(order_id="4", product_id="r"),
            order(order_id="5", product_id=None),
        ],
        products=[{"product_id": "p"}],
        receivables=[invoice()],
        payments=[
            {
                "payment_id": str(n),
                "customer_id": "a",
                "paid_on": date(2024, 12, 1),
                "amount": 1,
                "invoice_id": i,
            }
            for n, i in enumerate(["i", "lost", None])
        ],
    )
    products = found(report, "products_unknown")
    assert products is not None
    assert products.count == 2
    assert products.details == {"lines": 3, "examples": ["q", "r"]}
    invoices = found(report, "invoices_unknown")
    assert invoices is not None
    assert invoices.count == 1
    paid = found(report, "paid_but_open")
    assert paid is not None
    assert (paid.count, paid.details) == (1, {"paid": "1.0000", "settled": 0})


def test_settlements_derived_from_payments_are_told(assess: Assess) -> None:
    own = {"customer_id": "a", "paid_on": date(2024, 12, 1)}
    report = assess(
        customers=[CUSTOMER, {**CUSTOMER, "customer_id": "b"}],
        orders=[order()],
        receivables=[invoice(), invoice(invoice_id="k"), invoice(invoice_id="m")],
        payments=[
            {**own, "payment_id": "1", "amount": invoice()["amount"], "invoice_id": "i"},
            {**own, "payment_id": "2", "amount": 1, "invoice_id": "k"},
            {**own, "payment_id": "3", "amount": 1, "invoice_id": "m", "customer_id": "b"},
        ],
    )
    paid = found(report, "paid_but_open")
    assert paid is not None
    assert (paid.count, paid.details["settled"], paid.severity) == (2, 1, "note")
    others = found(report, "invoices_unknown")
    assert others is not None
    assert others.count == 1, "a payment settles invoices of its own customer"


def test_missing_values_warn_above_a_fifth(assess: Assess) -> None:
    customers = [{"customer_id": str(n), "region": "x" if n else ""} for n in range(5)]
    finding = found(assess(customers=customers, orders=[order()]), "values_missing", "region")
    assert finding is not None
    assert (finding.count, finding.severity) == (1, "note")
    customers[1]["region"] = None
    finding = found(assess(customers=customers, orders=[order()]), "values_missing", "region")
    assert finding is not None
    assert (finding.count, finding.severity) == (2, "warning")
    assert "region" in finding.effect.en


def test_empty_tables_are_errors_and_do_not_stop_the_report(assess: Assess) -> None:
    report = assess(customers=[], orders=[])
    assert [f.code for f in report.findings if f.severity == "error"] == [
        "no_customers",
        "no_orders",
    ]
    assert report.months == ()
    assert report.verdicts[0].standing == "poor"
    assert found(assess(customers=[CUSTOMER]), "no_orders") is not None


def test_a_circle_of_parents_is_named_once_and_those_below_it_are_not_counted(
    assess: Assess,
) -> None:
    above = {"b": "c", "c": "d", "d": "b", "e": "b", "f": "e", "x": "y", "y": "x"}
    report = assess(
        customers=[CUSTOMER, *({"customer_id": c, "parent_id": p} for c, p in above.items())],
        orders=[order()],
    )
    finding = found(report, "parents_in_circle")
    assert finding is not None
    assert (finding.count, finding.severity) == (5, "warning")
    assert "b > c > d > b; x > y > x" in finding.message.en
    assert finding.details == {"examples": [["b", "c", "d"], ["x", "y"]]}


def test_a_head_that_names_itself_and_a_deep_family_are_no_circle(assess: Assess) -> None:
    above = {"b": "b", "c": "b", "d": "c", "e": "d", "f": "e"}
    report = assess(
        customers=[CUSTOMER, *({"customer_id": c, "parent_id": p} for c, p in above.items())],
        orders=[order()],
    )
    assert found(report, "parents_in_circle") is None


def test_counts_and_amounts_are_told_with_their_thousands_parted(assess: Assess) -> None:
    record = {
        "rows_unattributed": 135_080,
        "amount_unattributed": "1447682.1200",
        "rows_used": 100,
    }
    report = assess(customers=[CUSTOMER], orders=[order()], records={"orders": record})
    finding = found(report, "orders_of_unknown_customers")
    assert finding is not None
    for wording in (finding.message.en, finding.message.zh):
        assert "135,080" in wording
        assert "1,447,682.1200" in wording
    assert finding.details["amount"] == "1447682.1200"
