"""Sets of values agree with asking value by value, and their examples belong to them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.standards.checks import ranges
from kefen.standards.checks.ranges import Scale, Values

NUMBERS = st.integers(-30_000, 30_000).map(lambda step: Decimal(step).scaleb(-4))
WHOLE = st.integers(-30, 30)
DAYS = st.integers(0, 400).map(lambda n: date(2024, 1, 1) + timedelta(days=n))
TEXTS = st.sampled_from(["", "a", "b", "c", "B"])
SCALES: dict[Scale, st.SearchStrategy[Any]] = {
    Scale.NUMBER: NUMBERS,
    Scale.WHOLE: WHOLE,
    Scale.DAY: DAYS,
    Scale.TEXT: TEXTS,
}


@st.composite
def sets(draw: st.DrawFn, scale: Scale) -> Values:
    values = SCALES[scale]
    made = ranges.nothing(scale)
    for _ in range(draw(st.integers(0, 4))):
        way = draw(st.sampled_from(["listed", "above", "below", "rest", "both"]))
        if way == "listed":
            made = made.either(ranges.listed(scale, draw(st.lists(values, max_size=3))))
        elif way == "rest":
            made = made.rest()
        elif scale is Scale.TEXT:
            continue
        elif way == "above":
            made = made.either(ranges.above(scale, draw(values), included=draw(st.booleans())))
        elif way == "below":
            made = made.either(ranges.below(scale, draw(values), included=draw(st.booleans())))
        else:
            made = made.both(ranges.above(scale, draw(values), included=draw(st.booleans())))
    return made


@pytest.mark.parametrize("scale", SCALES)
@given(data=st.data())
def test_sets_agree_with_asking_each_value(scale: Scale, data: st.DataObject) -> None:
    one, other = data.draw(sets(scale)), data.draw(sets(scale))
    value = data.draw(SCALES[scale] | st.none())
    assert one.both(other).holds(value) == (one.holds(value) and other.holds(value))
    assert one.either(other).holds(value) == (one.holds(value) or other.holds(value))
    assert one.without(other).holds(value) == (one.holds(value) and not other.holds(value))
    assert one.rest().holds(value) != one.holds(value)
    assert one.rest().rest() == one
    assert one.both(one.rest()).is_empty


@pytest.mark.parametrize("scale", SCALES)
@given(data=st.data())
def test_an_example_belongs_to_its_set(scale: Scale, data: st.DataObject) -> None:
    values = data.draw(sets(scale)).known()
    example = ranges.example_of(values)
    if example is None:
        assert values.has_no_value or values.others
    else:
        assert values.holds(example)


@pytest.mark.parametrize(
    ("scale", "low", "high", "example"),
    [
        (Scale.NUMBER, 590_001, 599_999, Decimal("59.5")),
        (Scale.NUMBER, 4_501, 4_599, Decimal("0.455")),
        (Scale.NUMBER, 800_001, None, Decimal(81)),
        (Scale.NUMBER, 800_000, None, Decimal(80)),
        (Scale.NUMBER, None, 99_999, Decimal(9)),
        (Scale.NUMBER, 5_001, None, Decimal(1)),
        (Scale.NUMBER, 120_000, 120_000, Decimal(12)),
        (Scale.WHOLE, 6, 6, 6),
        (Scale.WHOLE, None, -1, -1),
    ],
)
def test_an_example_is_plain(
    scale: Scale, low: int | None, high: int | None, example: Decimal
) -> None:
    assert ranges.example_of(Values(scale, ((low, high),))) == example


def test_whole_numbers_have_nothing_between_them() -> None:
    bands = ranges.between(Scale.WHOLE, 40, 59).either(ranges.between(Scale.WHOLE, 60, 80))
    assert bands.spans == ((40, 80),)
    fine = ranges.between(Scale.NUMBER, 40, 59).either(ranges.between(Scale.NUMBER, 60, 80))
    assert len(fine.spans) == 2


def test_a_line_between_two_whole_numbers_goes_with_the_next_one() -> None:
    assert ranges.above(Scale.WHOLE, Decimal("59.5"), included=True).spans == ((60, None),)
    assert ranges.below(Scale.WHOLE, Decimal("59.5"), included=False).spans == ((None, 59),)
    assert ranges.listed(Scale.WHOLE, (Decimal("59.5"),)).is_empty
