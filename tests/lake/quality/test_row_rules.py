"""Rules of single rows: a bad row is counted, its good neighbour is not."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from quality_rows import CUSTOMER, found, invoice, order

from kefen.lake.quality import QualityReport

Assess = Callable[..., QualityReport]


BAD_ROWS: list[tuple[str, str, dict[str, Any], dict[str, Any], str]] = [
    # code, table, a bad row, the good row beside it, severity
    (
        "settled_before_issued",
        "receivables",
        invoice(settled_on=date(2024, 11, 30)),
        invoice(invoice_id="j", settled_on=date(2024, 12, 1)),
        "note",
    ),
    (
        "due_before_issued",
        "receivables",
        invoice(due_on=date(2024, 11, 30)),
        invoice(invoice_id="j", due_on=date(2024, 12, 1)),
        "warning",
    ),
    (
        "settled_above_amount",
        "receivables",
        invoice(settled_amount=Decimal("10.0001")),
        invoice(invoice_id="j", settled_amount=10),
        "note",
    ),
    ("amounts_negative", "receivables", invoice(amount=-1), invoice(invoice_id="j"), "note"),
    (
        "closed_before_opened",
        "cases",
        {"case_id": "1", "opened_at": datetime(2024, 5, 2, 9), "closed_at": datetime(2024, 5, 2)},
        {"case_id": "2", "opened_at": datetime(2024, 5, 2), "closed_at": datetime(2024, 5, 2)},
        "warning",
    ),
    (
        "response_before_opened",
        "cases",
        {
            "case_id": "1",
            "opened_at": datetime(2024, 5, 2, 9),
            "first_response_at": datetime(2024, 5, 2),
        },
        {"case_id": "2", "opened_at": datetime(2024, 5, 2)},
        "warning",
    ),
    (
        "cancelled_before_ordered",
        "orders",
        order(status="cancelled", cancelled_on=date(2024, 12, 29)),
        order(order_id="2", status="cancelled", cancelled_on=date(2024, 12, 30)),
        "warning",
    ),
    (
        "negative_quantity_positive_amount",
        "orders",
        order(quantity=-1),
        order(order_id="2", quantity=-1, amount=-5),
        "warning",
    ),
    (
        "positive_quantity_negative_amount",
        "orders",
        order(quantity=1, amount=-5),
        order(order_id="2", quantity=1),
        "note",
    ),
    ("amounts_zero", "orders", order(amount=0), order(order_id="2"), "warning"),
    (
        "cost_sign_differs",
        "orders",
        order(amount=-5, cost=3),
        order(order_id="2", amount=-5, cost=-3),
        "warning",
    ),
    ("amounts_below_cost", "orders", order(cost=11), order(order_id="2", cost=10), "note"),
    (
        "scores_above_scale",
        "surveys",
        {"answered_on": date(2024, 5, 1), "score": 6, "scale_max": 5},
        {"answered_on": date(2024, 5, 1), "score": 5, "scale_max": 5},
        "warning",
    ),
    (
        "scores_above_scale",
        "surveys",
        {"answered_on": date(2024, 5, 1), "score": 11, "instrument": "nps"},
        {"answered_on": date(2024, 5, 1), "score": 10, "instrument": "nps"},
        "warning",
    ),
    (
        "scores_negative",
        "surveys",
        {"answered_on": date(2024, 5, 1), "score": -1, "scale_max": 5},
        {"answered_on": date(2024, 5, 1), "score": 0, "scale_max": 5},
        "warning",
    ),
    (
        "scores_without_scale",
        "surveys",
        {"answered_on": date(2024, 5, 1), "score": 4},
        {"answered_on": date(2024, 5, 1), "score": 4, "instrument": "nps"},
        "warning",
    ),
    (
        "attributes_negative",
        "customers",
        {"customer_id": "b", "employees": -1},
        {"customer_id": "c", "employees": 0},
        "warning",
    ),
    (
        "tax_ids_invalid",
        "customers",
        {"customer_id": "b", "tax_id": "91350100M000100Y44"},
        {"customer_id": "c", "tax_id": "91350100M000100Y43"},
        "warning",
    ),
    (
        "codes_unknown",
        "customers",
        {"customer_id": "b", "industry": "C0111"},
        {"customer_id": "c", "industry": "C2614"},
        "warning",
    ),
    (
        "codes_unknown",
        "customers",
        {"customer_id": "b", "region": "990000"},
        {"customer_id": "c", "region": "440305"},
        "warning",
    ),
    (
        "dates_after_as_of",
        "orders",
        order(ordered_at=datetime(2025, 1, 1)),
        order(order_id="2", ordered_at=datetime(2024, 12, 31, 23, 59)),
        "note",
    ),
    (
        "dates_far_in_future",
        "orders",
        order(ordered_at=datetime(2035, 1, 1)),
        order(order_id="2"),
        "warning",
    ),
    (
        "dates_default",
        "orders",
        order(ordered_at=datetime(1900, 1, 1)),
        order(order_id="2"),
        "warning",
    ),
    (
        "dates_too_old",
        "orders",
        order(ordered_at=datetime(1969, 12, 31)),
        order(order_id="2"),
        "warning",
    ),
    (
        "parents_unknown",
        "customers",
        {"customer_id": "b", "parent_id": "nobody"},
        {"customer_id": "c", "parent_id": "a"},
        "note",
    ),
]


@pytest.mark.parametrize(
    ("code", "table", "bad", "good", "severity"), BAD_ROWS, ids=[row[0] for row in BAD_ROWS]
)
def test_one_bad_row_is_counted_and_its_good_neighbour_is_not(
    assess: Assess, code: str, table: str, bad: Any, good: Any, severity: str
) -> None:
    def report(rows: list[dict[str, Any]]) -> QualityReport:
        tables = {"customers": [CUSTOMER], "orders": [order()]}
        rows = [{"customer_id": "a"} | row for row in rows]
        tables[table] = [CUSTOMER, *rows] if table == "customers" else rows
        return assess(**tables)

    finding = found(report([bad, good]), code)
    assert finding is not None
    assert (finding.table, finding.count, finding.severity) == (table, 1, severity)
    assert finding.column is not None
    assert found(report([good]), code) is None


def test_a_planned_date_may_lie_ahead_and_a_company_may_be_old(assess: Assess) -> None:
    report = assess(
        customers=[CUSTOMER | {"founded_on": date(1886, 5, 8), "birth_date": date(1970, 1, 1)}],
        orders=[order()],
        receivables=[invoice(due_on=date(2025, 3, 31))],
    )
    assert not [f for f in report.findings if f.code.startswith("dates_")]


def test_a_date_breaks_one_rule_only(assess: Assess) -> None:
    for day, code in (
        (date(1, 1, 1), "dates_default"),
        (date(2, 1, 1), "dates_too_old"),
        (date(9999, 12, 31), "dates_far_in_future"),
        (date(2026, 1, 1), "dates_after_as_of"),
    ):
        report = assess(customers=[CUSTOMER | {"founded_on": day}], orders=[order()])
        codes = [f.code for f in report.findings if f.code.startswith("dates_")]
        assert codes == [code]


def test_a_persons_identity_number_is_not_judged_as_a_company_code(assess: Assess) -> None:
    wrong = {"tax_id": "91350100M000100Y44"}
    report = assess(customers=[CUSTOMER | wrong | {"kind": "person"}], orders=[order()])
    assert found(report, "tax_ids_invalid") is None
