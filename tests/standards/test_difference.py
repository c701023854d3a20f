"""What differs between two standards is said in sentences, and nothing that differs is missed."""

from __future__ import annotations

import pytest

from kefen.standards.difference import differences
from kefen.standards.reader import bundled_names, bundled_standard, read_standard

BASE = """\
standard: base
version: 1
name: {en: Base, zh: 基础}
reasons:
  idle: {en: idle, zh: 无购买}
metrics:
  revenue: {name: {en: Revenue, zh: 销售额}, sum: orders.amount, unit: money}
  orders: {name: {en: Purchases, zh: 购买次数}, count: purchases}
schemes:
  rating:
    name: {en: Rating, zh: 评级}
    question: {en: "Who?", zh: 谁？}
    among: orders > 0
    otherwise: idle
    indicators:
      revenue: {bands: [">= 1000: 60", ">= 100: 40", "else: 10"]}
      orders: {weight: 40, position: higher is better}
    grade_by: score
    grades:
      A: {when: ">= 80", name: {en: First, zh: 一级}, advice: {en: Visit., zh: 拜访。}}
      B: {when: ">= 40", name: {en: Second, zh: 二级}}
      C: {when: else, name: {en: Third, zh: 三级}}
    rules:
      cap: {when: orders < 2, name: {en: Newcomer, zh: 新客户}, at_most: B}
    tags:
      big: {when: revenue > 5000, name: {en: Big, zh: 大客户}}
    terms:
      days: {name: {en: Days to pay, zh: 账期}, unit: days, A: 60, else: 30}
    review: {A: 6 months, else: 12 months}
"""

CHANGES = [
    ("version: 1", "version: 2", "changed", "version", "Version: from 1 to 2.", "由 1 改为 2"),
    (
        '">= 80"', '">= 85"', "changed", "schemes.rating.grades.A",
        "grade “First”: from 80 to 85 points.", "由 80 分改为 85 分",
    ),
    (
        ">= 1000: 60", ">= 1000: 55", "changed", "schemes.rating.indicators.revenue",
        "from 60 to 55 points.", "由 60 分改为 55 分",
    ),
    (
        "weight: 40", "weight: 30", "changed", "schemes.rating.indicators.orders",
        "weight from 40 to 30.", "权重由 40 改为 30",
    ),
    (
        "among: orders > 0", "among: orders > 1", "changed", "schemes.rating",
        "who is graded: from “Purchases > 0” to “Purchases > 1”", "评级范围",
    ),
    (
        "sum: orders.amount", "sum: orders.amount, over: last 6 months", "changed",
        "metrics.revenue", "the last 6 months", "最近 6 个月",
    ),
    ("orders < 2", "orders < 3", "changed", "schemes.rating.rules.cap", "Newcomer", "新客户"),
    ("at_most: B", "at_most: C", "changed", "schemes.rating.rules.cap", "Third", "三级"),
    ("revenue > 5000", "revenue > 6000", "changed", "schemes.rating.tags.big", "6,000", "6,000"),
    ("A: 60,", "A: 90,", "changed", "schemes.rating.grades.A", "90", "90"),
    (
        "{A: 6 months,", "{A: 3 months,", "changed", "schemes.rating.grades.A",
        "reviewed after 3 months", "3 个月后复评",
    ),
    ("en: First", "en: Prime", "worded", "schemes.rating.grades.A", "before “First”", "名称"),
    ("en: Visit.", "en: Call.", "worded", "schemes.rating.grades.A", "advice", "建议"),
    ('en: "Who?"', 'en: "Whom?"', "worded", "schemes.rating", "reworded", "文字有改动"),
    (
        "  orders: {name", "  lines: {name: {en: Lines, zh: 行数}, count: orders}\n  orders: {name",
        "added", "metrics.lines", "new metric “Lines”", "新增指标“行数”",
    ),
    (
        "    tags:\n      big: {when: revenue > 5000, name: {en: Big, zh: 大客户}}\n", "",
        "removed", "schemes.rating.tags.big", "the tag “Big” is gone", "已取消",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("was", "now", "kind", "part", "english", "chinese"), CHANGES, ids=[c[3] for c in CHANGES]
)
def test_each_change_is_a_sentence(
    was: str, now: str, kind: str, part: str, english: str, chinese: str
) -> None:
    assert was in BASE
    old, new = read_standard(BASE, "a.yaml"), read_standard(BASE.replace(was, now, 1), "b.yaml")
    found = differences(old, new)
    assert {one.part for one in found} == {part}
    assert {one.kind for one in found} == {kind}
    assert any(english in one.sentence.en for one in found), [one.sentence.en for one in found]
    assert any(chinese in one.sentence.zh for one in found), [one.sentence.zh for one in found]
    back = differences(new, old)
    assert {one.part for one in back} == {part}


def test_layout_comments_and_spelling_are_no_difference() -> None:
    other = "# a comment\n" + BASE.replace("orders > 0", "orders   >   0.0").replace("60,", "60.0,")
    assert differences(read_standard(BASE, "a.yaml"), read_standard(other, "b.yaml")) == ()


def test_another_order_of_grades_is_told() -> None:
    by_conditions = BASE.replace("grade_by: score", "grade_by: conditions")
    by_conditions = by_conditions.replace('">= 80"', "revenue > 80")
    by_conditions = by_conditions.replace('">= 40"', "orders > 40")
    a = next(line for line in by_conditions.splitlines(keepends=True) if "      A: {" in line)
    b = next(line for line in by_conditions.splitlines(keepends=True) if "      B: {" in line)
    swapped = by_conditions.replace(a + b, b + a)
    found = differences(read_standard(by_conditions, "a"), read_standard(swapped, "b"))
    assert ["another order" in one.sentence.en for one in found] == [True]


@pytest.mark.parametrize("name", bundled_names())
def test_a_standard_does_not_differ_from_itself(name: str) -> None:
    assert differences(bundled_standard(name), bundled_standard(name)) == ()


@pytest.mark.parametrize("name", [name for name in bundled_names() if name != "default"])
def test_standards_with_nothing_in_common_can_be_told_apart(name: str) -> None:
    found = differences(bundled_standard(), bundled_standard(name))
    assert {"added", "removed"} <= {one.kind for one in found}
    assert all(one.sentence.en and one.sentence.zh for one in found)
