"""What if, where metrics rest on single records or on people's judgements."""

from __future__ import annotations

from decimal import Decimal

import pytest
from every_way import money, run_by_hand

from kefen.expressions.operators import OutOfRangeError
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


BANDED = """
standard: banded
version: 1
name: {en: Banded, zh: 分档}
metrics:
  revenue: {name: {en: Revenue, zh: 销售额}, sum: orders.amount, over: all time, unit: money}
  size:
    name: {en: Size, zh: 规模}
    value: revenue
    bands: [">= 1000: 'large'", "[100, 1000): 'middle'", "else: 'small'"]
  factor:
    name: {en: Factor, zh: 系数}
    value: revenue
    by: size
    bands: {large: [">= 5000: 2", "else: 1.5"], else: ["> 0: 1", "else: 0.5"]}
  terms_here:
    name: {en: Terms here, zh: 本地条件}
    value: revenue
    by: customers.country
    bands: {CN: [">= 1000: 2", "else: 1"], else: [">= 0: 1", "else: 0"]}
  like_large:
    name: {en: Orders while large, zh: 大客户订单数}
    count: orders
    where: "size = 'large'"
    over: all time
  visits: {name: {en: Visits, zh: 拜访}, count: interactions, where: revenue > 5, over: all time}
schemes:
  rating:
    name: {en: Rating, zh: 评级}
    indicators:
      factor: {points: 10 * value}
      terms_here: {points: value}
      like_large: {points: value}
    grade_by: score
    grades: {A: ">= 18", B: else}
"""


@pytest.fixture(scope="module")
def banded() -> StoredRun:
    made = run_by_hand(BANDED)
    made.record = {"metrics_not_available": ["visits"]}
    return made


SMALL: dict[str, Value] = {
    "revenue": money(50),
    "size": "small",
    "factor": money(1),
    "terms_here": money(1),
    "like_large": 0,
    "visits": None,
}


@pytest.mark.parametrize(
    ("revenue", "size", "factor"),
    [
        (money(6000), "large", money(2)),
        (money(5000), "large", money(2)),
        (money("4999.9999"), "large", money("1.5")),
        (money(999), "middle", money(1)),
        (money(-1), "small", money("0.5")),
        (None, None, None),
    ],
)
def test_the_band_a_value_moves_to_is_found_anew(
    banded: StoredRun, revenue: Value, size: Value, factor: Value
) -> None:
    changed = banded.with_changes(SMALL, {"revenue": revenue})
    assert (changed["size"], changed["factor"]) == (size, factor)
    # As its column stores it: a whole number among decimals is a decimal.
    assert type(changed["factor"]) is type(factor)
    assert changed["terms_here"] == SMALL["terms_here"]


def test_bands_by_a_column_and_counts_by_a_band_stay_and_are_named(banded: StoredRun) -> None:
    assert banded.held(["revenue"]) == ("terms_here", "like_large")
    assert banded.held(["size"]) == ("like_large",)
    assert banded.held(["revenue", "like_large"]) == ("terms_here",)


def test_the_smallest_change_goes_through_bands(banded: StoredRun) -> None:
    reached = {r.metric: r for r in smallest_changes(banded, "c", "A", "rating", metrics=SMALL)}
    assert reached["revenue"].needed == money(5000)
    assert "(Terms here, Orders while large left as it is)" in reached["revenue"].words.en
    assert reached["like_large"].needed == 7


def test_a_value_too_large_for_its_column_is_refused() -> None:
    text = """
standard: large
version: 1
name: {en: Large, zh: 大}
metrics:
  revenue: {name: {en: R, zh: 额}, sum: orders.amount, unit: money}
  square: {name: {en: S, zh: 方}, value: revenue * 1000000}
schemes:
  rating: {name: {en: R, zh: 级}, grade_by: conditions, grades: {A: square > 5, B: else}}
"""
    large = run_by_hand(text)
    with pytest.raises(OutOfRangeError):
        large.with_changes({}, {"revenue": money(10**13)})
    now: dict[str, Value] = {"revenue": money(0), "square": money(0)}
    (reach,) = smallest_changes(large, "c", "A", "rating", metrics=now)
    assert reach.needed == money("0.0001")
