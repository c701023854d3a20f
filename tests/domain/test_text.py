"""Texts are filled per language; in Chinese a blank parts the scripts where they meet."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kefen.domain.text import Text


@pytest.mark.parametrize(
    ("wording", "values", "filled"),
    [
        ("为{g}", {"g": "A 高价值"}, "为 A 高价值"),
        ("为{g}", {"g": "高价值"}, "为高价值"),
        ("为{g}。", {"g": "A"}, "为 A。"),
        ("距{g}的线", {"g": "B"}, "距 B 的线"),
        ("距{g}的线", {"g": "高（B）"}, "距高（B）的线"),
        ("由{a}改为{b}", {"a": 1, "b": Decimal(2)}, "由 1 改为 2"),
        ("高于 {l} 的线", {"l": 50}, "高于 50 的线"),
        ("“{n}”{e}", {"n": "A", "e": "封顶"}, "“A”封顶"),
        ("{n}{e}", {"n": "A", "e": "封顶"}, "A 封顶"),
        ("{n}{e}", {"n": "", "e": "A"}, "A"),
        ("按{m}", {"m": "ABC"}, "按 ABC"),
        ("第{v}版", {"v": 2}, "第 2 版"),
        ("占{p:.1f}%", {"p": 2.34}, "占 2.3%"),
        ("写{{{t}}}即可", {"t": "a"}, "写{a}即可"),
        ("{t!r}的", {"t": "a"}, "'a'的"),
    ],
)
def test_a_blank_parts_chinese_from_other_letters_and_digits(
    wording: str, values: dict[str, object], filled: str
) -> None:
    assert Text("", wording).filled(**values).zh == filled


def test_english_is_filled_as_it_is_written() -> None:
    assert Text("is{g}", "为{g}").filled(g=Text("A high", "A 高")) == Text("isA high", "为 A 高")


def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        Text("", "为{g}").filled(h=1)
