"""Each finding is made where it should be, with its count and severity, and nowhere else."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kefen.lake.dataset import Finding
from kefen.lake.quality import FINDING_KINDS, QualityReport

Assess = Callable[..., QualityReport]
Healthy = Callable[[], dict[str, list[dict[str, Any]]]]

CUSTOMER = {"customer_id": "a", "created_on": date(2020, 1, 1)}


def order(**values: Any) -> dict[str, Any]:
    return {
        "order_id": "1",
        "customer_id": "a",
        "ordered_at": datetime(2024, 12, 30),
        "amount": 10,
    } | values


def invoice(**values: Any) -> dict[str, Any]:
    return {
        "invoice_id": "i",
        "customer_id": "a",
        "issued_on": date(2024, 12, 1),
        "due_on": date(2024, 12, 31),
        "amount": 10,
    } | values


def found(report: QualityReport, code: str, column: str | None = None) -> Finding | None:
    matching = [
        f for f in report.findings if f.code == code and (column is None or f.column == column)
    ]
    assert len(matching) <= 1
    return matching[0] if matching else None


def test_healthy_data_is_good_on_every_principle(assess: Assess, healthy: Healthy) -> None:
    report = assess(**healthy())
    assert {v.standing for v in report.verdicts} == {"good"}
    assert {f.code for f in report.findings} == {"column_not_given", "table_not_imported"}
    assert report.months_covered == 12
    assert len(report.months) == 24


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


@pytest.mark.parametrize(
    ("as_of", "covered", "code", "severity"),
    [
        (date(2024, 12, 31), 12, None, None),
        (date(2025, 3, 31), 9, "window_partly_covered", "note"),
        (date(2025, 7, 31), 5, "window_partly_covered", "warning"),
        (date(2025, 12, 31), 0, "no_orders_in_window", "error"),
    ],
)
def test_coverage_of_the_window_is_judged(
    assess: Assess,
    healthy: Healthy,
    as_of: date,
    covered: int,
    code: str | None,
    severity: str | None,
) -> None:
    report = assess(as_of=as_of, **healthy())
    assert report.months_covered == covered
    codes = {
        f.code: f.severity
        for f in report.findings
        if f.code in ("window_partly_covered", "no_orders_in_window")
    }
    assert codes == ({code: severity} if code else {})
    ended = found(report, "orders_end_early")
    assert (ended is None) == (as_of == date(2024, 12, 31))


def test_a_window_of_an_as_of_date_within_a_month_has_its_own_months(assess: Assess) -> None:
    orders = [
        order(order_id="1", ordered_at=datetime(2024, 11, 15)),  # just before the last month
        order(order_id="2", ordered_at=datetime(2024, 11, 16)),
        order(order_id="3", ordered_at=datetime(2023, 12, 15)),  # just before the window
    ]
    report = assess(as_of=date(2024, 12, 15), customers=[CUSTOMER], orders=orders)
    assert report.months_covered == 2
    assert found(report, "as_of_within_month") is not None


def test_a_small_population_is_said(assess: Assess, healthy: Healthy) -> None:
    tables = healthy()
    tables["orders"] = [o for o in tables["orders"] if o["customer_id"] < "0049"]
    finding = found(assess(**tables), "population_small")
    assert finding is not None
    assert finding.count == 49
    tables = healthy()
    tables["orders"] = [o for o in tables["orders"] if o["customer_id"] < "0050"]
    assert found(assess(**tables), "population_small") is None


@pytest.mark.parametrize(
    ("gap", "severity"), [(date(2023, 5, 1), "note"), (date(2024, 5, 1), "warning")]
)
def test_a_month_without_orders_is_a_gap(
    assess: Assess, healthy: Healthy, gap: date, severity: str
) -> None:
    tables = healthy()
    tables["orders"] = [o for o in tables["orders"] if o["ordered_at"].replace(day=1) != gap]
    report = assess(**tables)
    finding = found(report, "months_without_orders")
    assert finding is not None
    assert finding.details["months"] == [gap.isoformat()[:7]]
    assert finding.severity == severity
    assert [m.lines for m in report.months if m.month == gap] == [0]


def test_a_half_empty_last_month_is_suspected(assess: Assess, healthy: Healthy) -> None:
    def with_last_month(lines: int) -> QualityReport:
        tables = healthy()
        last = [o for o in tables["orders"] if o["ordered_at"] > date(2024, 12, 1)]
        kept = [o for o in tables["orders"] if o not in last]
        return assess(customers=tables["customers"], orders=kept + last[:lines])

    finding = found(with_last_month(29), "last_month_incomplete")
    assert finding is not None
    assert finding.count == 29
    assert found(with_last_month(30), "last_month_incomplete") is None


@pytest.mark.parametrize(("months", "severity"), [(24, None), (23, "note"), (11, "warning")])
def test_a_short_history_is_said(
    assess: Assess, healthy: Healthy, months: int, severity: str | None
) -> None:
    tables = healthy()
    first = date(2025, 1, 1) - timedelta(days=months * 365 // 12 + 4)
    tables["orders"] = [o for o in tables["orders"] if o["ordered_at"] > first]
    report = assess(**tables)
    assert len(report.months) == months
    finding = found(report, "history_short")
    assert (finding and finding.severity) == severity


def test_a_table_that_ends_early_is_said(assess: Assess) -> None:
    def ending(day: date) -> Finding | None:
        report = assess(
            customers=[CUSTOMER],
            orders=[order()],
            interactions=[{"customer_id": "a", "at": datetime(day.year, day.month, day.day)}],
        )
        return found(report, "table_ends_early")

    assert ending(date(2024, 10, 1)) is None
    note, warning = ending(date(2024, 9, 30)), ending(date(2023, 12, 31))
    assert note is not None
    assert (note.severity, note.count) == ("note", 3)
    assert warning is not None
    assert (warning.severity, warning.count) == ("warning", 12)


def test_every_text_is_filled_and_written_in_both_languages() -> None:
    for kind in FINDING_KINDS.values():
        for text in (kind.message, kind.effect):
            assert text.en != text.zh
            english, chinese = text.placeholders()
            assert english == chinese
