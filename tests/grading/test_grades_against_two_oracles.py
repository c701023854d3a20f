"""Graded by SQL, by the row evaluator, and by what the text says: all three agree."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_company import (
    AS_OF_DATES,
    companies,
    dataset_by_hand,
    facts_of,
    graded,
    measured,
)
from written_from_the_text import abc, counted, rfm, value_index

from kefen.compiler.rowwise import grades_of_customer, metrics_of_customer
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.grade import grade
from kefen.standards.model import Standard
from kefen.standards.reader import bundled_standard

STANDARD = bundled_standard()


def check(engine: DuckDBEngine, company: Any, as_of: date, standard: Standard = STANDARD) -> None:
    run = grade(dataset_by_hand(engine, company), standard, as_of)
    grades, metrics = graded(run), measured(run)
    not_available = set(run.record["metrics_not_available"])
    running = [item["scheme"] for item in run.record["schemes"]]

    customers = counted(company, as_of)
    assert set(metrics) == set(customers), "who is graded"
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

    assert set(grades) == {(c, s) for c in customers for s in running}, "one verdict each"
    assert all((g is None) != (reason is None) for g, _, _, reason in grades.values())
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
