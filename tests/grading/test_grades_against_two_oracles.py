"""Graded by SQL, by the row evaluator, and by what the text says: all three agree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_company import AS_OF_DATES, companies, facts_of, graded, measured
from tables_by_hand import dataset_by_hand
from written_from_the_text import abc, counted, rfm, value_index

from kefen.compiler.rowwise import grades_of_customer, metrics_of_customer
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.grading.run import GradedRun
from kefen.standards.model import Standard
from kefen.standards.reader import bundled_standard, read_standard

STANDARD = bundled_standard()


def rows_agree(run: GradedRun, standard: Standard, company: Any, as_of: date) -> None:
    """Every metric, grade, score and reason equals the row evaluator's."""
    grades, metrics = graded(run), measured(run)
    not_available = set(run.record["metrics_not_available"])
    running = [item["scheme"] for item in run.record["schemes"]]

    attributes = {row["customer_id"]: row for row in company["customers"]}
    for identifier, found in metrics.items():
        expected = metrics_of_customer(
            standard,
            facts_of(company, identifier),
            attributes[identifier],
            as_of,
            available=set(standard.metrics) - not_available,
        )
        assert found == expected, identifier
        assert [type(v) for v in found.values()] == [type(v) for v in expected.values()]
        row_grades = grades_of_customer(
            standard, run.calibration.schemes, expected, as_of, running=running
        )
        for scheme in running:
            row = row_grades[scheme]
            assert grades[identifier, scheme] == (
                row.grade,
                row.score,
                row.score_text,
                row.reason,
            ), (identifier, scheme)

    assert set(grades) == {(c, s) for c in metrics for s in running}, "one verdict each"
    assert all((g is None) != (reason is None) for g, _, _, reason in grades.values())


def check(engine: DuckDBEngine, company: Any, as_of: date) -> None:
    run = grade(dataset_by_hand(engine, company), STANDARD, as_of)
    rows_agree(run, STANDARD, company, as_of)
    grades = graded(run)
    customers = counted(company, as_of)
    assert {customer for customer, _ in grades} == set(customers), "who is graded"
    for scheme, verdicts in (
        ("abc", abc(customers)),
        ("rfm", rfm(customers, as_of)),
        ("value_index", value_index(customers, company)),
    ):
        assert {c: grades[c, scheme] for c in customers} == verdicts, scheme


@settings(max_examples=settings.default.max_examples // 2)
@given(data=st.data(), as_of=st.sampled_from(AS_OF_DATES))
def test_small_companies(shared_engine: DuckDBEngine, data: st.DataObject, as_of: date) -> None:
    check(shared_engine, data.draw(companies(as_of)), as_of)


# Every aggregate, with every clause that it may have, over windows of each unit.
_METRICS = {
    "m1": "sum: orders.amount, where: orders.amount > 0, over: last 90 days",
    "m2": "sum: orders.amount, over: last 2 quarters ending 30 days ago, per: month",
    "m3": "mean: orders.amount * 1.5 - 3, over: all time",
    "m4": "smallest: orders.amount, over: last 1 year",
    "m5": "largest: orders.category, over: all time",
    "m6": "earliest: orders.ordered_at, over: all time ending 6 months ago",
    "m7": "latest: cases.closed_at, over: all time",
    "m8": "distinct: orders.category, over: last 6 months, per: month",
    "m9": "distinct: orders.ordered_at, over: all time",
    "m10": "leading: orders.category, by: orders.amount - 10, where: orders.amount < 90",
    "m11": "leading: orders.category, by: orders.quantity, over: all time",
    "m12": "sum: orders.amount, each: month, take: largest, over: all time",
    "m13": "sum: orders.cost, each: orders.category, take: mean, over: all time",
    "m14": "count: orders, each: orders.category, take: smallest, over: all time",
    "m15": "count: orders, each: month, take: mean, over: last 12 months",
    "m16": "count: purchases, each: month, take: sum, per: month, over: last 12 months",
    "m17": "sum: purchases.lines, where: purchases.amount >= 20, over: all time",
    "m18": "count: receivables, dated: due_on, where: receivables.settled_on > due_on",
    "m19": "sum: receivables.settled_amount, dated: settled_on, over: last 24 months",
    "m20": "count: cases, where: cases.closed_at is unknown and cases.kind != 'fault'",
    "m21": "mean: 'days_between(receivables.issued_on, receivables.due_on)', over: all time",
    "m22": "largest: 'months_between(receivables.issued_on, as_of)', over: all time",
    "m23": "sum: 'if(orders.status is known, 1, orders.amount)', over: all time",
}
_COMPUTED = {
    "c1": "(m1 - m2) / m3",
    "c2": "round(m3 * m4, 1) + m15",
    "c3": "first_known(m4, m13, 7)",
    "c4": "smallest(m1 * 1, m8 * 1, 100)",
    "c5": "largest(m6, m7)",
    "c6": "if(m5 in ('A', '茶') or m10 = '茶', m14, m9)",
    "c7": "months_between(m6, as_of) * 1 - year_of(as_of) * 1 * month_of(as_of)",
    "c8": "contains(lower(customers.country), 'u') and not starts_with(m5, 'B')",
    "c9": "absolute(-m1) * 20 %",
    "c10": "days_between(months_before(as_of, 13), customers.created_on)",
}
WIDE = read_standard(
    "standard: wide\nversion: 1\nname: {en: Wide, zh: 广}\nreasons: {none: {en: none, zh: 无}}\n"
    "metrics:\n"
    + "".join(f"  {n}: {{{d}, name: {{en: {n}, zh: 项}}}}\n" for n, d in _METRICS.items())
    + "".join(f'  {n}: {{value: "{v}", name: {{en: {n}, zh: 项}}}}\n' for n, v in _COMPUTED.items())
    + """\
schemes:
  one:
    name: {en: One, zh: 一}
    among: m12 is known
    otherwise: none
    learn:
      often: {most_common: m5, name: {en: O, zh: 常}}
      most: {largest: c9, name: {en: M, zh: 大}}
      first: {smallest: m6, name: {en: F, zh: 早}}
    groups:
      g:
        name: {en: G, zh: 组}
        weight: 7.5
        indicators:
          a: {name: {en: A, zh: 甲}, value: c1, weight: 2.5, position: higher is better}
          b: {name: {en: B, zh: 乙}, value: m4 + 1, weight: 5, position: lower is better}
      h:
        name: {en: H, zh: 组}
        weight: 0.0001
        indicators:
          c: {name: {en: C, zh: 丙}, value: m15, weight: 0.0001, position: higher is better}
    indicators:
      d: {name: {en: D, zh: 丁}, value: m9, bands: [">= 3: 2.5", "in (1, 2): 1", "else: 0"]}
      e: {name: {en: E, zh: 戊}, value: m8, tenths: lower is better}
    grade_by: conditions
    grades:
      A: {when: m5 = often and c9 <= most, name: {en: A, zh: 甲}}
      B: {when: m6 > first, name: {en: B, zh: 乙}}
      C: {when: else, name: {en: C, zh: 丙}}
  two:
    name: {en: Two, zh: 二}
    among: one != 'C'
    otherwise: none
    grade_by: share of m1 * 1 + m9 * 1
    score: one.score * 2
    grades:
      X: {when: first 33.3333 %, name: {en: X, zh: 上}}
      Y: {when: else, name: {en: Y, zh: 下}}
  three:
    name: {en: Three, zh: 三}
    indicators:
      f: {name: {en: F, zh: 己}, value: "first_known(two.score, 0)", quarters: higher is better}
      g: {name: {en: G, zh: 庚}, value: m14, thirds: higher is better}
    score_text: points
    grade_by: score
    grades:
      P: {when: ">= 5", name: {en: P, zh: 优}}
      Q: {when: else, name: {en: Q, zh: 劣}}
  four:
    name: {en: Four, zh: 四}
    grade_by: value of m10
""",
    "wide.yaml",
)


@settings(max_examples=settings.default.max_examples // 2)
@given(data=st.data(), as_of=st.sampled_from(AS_OF_DATES))
def test_every_construct_of_the_language(
    shared_engine: DuckDBEngine, data: st.DataObject, as_of: date
) -> None:
    company = data.draw(companies(as_of))
    for name in ("receivables", "cases"):
        company.setdefault(name, [])
    columns = {"category", "cost", "status", "quantity", "cancelled_on"}
    company["orders"] = [dict.fromkeys(columns) | row for row in company["orders"]]
    run = grade(dataset_by_hand(shared_engine, company), WIDE, as_of)
    rows_agree(run, WIDE, company, as_of)
    if company["orders"] and company["receivables"] and company["cases"]:
        assert run.record["metrics_not_available"] == []
        assert [item["scheme"] for item in run.record["schemes"]] == list(WIDE.schemes)


def one_order(customer: str, amount: str, when: date = date(2026, 6, 1)) -> dict[str, Any]:
    return {
        "order_id": f"o-{customer}",
        "customer_id": customer,
        "ordered_at": when,
        "amount": Decimal(amount),
    }


@pytest.mark.parametrize(
    "amounts",
    [
        [],
        ["5"],
        ["5", "5"],
        ["7"] * 50,
        ["-3", "-4", "0"],
        ["80", "15", "5"],  # S of the second is exactly 80 %, of the third exactly 95 %
        ["40", "40", "15", "5"],
        ["79.9999", "15.0001", "5"],
        ["99999999999999.9999", "0.0001"],
        [str(n * n) for n in range(1, 51)],
    ],
    ids=lambda amounts: f"{len(amounts)} customers, {' '.join(amounts[:3])}",
)
def test_sizes_ties_and_exact_lines(engine: DuckDBEngine, amounts: list[str]) -> None:
    ids = [f"{n:03}" for n in range(len(amounts))]
    company = {
        "customers": [{"customer_id": i} for i in ids],
        "orders": [one_order(i, a) for i, a in zip(ids, amounts, strict=True)],
    }
    check(engine, company, date(2026, 10, 31))


def test_the_customer_on_the_exact_80_percent_line_is_b(engine: DuckDBEngine) -> None:
    company = {
        "customers": [{"customer_id": c} for c in "abc"],
        "orders": [one_order("a", "80"), one_order("b", "15"), one_order("c", "5")],
    }
    grades = graded(grade(dataset_by_hand(engine, company), STANDARD, date(2026, 10, 31)))
    assert [grades[c, "abc"][0] for c in "abc"] == ["A", "B", "C"]
