"""Orders held against what came: scikit-learn and scipy as oracles, and what holds of any order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score, roc_curve

from kefen.methods.concentration import gini as exact_gini
from kefen.methods.intervals import Resampling
from kefen.methods.ranking import (
    Judged,
    area,
    area_under_curve,
    capture_curve,
    captured,
    distance,
    gini,
    kendall,
    places,
    spearman,
    top_share,
)

SCORES = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), min_size=6, max_size=60)


def sums(score: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = places(score)
    return found.sums(), found.sums(values)


@given(SCORES)
def test_areas_and_distances_are_those_of_scikit_learn(rows: list[tuple[int, int]]) -> None:
    score = np.array([a for a, _ in rows])
    hit = np.array([b > 4 for _, b in rows])
    if hit.all() or not hit.any():
        return
    assert area_under_curve(score, hit) == pytest.approx(roc_auc_score(hit, score))
    found = places(score)
    hits = found.sums(hit.astype(float))
    false, true, _ = roc_curve(hit, score, drop_intermediate=False)
    assert float(distance(hits, found.sums() - hits)) == pytest.approx(np.abs(true - false).max())
    # The Gini of a capture curve of hits is the accuracy ratio 2 AUC - 1, over the perfect one.
    perfect = gini(*sums(hit.astype(float), hit.astype(float)))
    ratio = gini(found.sums(), hits) / perfect
    assert float(ratio) == pytest.approx(2 * roc_auc_score(hit, score) - 1)


@given(SCORES, st.randoms(use_true_random=False))
def test_no_figure_depends_on_the_order_of_rows(
    rows: list[tuple[int, int]], random: object
) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    for figure in (spearman, kendall, top_share):
        first, again = (
            figure(*(np.array(side, dtype=float) for side in zip(*given_rows, strict=True)))
            for given_rows in (rows, shuffled)
        )
        if figure is top_share:
            assert np.isnan(first) == np.isnan(again)
            assert np.isnan(first) or first == pytest.approx(again)
        elif first is None:
            assert again is None
        else:
            assert again is not None
            assert first.value == pytest.approx(again.value)


@given(SCORES)
def test_rank_correlations_are_those_of_scipy(rows: list[tuple[int, int]]) -> None:
    first, second = (np.array(side, dtype=float) for side in zip(*rows, strict=True))
    found, tau = spearman(first, second), kendall(first, second)
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert found is None
        assert tau is None
        return
    assert found is not None
    assert tau is not None
    assert found.value == pytest.approx(stats.spearmanr(first, second).statistic)
    assert tau.value == pytest.approx(stats.kendalltau(first, second).statistic)
    assert found.low <= found.value <= found.high


def test_the_interval_of_a_rank_correlation_is_bonett_and_wrights() -> None:
    # r = .5 of 30: atanh .5 -+ 1.96 sqrt((1 + .125) / 27)
    score = np.arange(30.0)
    other = score.copy()
    rng = np.random.default_rng(3)
    rng.shuffle(other)
    found = spearman(score, other)
    assert found is not None
    error = np.sqrt((1 + found.value**2 / 2) / 27)
    assert np.arctanh(found.high) - np.arctanh(found.value) == pytest.approx(1.959964 * error)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=40))
def test_the_perfect_order_has_the_gini_of_concentration(values: list[int]) -> None:
    exact = exact_gini(values)
    if exact is None:
        return
    array = np.array(values, dtype=float)
    assert float(gini(*sums(array, array))) == pytest.approx(float(exact))


def test_equals_have_their_share_of_what_they_have_together() -> None:
    score = np.array([3, 2, 2, 2, 1])
    value = np.array([10.0, 9, 0, 0, 1])
    counts, have = sums(score, value)
    assert captured(counts, have, 0.2) == pytest.approx(0.5)
    assert captured(counts, have, 0.4) == pytest.approx((10 + 3) / 20)
    assert captured(counts, have, 1.0) == pytest.approx(1)
    assert capture_curve(counts, have) == [
        (0.0, 0.0),
        (0.2, 0.5),
        (0.8, pytest.approx(0.95)),
        (1.0, 1.0),
    ]


def test_without_hits_or_values_there_is_no_figure_and_no_warning() -> None:
    counts = np.array([2.0, 3.0])
    nothing = np.zeros(2)
    assert np.isnan(area(nothing, counts))
    assert np.isnan(captured(counts, nothing, 0.2))
    assert np.isnan(gini(counts, nothing))


def test_many_places_become_few_without_parting_equals() -> None:
    score = np.repeat(np.arange(100), np.arange(1, 101))
    merged = places(score).merged(10)
    assert merged.count <= 10
    assert all(len(set(merged.of[score == one])) == 1 for one in range(100))
    sizes = np.bincount(merged.of)
    assert sizes.max() < 2 * len(score) / 10
    assert places(np.arange(5)).merged(10).count == 5


def test_intervals_hold_as_often_as_they_say() -> None:
    """Of 200 samples about 95 % of the intervals of an area hold the area of the population."""
    random = np.random.default_rng(5)
    truth = stats.norm.cdf(1 / np.sqrt(2))
    held = 0
    for _ in range(200):
        hit = random.random(120) < 0.4
        score = random.normal(size=120) + hit
        found, _ = Judged(places(score), Resampling(120)).area(hit)
        held += found.low <= truth <= found.high
    assert 180 <= held <= 199


def test_an_order_has_the_same_figures_as_its_parts() -> None:
    random = np.random.default_rng(7)
    score, value = random.integers(0, 4, 500), random.exponential(size=500)
    judged = Judged(places(score), Resampling(500))
    found, draws = judged.captured(value, 0.2)
    assert found.value == pytest.approx(top_share(score, value))
    assert found.low < found.value < found.high
    assert len(draws) == 400
    ratio = judged.accuracy_ratio(value)
    counts, have = sums(score, value)
    assert ratio.value == pytest.approx(float(gini(counts, have) / gini(*sums(value, value))))
    perfect = Judged(places(value), Resampling(500)).accuracy_ratio(value)
    assert perfect.value == pytest.approx(1)
    hit = value > 1
    assert judged.distance(hit).value >= 0
