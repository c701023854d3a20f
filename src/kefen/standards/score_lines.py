"""Reading the lines of a score: falling or rising lines, or intervals without gap and overlap."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias

from kefen.domain.decimals import from_units, units
from kefen.domain.text import Text
from kefen.expressions.parser import parse
from kefen.expressions.tokens import ExpressionError, comma_in_number
from kefen.expressions.tree import Literal as Constant
from kefen.standards.clauses import INTERVAL
from kefen.standards.grades import ELSE
from kefen.standards.model import CutOffs, ScoreLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.standards.document import Scalar
    from kefen.standards.model import Place
    from kefen.standards.reading import Reading

_Kind: TypeAlias = Literal["falling", "rising", "interval"]
_COMPARED = re.compile(r"(>=|>|<=|<)(.+)", re.DOTALL)
_STEPS = (100_000, 10_000, 5_000, 1_000, 100, 10)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: the scores it holds, in whole ten-thousandths, ends included; None is no end."""

    line: ScoreLine
    kind: _Kind
    low: int | None
    high: int | None
    clause: Scalar


def read_score_lines(
    reading: Reading,
    clauses: Sequence[tuple[str, Scalar]],
    place: Place,
    least: Decimal | None,
    most: Decimal | None,
) -> CutOffs:
    """Return the lines of a score, after noting what is out of order, mixed, missing or twice.

    Args:
        reading: Where problems are noted.
        clauses: (grade, what its scores meet), in order.
        place: Where the grades stand.
        least: The least score there can be, where that is said.
        most: The most there can be.
    """
    lines: list[_Line] = []
    rest: list[tuple[str, Scalar]] = []
    for grade, clause in clauses:
        if clause.text.strip() == ELSE:
            rest.append((grade, clause))
            continue
        if rest:
            reading.problem(
                clause.place,
                Text("lines after “else” are never reached", "“else”之后的线永远达不到"),
                Text("Put “else” last.", "请把“else”放在最后。"),
            )
        line = _line(reading, grade, clause)
        if line is not None:
            lines.append(line)
    whole = len(lines) + len(rest) == len(clauses)
    kinds = {line.kind for line in lines}
    if "interval" in kinds:
        _check_intervals(reading, lines, units_of(least), units_of(most), rest, whole=whole)
    elif len(kinds) == 2:
        _tell_mixed(reading, lines)
    else:
        _check_order(reading, lines)
    lacks_rest = whole and not rest and bool(kinds) and "interval" not in kinds and len(kinds) < 2
    if len(rest) > 1 or lacks_rest:
        reading.problem(
            place,
            Text(
                "the last grade, and only that, must be “when: else”",
                "最后一个等级（且仅此一个）须为“when: else”",
            ),
            Text("So every customer has exactly one grade.", "这样每个客户恰有一个等级。"),
        )
    found = [line.line for line in lines]
    found += [ScoreLine(grade, None, None, place=clause.place) for grade, clause in rest]
    return CutOffs(tuple(found))


def units_of(number: Decimal | None) -> int | None:
    """Return a number in ten-thousandths, or None."""
    return None if number is None else units(number)


def _line(reading: Reading, grade: str, clause: Scalar) -> _Line | None:
    words = clause.text.strip()
    compared = _COMPARED.fullmatch(words)
    interval = INTERVAL.fullmatch(words)
    if compared is not None:
        operator, number = compared[1], _number(compared[2])
        if number is not None:
            included = "=" in operator
            step = 0 if included else 1
            if operator.startswith(">"):
                line = ScoreLine(grade, number, None, included, place=clause.place)
                return _Line(line, "falling", units(number) + step, None, clause)
            line = ScoreLine(grade, None, number, high_included=included, place=clause.place)
            return _Line(line, "rising", None, units(number) - step, clause)
    elif interval is not None:
        low, high = _number(interval["low"]), _number(interval["high"])
        if low is not None and high is not None:
            return _interval(reading, grade, clause, low, high)
    fault = _fault(words)
    if fault is not None:
        error, at = fault
        at += clause.quoted + clause.text.index(words) + error.at
        place = replace(clause.place, column=clause.place.column + at)
        reading.problem(place, error.what, error.mend)
        return None
    reading.problem(
        clause.place,
        Text("“{v}” is not a line of a score", "“{v}”不是得分线").filled(v=clause.text),
        Text(
            "Write “>= 80”, an interval such as “[70, 80)” (a square bracket includes its end), "
            "or “else”.",
            "请写“>= 80”、“[70, 80)”这样的区间（方括号含端点），或“else”。",
        ),
    )
    return None


def _fault(words: str) -> tuple[ExpressionError, int] | None:
    """Return why the number of a line cannot be read, and where it begins; None: it is one."""
    compared = _COMPARED.fullmatch(words)
    if compared is None:
        error = comma_in_number(words)
        return None if error is None else (error, 0)
    try:
        parse(compared[2])
    except ExpressionError as error:
        return error, compared.start(2)
    return None


def _interval(
    reading: Reading, grade: str, clause: Scalar, low: Decimal, high: Decimal
) -> _Line | None:
    words = clause.text.strip()
    with_low, with_high = words.startswith("["), words.endswith("]")
    first, last = units(low) + (not with_low), units(high) - (not with_high)
    if first > last:
        reading.problem(
            clause.place,
            Text("no score is within “{v}”", "没有得分落在“{v}”之内").filled(v=words),
            Text("Write the smaller end first.", "请先写较小的一端。"),
        )
        return None
    line = ScoreLine(grade, low, high, with_low, with_high, place=clause.place)
    return _Line(line, "interval", first, last, clause)


def _number(words: str) -> Decimal | None:
    """Return the constant that is written, such as `80`, `79.5` or `-10`; None for other words."""
    try:
        tree = parse(words)
    except ExpressionError:
        return None
    value = tree.value if isinstance(tree, Constant) else None
    return Decimal(value) if isinstance(value, int | Decimal) and value is not True else None


# --- lines in one direction -------------------------------------------------------------------


def _tell_mixed(reading: Reading, lines: Sequence[_Line]) -> None:
    turned = next(line for line in lines if line.kind != lines[0].kind)
    reading.problem(
        turned.clause.place,
        Text("“{v}” counts the other way than “{w}”", "“{v}”与“{w}”方向相反").filled(
            v=turned.clause.text.strip(), w=lines[0].clause.text.strip()
        ),
        Text(
            "Write “else” for the rest, or intervals such as “[60, 80)”.",
            "其余者请写“else”，或改用“[60, 80)”这样的区间。",
        ),
    )


def _check_order(reading: Reading, lines: Sequence[_Line]) -> None:
    for before, line in pairwise(lines):
        if line.low is not None and before.low is not None and line.low >= before.low:
            _tell_unreachable(reading, line, before, Text("below", "低于"))
        if line.high is not None and before.high is not None and line.high <= before.high:
            _tell_unreachable(reading, line, before, Text("above", "高于"))


def _tell_unreachable(reading: Reading, line: _Line, before: _Line, where: Text) -> None:
    reading.problem(
        line.clause.place,
        Text(
            "“{g}” can never be reached: its line {n} is not {w} {p}",
            "“{g}”永远达不到：其线 {n} 不{w} {p}",
        ).filled(
            g=line.line.grade,
            n=line.clause.text.strip().lstrip("<>= "),
            w=where,
            p=before.clause.text.strip().lstrip("<>= "),
        ),
        Text(
            "Order the lines: “>=” from the highest down, “<=” from the lowest up.",
            "请按顺序排列：“>=”从高到低，“<=”从低到高。",
        ),
    )


# --- intervals --------------------------------------------------------------------------------


def _check_intervals(
    reading: Reading,
    lines: Sequence[_Line],
    least: int | None,
    most: int | None,
    rest: Sequence[tuple[str, Scalar]],
    *,
    whole: bool,
) -> None:
    for number, line in enumerate(lines):
        for other in lines[:number]:
            low = _larger(line.low, other.low)
            high = _smaller(line.high, other.high)
            if low is None or high is None or low <= high:
                reading.problem(
                    line.clause.place,
                    Text(
                        "a score of {v} belongs to “{a}” and to “{b}”",
                        "得分 {v} 同属“{a}”和“{b}”",
                    ).filled(v=_example(low, high), a=other.line.grade, b=line.line.grade),
                    Text(
                        "Move one end; “[60, 80)” is from 60 up to below 80.",
                        "请移动其中一端；“[60, 80)”为 60（含）至 80（不含）。",
                    ),
                )
    if whole:
        _check_gaps(reading, lines, least, most, rest)


def _check_gaps(
    reading: Reading,
    lines: Sequence[_Line],
    least: int | None,
    most: int | None,
    rest: Sequence[tuple[str, Scalar]],
) -> None:
    """Note scores without a grade: an error, or, between intervals with an `else`, a warning."""
    ordered = sorted(lines, key=lambda line: (line.low is not None, line.low or 0))
    covered: int | None = None  # the highest score with a grade so far
    for number, line in enumerate(ordered):
        if number == 0:
            if line.low is not None and (least is None or line.low > least) and not rest:
                _tell_gap(reading, line, least, line.low - 1, rest)
        elif covered is not None and line.low is not None and line.low > covered + 1:
            _tell_gap(reading, line, covered + 1, line.low - 1, rest)
        if line.high is None:
            return
        covered = line.high if covered is None else max(covered, line.high)
    if covered is not None and (most is None or covered < most) and not rest:
        _tell_gap(reading, ordered[-1], covered + 1, most, rest)


def _tell_gap(
    reading: Reading,
    line: _Line,
    low: int | None,
    high: int | None,
    rest: Sequence[tuple[str, Scalar]],
) -> None:
    value = _example(low, high)
    if rest:
        reading.problem(
            line.clause.place,
            Text(
                "a score of {v} is between two grades, and falls to “{g}” by “else”",
                "得分 {v} 介于两个等级之间，按“else”归入“{g}”",
            ).filled(v=value, g=rest[0][0]),
            Text(
                "Let one interval begin where the other ends, as “[70, 80)” and “[80, 90)”.",
                "请让区间首尾相接，如“[70, 80)”与“[80, 90)”。",
            ),
            severity="warning",
        )
        return
    reading.problem(
        line.clause.place,
        Text("a score of {v} has no grade", "得分 {v} 没有等级").filled(v=value),
        Text(
            "Let one interval begin where the other ends, as “[70, 80)” and “[80, 90)”; write "
            "“>= 90” or “< 70” at the ends, or “else”.",
            "请让区间首尾相接，如“[70, 80)”与“[80, 90)”；两端可写“>= 90”“< 70”，或写“else”。",
        ),
    )


def _example(low: int | None, high: int | None) -> str:
    """Return a score between two ends, the roundest there is near the middle."""
    if low is None and high is None:
        return "0"
    middle = (low + high) // 2 if low is not None and high is not None else (low or high or 0)
    if low is None:
        middle = (high or 0) // 10_000 * 10_000
    elif high is None:
        middle = -(-low // 10_000) * 10_000
    for step in _STEPS:
        near = (2 * middle + step) // (2 * step) * step
        if (low is None or low <= near) and (high is None or near <= high):
            middle = near
            break
    return format(from_units(middle).normalize(), "f")


def _larger(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else max(one, other)


def _smaller(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)
