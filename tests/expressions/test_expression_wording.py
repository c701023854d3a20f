"""Expressions in words of both languages."""

from __future__ import annotations

import pytest

from kefen.expressions import CATALOGUE, Call, Literal, parse
from kefen.expressions.wording import in_words

INNER = {"cuts_below", "cuts_around", "share_of", "part_of", "lookup"}
"""Operators of calibrated schemes, which nobody reads as an expression."""


@pytest.mark.parametrize("operator", sorted(set(CATALOGUE) - INNER))
def test_every_operator_that_people_write_has_words(operator: str) -> None:
    tree = Call(operator, tuple(Literal(n) for n in (11, 12, 13, 14)))
    words = in_words(tree, {})
    for text in (words.en, words.zh):
        assert text != operator
        assert "11" in text


@pytest.mark.parametrize(
    ("source", "english", "chinese"),
    [
        ("age > 30 days", "age > 30 days", "age > 30 天"),
        ("age > 1 year", "age > 1 year", "age > 1 年"),
        ("months = 3 个月", "months = 3 months", "months = 3 个月"),
        ("visits >= 5 次", "visits ≥ 5 times", "visits ≥ 5 次"),
        ("wait < 4 小时", "wait < 4 hours", "wait < 4 小时"),
        ("share >= 12.5 %", "share ≥ 12.5 %", "share ≥ 12.5 %"),
        ("days_after(as_of, 30 days)", "30 days after the as-of date", "评级日 之后 30 天"),
        ("days_after(as_of, 30)", "30 days after the as-of date", "评级日 之后 30 天"),
        (
            "months_before(as_of, 12 months)",
            "12 months before the as-of date",
            "评级日 之前 12 个月",
        ),
        (
            "choose(trade, 'a', 5, 'b', 3, 0) * 2",
            "(by trade: “a” gives 5, “b” gives 3, otherwise 0) × 2",
            "（按 trade：“a” 取 5，“b” 取 3，其余 0） × 2",
        ),
        (
            "interpolated(part, 0 %, 1, 80 %, 15)",
            "the value at part on the line through 0 % → 1, 80 % → 15",
            "part 在折线 0 % → 1，80 % → 15 上的值",
        ),
        ("if(a > 1, 2, 3) + 4", "(2 if a > 1, otherwise 3) + 4", "（若 a > 1 则 2，否则 3） + 4"),
        (
            "hours_between(opened, start_of_month(as_of)) < 4 hours",
            "hours from opened to the first day of the month of the as-of date < 4 hours",
            "opened 到 评级日 所在月份的第一天 的小时数 < 4 小时",
        ),
        ("date(licence)", "licence as a date", "licence 所写的日期"),
        ("halved(points, 2 times)", "points halved 2 times", "points 减半 2 次"),
        ("place = 'yes'", "place = “yes”", "place = “yes”"),
        ("place in ('a', 'b')", "place is one of “a”, “b”", "place 为 “a”、“b” 之一"),
        ("place in (1, 2)", "place is one of 1, 2", "place 为 1、2 之一"),
        ("starts_with(item, '01')", "item starts with “01”", "item 以 “01” 开头"),
        ("a or b and c", "a or (b and c)", "a 或 （b 且 c）"),
        ("(a or b) and c", "(a or b) and c", "（a 或 b） 且 c"),
        ("a and b and c or d or e", "(a and b and c) or d or e", "（a 且 b 且 c） 或 d 或 e"),
        ("not (a or b and c)", "not (a or (b and c))", "非 （a 或 （b 且 c））"),
    ],
)
def test_words(source: str, english: str, chinese: str) -> None:
    words = in_words(parse(source), {})
    assert (words.en, words.zh) == (english, chinese)
