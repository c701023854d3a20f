"""The glossary is one table in order, and no word stands in it twice."""

from __future__ import annotations

from pathlib import Path

_ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (Path(__file__).parents[2] / "docs" / "glossary.md")
    .read_text(encoding="utf-8")
    .splitlines()
    if line.startswith("|")
]


def test_the_heading_comes_first_and_every_row_has_its_four_cells() -> None:
    assert _ROWS[0] == ["term", "中文", "meaning", "含义"]
    assert set("".join(_ROWS[1])) == {"-"}
    assert [row for row in _ROWS if len(row) != 4 or not all(row)] == []


def test_terms_stand_in_order_and_each_but_once() -> None:
    terms = [row[0].lower() for row in _ROWS[2:]]
    assert terms == sorted(set(terms))
