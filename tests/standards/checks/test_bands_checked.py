"""Lists of bands: gaps and overlaps are told exactly when some value shows them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.domain.text import Text
from kefen.expressions.evaluator import evaluate
from kefen.expressions.parser import parse
from kefen.expressions.types import ValueType
from kefen.expressions.units import MONEY
from kefen.standards.checks.bands import BandList, Line, check_bands
from kefen.standards.checks.domains import Domains
from kefen.standards.checks.findings import Findings
from kefen.standards.checks.places import Written
from kefen.standards.model import Better, Place
from kefen.standards.problems import Problem

STEP = Decimal("0.0001")
VALUE = parse("v")


@dataclass(frozen=True)
class Interval:
    """An interval as it may be written."""

    low: int
    high: int
    low_included: bool
    high_included: bool
    points: int

    @property
    def words(self) -> str:
        left, right = "[" if self.low_included else "(", "]" if self.high_included else ")"
        return f"{left}{self.low}, {self.high}{right}"

    @property
    def condition(self) -> str:
        above, below = ">=" if self.low_included else ">", "<=" if self.high_included else "<"
        return f"v {above} {self.low} and v {below} {self.high}"

    def has(self, value: Decimal | int) -> bool:
        return evaluate(parse(self.condition), {"v": value}) is True


INTERVALS = st.builds(
    lambda low, length, left, right, points: Interval(low, low + length, left, right, points),
    st.integers(0, 8),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2),
)


def checked(
    lines: list[tuple[str | None, str, int]],
    value_type: ValueType = ValueType.DECIMAL,
    better: Better | None = None,
) -> tuple[Problem, ...]:
    """Return what is found in bands given as (condition, words, points), a line each."""
    findings = Findings()
    bands = tuple(
        Line(
            None if condition is None else parse(condition),
            Decimal(points),
            Written(Place(number, 1), words),
        )
        for number, (condition, words, points) in enumerate(lines, 1)
    )
    band_list = BandList(Text.same("item"), VALUE, bands, better, Place(99, 1), {"v": MONEY})
    check_bands(findings, band_list, Domains({"v": value_type}, {}))
    return findings.problems


def told(problems: tuple[Problem, ...], words: str) -> list[Problem]:
    return [p for p in problems if words in p.what.en]


def example(problem: Problem, before: str) -> Decimal:
    words = problem.what.en.split(before)[1].split(",")[0].split(" falls")[0]
    return Decimal(words.strip())


def tried(intervals: list[Interval], value_type: ValueType) -> list[Decimal]:
    edges = {Decimal(edge) for i in intervals for edge in (i.low, i.high)}
    if value_type is ValueType.INTEGER:
        return sorted({edge + n for edge in edges for n in (-1, 0, 1)})
    near = {edge + n for edge in edges for n in (-STEP, Decimal(0), STEP)}
    return sorted(near | {edge + Decimal("0.5") for edge in edges} | {Decimal(-5), Decimal(50)})


@pytest.mark.parametrize("value_type", [ValueType.DECIMAL, ValueType.INTEGER])
@given(intervals=st.lists(INTERVALS, min_size=1, max_size=5), closed=st.booleans())
def test_a_gap_is_told_exactly_when_some_value_has_no_band(
    value_type: ValueType, intervals: list[Interval], closed: bool
) -> None:
    lines: list[tuple[str | None, str, int]] = [(i.condition, i.words, i.points) for i in intervals]
    values = tried(intervals, value_type)
    if closed:  # both outer ends: what is left are gaps between bands
        low, high = min(i.low for i in intervals), max(i.high for i in intervals)
        lines += [(f"v < {low}", f"< {low}", 9), (f"v > {high}", f"> {high}", 9)]
        values = [v for v in values if low <= v <= high]
    gaps = [v for v in values if not any(i.has(v) for i in intervals)]
    found = told(checked(lines, value_type), "no band has")
    assert bool(found) == bool(gaps)
    for problem in found:
        value = example(problem, "no band has ")
        assert not any(evaluate(parse(c), {"v": value}) is True for c, _, _ in lines if c)
        assert problem.severity == "error"


@pytest.mark.parametrize("value_type", [ValueType.DECIMAL, ValueType.INTEGER])
@given(st.lists(INTERVALS, min_size=2, max_size=5))
def test_an_overlap_is_told_exactly_when_some_value_meets_two_intervals(
    value_type: ValueType, intervals: list[Interval]
) -> None:
    found = told(
        checked([(i.condition, i.words, i.points) for i in intervals], value_type), "falls in"
    )
    both = [
        value
        for value in tried(intervals, value_type)
        for number, one in enumerate(intervals)
        for other in intervals[:number]
        if one.has(value) and other.has(value) and one.points != other.points
    ]
    assert bool(found) == bool(both)
    for problem in found:
        value = example(problem, "item: ")
        own = intervals[problem.place.line - 1]
        assert own.has(value)
        assert any(o.has(value) for o in intervals if o.points != own.points)


@given(st.lists(st.integers(0, 20), min_size=1, max_size=5, unique=True), st.data())
def test_lines_one_below_the_other_are_no_overlap_and_else_leaves_no_gap(
    edges: list[int], data: st.DataObject
) -> None:
    lines: list[tuple[str | None, str, int]] = [
        (f"v >= {edge}", f">= {edge}", data.draw(st.integers(0, 50)))
        for edge in sorted(edges, reverse=True)
    ]
    found = checked([*lines, (None, "else", 0)])
    assert not [p for p in found if p.severity == "error"]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6), st.sampled_from(["higher", "lower"]))
def test_points_against_the_stated_direction_are_told_exactly_when_two_neighbours_show_it(
    points: list[int], better: Better
) -> None:
    lines: list[tuple[str | None, str, int]] = [
        (f"v >= {n} and v < {n + 1}", f"[{n}, {n + 1})", p) for n, p in enumerate(points)
    ]
    wrong = sorted(points) if better == "higher" else sorted(points, reverse=True)
    found = told(checked(lines, better=better), "is said to be better")
    assert bool(found) == (points != wrong)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_without_a_direction_points_that_rise_and_fall_are_only_noted(points: list[int]) -> None:
    lines: list[tuple[str | None, str, int]] = [
        (f"v >= {n} and v < {n + 1}", f"[{n}, {n + 1})", p) for n, p in enumerate(points)
    ]
    problems = checked(lines)
    monotone = points in (sorted(points), sorted(points, reverse=True))
    assert bool(told(problems, "neither only rise nor only fall")) == (not monotone)
    assert not told(problems, "is said to be better")


@pytest.mark.parametrize(
    "lines",
    [
        [("v = 0", "= 0", 10), ("v < 30", "< 30", 8), (None, "else", 0)],
        [("v in (1, 2)", "in (1, 2)", 1), ("v >= 0", ">= 0", 2), (None, "else", 0)],
        [("v is unknown", "unknown", 5), ("v >= 0", ">= 0", 2), ("v < 0", "< 0", 1)],
        [("v >= 5", ">= 5", 2), ("v > 4 and v < 6", "(4, 6)", 2), (None, "else", 0)],
        [("v < 16", "< 16", 5), ("v < 18", "< 18", 4), ("v >= 18", ">= 18", 1)],
    ],
)
def test_values_picked_out_first_are_no_contradiction(
    lines: list[tuple[str | None, str, int]],
) -> None:
    assert not [p for p in checked(lines) if p.severity == "error"]


@pytest.mark.parametrize(
    ("lines", "words", "line"),
    [
        ([("v >= 5", ">= 5", 5), ("v >= 7", ">= 7", 6), (None, "else", 1)], "“>= 7” is never", 2),
        ([("v = 1 and v = 2", "odd", 5), (None, "else", 1)], "“odd” is never reached", 1),
        (
            [("v >= 3 and v <= 5", "[3, 5]", 3), ("v < 5", "< 5", 2), (None, "else", 0)],
            "4 falls in “[3, 5]” with 3 and in “< 5” with 2",
            2,
        ),
        ([("v >= 50", ">= 50", 2), ("v < 60", "< 60", 1)], "55 falls in “>= 50” with 2", 2),
        ([("v < 12", "< 12", 2), ("v > 12", "> 12", 1)], "no band has 12, between", 1),
        ([("v >= 0", ">= 0", 2)], "no band has -1, below “>= 0”", 1),
        ([("v in (1, 2)", "in (1, 2)", 2), ("v in (2, 3)", "in (2, 3)", 1)], "2 falls in", 2),
        ([("v >= 2 times", ">= 2 times", 2), (None, "else", 1)], "item mixes units: its value", 1),
    ],
)
def test_contradictions_are_told_at_their_band(
    lines: list[tuple[str | None, str, int]], words: str, line: int
) -> None:
    found = told(checked(lines), words)
    assert [(p.severity, p.place.line) for p in found] == [("error", line)]


NEIGHBOURS: list[tuple[str | None, str, int]] = [
    ("v >= 60 and v <= 80", "[60, 80]", 30),
    ("v >= 40 and v <= 59", "[40, 59]", 25),
]
OUTSIDE: tuple[str | None, str, int] = ("v < 40 or v > 80", "rest", 0)


def test_a_gap_between_intervals_is_mended_by_stretching_the_lower_one() -> None:
    (gap,) = told(checked([*NEIGHBOURS, OUTSIDE]), "no band has 59.5")
    assert "“[40, 60)” in place of “[40, 59]”" in gap.mend.en


def test_whole_numbers_leave_no_gap_between_neighbours() -> None:
    assert not [
        p for p in checked([*NEIGHBOURS, OUTSIDE], ValueType.INTEGER) if p.severity != "note"
    ]


def test_a_value_between_neighbours_that_falls_to_else_is_warned_of() -> None:
    (slip,) = told(checked([*NEIGHBOURS, (None, "else", 0)]), "falls to “else” with 0")
    assert (slip.severity, slip.place.line) == ("warning", 2)
    assert "59.5" in slip.what.en
    apart = [NEIGHBOURS[0], ("v >= 10 and v <= 39", "[10, 39]", 5), (None, "else", 0)]
    assert not told(checked(apart), "falls to")


def test_bands_against_another_name_are_left_open() -> None:
    assert not checked([("v >= w", ">= w", 2), ("v < 3", "< 3", 1)])


def test_texts_without_a_band_count_as_unknown_and_that_is_noted() -> None:
    lines: list[tuple[str | None, str, int]] = [("v in ('a', 'b')", "in ('a', 'b')", 2)]
    (problem,) = checked(lines, ValueType.TEXT)
    assert problem.severity == "note"
    assert "'other', counts as unknown" in problem.what.en
    assert not checked([*lines, (None, "else", 0)], ValueType.TEXT)
