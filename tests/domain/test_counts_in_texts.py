"""A count and its words agree: 1 row, 2 rows; Chinese needs no such forms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kefen.domain.contract import TABLES
from kefen.domain.text import Text
from kefen.lake.reading import messages

ROWS = Text("{n} {n:row is|rows are} left of {t}.", "{t}还剩 {n} 行。")


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 rows are left of it."),
        (1, "1 row is left of it."),
        (2, "2 rows are left of it."),
        (11, "11 rows are left of it."),
        ("1", "1 row is left of it."),
        ("1,001", "1,001 rows are left of it."),
        (Decimal(1), "1 row is left of it."),
    ],
)
def test_words_agree_with_their_count(count: object, words: str) -> None:
    filled = ROWS.filled(n=count, t=Text("it", "此"))
    assert filled.en == words
    assert filled.zh == f"此还剩 {count} 行。"


def test_a_choice_of_words_is_not_another_placeholder() -> None:
    assert ROWS.placeholders() == (frozenset({"n", "t"}), frozenset({"n", "t"}))


def test_formats_of_values_are_kept() -> None:
    text = Text("{n:,} on {day} by {name!r}", "{n:,}，{day}，{name!s}")
    filled = text.filled(n=1234, day=date(2025, 1, 2), name="a'b")
    assert filled.en == '1,234 on 2025-01-02 by "a\'b"'
    assert filled.zh == "1,234，2025-01-02，a'b"


def test_findings_of_one_row_read_right() -> None:
    orders = TABLES["orders"]
    assert messages.rows_rejected(orders, 1).message.en.startswith("1 row of ")
    assert " was rejected" in messages.rows_rejected(orders, 1).message.en
    assert " were rejected" in messages.rows_rejected(orders, 2).message.en
    duplicate = messages.rows_duplicate(orders, 1).message.en
    assert duplicate.endswith("is an exact copy of another and was left out.")
