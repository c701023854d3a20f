"""Items that only take points away: what they can take, what costs most, constants."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from every_way import METRICS, RETAILER, money, run_by_hand, with_computed

from kefen.grading.explain import explain

if TYPE_CHECKING:
    from kefen.expressions.tree import Value
    from kefen.grading.explanation import SchemeExplanation
    from kefen.grading.explanation_parts import Line
    from kefen.grading.stored import StoredRun

SCHEME = """
  kept:
    name: {en: Kept promises, zh: 守信}
    start: 100
    indicators:
      complaints: {points: 0 - value * 5}
      open_bills: {points: "value / 2 * -1"}
      contacts: ["= 0: -11", "= 1: -3", "else: 0"]
      visits: {name: {en: Visits, zh: 拜访}, value: contacts, bands: ["> 3: 10", "else: -2"]}
      always: {name: {en: Admission, zh: 准入}, value: 1, bands: ["= 1: -30", "else: 0"]}
      capped: {name: {en: Capped, zh: 封顶}, value: orders, points: value * 2, at_most: 6}
      heavy: {name: {en: Heavy, zh: 沉}, value: orders, points: value * -40, at_least: -40}
    grade_by: score
    grades:
      A: {when: ">= 90"}
      D: {when: else}
"""
USUAL: dict[str, Value] = RETAILER | {"orders": 0}


@pytest.fixture(scope="module")
def kept() -> StoredRun:
    return run_by_hand(METRICS + SCHEME)


def told(run: StoredRun, **changes: Value) -> SchemeExplanation:
    metrics = with_computed(run, USUAL | changes)
    return explain(run, "Acme", metrics=metrics).schemes[0]


def lines(scheme: SchemeExplanation) -> dict[str, Line]:
    return {line.indicator: line for line in scheme.lines}


def test_what_only_takes_away_says_how_much(kept: StoredRun) -> None:
    found = lines(told(kept))
    said = {name: line.gives.en if line.gives else None for name, line in found.items()}
    assert said == {
        "complaints": "-5 for each",
        "open_bills": "-1 for every 2",
        "contacts": "to -11",
        "visits": None,
        "always": "to -30",
        "capped": None,
        "heavy": "-40 for each",
    }
    chinese = [found[name].gives for name in ("complaints", "open_bills", "contacts")]
    assert [text.zh for text in chinese if text] == ["每 1 计 -5", "每 2 计 -1", "至 -11"]
    assert found["complaints"].as_dict()["gives"] == {"en": "-5 for each", "zh": "每 1 计 -5"}
    assert found["visits"].at_best == money(10)


def test_points_for_each_can_cost_most(kept: StoredRun) -> None:
    sentence = told(kept, complaints=9).sentence
    assert "Complaints costs most: -45 for 9" in sentence.en
    assert "投诉失分最多：9 计 -45" in sentence.zh


def test_a_constant_has_no_value_to_name(kept: StoredRun) -> None:
    scheme = told(kept)
    assert lines(scheme)["always"].value_words.en == "–"
    assert "Admission costs most: -30." in scheme.sentence.en
    assert "准入失分最多：-30。" in scheme.sentence.zh
