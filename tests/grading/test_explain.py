"""Explanations: they say what graded, and their points add up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from stored_runs import company, stored_run

from kefen.domain.errors import CallError
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.explain import explain
from kefen.grading.explanation import Explanation
from kefen.grading.json_values import plain_value
from kefen.grading.stored import StoredRun


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StoredRun]:
    with DuckDBEngine() as engine:
        yield stored_run(tmp_path_factory.mktemp("explain"), engine)


@pytest.fixture(scope="module")
def explanations(run: StoredRun) -> list[Explanation]:
    return [explain(run, customer) for customer in run.customers(1_000)]


def test_every_explanation_says_the_grade_that_was_stored(
    run: StoredRun, explanations: list[Explanation]
) -> None:
    stored = {
        (customer, scheme): tuple(rest)
        for customer, scheme, *rest in duckdb.execute(
            "SELECT customer_id, scheme, grade, score, score_text, reason FROM read_parquet(?)",
            [str(run.directory / "grades.parquet")],
        ).fetchall()
    }
    told = {
        (e.customer, s.scheme): (s.grade, s.score, s.score_text, s.reason_code)
        for e in explanations
        for s in e.schemes
    }
    assert told == stored
    assert {scheme for _, scheme in told} == set(run.standard.schemes)


def test_points_add_up_to_the_score_exactly(explanations: list[Explanation]) -> None:
    additive = [s for e in explanations for s in e.schemes if s.additive and s.grade]
    assert {s.scheme for s in additive} == {
        "value_index",
        "purchasing_power",
        "frequency",
        "need",
        "credit",
    }
    for scheme in additive:
        assert sum(line.points or Decimal(0) for line in scheme.lines) == scheme.score


def test_weights_handed_on_still_make_a_hundred(explanations: list[Explanation]) -> None:
    indexes = [s for e in explanations for s in e.schemes if s.scheme == "value_index" and s.grade]
    partly_unknown = [s for s in indexes if any(line.points is None for line in s.lines)]
    assert partly_unknown
    for scheme in indexes:
        assert sum(line.weight or Decimal(0) for line in scheme.lines) == Decimal(100)
        current = [line for line in scheme.lines if line.group and line.group.en.startswith("Cur")]
        known = [line for line in scheme.lines if line.points is not None]
        if {line.group for line in known} == {line.group for line in scheme.lines}:
            assert sum(line.weight or Decimal(0) for line in current) == Decimal(80)


def test_what_is_missing_is_said_with_what_it_did(explanations: list[Explanation]) -> None:
    for explanation in explanations:
        for scheme in explanation.schemes:
            if scheme.scheme == "value_index" and scheme.grade:
                unknown = [line for line in scheme.lines if line.points is None]
                assert len(scheme.missing) == len(unknown)
                assert all("weight went to the others" in text.en for text in scheme.missing)


def test_the_first_threshold_met_is_the_grade_before_the_rules(
    explanations: list[Explanation],
) -> None:
    for explanation in explanations:
        for scheme in explanation.schemes:
            if scheme.grade is None:
                assert all(threshold.met is None for threshold in scheme.thresholds)
            elif scheme.thresholds:
                grades = [next(t for t in scheme.thresholds if t.met).grade]
                for rule in scheme.rules:
                    assert rule.before == grades[-1]
                    assert rule.held or rule.after == rule.before
                    grades.append(str(rule.after))
                assert grades[-1] == scheme.grade


def test_a_grade_that_a_rule_changed_is_told_by_the_rule_and_by_what_it_would_be(
    explanations: list[Explanation],
) -> None:
    credit = [s for e in explanations for s in e.schemes if s.scheme == "credit" and s.grade]
    changed = [s for s in credit if any(rule.changed for rule in s.rules)]
    assert {s.grade for s in changed} == {"D"}
    for scheme in changed:
        met = next(t for t in scheme.thresholds if t.met)
        (rule,) = (rule for rule in scheme.rules if rule.changed)
        assert f"“{rule.name.en}” gives D no credit" in scheme.sentence.en
        assert f"Without that it would be {met.grade}" in scheme.sentence.en
        assert rule.name.zh in scheme.sentence.zh


def test_sentences_are_whole_in_both_languages(explanations: list[Explanation]) -> None:
    for explanation in explanations:
        for scheme in explanation.schemes:
            assert explanation.customer in scheme.sentence.en
            assert explanation.customer in scheme.sentence.zh
            assert scheme.sentence.en.endswith(".")
            assert scheme.sentence.zh.endswith("。")
            assert "{" not in scheme.sentence.en + scheme.sentence.zh


def test_names_with_braces_are_only_names(run: StoredRun) -> None:
    told = explain(run, "00001", name="{curly} =cmd() 🙂")
    assert all(s.sentence.en.startswith("{curly} =cmd() 🙂") for s in told.schemes)


def test_json_holds_decimals_as_exact_strings(explanations: list[Explanation]) -> None:
    content = json.loads(json.dumps([e.as_dict() for e in explanations], ensure_ascii=False))
    scores = [s["score"] for e in content for s in e["schemes"] if s["score"] is not None]
    assert scores
    assert all(isinstance(score, str) and len(score.split(".")[1]) == 4 for score in scores)


@pytest.mark.parametrize(
    "number", ["0.0000", "-0.0000", "1234567.8900", "0E-4", "1E+3", "0.00000001", "12"]
)
def test_decimals_are_written_plainly_in_json(number: str) -> None:
    assert plain_value(Decimal(number)) == format(Decimal(number), "f")


def test_one_scheme_can_be_asked_for(run: StoredRun) -> None:
    assert [s.scheme for s in explain(run, "00001", scheme="rfm").schemes] == ["rfm"]


def test_an_unknown_scheme_is_refused_with_those_there_are(run: StoredRun) -> None:
    with pytest.raises(CallError, match="there is no scheme “nope”") as caught:
        explain(run, "00001", scheme="nope")
    assert "rfm" in caught.value.mend.en


def test_an_unknown_customer_is_refused_with_similar_ids(run: StoredRun) -> None:
    with pytest.raises(CallError) as caught:
        explain(run, "1")
    assert "00001" in caught.value.mend.zh


def test_a_scheme_not_run_says_why(tmp_path: Path) -> None:
    tables = company(7, 20)
    del tables["surveys"]
    from tables_by_hand import dataset_by_hand

    with DuckDBEngine() as engine:
        run = stored_run(tmp_path, engine, dataset=dataset_by_hand(engine, tables))
    with pytest.raises(CallError, match=r"was not run: not imported: Surveys"):
        explain(run, "00001", scheme="satisfaction")
    assert "满意度调查" in explain(run, "00001").not_run["satisfaction"].zh
