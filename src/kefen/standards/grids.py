"""Reading a grid: a grade for each pair of two indicators' points."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.standards.document import Scalar
from kefen.standards.grades import BY_RULE
from kefen.standards.model import Bands, Grid, Tiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.standards.grades import Entry
    from kefen.standards.model import Indicator, Place
    from kefen.standards.reading import Reading

_GRADE = Text("a grade", "等级")
_SPAN = r"(\d{1,14})(?:-(\d{1,14}))?"


def read_grid(
    reading: Reading,
    by: Scalar,
    place: Place,
    entries: Sequence[Entry],
    indicators: Sequence[Indicator],
    rows: str,
    columns: str,
) -> Grid | None:
    """Return the grid, or None after noting that an indicator does not span one.

    Args:
        reading: Where problems are noted.
        by: What stands under `grade_by`.
        place: Where the grades stand.
        entries: The grades with their cells.
        indicators: The scheme's indicators.
        rows: The indicator down the side.
        columns: The indicator across.
    """
    spans = {i.id: points for i in indicators if (points := whole_points(i)) is not None}
    for name in (rows, columns):
        if name not in spans:
            reading.problem(
                by.place,
                Text(
                    "“{n}” is no indicator with whole points, as fifths and bands have them",
                    "“{n}”不是分值为整数的指标项（等分或分档）",
                ).filled(n=name),
                Text("Indicators: {i}.", "可用：{i}。").filled(i=", ".join(spans) or "-"),
            )
            return None
    cells: dict[tuple[int, int], str] = {}
    for entry in entries:
        if entry.when is None:
            reading.missing(entry.place, "when", _GRADE)
            continue
        if isinstance(entry.when, Scalar) and entry.when.text.strip() == BY_RULE:
            continue
        for item in reading.items(entry.when):
            for cell in _cells(reading, item, rows, columns, spans):
                _claim(reading, item, cells, cell, entry.id)
    wanted = {(r, c) for r in spans[rows] for c in spans[columns]}
    for gap in sorted(wanted - set(cells)):
        reading.problem(
            place,
            Text("the cell {r} {a}, {c} {b} has no grade", "单元 {r} {a}, {c} {b} 没有等级").filled(
                r=rows, a=gap[0], c=columns, b=gap[1]
            ),
            Text("Add it to a grade.", "请归入某一等级。"),
        )
    return Grid(rows, columns, cells)


def whole_points(indicator: Indicator) -> tuple[int, ...] | None:
    """Return the points an indicator can have, ascending, when all are whole and none negative."""
    scoring = indicator.scoring
    if indicator.weight is not None:
        return None
    if isinstance(scoring, Tiles):
        own = {Decimal(number) for number in range(1, scoring.count + 1)}
    elif isinstance(scoring, Bands):
        own = {band.points for band in scoring.all_bands}
    else:
        return None
    worst = min(own, default=Decimal(0))
    unknown = {"zero": Decimal(0), "worst": worst, "points": indicator.unknown_points}
    filled = unknown.get(indicator.if_unknown)
    if filled is not None:
        own.add(filled)
    if indicator.at_most is not None:
        own = {min(points, indicator.at_most) for points in own}
    if indicator.at_least is not None:
        own = {max(points, indicator.at_least) for points in own}
    if indicator.applies is not None:
        own.add(Decimal(0))
    if not own or any(points < 0 or points != int(points) for points in own):
        return None
    return tuple(sorted(int(points) for points in own))


def _cells(
    reading: Reading, item: Scalar, rows: str, columns: str, spans: dict[str, tuple[int, ...]]
) -> list[tuple[int, int]]:
    match = re.fullmatch(
        rf"{re.escape(rows)}\s+{_SPAN}\s*,\s*{re.escape(columns)}\s+{_SPAN}",
        item.text.strip(),
    )
    if match is None:
        reading.problem(
            item.place,
            Text("“{v}” is not a cell", "“{v}”不是网格单元").filled(v=item.text),
            Text("Write “{r} 4-5, {c} 2-3”.", "请写“{r} 4-5, {c} 2-3”。").filled(r=rows, c=columns),
        )
        return []
    low, high, left, right = (int(match[i] or match[i - 1]) for i in (1, 2, 3, 4))
    down = _within(spans[rows], low, high)
    across = _within(spans[columns], left, right)
    if not down or not across:
        reading.problem(
            item.place,
            Text("there is no cell {r} {a}, {c} {b}", "不存在单元 {r} {a}, {c} {b}").filled(
                r=rows,
                a=high if not down else down[-1],
                c=columns,
                b=right if not across else across[-1],
            ),
            Text("“{r}” has {a}; “{c}” has {b}.", "“{r}”有 {a}；“{c}”有 {b}。").filled(
                r=rows,
                a=", ".join(map(str, spans[rows])),
                c=columns,
                b=", ".join(map(str, spans[columns])),
            ),
        )
    return [(row, column) for row in down for column in across]


def _within(points: tuple[int, ...], low: int, high: int) -> list[int]:
    """Return the points from `low` to `high`; none when an end lies outside of all."""
    if low < points[0] or high > points[-1]:
        return []
    return [number for number in points if low <= number <= high]


def _claim(
    reading: Reading,
    item: Scalar,
    cells: dict[tuple[int, int], str],
    cell: tuple[int, int],
    grade: str,
) -> None:
    if cells.setdefault(cell, grade) != grade:
        reading.problem(
            item.place,
            Text(
                "the cell {a}, {b} belongs to “{g}” and to “{h}”",
                "单元 {a}, {b} 同属“{g}”和“{h}”",
            ).filled(a=cell[0], b=cell[1], g=cells[cell], h=grade),
            Text("Leave it with one of them.", "请只保留一处。"),
        )
