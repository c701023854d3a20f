"""Lift by class: published intervals, and what holds of any cases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.methods.intervals import wilson_interval
from kefen.methods.lift import lift_by_class


@pytest.mark.parametrize(
    ("happened", "cases", "interval"),
    [  # R. G. Newcombe, Statistics in Medicine 17 (1998), table I, Wilson without correction
        (81, 263, (0.2553, 0.3662)),
        (15, 148, (0.0624, 0.1605)),
        (0, 20, (0.0000, 0.1611)),
        (1, 29, (0.0061, 0.1718)),
    ],
)
def test_intervals_are_the_published_ones(
    happened: int, cases: int, interval: tuple[float, float]
) -> None:
    assert wilson_interval(happened, cases) == pytest.approx(interval, abs=5e-5)


def test_a_class_has_its_rate_lift_and_share_of_all() -> None:
    cases = [("A", True)] * 3 + [("A", False)] + [("B", True)] + [("B", False)] * 3
    found = lift_by_class(cases, ("S", "A", "B"))
    assert found is not None
    best, rest = found.classes
    assert (best.name, best.cases, best.happened, best.rate, best.lift) == ("A", 4, 3, 0.75, 1.5)
    assert (best.captured, rest.captured, rest.lift) == (0.75, 1.0, 0.5)
    assert found.auc == pytest.approx((3 * 3 + (3 + 3) / 2 + 0.5 * 0 + 1 * 0) / 16 + 0 / 16)


def test_nothing_is_told_by_what_happened_to_all_or_none() -> None:
    assert lift_by_class([("A", True), ("B", True)], ("A", "B")) is None
    assert lift_by_class([], ("A",)) is None


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.booleans()), min_size=2, max_size=40),
    st.randoms(use_true_random=False),
)
def test_lifts_weigh_up_to_one_and_order_of_cases_does_not_matter(
    cases: list[tuple[str, bool]], random: object
) -> None:
    found = lift_by_class(cases, "ABC")
    if found is None:
        return
    mean = sum(one.lift * one.cases for one in found.classes) / found.cases
    assert mean == pytest.approx(1)
    assert found.classes[-1].captured == pytest.approx(1)
    assert all(one.low <= one.rate <= one.high for one in found.classes)
    pairs = [
        (1.0 if x < y else 0.5 if x == y else 0.0)
        for x, won in cases
        for y, lost in cases
        if won and not lost
    ]
    assert found.auc == pytest.approx(sum(pairs) / len(pairs))
    shuffled = list(cases)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert lift_by_class(shuffled, "ABC") == found
