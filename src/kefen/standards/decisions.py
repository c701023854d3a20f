"""Reading how a scheme's grade follows: by score, share, conditions, grid, or the value itself."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.standards.document import Mapping, Scalar
from kefen.standards.model import (
    Categories,
    Conditions,
    CutOffs,
    Grid,
    ScoreLine,
    ShareOfTotal,
    Tiles,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from kefen.expressions.tree import Expression
    from kefen.standards.model import Decision, Indicator
    from kefen.standards.reading import Reading

_SCHEME = Text("a scheme", "分类方案")
_GRADE = Text("a grade", "等级")
_CUT_OFF = re.compile(r">=\s*([+-]?\d{1,14}(?:\.\d{1,4})?)")
_FIRST = re.compile(r"first\s+(\d{1,3}(?:\.\d{1,4})?)\s*%")
_WAYS = re.compile(
    r"(?P<score>score)|(?P<conditions>conditions)|share of (?P<share>.+)"
    r"|grid of (?P<rows>\w+) and (?P<columns>\w+)|value of (?P<value>.+)"
)
_NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)


def read_decision(
    reading: Reading,
    node: Mapping,
    grades: Mapping | None,
    indicators: tuple[Indicator, ...],
    types: dict[str, ValueType],
) -> Decision | None:
    """Return how the grade follows, or None after noting why it cannot be read."""
    by = reading.scalar(node, "grade_by", _SCHEME, needed=True)
    if by is None:
        return None
    way = _WAYS.fullmatch(by.text.strip())
    if way is None:
        reading.problem(
            by.place,
            Text("“{v}” is no way to grade", "“{v}”不是可用的定级方式").filled(v=by.text),
            Text(
                "Use: score; conditions; share of METRIC; grid of R and F; value of METRIC.",
                "可用：score；conditions；share of 指标；grid of R and F；value of 指标。",
            ),
        )
        return None
    if way["value"]:
        of = _part(reading, by, way["value"], types, (ValueType.TEXT,))
        return Categories(of) if of is not None else None
    if grades is None or not grades.entries:
        reading.missing(node.place, "grades", _SCHEME)
        return None
    if way["score"]:
        if not indicators and "score" not in node.entries:
            reading.problem(
                by.place,
                Text("there is no score to grade by", "没有可用于定级的得分"),
                Text("Add “score” or “indicators”.", "请补充“score”或“indicators”。"),
            )
            return None
        return _cut_offs(reading, grades)
    if way["conditions"]:
        return Conditions(tuple(_conditions(reading, grades, types)))
    if way["share"]:
        of = _part(reading, by, way["share"], types, _NUMBERS)
        return _shares(reading, grades, of) if of is not None else None
    return _grid(reading, by, grades, indicators, way["rows"], way["columns"])


def _part(
    reading: Reading,
    by: Scalar,
    words: str,
    types: dict[str, ValueType],
    wanted: tuple[ValueType, ...],
) -> Expression | None:
    read = reading.expression(Scalar(words, by.place, by.quoted), types, wanted)
    return read[0] if read is not None else None


def _clauses(reading: Reading, grades: Mapping) -> Iterator[tuple[str, Scalar]]:
    for identifier, child in grades:
        if isinstance(child, Mapping):
            clause = reading.scalar(child, "when", _GRADE, needed=True)
            if clause is not None:
                yield identifier, clause


def _must_end_with_else(reading: Reading, grades: Mapping, lines: list[tuple[str, object]]) -> None:
    rest = [grade for grade, line in lines if line is None]
    if lines and (lines[-1][1] is not None or len(rest) > 1):
        reading.problem(
            grades.place,
            Text(
                "the last grade, and only that, must be “when: else”",
                "最后一个等级（且仅此一个）须为“when: else”",
            ),
            Text("So every customer has exactly one grade.", "这样每个客户恰有一个等级。"),
        )


def _cut_offs(reading: Reading, grades: Mapping) -> CutOffs:
    lines: list[tuple[str, Decimal | None]] = []
    for grade, clause in _clauses(reading, grades):
        if clause.text == "else":
            lines.append((grade, None))
            continue
        match = _CUT_OFF.fullmatch(clause.text)
        if match is None:
            reading.problem(
                clause.place,
                Text("“{v}” is not a line of a score", "“{v}”不是得分线").filled(v=clause.text),
                Text("Write “>= 80” or “else”.", "请写“>= 80”或“else”。"),
            )
            continue
        number = reading.number(
            Scalar(match[1], clause.place, clause.quoted), Text("a line", "得分线")
        )
        previous = lines[-1][1] if lines else None
        if previous is not None and number >= previous:
            reading.problem(
                clause.place,
                Text(
                    "“{g}” can never be reached: its line {n} is not below {p}",
                    "“{g}”永远达不到：其线 {n} 不低于 {p}",
                ).filled(g=grade, n=number, p=previous),
                Text("Order the grades from the best down.", "请从高到低排列等级。"),
            )
        lines.append((grade, number))
    _must_end_with_else(reading, grades, list(lines))
    return CutOffs(tuple(ScoreLine(grade, low, None) for grade, low in lines))


def _shares(reading: Reading, grades: Mapping, of: Expression) -> ShareOfTotal:
    lines: list[tuple[str, Fraction | None]] = []
    for grade, clause in _clauses(reading, grades):
        if clause.text == "else":
            lines.append((grade, None))
            continue
        match = _FIRST.fullmatch(clause.text)
        share = Fraction(match[1]) / 100 if match else Fraction(0)
        previous = next((s for _, s in reversed(lines) if s is not None), Fraction(0))
        if not previous < share < 1:
            reading.problem(
                clause.place,
                Text(
                    "“{v}” is not a share above the one before", "“{v}”不是高于前一项的份额"
                ).filled(v=clause.text),
                Text(
                    "Write “first 80 %”, then “first 95 %”: shares counted from the top.",
                    "请写“first 80 %”，再写“first 95 %”：均从最大者起累计。",
                ),
            )
            continue
        lines.append((grade, share))
    _must_end_with_else(reading, grades, list(lines))
    return ShareOfTotal(of, tuple(lines))


def _conditions(
    reading: Reading, grades: Mapping, types: dict[str, ValueType]
) -> list[tuple[str, Expression | None]]:
    lines: list[tuple[str, Expression | None]] = []
    for grade, clause in _clauses(reading, grades):
        if clause.text == "else":
            lines.append((grade, None))
            continue
        read = reading.expression(clause, types, (ValueType.BOOLEAN,))
        if read is not None:
            lines.append((grade, read[0]))
    _must_end_with_else(reading, grades, list(lines))
    return lines


def _grid(
    reading: Reading,
    by: Scalar,
    grades: Mapping,
    indicators: tuple[Indicator, ...],
    rows: str,
    columns: str,
) -> Grid | None:
    counts = {i.id: i.scoring.count for i in indicators if isinstance(i.scoring, Tiles)}
    for name in (rows, columns):
        if name not in counts:
            reading.problem(
                by.place,
                Text(
                    "“{n}” is no indicator in fifths or other parts",
                    "“{n}”不是按等分计分的指标项",
                ).filled(n=name),
                Text("Indicators: {i}.", "可用：{i}。").filled(i=", ".join(counts)),
            )
            return None
    cell = re.compile(
        rf"{re.escape(rows)}\s+(\d+)(?:-(\d+))?\s*,\s*{re.escape(columns)}\s+(\d+)(?:-(\d+))?"
    )
    cells: dict[tuple[int, int], str] = {}
    for grade, child in grades:
        clause = child.entries.get("when") if isinstance(child, Mapping) else None
        if clause is None:
            reading.missing(child.place, "when", _GRADE)
            continue
        for item in reading.items(clause):
            match = cell.fullmatch(item.text.strip())
            if match is None:
                reading.problem(
                    item.place,
                    Text("“{v}” is not a cell", "“{v}”不是网格单元").filled(v=item.text),
                    Text("Write “{r} 4-5, {c} 2-3”.", "请写“{r} 4-5, {c} 2-3”。").filled(
                        r=rows, c=columns
                    ),
                )
                continue
            low, high, left, right = (int(match[i] or match[i - 1]) for i in (1, 2, 3, 4))
            if high > counts[rows] or right > counts[columns]:
                reading.problem(
                    item.place,
                    Text("there is no cell {r} {a}, {c} {b}", "不存在单元 {r} {a}, {c} {b}").filled(
                        r=rows, a=high, c=columns, b=right
                    ),
                    Text("Remove it.", "请删除。"),
                )
                continue
            for row in range(low, high + 1):
                for column in range(left, right + 1):
                    _claim(reading, item, cells, (row, column), grade)
    wanted = {(r, c) for r in range(1, counts[rows] + 1) for c in range(1, counts[columns] + 1)}
    for gap in sorted(wanted - set(cells)):
        reading.problem(
            grades.place,
            Text("the cell {r} {a}, {c} {b} has no grade", "单元 {r} {a}, {c} {b} 没有等级").filled(
                r=rows, a=gap[0], c=columns, b=gap[1]
            ),
            Text("Add it to a grade.", "请归入某一等级。"),
        )
    for extra in sorted(set(cells) - wanted):
        reading.problem(
            grades.place,
            Text("there is no cell {r} {a}, {c} {b}", "不存在单元 {r} {a}, {c} {b}").filled(
                r=rows, a=extra[0], c=columns, b=extra[1]
            ),
            Text("Remove it.", "请删除。"),
        )
    return Grid(rows, columns, cells)


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
