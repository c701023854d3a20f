"""What the report says about small companies whose answers are known."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from kefen.domain.errors import CallError
from kefen.domain.text import Text
from kefen.grading.outcome_words import GradeInWords
from kefen.reports.build import build_report
from kefen.reports.concentration import measure_concentration, top_count
from kefen.reports.model import Card, Prose
from kefen.reports.population import population
from kefen.reports.segments import segment_position
from kefen.reports.tables import GradeMark, Table
from kefen.standards.calibration import SchemeCalibration

if TYPE_CHECKING:
    from collections.abc import Callable

    from kefen.grading.run import GradedRun
    from kefen.reports.model import Report

    RunMaker = Callable[..., GradedRun]

CUSTOMERS = [
    {"customer_id": "01", "name": "Acme", "region": "North", "status": "customer", "owner": "Li"},
    {"customer_id": "02", "name": "Birch", "region": None, "status": "customer", "source": "fair"},
    {"customer_id": "03", "name": "Cedar", "region": "South", "status": "prospect",
     "expected_demand": 900, "source": "web", "birth_date": "1980-01-02", "gender": "f"},
]  # fmt: skip


def order(customer: str, day: str, amount: Any, **more: Any) -> dict[str, Any]:
    return {
        "order_id": f"{customer}-{day}",
        "line": "1",
        "customer_id": customer,
        "ordered_at": f"{day} 09:00:00",
        "amount": amount,
        **more,
    }


ORDERS = [
    order("01", "2024-03-05", "800.00", cost="500.00", category="bearings"),
    order("01", "2023-05-05", "400.00", cost="300.00", category="bearings"),
    order("02", "2024-07-01", "200.00", category="motors"),
    order("02", "2025-01-01", "999.00"),
]


def table(report: Report, wanted: str) -> Table:
    return next(found for found in report.tables() if found.id == wanted)


def row(found: Table, name: str) -> dict[str, Any]:
    for line in found.rows:
        first = line.cells[0]
        label = first.name.en if isinstance(first, GradeMark) else first
        label = label.en if isinstance(label, Text) else label
        if label == name:
            return {c.id: v for c, v in zip(found.columns, line.cells, strict=True)}
    raise AssertionError(f"no row {name}")


def test_distribution_says_customers_sales_margin_and_shares(make_run: RunMaker) -> None:
    report = build_report(make_run(customers=CUSTOMERS, orders=ORDERS))
    key = row(table(report, "distribution_abc"), "Key")
    assert (key["customers"], key["customers_share"]) == (1, Decimal("0.3333"))
    assert (key["sales"], key["sales_share"]) == (Decimal(800), Decimal("0.8"))
    assert (key["margin"], key["average"]) == (Decimal(300), Decimal(800))
    assert key["previous"] is None
    none = row(table(report, "distribution_abc"), "No positive sales")
    assert none["customers"] == 1


def test_a_distribution_of_few_says_why_it_is_doubtful(make_run: RunMaker) -> None:
    run = make_run(customers=CUSTOMERS, orders=ORDERS)
    learned = {"abc": SchemeCalibration(3)}
    few = build_report(replace(run, calibration=replace(run.calibration, schemes=learned)))
    note = table(few, "distribution_abc").note
    assert note is not None
    assert note.en.endswith("Low confidence: 3 customers were graded together, fewer than 50.")
    assert note.zh.endswith("置信度低：一同评级的客户为 3 户，不足 50 户。")


def test_regions_say_who_bought_who_did_not_and_what_grew(make_run: RunMaker) -> None:
    markets = [
        {"period": "2024-06-30", "region": "North", "total": "3200", "main_competitor": "Rival"},
        {"period": "2023-06-30", "region": "North", "total": "9999"},
    ]
    report = build_report(make_run(customers=CUSTOMERS, orders=ORDERS, markets=markets))
    north = row(table(report, "regions"), "North")
    assert (north["existing"], north["prospects"]) == (1, 0)
    assert (north["sales_before"], north["sales"], north["growth"]) == (400, 800, Decimal(1))
    assert (north["market"], north["competitor"]) == (Decimal("0.25"), "Rival")
    assert (north["owner"], north["gained"], north["lost"]) == ("Li", 0, 0)
    assert row(table(report, "regions"), "Unknown")["gained"] == 1
    assert row(table(report, "regions"), "South")["prospects"] == 1


def test_codes_of_countries_and_provinces_stand_with_their_names(make_run: RunMaker) -> None:
    customers = [
        {"customer_id": "01", "country": "CN", "region": "110000"},
        {"customer_id": "02", "country": "DEU", "region": "Bayern"},
        {"customer_id": "03", "country": "Atlantis"},
        {"customer_id": "04", "country": "China", "industry": "C26"},
        {"customer_id": "05", "country": "中国", "industry": "C26"},
    ]
    run = make_run(date(2024, 12, 31), customers=customers, orders=ORDERS)
    report = build_report(run)
    china = [
        line.cells[1]
        for line in table(report, "regions").rows
        if isinstance(line.cells[0], Text) and line.cells[0].en == "CN China"
    ]
    assert china == [3]
    listed = [line.cells for line in table(report, "customer_list").rows]
    assert any("制造业" in str(cell) or "化学" in str(cell) for cells in listed for cell in cells)
    places = [line.cells[0] for line in table(report, "regions").rows]
    said = [(p.en, p.zh) if isinstance(p, Text) else p for p in places]
    assert ("CN China", "CN 中国") in said
    assert ("DE Germany", "DE 德国") in said
    assert "Atlantis" in said
    assert any(isinstance(p, Text) and p.en.startswith("110000 Beijing") for p in places)


def test_places_within_places_name_their_leading_owner(make_run: RunMaker) -> None:
    places = [
        ("China", "X", "Li"),
        ("China", "Y", "Wu"),
        ("China", "Y", "Wu"),
        ("France", "X", "An"),
    ]
    customers = [
        {"customer_id": str(n), "country": country, "region": region, "owner": owner}
        for n, (country, region, owner) in enumerate(places)
    ]
    found = table(build_report(make_run(customers=customers)), "regions")
    shown = [
        (line.level, line.cells[0], line.cells[found.position("owner")]) for line in found.rows
    ]
    assert shown == [
        (0, Text("CN China", "CN 中国"), "Wu +1"),
        (1, "Y", "Wu"),
        (1, "X", "Li"),
        (0, Text("FR France", "FR 法国"), "An"),
        (1, "X", "An"),
    ]
    totals = found.totals
    assert totals is not None
    assert totals.cells[found.position("owner")] == "Wu +2"


def test_products_count_each_customer_once(make_run: RunMaker) -> None:
    orders = [
        order("01", "2024-03-05", "10", category="bearings"),
        order("01", "2024-04-05", "10", category="bearings"),
        order("01", "2024-05-05", "10", category="motors"),
        order("02", "2024-05-05", "10", category="bearings"),
        order("02", "2023-05-05", "10", category="motors"),
        order("02", "2024-06-05", "10"),
    ]
    found = table(build_report(make_run(customers=CUSTOMERS, orders=orders)), "products")
    counts = dict(
        zip(found.column_values("product"), found.column_values("customers"), strict=True)
    )
    assert counts == {"bearings": 2, "motors": 1, Text("Unknown", "未知"): 1}


def test_tiers_of_products_are_sold_by_value_by_region_and_with_all_bases(
    make_run: RunMaker,
) -> None:
    products = [{"product_id": "x", "tier": "high"}, {"product_id": "y", "tier": "low"}]
    orders = [
        order("01", "2024-03-05", "900", product_id="x"),
        order("01", "2024-04-05", "100", product_id="y"),
        order("02", "2024-05-05", "30", product_id="y"),
        order("02", "2024-05-06", "20"),
        order("02", "2023-05-05", "60", product_id="y"),
    ]
    report = build_report(make_run(customers=CUSTOMERS, orders=orders, products=products))
    found = table(report, "tiers")
    assert [cell.en for cell in found.column_values("product")] == [
        "High end",
        "Low end",
        "Unknown",
    ]
    low = row(found, "Low end")
    assert (low["customers"], low["sales"], low["growth"]) == (2, 130, Decimal("1.1667"))
    assert (low["class_A"], low["class_B"], low["class_C"]) == (100, 0, 30)
    north = row(table(report, "tiers_regions"), "North")
    assert (north["type_0"], north["type_1"], north["type_2"]) == (900, 100, 0)
    together = table(report, "combined_tiers")
    assert [cell.en for cell in together.column_values("tier")] == [
        "High end",
        "Low end",
        "Unknown",
    ]
    assert together.column_values("sales") == (1000, 50, 0)
    without = build_report(make_run(customers=CUSTOMERS, orders=ORDERS))
    assert not [t for t in without.tables() if "tiers" in t.id]
    analyses = without.section("analyses")
    assert analyses is not None
    assert "no product tiers were imported" in str(analyses.blocks[-1])


def test_winning_and_keeping_cost_what_was_spent_by_those_won_and_kept(make_run: RunMaker) -> None:
    def cost(month: str, kind: str, amount: str, customer: str | None = None) -> dict[str, Any]:
        return {"month": month, "kind": kind, "amount": amount, "customer_id": customer}

    costs = [
        cost("2024-02-01", "acquisition", "90.00", "02"),
        cost("2024-12-01", "acquisition", "60.00"),
        cost("2024-05-01", "retention", "30.00", "01"),
        cost("2024-05-01", "service", "500.00", "01"),
        cost("2023-12-01", "retention", "7000.00", "01"),
        cost("2025-01-01", "acquisition", "8000.00", "02"),
    ]
    report = build_report(
        make_run(date(2024, 12, 31), customers=CUSTOMERS, orders=ORDERS, costs=costs)
    )
    found = table(report, "costs")
    won, kept = row(found, "Won"), row(found, "Kept")
    assert (won["spent"], won["customers"], won["each"]) == (Decimal(150), 1, Decimal(150))
    assert (kept["spent"], kept["customers"], kept["each"]) == (Decimal(30), 1, Decimal(30))
    assert found.note is not None
    assert "costs 5.0 times as much" in found.note.en
    by_grade = table(report, "costs_by_grade")
    assert row(by_grade, "Without a known customer")["acquisition"] == Decimal(60)
    assert by_grade.totals is not None
    assert by_grade.totals.cells[1:4] == (Decimal(150), Decimal(30), 2)


def test_without_costs_the_report_says_that_they_are_not_told(make_run: RunMaker) -> None:
    report = build_report(make_run(date(2024, 12, 31), customers=CUSTOMERS, orders=ORDERS))
    section = next(one for one in report.sections if one.id == "movements")
    said = [p.en for block in section.blocks if isinstance(block, Prose) for p in block.paragraphs]
    assert any("no costs were imported" in one for one in said)


def test_nothing_after_the_as_of_date_counts(make_run: RunMaker) -> None:
    report = build_report(make_run(customers=CUSTOMERS, orders=ORDERS))
    total = table(report, "distribution_abc").totals
    assert total is not None
    assert total.cells[3] == Decimal(1000)


def test_ageing_counts_days_late_and_part_payments(make_run: RunMaker) -> None:
    receivables = [
        {"invoice_id": "a", "customer_id": "01", "issued_on": "2024-10-01", "due_on": "2024-12-31",
         "amount": "100"},
        {"invoice_id": "b", "customer_id": "01", "issued_on": "2024-10-01", "due_on": "2024-12-01",
         "amount": "100", "settled_amount": "30"},
        {"invoice_id": "c", "customer_id": "01", "issued_on": "2023-10-01", "due_on": "2023-12-01",
         "amount": "100"},
        {"invoice_id": "d", "customer_id": "02", "issued_on": "2024-10-01", "amount": "7"},
        {"invoice_id": "e", "customer_id": "02", "issued_on": "2024-10-01", "due_on": "2024-11-01",
         "amount": "50", "settled_on": "2024-11-05"},
    ]  # fmt: skip
    payments = [
        {"payment_id": "p", "customer_id": "01", "paid_on": "2024-12-09", "amount": "60",
         "invoice_id": "c"},
    ]  # fmt: skip
    run = make_run(customers=CUSTOMERS, orders=ORDERS, receivables=receivables, payments=payments)
    report = build_report(run)
    ageing = table(report, "ageing")
    assert row(ageing, "Not due")["amount"] == 100
    assert row(ageing, "1-30 days")["amount"] == 70
    assert row(ageing, "Over 360 days")["amount"] == 40
    assert row(ageing, "No due date known")["amount"] == 7
    assert row(table(report, "distribution_abc"), "Key")["overdue"] == 110


def card_lines(report: Report) -> dict[str, Any]:
    section = report.section("card")
    assert section is not None
    card = next(block for block in section.blocks if isinstance(block, Card))
    return {item.label.en: item.value for group in card.groups for item in group.items}


def test_the_card_of_a_customer_shows_its_trade_and_what_is_not_recorded(
    make_run: RunMaker,
) -> None:
    report = build_report(make_run(customers=CUSTOMERS, orders=ORDERS), customer="01")
    lines = card_lines(report)
    assert lines["First deal"] == date(2023, 5, 5)
    assert lines["Sales of 2024"] == Decimal(800)
    assert lines["Products"] == "bearings"
    assert lines["Legal representative"] is None
    assert lines["Balance"] is None


def test_one_who_has_not_bought_gets_the_prospect_card_without_private_items(
    make_run: RunMaker,
) -> None:
    report = build_report(make_run(customers=CUSTOMERS, orders=ORDERS), customer="03")
    section = report.section("card")
    assert section is not None
    assert section.title.en == "Table 5 Prospect card"
    lines = card_lines(report)
    assert lines["Expected demand"] == Decimal(900)
    assert date(1980, 1, 2) not in lines.values()
    assert "f" not in lines.values()


def test_the_card_of_nobody_is_refused(make_run: RunMaker) -> None:
    with pytest.raises(CallError) as caught:
        build_report(make_run(customers=CUSTOMERS, orders=ORDERS), customer="1")
    assert "leading zeros" in caught.value.in_language("en")


def test_explanations_given_stand_on_the_card(make_run: RunMaker) -> None:
    sentence = Text("Largest of all.", "销售额最大。")
    gets = (Text("Visit: every month", "拜访：每月"), Text("Tags: Quiet", "标签：沉默"))
    why = {"abc": GradeInWords(sentence, gets)}
    report = build_report(make_run(customers=CUSTOMERS, orders=ORDERS), customer="01", why=why)
    found = row(table(report, "card_why"), "ABC by sales")
    assert found["why"] == sentence
    assert found["comes_with"] == Text("Visit: every month; Tags: Quiet", "拜访：每月；标签：沉默")


def test_customers_alone_still_make_a_report(make_run: RunMaker) -> None:
    report = build_report(make_run(customers=CUSTOMERS))
    movements = report.section("movements")
    assert movements is not None
    assert isinstance(movements.blocks[0], Prose)
    assert report.section("ageing") is None
    assert row(table(report, "distribution_abc"), "Key")["sales"] is None


def test_no_customer_at_all_still_makes_a_report(make_run: RunMaker) -> None:
    report = build_report(make_run(customers=[], orders=[]))
    assert report.section("summary") is not None


def test_returns_alone_leave_nothing_to_rank(make_run: RunMaker) -> None:
    report = build_report(
        make_run(customers=CUSTOMERS, orders=[order("01", "2024-02-02", "-5.00")])
    )
    section = report.section("concentration")
    assert section is not None
    assert isinstance(section.blocks[0], Prose)


def test_what_shows_generated_data_is_labelled(make_run: RunMaker) -> None:
    run = make_run(
        customers=CUSTOMERS,
        orders=ORDERS,
        surveys=[{"customer_id": "01", "answered_on": "2024-01-01", "score": 5}],
        generated=("surveys", "customers.region"),
    )
    report = build_report(run)
    assert report.meta.generated is not None
    assert report.meta.generated.zh == "生成的示例数据：客户·地区、满意度调查"
    label = table(report, "region_satisfaction").generated
    assert label is not None
    assert "Customers: Region" in label.en
    assert table(report, "distribution_abc").generated is None


@pytest.mark.parametrize(
    ("sales", "before", "margin", "position"),
    [
        (60, 50, 10, "core"),
        (60, 70, 10, "hold"),
        (60, 50, -1, "hold"),
        (20, 0, None, "grow"),
        (20, 0, -1, "leave"),
        (20, 30, 5, "leave"),
        (0, 0, None, "leave"),
        (50, 50, 1, "core"),
    ],
)
def test_segments_are_placed_by_the_published_rule(
    sales: int, before: int, margin: int | None, position: str
) -> None:
    losing = None if margin is None else Decimal(margin)
    totals = (Decimal(100), Decimal(100))
    assert segment_position(Decimal(sales), Decimal(before), losing, totals, 2) == position


def test_the_top_counts_at_least_one_and_the_nearest_number() -> None:
    assert [top_count(p, 23_570) for p in (1, 5, 10, 20)] == [236, 1_178, 2_357, 4_714]
    assert top_count(1, 3) == 1
    assert top_count(20, 0) == 0


@pytest.mark.reference
def test_cdnow_concentration_is_as_published(make_run: RunMaker) -> None:
    folder = os.environ.get("KEFEN_DATA")
    if folder is None:
        pytest.skip("KEFEN_DATA is not set")
    path = Path(folder) / "cdnow" / "cdnow_master.parquet"
    with duckdb.connect() as reader:
        lines = reader.execute(
            "SELECT customer_id, date::DATE, CAST(CAST(dollar_value AS VARCHAR) AS DECIMAL(18, 4))"
            " FROM read_parquet(?)",
            [str(path)],
        ).fetchall()
    # One order line a customer: only the customers' totals over all 18 months matter here.
    totals: dict[str, Decimal] = {}
    for customer, _, amount in lines:
        totals[customer] = totals.get(customer, Decimal(0)) + amount
    run = make_run(
        date(1998, 6, 30),
        customers=[{"customer_id": customer} for customer in totals],
        orders=[order(c, "1998-01-02", amount) for c, amount in totals.items()],
    )
    with population(run) as people:
        found = measure_concentration(people)
    assert found.customers == 23_570
    assert found.gini == Decimal("0.63457")
    shares = [found.top_share(percent) for percent in (1, 5, 10, 20)]
    assert shares == [Decimal(s) for s in ("0.1588", "0.3668", "0.5094", "0.6778")]
    assert found.holders == 7_695


def test_a_customer_lost_and_won_back_in_the_year_was_worth_what_it_bought_before(
    make_run: RunMaker,
) -> None:
    orders = [
        order("01", "2023-02-10", "70"),
        order("01", "2023-03-10", "30"),
        order("01", "2024-12-05", "500"),
    ]
    found = table(build_report(make_run(customers=CUSTOMERS, orders=orders)), "movements_months")
    march, december = row(found, "2024-03"), row(found, "2024-12")
    assert (march["lost"], march["sales_lost"]) == (1, 30)
    assert (december["won_back"], december["sales_won_back"]) == (1, 500)
