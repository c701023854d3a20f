"""Portraits: what sets a class apart is told, what may be chance is not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from kefen.domain.errors import CallError
from kefen.engines.duckdb import DuckDBEngine
from kefen.grading.portraits.customer import customer_words, draw_customer
from kefen.grading.portraits.portrait import Portrait, draw_portraits
from kefen.grading.portraits.traits import Material
from kefen.grading.portraits.words import lead_words, portrait_words
from kefen.standards.reader import read_standard

STANDARD = """
standard: portraits
version: 1
name: {en: Portraits, zh: 画像}
reasons:
  revenue_not_positive: {en: No revenue, zh: 没有销售额}
metrics:
  revenue:
    name: {en: Revenue, zh: 销售额}
    sum: orders.amount
    over: last 12 months
    unit: money
  orders:
    name: {en: Purchases, zh: 购买次数}
    count: purchases
    over: last 12 months
    unit: count
  luck:
    name: {en: Luck, zh: 运气}
    count: cases
    over: last 12 months
    unit: count
  category:
    name: {en: Leading category, zh: 主要类别}
    leading: orders.category
    by: orders.amount
    over: last 12 months
    unit: text
schemes:
  abc:
    name: {en: ABC, zh: ABC 分类}
    among: revenue > 0
    otherwise: revenue_not_positive
    score: revenue
    grade_by: share of revenue
    grades:
      A:
        when: first 80 %
        name: {en: A key, zh: A 关键}
        advice: {en: Visit them., zh: 上门拜访。}
      C:
        when: else
        name: {en: C ordinary, zh: C 普通}
        advice: {en: Write to them., zh: 书信联系。}
"""


def rows(large: int, small: int) -> list[dict[str, Any]]:
    """Large customers that buy often and mostly tea, small ones that do not."""
    dice = random.Random(7)
    made = []
    for n in range(large + small):
        big = n < large
        made.append(
            {
                "customer_id": f"c{n}",
                "revenue": Decimal(5000 + n if big else 100 + n),
                "orders": 10 + n % 3 if big else 1 + n % 4,
                "luck": dice.randint(0, 5),
                "category": ("tea" if n % 5 else "jam") if big else ("jam" if n % 5 else "tea"),
                "grade": "A" if big else "C",
            }
        )
    return made


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as opened:
        yield opened


def material(engine: DuckDBEngine, made: list[dict[str, Any]]) -> Material:
    plain = [{k: v for k, v in row.items() if k != "grade"} for row in made]
    engine.register("some_metrics", pa.Table.from_pylist(plain))
    engine.register(
        "some_grades",
        pa.Table.from_pylist(
            [
                {"customer_id": row["customer_id"], "scheme": "abc", "grade": row["grade"]}
                for row in made
            ]
        ),
    )
    standard = read_standard(STANDARD, "portraits.yaml")
    return Material(engine, "some_metrics", "some_grades", standard, ("abc",), "CNY")


def drawn(engine: DuckDBEngine, large: int, small: int) -> tuple[Portrait, ...]:
    given = material(engine, rows(large, small))
    return draw_portraits(given, given.standard.schemes["abc"])


def test_what_sets_a_class_apart_is_told_with_counts(engine: DuckDBEngine) -> None:
    key, ordinary = drawn(engine, 40, 60)
    assert (key.grade, key.members, key.others) == ("A", 40, 60)
    told = {(trait.id, trait.value) for trait in key.told}
    assert told == {("revenue", ""), ("orders", ""), ("category", "tea"), ("category", "jam")}
    assert {trait.id for trait in key.traits if trait.decides} == {"revenue"}
    tea = next(trait for trait in key.traits if trait.value == "tea")
    assert tea.as_dict()["ratio"] == "4.0000"
    assert lead_words(key).en.startswith("40 of 100 customers (40 %), with 9")
    said = {side.en: words for side, words in portrait_words(key, {"abc": key.scheme}, "CNY")}
    assert said["Value"].en == (
        "Revenue above 100 % of the others (median 5,019 CNY against 169 CNY), by definition."
    )
    assert said["Value"].zh == (
        "销售额高于 100 % 的其他客户（中位数 5,019 CNY，其他客户 169 CNY），属分级依据。"
    )
    assert "tea: 80 % (32 of 40), 4.0 times the others' 20 %" in said["Needs"].en
    assert said["What works"].en == "Visit them."
    assert {side.en: words.en for side, words in portrait_words(ordinary, {}, None)}[
        "Behaviour"
    ].startswith("Purchases below 100 % of the others")


def test_chance_is_not_told(engine: DuckDBEngine) -> None:
    made = rows(40, 60)
    random.Random(3).shuffle(made)
    for n, row in enumerate(made):
        row["grade"] = "A" if n < 40 else "C"
    given = material(engine, made)
    for one in draw_portraits(given, given.standard.schemes["abc"]):
        assert one.told == ()
        assert next(side.zh for side, _ in portrait_words(one, {}, None)) == "无明显差异"


def test_small_groups_have_no_portrait_and_say_so(engine: DuckDBEngine) -> None:
    key, ordinary = drawn(engine, 19, 60)
    assert key.traits == ()
    assert key.not_drawn is not None
    assert key.not_drawn.en == "no portrait: 19 customers are fewer than 20"
    assert portrait_words(key, {}, None) == ()
    assert ordinary.not_drawn is not None  # nobody to compare with
    assert "only 19 other customers" in ordinary.not_drawn.en


def test_the_order_of_rows_means_nothing(engine: DuckDBEngine) -> None:
    first = [one.traits for one in drawn(engine, 40, 60)]
    given = material(engine, rows(40, 60)[::-1])
    again = [one.traits for one in draw_portraits(given, given.standard.schemes["abc"])]
    assert first == again


def test_one_customer_among_all(engine: DuckDBEngine) -> None:
    given = material(engine, rows(40, 60))
    found = draw_customer(given, "c39")
    assert found.others == 99
    said = {side.en: words.en for side, words in customer_words(found, "CNY")}
    assert said["Value"] == "Revenue 5,039 CNY, more than anybody else."
    assert said["What works"] == "A key (ABC): Visit them."
    with pytest.raises(CallError, match="no customer"):
        draw_customer(given, "nobody")


def test_one_customer_alone(engine: DuckDBEngine) -> None:
    given = material(engine, rows(1, 0))
    assert draw_portraits(given, given.standard.schemes["abc"])[0].traits == ()
    found = draw_customer(given, "c0")
    assert found.not_drawn is not None
    assert customer_words(found, None) == ()
