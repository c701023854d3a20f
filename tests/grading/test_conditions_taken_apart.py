"""A failed list of conditions is taken apart: which parts hold, and what the others lack."""

from __future__ import annotations

import json

import pytest
from every_way import METRICS, RETAILER, money, run_by_hand, with_computed

from kefen.expressions.tree import Value
from kefen.grading.conditions import ConditionPart
from kefen.grading.explain import explain
from kefen.grading.explanation import SchemeExplanation
from kefen.grading.stored import StoredRun

SCHEME = """
  host:
    name: {en: Host standing, zh: 房东}
    among: orders > 0
    otherwise: too_little
    grade_by: conditions
    grades:
      best:
        when: >-
          industry = 'Retail' and mood >= 4 and (contacts >= 10 or (contacts >= 3 and
          revenue >= 100)) and complaints < 1 % * orders and not (employees < 5)
        name: {en: Superhost, zh: 超赞房东}
      fair: {when: "complaints < 10 and country in ('China', 'Peru')", name: {en: Fair, zh: 良好}}
      rest: {when: else, name: {en: Host, zh: 房东}}
"""
USUAL: dict[str, Value] = RETAILER | {"orders": 100}


@pytest.fixture(scope="module")
def host() -> StoredRun:
    return run_by_hand(METRICS + SCHEME)


def told(run: StoredRun, **changes: Value) -> SchemeExplanation:
    metrics = with_computed(run, USUAL | changes)
    return explain(run, "H12", metrics=metrics).schemes[0]


def condition_of(scheme: SchemeExplanation, grade: str) -> ConditionPart:
    found = next(t.condition for t in scheme.thresholds if t.grade == grade)
    assert found is not None
    return found


def test_each_part_is_marked_down_through_and_and_or(host: StoredRun) -> None:
    best = condition_of(told(host, contacts=5, complaints=1), "best")
    assert (best.joint, best.met) == ("and", False)
    assert [part.met for part in best.parts] == [True, True, False, False, True]
    alternatives = best.parts[2]
    assert (alternatives.joint, alternatives.words.zh) == ("or", "以下有一项成立")
    assert [part.joint for part in alternatives.parts] == [None, "and"]
    assert [part.met for part in alternatives.parts[1].parts] == [True, False]
    assert best.parts[0].words.en == "Industry = “Retail” (Industry: Retail)"


def test_the_parts_are_in_the_answer_for_programs(host: StoredRun) -> None:
    found = told(host, complaints=1).as_dict()
    thresholds = json.loads(json.dumps(found))["thresholds"]
    parts = thresholds[0]["condition"]["parts"]
    assert [part["met"] for part in parts] == [True, True, True, False, True]
    assert parts[3]["lacks"]["en"] == "Complaints 1 of 100, needs < 1 %"
    assert thresholds[2]["condition"] is None


def test_the_sentence_names_what_is_lacking_of_the_nearest_better_grade(host: StoredRun) -> None:
    rest = told(host, contacts=1, complaints=1, country="Chile").sentence
    assert rest.en == "H12 is Host: short of Fair: Country Chile, needs one of “China”, “Peru”."
    assert rest.zh == "H12 为房东：未达到良好：国家 Chile，须为 “China”、“Peru” 之一。"


def test_a_share_is_told_as_so_many_of_so_many(host: StoredRun) -> None:
    fair = told(host, complaints=1).sentence
    assert fair.en.endswith("; short of Superhost: Complaints 1 of 100, needs < 1 %.")
    assert fair.zh.endswith("；未达到超赞房东：投诉 1（共 100），须 < 1 %。")


def test_a_grade_that_can_come_nearer_goes_before_one_of_another_kind(host: StoredRun) -> None:
    rest = told(host, country=None, mood=money(3), contacts=5)
    assert "short of Fair: Country unknown, needs one of" in rest.sentence.en
    nearer = told(host, country="Chile", complaints=1)
    # One part of each fails; that of Superhost is a number, which can come nearer.
    assert "short of Superhost: Complaints 1 of 100" in nearer.sentence.en


def test_at_most_three_parts_are_named(host: StoredRun) -> None:
    changes: dict[str, Value] = {"industry": "Metal", "mood": money(3), "contacts": 1}
    far = told(host, complaints=5, employees=2, **changes).sentence
    assert far.en.endswith(
        "short of Superhost: Industry Metal, needs = “Retail”; Mood 3, needs ≥ 4; "
        "Contacts 1, needs ≥ 10 (or Contacts 1, needs ≥ 3 and Revenue 50, needs ≥ 100); "
        "and 2 more."
    )
    assert "另有 2 项" in far.zh


def test_an_alternative_that_is_nearer_comes_first(host: StoredRun) -> None:
    part = condition_of(told(host, contacts=5), "best").parts[2]
    assert part.lacks is not None
    assert part.lacks.en == "Contacts 5, needs ≥ 10 (or Revenue 50, needs ≥ 100)"
    assert part.lacks.zh == "互动次数 5，须 ≥ 10（或 销售额 50，须 ≥ 100）"


def test_a_right_side_that_is_computed_is_told_with_its_value() -> None:
    run = run_by_hand(
        METRICS
        + """
  s:
    name: {en: S, zh: 方}
    grade_by: conditions
    grades: {A: {when: "revenue >= 2 * orders and orders > 1"}, B: else}
"""
    )
    sentence = told(run).sentence
    assert sentence.en == "H12 is B: short of A: Revenue 50, needs ≥ 2 × Purchases (200)."


def test_nobody_is_asked_who_is_not_graded(host: StoredRun) -> None:
    scheme = told(host, orders=0)
    assert [t.met for t in scheme.thresholds] == [None, None, None]
    assert {part.met for part in condition_of(scheme, "best").parts} == {None}
    assert [part.lacks for part in condition_of(scheme, "best").parts] == [None] * 5
