"""The types of expressions: what does not fit is refused at its place."""

from __future__ import annotations

import pytest

from kefen.expressions import ExpressionError, parse
from kefen.expressions.types import ExpressionTypeError, ValueType, type_of


@pytest.mark.parametrize(
    ("source", "at"),
    [
        ("a + nothing", 4),
        ("a + text", 2),
        ("a > day", 2),
        ("a and b", 0),
        ("round(a, 5)", 9),
        ("round(a, a)", 0),
        ("months_before(day, a)", 0),
        ("days_between(day, a)", 0),
        ("contains(text, a)", 0),
        ("if(a, 1, 2)", 0),
        ("if(a > 1, 1, text)", 0),
        ("if(a > 1, 1)", 0),
        ("absolute(text)", 0),
        ("absolute(a, a)", 0),
        ("date_of(a)", 0),
        ("text in (1, 2)", 5),
        ("is_known_not(a)", 0),
        ("choose(a, 1)", 0),
        ("choose(a, 1, 2)", 0),
        ("choose(a, 'x', 2, 3)", 0),
        ("choose(a, 1, 'x', 3)", 0),
        ("interpolated(a, 0, 1)", 0),
        ("interpolated(a, 0, 1, 2)", 0),
        ("interpolated(a, 0, 1, 0, 2)", 22),
        ("interpolated(a, 5, 1, 4, 2)", 22),
        ("interpolated(a, 0, 1, a, 2)", 22),
        ("interpolated(text, 0, 1, 2, 3)", 0),
        ("halved(a)", 0),
        ("halved(a, 1, 2)", 0),
        ("halved(text, 1)", 0),
        ("round_down(a, -7)", 14),
        ("round_down(a, 1.5)", 0),
        ("round_up(a, a)", 0),
        ("number(a)", 0),
        ("years_between(day, a)", 0),
        ("days_after(a, day)", 0),
        ("days_after(day, text)", 0),
        ("days_after(day)", 0),
        ("months_before(day, 2401)", 0),
    ],
)
def test_what_does_not_fit_is_refused_at_its_place(source: str, at: int) -> None:
    types = {
        "a": ValueType.INTEGER,
        "b": ValueType.BOOLEAN,
        "text": ValueType.TEXT,
        "day": ValueType.DATE,
    }
    with pytest.raises((ExpressionTypeError, ExpressionError)) as caught:
        type_of(parse(source), types)
    assert caught.value.at == at
