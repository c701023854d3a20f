"""`kefen reviews` and `kefen traits`: what they tell of a run, and what they refuse in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

STANDARD = """\
standard: ratings-followed
version: 1
name: {en: Ratings followed, zh: 跟踪评级}
metrics:
  opened_on: {value: customers.created_on, unit: date}
  cash: {judged: cash, by: compliance officer, from: 1, to: 5, whole: true}
  confirmed: {judged: risk level, by: second rater, one_of: [high, medium, low]}
  confirmed_on:
    latest: assessments.assessed_on
    where: assessments.item = 'risk level'
    over: all time
schemes:
  risk:
    indicators: {cash: {points: value, if_unknown: 5}}
    grade_by: score
    grades: {high: ">= 4", medium: ">= 2", low: else}
    review: {high: 6 months, medium: 12 months, low: 24 months}
    reviews: {rated: confirmed_on, rated_as: confirmed, opened: opened_on, first: 10 working days}
"""


@pytest.fixture
def rated(call, tmp_path: Path, write_csv: Callable[..., Path]) -> Path:
    """A run of a standard that follows ratings: one overdue, one due later, one never rated."""
    (tmp_path / "risk.yaml").write_text(STANDARD, encoding="utf-8")
    customers = write_csv(
        tmp_path / "c.csv",
        "customer_id,created_on",
        [("old", "2024-01-05"), ("fresh", "2024-01-05"), ("new", "2026-01-05")],
    )
    assessments = write_csv(
        tmp_path / "a.csv",
        "customer_id,item,value,assessed_on,assessor,role",
        [
            ("old", "risk level", "high", "2025-01-10", "li", "second rater"),
            ("fresh", "risk level", "low", "2025-12-10", "li", "second rater"),
        ],
    )
    out = tmp_path / "rated"
    done = call(
        *("grade", "--customers", customers, "--assessments", assessments, "--no-report"),
        *("--standard", tmp_path / "risk.yaml", "--as-of", "2026-01-31", "--out", out),
    )
    assert done.code == 0, done.err
    return out


def test_reviews_tell_what_is_due_and_with_all_what_is_later(call, rated: Path) -> None:
    found = {r["customer_id"]: r for r in call("reviews", "--run", rated, "--json").json["reviews"]}
    assert found["old"]["why"] == "interval"
    assert found["old"]["state"] == "overdue"
    assert "fresh" not in found
    everything = call("reviews", "--run", rated, "--all", "--json").json["reviews"]
    assert {r["customer_id"] for r in everything} == {"old", "fresh", "new"}
    assert "  old  2025-07-10" in call("reviews", "--run", rated).out


def test_reviews_of_a_standard_that_follows_none_are_refused(call, company, tmp_path: Path) -> None:
    out = tmp_path / "out"
    graded = call("grade", *company.options, "--as-of", "2025-12-31", "--out", out, "--no-report")
    assert graded.code == 0
    told = call("reviews", "--run", out)
    assert told.code == 2
    assert "aml-risk" in told.err


def test_traits_of_a_run_in_a_folder_are_told_from_its_files_and_no_others(
    call, company, tmp_path: Path, write_csv: Callable[..., Path]
) -> None:
    out = tmp_path / "out"
    call("grade", *company.options, "--as-of", "2025-12-31", "--out", out, "--no-report")
    refused = call("traits", "--run", out)
    assert refused.code == 2
    assert "kefen traits --run DIR --customers F --orders F" in " ".join(refused.err.split())
    told = call("traits", "--run", out, *company.options)
    assert told.code == 0, told.err
    assert "too few customers, or no difference beyond chance" in " ".join(told.out.split())
    assert call("traits", "--run", out, *company.options, "--json").json == []
    other = write_csv(
        tmp_path / "other.csv",
        "order_id,customer_id,ordered_at,amount",
        [("1", "007", "2025-03-15", "901")],
    )
    wrong = call("traits", "--run", out, "--customers", company.customers, "--orders", other)
    assert wrong.code == 2
    assert "The run graded other Orders" in wrong.err


def test_several_questions_at_once_are_refused(call) -> None:
    asked = call("traits", "--industry", "Retail", "--size", "large")
    assert asked.code == 2
    assert "several questions" in asked.err
