"""Money-laundering risk: the formula, direct levels, two people, reviews, and what must be said."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape
from probing import Verdict, graded, probe, problems_of, run_of

from kefen.domain.text import LANGUAGES
from kefen.domain.working_days import add_working_days
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.reviews import due_reviews
from kefen.reports.build import build_report
from kefen.reports.html import render_html
from kefen.standards.model import FactMetric
from kefen.standards.reader import bundled_standard, bundled_text, examine_standard

AS_OF = date(2026, 6, 30)
STANDARD = bundled_standard("aml-risk")
SCHEME = STANDARD.schemes["risk"]
JUDGED = tuple(
    metric.definition.judgement.item
    for metric in STANDARD.metrics.values()
    if isinstance(metric.definition, FactMetric)
    and metric.definition.judgement is not None
    and metric.definition.judgement.highest == 5
)
PERSON = {
    "customer_id": "a",
    "kind": "person",
    "birth_date": "1980-01-01",
    "created_on": "2026-06-01",
}


def said(item: str, value: object, role: str = "compliance officer", **more: Any) -> dict[str, Any]:
    row = {"customer_id": "a", "item": item, "value": str(value), "assessed_on": "2026-06-10"}
    return {**row, "role": role, "assessor": "Li", **more}


def known(score: int, country: str = "none") -> list[dict[str, Any]]:
    """Return every sub-item at one score."""
    return [*(said(item, score) for item in JUDGED), said("country risk", country, "country list")]


def risk(*rows: dict[str, Any], customer: dict[str, Any] | None = None) -> Verdict:
    return graded("aml-risk", AS_OF, [customer or PERSON], assessments=rows)["a"]["risk"]


def test_the_checker_finds_nothing_and_there_are_five_levels() -> None:
    assert problems_of("aml-risk") == []
    assert [grade.id for grade in SCHEME.grades] == ["highest", "high", "medium", "low", "lowest"]
    assert sum(indicator.weight or 0 for indicator in SCHEME.indicators) == 100 * 10_000


def test_the_score_is_the_sum_of_score_times_weight_by_levels() -> None:
    assert risk(*known(1)).score == 20
    assert risk(*known(1)).grade == "lowest"
    everything = risk(*known(5, "call for action"))
    # The person is of middle age and was never reported: 5 each at 1 of 5.
    assert everything.score == 100 - 4 - 4
    assert everything.grade == "highest"


def test_what_is_not_known_is_as_risky_as_the_worst() -> None:
    bare = risk(said("cash", 1), customer={"customer_id": "a", "kind": "person"})
    assert bare.score == Decimal(100) - Decimal("6.4") - 4
    assert bare.grade == "highest"


@settings(max_examples=3)
@given(scores=st.lists(st.integers(1, 5), min_size=len(JUDGED), max_size=len(JUDGED)))
def test_the_formula_holds_for_any_scores(scores: list[int]) -> None:
    by_item = dict(zip(JUDGED, scores, strict=True))
    weights = {
        metric.definition.judgement.item: indicator.weight
        for indicator in SCHEME.indicators
        if (metric := STANDARD.metrics.get(indicator.id)) is not None
        and isinstance(metric.definition, FactMetric)
        and metric.definition.judgement is not None
        and indicator.id != "country_risk"
    }
    assert set(weights) == set(JUDGED)
    expected = sum(Decimal(by_item[item] * (w or 0)) / 50_000 for item, w in weights.items())
    rows = [said(item, score) for item, score in by_item.items()]
    verdict = risk(*rows, said("country risk", "none", "country list"))
    # Country, age and monitoring at 1 of 5: 2 + 1 + 1.
    assert verdict.score == expected + 4


@pytest.mark.parametrize(
    "row",
    [
        said("list match", "confirmed"),
        said("owner on a list", "yes"),
        said("political exposure", "foreign"),
        said("political exposure", "relative of foreign"),
        said("refuses due diligence", "yes"),
    ],
)
def test_directly_highest_whatever_the_score(row: dict[str, Any]) -> None:
    verdict = risk(*known(1), row)
    assert (verdict.decided, verdict.grade) == ("lowest", "highest")


def test_two_suspicious_reports_are_directly_highest_and_one_is_not() -> None:
    once = said("suspicious report", "2025-11", assessed_on="2025-11-01")
    twice = said("suspicious report", "2026-02", assessed_on="2026-02-01")
    assert risk(*known(1), once).grade == "lowest"
    assert risk(*known(1), once, twice).grade == "highest"


def test_directly_lowest_only_where_no_exclusion_holds() -> None:
    simple = said("simple case", "yes")
    clear = [said("list screening", "clear", "screening"), said("political exposure", "none")]
    middle = [row for row in known(3) if row["item"] != "adverse media"] + [
        said("adverse media", 1)
    ]
    assert risk(*middle, simple, *clear).grade == "lowest"
    assert risk(*middle, *clear).grade == "medium"
    for exclusion in (
        said("political exposure", "domestic", assessed_on="2026-06-20"),
        said("adverse media", 3, assessed_on="2026-06-20"),
        said("country risk", "increased monitoring", "country list", assessed_on="2026-06-20"),
        said("list screening", "candidate", "screening", assessed_on="2026-06-20"),
        said("suspicious report", "x"),
    ):
        assert risk(*middle, simple, *clear, exclusion).grade != "lowest", exclusion["item"]


def test_a_candidate_is_open_until_a_person_judges_it() -> None:
    candidate = said("list screening", "candidate", "screening")
    assert "open_candidate" in risk(*known(1), candidate).tags
    judged = said("list match", "rejected", assessed_on="2026-06-12")
    verdict = risk(*known(1), candidate, judged)
    assert "open_candidate" not in verdict.tags
    assert verdict.grade == "lowest", "a candidate is no grade by itself"
    again = said("list screening", "candidate", "screening", assessed_on="2026-06-20")
    assert "open_candidate" in risk(*known(1), candidate, judged, again).tags


def _rated(second: str, level: str = "high") -> list[dict[str, Any]]:
    return [
        said("risk level", "high", "first rater", assessor="Li", assessed_on="2026-06-02"),
        said("risk level", level, "second rater", assessor=second, assessed_on="2026-06-03"),
    ]


def test_a_level_is_confirmed_by_two_different_people_who_agree() -> None:
    def level(*rows: dict[str, Any]) -> tuple[object, frozenset[str]]:
        found = probe("aml-risk", AS_OF, [PERSON], assessments=[*known(1), *rows])
        return found.metrics["a"]["confirmed_level"], found.verdicts["a"]["risk"].tags

    assert level(*_rated("Wu"))[0] == "high"
    assert level(*_rated("Li"))[0] is None
    assert "one_rater" in level(*_rated("Li"))[1]
    assert level(*_rated("Wu", "low"))[0] is None
    assert "raters_differ" in level(*_rated("Wu", "low"))[1]


def test_reviews_are_due_by_working_days_by_interval_and_again() -> None:
    opened = date(2026, 1, 15)
    rows = [
        ("first", "low", None, None, opened, None),
        ("interval", "low", date(2026, 1, 10), "highest", opened, None),
        ("again", "low", date(2026, 1, 20), "low", opened, date(2026, 6, 24)),
        ("before", "low", date(2026, 6, 24), "low", opened, date(2026, 6, 24)),
        ("undated", None, None, None, None, None),
    ]
    found = {review.customer: review for review in due_reviews(SCHEME, rows, AS_OF)}
    assert found["first"].due == add_working_days(opened, 10).day == date(2026, 1, 29)
    assert found["first"].state == "overdue"
    assert (found["interval"].due, found["interval"].state) == (date(2026, 7, 10), "due")
    assert (found["again"].why, found["again"].due) == ("again", date(2026, 7, 8))
    assert (found["before"].why, found["before"].due) == ("interval", date(2029, 6, 24))
    assert found["undated"].state == "undated"


def test_a_lower_level_reviewed_after_more_than_twice_the_time_is_refused() -> None:
    text = bundled_text("aml-risk").replace("high: 12 months", "high: 13 months")
    _, problems = examine_standard(text, "aml-risk.yaml")
    assert any("more than twice" in p.what.en for p in problems if p.severity == "error")


def test_fewer_than_three_levels_are_refused() -> None:
    right = bundled_text("aml-risk")
    _, problems = examine_standard(
        right.replace("fewest_grades: 3", "fewest_grades: 6"), "aml-risk.yaml"
    )
    assert [p.what.en for p in problems if p.severity == "error"] == [
        "there must be at least 6 grades, there are 5"
    ]


@pytest.mark.parametrize(
    ("old", "new", "said_"),
    [
        ("rated: confirmed_on", "rated: confirmed_level", "is no metric that is a date"),
        ("first: 10 working days", "first: 10 days", "no number of working days"),
        ("country_list_on: 150 days", "country_list_on: soon", "no number of days"),
        ("country_list_on: 150 days", "country_risk: 150 days", "is no metric that is a date"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_place(old: str, new: str, said_: str) -> None:
    _, problems = examine_standard(bundled_text("aml-risk").replace(old, new), "aml-risk.yaml")
    assert any(said_ in problem.what.en for problem in problems)


def test_old_and_missing_lists_warn() -> None:
    rows = [said("country risk", "none", "country list", assessed_on="2025-10-24"), *known(1)[:-1]]
    found = probe("aml-risk", AS_OF, [PERSON], assessments=rows).record["findings"]
    told = {
        f["details"]["metric"]: f["message"]["en"]
        for f in found
        if f["code"] == "input_out_of_date"
    }
    assert "249 days before" in told["country_list_on"]
    assert "none at all" in told["screened_on"]
    fresh = [*known(1), said("list screening", "clear", "screening")]
    record = probe("aml-risk", AS_OF, [PERSON], assessments=fresh).record
    assert not [f for f in record["findings"] if f["code"] == "input_out_of_date"]
    assert record["standard"]["notice"]["en"] == "To be confirmed by your compliance team."


def test_every_page_carries_the_notice_and_lists_what_is_due() -> None:
    with DuckDBEngine() as engine:
        run = run_of(engine, "aml-risk", AS_OF, [PERSON], assessments=[*known(1), *_rated("Wu")])
        report = build_report(run)
        assert report.section("reviews") is not None
        assert STANDARD.notice is not None
        for language in LANGUAGES:
            assert str(escape(STANDARD.notice.in_language(language))) in render_html(
                report, language
            )


def test_without_assessments_it_is_not_run_and_says_so() -> None:
    record = probe("aml-risk", AS_OF, [PERSON], orders=[]).record
    assert [item["scheme"] for item in record["schemes_not_run"]] == ["risk"]
