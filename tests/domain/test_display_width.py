"""How wide text is where every letter has its cell."""

from __future__ import annotations

import pytest

from kefen.domain.text import display_width


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("A 1", 3), ("客户", 4), ("Ａ，", 4), ("e\u0301", 1)]
)
def test_an_ideograph_takes_two_cells_and_an_accent_none(text: str, width: int) -> None:
    assert display_width(text) == width
