"""The smallest unit of a change: marks move by what they are given in, so that one can be given."""

from __future__ import annotations

from decimal import Decimal

import pytest
from every_way import money, run_by_hand

from kefen.grading.smallest_changes import smallest_changes
from kefen.grading.stored import StoredRun

STANDARD = """
standard: marks
version: 1
name: {en: Marks, zh: 评分}
metrics:
  care: {name: {en: Care, zh: 配合}, judged: care, by: sales, from: 1, to: 5}
  worst: {name: {en: Worst, zh: 最差}, judged: care, from: 1, to: 5, raters: lowest}
  usual: {name: {en: Usual, zh: 通常}, judged: care, from: 1, to: 5, raters: mean}
  halves: {name: {en: Halves, zh: 半分}, judged: halves, from: 0.5, to: 5}
  answer: {name: {en: Answer, zh: 答复}, last: surveys.score, over: all time, unit: points}
  mood: {name: {en: Mood, zh: 满意度}, mean: surveys.score, over: all time, unit: points}
  revenue: {name: {en: Revenue, zh: 销售额}, sum: orders.amount, over: all time, unit: money}
schemes:
"""
SCHEME = """
  by_{metric}:
    name: {{en: By {metric}, zh: 按{metric}}}
    indicators:
      mark: {{name: {{en: Mark, zh: 分数}}, value: {metric}, points: value}}
    grade_by: score
    grades:
      A: {{when: "> 3.4", name: {{en: High, zh: 高}}}}
      B: {{when: else, name: {{en: Low, zh: 低}}}}
"""
METRICS = ("care", "worst", "usual", "halves", "answer", "mood", "revenue")


@pytest.fixture(scope="module")
def run() -> StoredRun:
    return run_by_hand(STANDARD + "".join(SCHEME.format(metric=one) for one in METRICS))


@pytest.mark.parametrize(
    ("metric", "now", "grade", "needed"),
    [
        ("care", "2", "A", "4"),
        ("care", "5", "B", "3"),
        ("care", "2.5", "A", "3.5"),
        ("worst", "2", "A", "4"),
        ("answer", "2", "A", "4"),
        ("answer", "2.25", "A", "3.41"),
        ("halves", "2", "A", "3.5"),
        ("usual", "2", "A", "3.4001"),
        ("mood", "2", "A", "3.4001"),
        ("revenue", "2", "A", "3.4001"),
    ],
)
def test_a_mark_moves_by_what_it_is_given_in_and_other_numbers_by_their_last_place(
    run: StoredRun, metric: str, now: str, grade: str, needed: str
) -> None:
    metrics = {one: money(now) for one in METRICS}
    (reach,) = smallest_changes(run, "Acme", grade, f"by_{metric}", metrics=metrics)
    assert (reach.metric, reach.needed) == (metric, money(needed))
    assert reach.change == money(needed) - money(now)


def test_no_mark_beyond_the_last_that_can_be_given_is_proposed(run: StoredRun) -> None:
    metrics = {one: money(5) for one in METRICS}
    (reach,) = smallest_changes(run, "Acme", "B", "by_care", metrics=metrics)
    assert reach.needed is not None
    assert Decimal(1) <= reach.needed <= Decimal(5)
