"""How cells of tables break."""

from __future__ import annotations

import pytest

from kefen.workspace.shell.templatetags.kefen import cell_class


@pytest.mark.parametrize(
    ("cell", "kind", "expected"),
    [
        ("12", "number", "number"),
        (None, "money", "number"),
        ("69.6 to 77.7 %", "text", "nowrap"),
        ("海豚与蜡烛", "text", "nowrap"),
        ("海豚与蜡烛餐饮管理集团", "text", "words"),
        ("What was bought in the period before", "text", "words"),
    ],
)
def test_numbers_and_short_texts_stay_on_one_line(cell: object, kind: str, expected: str) -> None:
    assert cell_class(cell, kind) == f'class="{expected}"'
