"""Reading how a scheme's grade follows: by score, rank, share, conditions, grid, or the value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from kefen.domain.text import Text
from kefen.expressions.types import ValueType
from kefen.standards.document import Mapping, Scalar
from kefen.standards.grades import BY_RULE, ELSE
from kefen.standards.grids import read_grid
from kefen.standards.model import (
    Categories,
    Conditions,
    Place,
    RankLine,
    RankOfAll,
    ShareOfTotal,
)
from kefen.standards.score_lines import read_score_lines

if TYPE_CHECKING:
    from decimal import Decimal

    from kefen.expressions.tree import Expression
    from kefen.standards.grades import Grades
    from kefen.standards.model import Crossing, Decision, Indicator, Rounding, Ties
    from kefen.standards.reading import Reading

TIES = ("up", "down")
CROSSINGS = ("inside", "outside")
ROUNDINGS = ("up", "down", "half up")
WAYS = ("score", "conditions", "rank of X", "share of X", "grid of R and F", "value of X")
"""The ways to grade, as they are written."""
_SCHEME = Text("a scheme", "分类方案")
_GRADE = Text("a grade", "等级")
_FIRST = re.compile(r"first\s+(?:(?P<part>\d{1,3}(?:\.\d{1,4})?)\s*%|(?P<count>\d{1,9}))")
_WAY = re.compile(
    r"(?P<score>score)|(?P<conditions>conditions)|share\s+of\s+(?P<share>.+)"
    r"|rank\s+of\s+(?P<rank>.+)|grid\s+of\s+(?P<rows>\w+)\s+and\s+(?P<columns>\w+)"
    r"|value\s+of\s+(?P<value>.+)",
    re.DOTALL,
)
_NUMBERS = (ValueType.INTEGER, ValueType.DECIMAL)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a scheme's decision stands on.

    Attributes:
        grades: Its classes.
        indicators: The lines of its score.
        unread: The ids of those that could not be read, which is told already.
        before: The names known before points: metrics and other schemes.
        after: The names known after points too.
        least: The least score there can be, where that is said.
        most: The most there can be.
    """

    grades: Grades
    indicators: tuple[Indicator, ...]
    unread: frozenset[str]
    before: dict[str, ValueType]
    after: dict[str, ValueType]
    least: Decimal | None
    most: Decimal | None


def way_to_grade(node: Mapping) -> re.Match[str] | None:
    """Return the way to grade that a scheme names, or None when it names none."""
    child = node.entries.get("grade_by")
    return _WAY.fullmatch(child.text.strip()) if isinstance(child, Scalar) else None


def expression_of_way(node: Mapping) -> str:
    """Return the expression within a scheme's `grade_by`; empty when there is none."""
    way = way_to_grade(node)
    return (way["share"] or way["rank"] or way["value"] or "") if way is not None else ""


def read_decision(reading: Reading, node: Mapping, ground: Ground) -> Decision | None:
    """Return how the grade follows, or None after noting why it cannot be read."""
    by = reading.scalar(node, "grade_by", _SCHEME, needed="grade_by" not in node.entries)
    if by is None:
        return None
    way = way_to_grade(node)
    if way is None:
        reading.problem(
            by.place,
            Text("“{v}” is no way to grade", "“{v}”不是可用的定级方式").filled(v=by.text),
            Text("Use: {w}.", "可用：{w}。").filled(w="; ".join(WAYS)),
        )
        return None
    if not way["rank"]:
        for key in ("ties", "rounding"):
            if key in node.entries:
                reading.problem(
                    node.key_places[key],
                    Text("“{k}” goes with “rank of”", "“{k}”与“rank of”同用").filled(k=key),
                    Text("Remove it.", "请删除。"),
                )
    if not way["share"] and "crossing" in node.entries:
        reading.problem(
            node.key_places["crossing"],
            Text("“{k}” goes with “share of”", "“{k}”与“share of”同用").filled(k="crossing"),
            Text("Remove it.", "请删除。"),
        )
    if way["value"]:
        return _categories(reading, node, by, way, ground)
    if not ground.grades.entries:
        section = node.entries.get("grades")
        if section is None or (isinstance(section, Mapping) and not section.entries):
            reading.missing(node.place, "grades", _SCHEME)
        return None
    place = node.entries["grades"].place
    if way["score"]:
        if not ground.indicators and "score" not in node.entries:
            reading.problem(
                by.place,
                Text("there is no score to grade by", "没有可用于定级的得分"),
                Text("Add “score” or “indicators”.", "请补充“score”或“indicators”。"),
            )
            return None
        clauses = _clauses(reading, ground.grades)
        return read_score_lines(reading, clauses, place, ground.least, ground.most)
    if way["conditions"]:
        return Conditions(_conditions(reading, ground, place))
    if way["share"]:
        of = _part(reading, by, way, "share", ground.before, _NUMBERS)
        return _shares(reading, node, ground.grades, of, place) if of is not None else None
    if way["rank"]:
        of = _part(reading, by, way, "rank", ground.after, _NUMBERS)
        return _ranks(reading, node, ground.grades, of, place)
    if {way["rows"], way["columns"]} & ground.unread:
        return None
    return read_grid(
        reading,
        by,
        place,
        ground.grades.entries,
        ground.indicators,
        way["rows"],
        way["columns"],
    )


def _categories(
    reading: Reading, node: Mapping, by: Scalar, way: re.Match[str], ground: Ground
) -> Categories | None:
    if "grades" in node.entries:
        reading.problem(
            node.key_places["grades"],
            Text(
                "with “value of” the value itself is the class, and there are no “grades”",
                "“value of”以取值本身为类别，不能有“grades”",
            ),
            Text("Remove “grades”, or grade by conditions.", "请删除“grades”，或改用 conditions。"),
        )
    of = _part(reading, by, way, "value", ground.after, (ValueType.TEXT,))
    return Categories(of) if of is not None else None


def _part(
    reading: Reading,
    by: Scalar,
    way: re.Match[str],
    group: str,
    types: dict[str, ValueType],
    wanted: tuple[ValueType, ...],
) -> Expression | None:
    """Return the expression within `grade_by`, with places where it stands in the file."""
    start = by.text.index(way[0]) + way.start(group)
    place = Place(by.place.line, by.place.column + start)
    read = reading.expression(Scalar(way[group], place, by.quoted), types, wanted)
    return read[0] if read is not None else None


def _clauses(reading: Reading, grades: Grades) -> list[tuple[str, Scalar]]:
    clauses = []
    for entry in grades.entries:
        if entry.when is None:
            reading.missing(entry.place, "when", _GRADE)
        elif not isinstance(entry.when, Scalar) or not entry.when.text.strip():
            reading.problem(
                entry.when.place,
                Text("“{k}” needs a single value", "“{k}”应为单个取值").filled(k="when"),
                Text("Write it as “{k}: value”.", "请写成“{k}: 取值”。").filled(k="when"),
            )
        elif entry.when.text.strip() != BY_RULE:
            clauses.append((entry.id, entry.when))
    return clauses


def _must_end_with_else(reading: Reading, place: Place, clauses: list[tuple[str, Scalar]]) -> None:
    rest = [number for number, (_, clause) in enumerate(clauses) if clause.text.strip() == ELSE]
    if clauses and rest != [len(clauses) - 1]:
        reading.problem(
            place,
            Text(
                "the last grade, and only that, must be “when: else”",
                "最后一个等级（且仅此一个）须为“when: else”",
            ),
            Text("So every customer has exactly one grade.", "这样每个客户恰有一个等级。"),
        )


def _shares(
    reading: Reading, node: Mapping, grades: Grades, of: Expression, place: Place
) -> ShareOfTotal:
    lines: list[tuple[str, Fraction | None]] = []
    clauses = _clauses(reading, grades)
    for grade, clause in clauses:
        if clause.text.strip() == ELSE:
            lines.append((grade, None))
            continue
        match = _FIRST.fullmatch(clause.text.strip())
        share = Fraction(match["part"]) / 100 if match and match["part"] else Fraction(0)
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
    _must_end_with_else(reading, place, clauses)
    child = reading.scalar(node, "crossing", _SCHEME)
    crossing = (
        reading.choice(child, CROSSINGS, Text("“crossing”", "“crossing”"))
        if child is not None
        else None
    )
    return ShareOfTotal(of, tuple(lines), cast("Crossing", crossing or CROSSINGS[0]))


def _ranks(
    reading: Reading, node: Mapping, grades: Grades, of: Expression | None, place: Place
) -> RankOfAll | None:
    lines: list[RankLine] = []
    clauses = _clauses(reading, grades)
    for grade, clause in clauses:
        if clause.text.strip() == ELSE:
            lines.append(RankLine(grade, None, None))
            continue
        line = _rank_line(grade, clause.text.strip())
        if line is None or not _is_further(line, lines):
            reading.problem(
                clause.place,
                Text(
                    "“{v}” does not reach further than the ones before",
                    "“{v}”没有比前面各项更靠后",
                ).filled(v=clause.text),
                Text(
                    "Write “first 10 %” or “first 20” (customers), then further ones: each counts "
                    "from the largest and includes those before.",
                    "请写“first 10 %”或“first 20”（客户数），再写更靠后的：均从最大者起累计。",
                ),
            )
            continue
        lines.append(line)
    _must_end_with_else(reading, place, clauses)
    with_parts = any(line.share is not None for line in lines)
    ties = _needed(
        reading,
        node,
        "ties",
        TIES,
        Text(
            "Write “ties: up” (those equal to the last one inside are inside) or “ties: down” "
            "(none of them is).",
            "请写“ties: up”（与末位相等者都算在内）或“ties: down”（都不算在内）。",
        ),
    )
    rounding: str | None = "half up"
    if with_parts:
        rounding = _needed(
            reading,
            node,
            "rounding",
            ROUNDINGS,
            Text(
                "Write “rounding: up”, “down” or “half up”: how a share of all becomes a number "
                "of customers.",
                "请写“rounding: up”“down”或“half up”：比例如何化为客户数。",
            ),
        )
    elif "rounding" in node.entries:
        reading.problem(
            node.key_places["rounding"],
            Text("only a share of all is rounded", "只有按比例时才需取整"),
            Text("Remove “rounding”.", "请删除“rounding”。"),
        )
    if of is None or ties is None or rounding is None:
        return None
    return RankOfAll(of, tuple(lines), cast("Ties", ties), cast("Rounding", rounding))


def _rank_line(grade: str, words: str) -> RankLine | None:
    match = _FIRST.fullmatch(words)
    if match is None:
        return None
    if match["count"]:
        return RankLine(grade, None, int(match["count"])) if int(match["count"]) else None
    share = Fraction(match["part"]) / 100
    return RankLine(grade, share, None) if 0 < share < 1 else None


def _is_further(line: RankLine, before: list[RankLine]) -> bool:
    """Return whether a line reaches further than those before it that count alike."""
    if line.share is not None:
        return all(line.share > other.share for other in before if other.share is not None)
    count = line.count or 0
    return all(count > other.count for other in before if other.count is not None)


def _needed(
    reading: Reading, node: Mapping, key: str, allowed: tuple[str, ...], mend: Text
) -> str | None:
    if key not in node.entries:
        reading.problem(
            node.key_places["grade_by"],
            Text("“rank of” needs “{k}”", "“rank of”需要“{k}”").filled(k=key),
            mend,
        )
        return None
    child = reading.scalar(node, key, _SCHEME)
    if child is None:
        return None
    return reading.choice(child, allowed, Text("“{k}”", "“{k}”").filled(k=key))


def _conditions(
    reading: Reading, ground: Ground, place: Place
) -> tuple[tuple[str, Expression | None], ...]:
    lines: list[tuple[str, Expression | None]] = []
    clauses = _clauses(reading, ground.grades)
    for grade, clause in clauses:
        if clause.text.strip() == ELSE:
            lines.append((grade, None))
            continue
        read = reading.expression(clause, ground.after, (ValueType.BOOLEAN,))
        if read is not None:
            lines.append((grade, read[0]))
    _must_end_with_else(reading, place, clauses)
    return tuple(lines)
