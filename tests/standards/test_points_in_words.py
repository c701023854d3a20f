"""How points arise, read aloud: the value is named once, and points for each are said so."""

from __future__ import annotations

import pytest
from scheme_documents import scheme_of

from kefen.domain.text import Text
from kefen.standards.indicator_words import points_in_words

NAMES = {
    "revenue": Text("Revenue", "销售额"),
    "orders": Text("Orders", "订单数"),
    "country": Text("Country", "国家"),
}
BODY = """
indicators:
  one: {name: {en: One, zh: 一}, value: %s, %s}
grade_by: score
grades: {A: ">= 1", B: else}
"""


def said(value: str, scoring: str) -> Text:
    (line,) = points_in_words(scheme_of(BODY % (value, scoring)), NAMES)
    return line


@pytest.mark.parametrize(
    ("value", "bands", "english", "chinese"),
    [
        (
            "revenue",
            '[">= 60 wan: 30", ">= 40 wan: 25", "else: 10"]',
            "30 points from 600,000, 25 from 400,000, otherwise 10",
            "600,000 起计 30 分，400,000 起计 25 分，其余 10 分",
        ),
        (
            "orders",
            '["<= 0: 3", "(0, 2]: 2", "(2, 5): 1", "else: 0"]',
            "3 points up to 0, 2 above 0 up to 2, 1 above 2 to below 5, otherwise 0",
            "0 以内计 3 分，超过 0 至 2 计 2 分，超过 2 至 5（不含）计 1 分，其余 0 分",
        ),
        (
            "country",
            """["= 'China': 1", "in ('Peru', 'Chile'): 2", "unknown: 5", "else: 0"]""",
            "1 point at “China”, 2 at “Peru” or “Chile”, 5 if unknown, otherwise 0",
            "为 “China”计 1 分，为 “Peru”、“Chile”计 2 分，未知时计 5 分，其余 0 分",
        ),
        (
            "orders > 3",
            '["= true: 1", "= false: 0"]',
            "1 point if yes, 0 if no",
            "为是计 1 分，为否计 0 分",
        ),
    ],
)
def test_bands_name_the_value_once(value: str, bands: str, english: str, chinese: str) -> None:
    line = said(value, f"bands: {bands}")
    assert line.en.startswith("One, by ")
    assert line.en.endswith(f": {english}")
    assert line.zh.endswith(f"：{chinese}")


@pytest.mark.parametrize(
    ("formula", "english", "chinese"),
    [
        ("value * -5", "-5 points for each", "每 1 计 -5 分"),
        ("0 - value * 5", "-5 points for each", "每 1 计 -5 分"),
        ("-(5 * orders)", "-5 points for each", "每 1 计 -5 分"),
        ("-value", "-1 points for each", "每 1 计 -1 分"),
        ("value / 3", "1 point for every 3", "每 3 计 1 分"),
        ("value", "as many points as its value", "其值即得分"),
        ("10 - value * 5", "10 − Orders × 5 points", "10 − 订单数 × 5 分"),
        ("value * value", "Orders × Orders points", "订单数 × 订单数 分"),
    ],
)
def test_points_for_each(formula: str, english: str, chinese: str) -> None:
    line = said("orders", f"points: {formula}")
    assert (line.en, line.zh) == (f"One: {english}", f"一：{chinese}")
