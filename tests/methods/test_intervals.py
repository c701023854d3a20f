"""Intervals against scipy, and how often they hold; the published ones are in test_lift."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from kefen.methods.intervals import Resampling, mean, share, wilson_interval


def test_the_interval_of_a_share() -> None:
    low, high = wilson_interval(8, 10)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert wilson_interval(0, 10)[0] == 0
    found = share(8, 10)
    assert (found.value, found.low, found.high, found.customers) == (0.8, low, high, 10)
    with pytest.raises(ValueError, match="at least one"):
        share(0, 0)


def test_the_interval_of_a_mean_is_students() -> None:
    values = np.array([3.0, 5, 8, 1, 9, 4])
    found = mean(len(values), values.sum(), (values**2).sum())
    assert found is not None
    expected = stats.t.interval(0.95, len(values) - 1, loc=values.mean(), scale=stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected)
    assert mean(1, 4.0, 16.0) is None


def test_drawing_groups_spreads_as_drawing_customers_does() -> None:
    random = np.random.default_rng(1)
    values = random.exponential(size=5_000)
    drawn = Resampling(len(values))
    nowhere = np.zeros(len(values), dtype=np.int64)
    means = (drawn.sums(nowhere, 1, values) / drawn.sums(nowhere, 1, None))[:, 0]
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert means.std() == pytest.approx(error, rel=0.15)
    found = drawn.estimate(float(values.mean()), means)
    assert found.low < values.mean() < found.high


def test_the_same_customers_are_drawn_every_time() -> None:
    place = np.arange(37, dtype=np.int64) % 5
    first, again = Resampling(37).sums(place, 5, None), Resampling(37).sums(place, 5, None)
    assert (first == again).all()
    assert (first.sum(axis=1) == 37).all()  # up to 200 customers each is drawn on its own


def test_a_figure_is_within_its_interval_even_of_few() -> None:
    drawn = Resampling(3)
    found = drawn.estimate(2.0, np.array([0.5, np.nan, 1.0]))
    assert (found.low, found.high) == (pytest.approx(0.5125), 2.0)
    assert drawn.estimate(2.0, np.array([np.nan])).low == 2.0
