"""What if, where metrics rest on single records or on people's judgements."""

from __future__ import annotations

from decimal import Decimal

import pytest
from every_way import money, run_by_hand

from kefen.expressions.tree import Value
from kefen.grading.smallest_changes import smallest_changes
from kefen.grading.stored import StoredRun

TEXT = """
standard: held
version: 1
name: {en: Held, zh: 维持}
metrics:
  revenue: {name: {en: Revenue, zh: 销售额}, sum: orders.amount, over: all time, unit: money}
  usual: {name: {en: Usual order, zh: 通常订单}, mean: orders.amount, over: all time, unit: money}
  large:
    name: {en: Large orders, zh: 大单数}
    count: orders
    where: orders.amount > 2 * usual
    over: all time
  per_head:
    name: {en: Revenue per head, zh: 人均销售额}
    value: revenue / customers.employees
    unit: money
  doubled: {name: {en: Doubled, zh: 翻倍}, value: 2 * revenue, unit: money}
  will: {name: {en: Good will, zh: 配合度}, judged: cooperation, from: 0, to: 10, whole: true}
schemes:
  rating:
    name: {en: Rating, zh: 评级}
    indicators:
      trade: {name: {en: Trade, zh: 交易}, value: doubled, points: value / 100}
      large: {name: {en: Large orders, zh: 大单}, value: large, points: 5 * value}
      head: {name: {en: Per head, zh: 人均}, value: per_head, bands: [">= 50: 10", "else: 0"]}
      will: {name: {en: Good will, zh: 配合}, value: will, points: value}
    grade_by: score
    grades:
      A: {when: ">= 80", name: {en: Good, zh: 好}}
      B: {when: else, name: {en: Fair, zh: 中}}
"""


@pytest.fixture(scope="module")
def run() -> StoredRun:
    return run_by_hand(TEXT)


def customer(run: StoredRun, **changes: Value) -> dict[str, Value]:
    found: dict[str, Value] = {
        "revenue": money(3_000),
        "usual": money(300),
        "large": 1,
        "per_head": money(20),
        "doubled": money(6_000),
        "will": 4,
    }
    assert set(found) == set(run.standard.metrics)
    return found | changes


def test_what_rests_on_single_records_stays_and_is_named(run: StoredRun) -> None:
    assert run.held(["usual"]) == ("large",)
    assert run.held(["revenue"]) == ("per_head",)
    changed = run.with_changes(customer(run), {"revenue": money(4_000)})
    assert (changed["doubled"], changed["per_head"]) == (money(8_000), money(20))


def test_an_answer_says_what_it_left_as_it_is(run: StoredRun) -> None:
    reached = {
        r.metric: r for r in smallest_changes(run, "c", "A", "rating", metrics=customer(run))
    }
    assert reached["revenue"].needed == Decimal("3550.0000") - Decimal("0.0025")
    assert "(Revenue per head left as it is)" in reached["revenue"].words.en
    assert "人均销售额维持不变" in reached["revenue"].words.zh


def test_a_judgement_moves_within_its_range_only(run: StoredRun) -> None:
    far = smallest_changes(run, "c", "A", "rating", metrics=customer(run))
    assert next(r for r in far if r.metric == "will").needed is None
    near = smallest_changes(
        run, "c", "A", "rating", metrics=customer(run, doubled=money("6700"), will=4)
    )
    assert next(r for r in near if r.metric == "will").needed == 8
