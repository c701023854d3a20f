"""Agreement, drift, effects, neighbours and predictions against published or other figures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from kefen.methods.agreement import Weights, association, kappa
from kefen.methods.drift import drift, stability_index
from kefen.methods.effects import DifferenceInDifferences, difference_in_differences
from kefen.methods.errors import NotEstimableError
from kefen.methods.neighbours import ClassSums, neighbours_in_means, neighbours_in_shares
from kefen.methods.predictions import calibrated

# --- agreement


@pytest.mark.parametrize("weights", ["equal", "linear", "quadratic"])
def test_kappa_is_that_of_scikit_learn(weights: Weights) -> None:
    random = np.random.default_rng(2)
    first = random.integers(0, 4, 300)
    second = np.clip(first + random.integers(-1, 2, 300), 0, 3)
    table = np.zeros((4, 4))
    np.add.at(table, (first, second), 1)
    found = kappa(table, weights)
    assert found is not None
    named = None if weights == "equal" else weights
    assert found.value == pytest.approx(cohen_kappa_score(first, second, weights=named))
    assert found.customers == 300


def test_kappa_of_the_published_table() -> None:
    """Cohen 1960, table 1: two judges of 200 patients; kappa .492."""
    published = np.array([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    found = kappa(published)
    assert found is not None
    assert found.value == pytest.approx(0.492, abs=5e-4)


@pytest.mark.parametrize("weights", ["equal", "linear", "quadratic"])
def test_the_error_of_kappa_is_that_of_the_delta_method(weights: Weights) -> None:
    """By numerical derivatives of kappa by each cell: another way to the same variance."""
    table = np.array([[44.0, 5, 1], [7, 20, 3], [9, 5, 6]])
    total, step = table.sum(), 1e-5
    shares = table / total

    def at(one: np.ndarray) -> float:
        found = kappa(one * total, weights)
        assert found is not None
        return found.value

    slopes = np.zeros_like(table)
    for cell in np.ndindex(table.shape):
        up, down = shares.copy(), shares.copy()
        up[cell] += step
        down[cell] -= step
        slopes[cell] = (at(up / up.sum()) - at(down / down.sum())) / (2 * step)
    spread = (shares * slopes**2).sum() - (shares * slopes).sum() ** 2
    found = kappa(table, weights)
    assert found is not None
    assert found.high - found.value == pytest.approx(1.959964 * np.sqrt(spread / total), rel=1e-4)


def test_full_agreement_and_none_to_be_had() -> None:
    full = kappa([[5, 0], [0, 3]])
    assert full is not None
    assert (full.value, full.low, full.high) == (1, 1, 1)
    assert kappa([[5, 0], [0, 0]]) is None
    assert kappa([[0, 0], [0, 0]]) is None


def test_association_is_scipys_chi_squared_and_bias_free() -> None:
    table = np.array([[20, 30, 10], [5, 15, 40]])
    found = association(table)
    assert found is not None
    assert found.chance == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)
    assert 0 < found.strength < stats.contingency.association(table, method="cramer")
    assert association([[1, 2], [0, 0]]) is None
    unrelated = association([[10, 20], [20, 40]])
    assert unrelated is not None
    assert unrelated.strength == 0


# --- drift


def test_the_index_of_the_reference() -> None:
    before, now = [0.1, 0.2, 0.3, 0.4], [0.15, 0.2, 0.3, 0.35]
    assert stability_index(before, now) == pytest.approx(0.026950, abs=5e-7)


def test_the_same_index_is_chance_of_few_and_drift_of_many() -> None:
    few, many = drift([10, 20, 30, 40], [15, 20, 30, 35]), drift([10**5] * 4, [10**5, 10**5, 1, 1])
    assert few is not None
    assert many is not None
    assert few.index == pytest.approx(0.026950, abs=5e-7)
    assert few.chance > 0.5
    assert few.size == "none"
    assert many.size == "much"
    big = drift([100_000, 200_000, 300_000, 400_000], [150_000, 200_000, 300_000, 350_000])
    assert big is not None
    assert big.chance < 1e-9
    assert big.size == "none"  # hardly chance, and yet little


def test_chance_alone_exceeds_the_limit_in_one_of_twenty() -> None:
    random = np.random.default_rng(11)
    shares = [0.5, 0.2, 0.2, 0.1]
    found = [
        drift(random.multinomial(400, shares).tolist(), random.multinomial(300, shares).tolist())
        for _ in range(1_000)
    ]
    exceeded = sum(one is not None and one.index > one.limit for one in found)
    assert 30 <= exceeded <= 72


def test_an_empty_class_has_a_finite_index() -> None:
    found = drift([50, 50, 0], [50, 30, 20])
    assert found is not None
    assert found.index > 0.25
    assert found.size == "much"
    assert drift([5, 0], [7, 0]) is None
    assert drift([0, 0], [7, 1]) is None


# --- difference in differences


def spread_out(count: int, middle: float, square: float) -> np.ndarray:
    """Values with a given mean and sum of squared distances from it."""
    away = np.linspace(-1, 1, count)
    return middle + away * np.sqrt(square / (away**2).sum())


def test_kiel_and_mcclain_from_their_published_summary() -> None:
    """House prices near and far from an incinerator (321 sales): -11863.9, error 7456.65.

    The cells have the published means and sizes; the residual sum of squares is that of the
    published error of regression, 30,242.9.
    """
    cells = [  # near, after, sales, mean price
        (True, False, 56, 63_692.86),
        (True, True, 40, 70_619.24),
        (False, False, 123, 82_517.23),
        (False, True, 102, 101_307.51),
    ]
    residual = 30_242.9**2 * (321 - 4) / 4
    prices = np.concatenate([spread_out(n, m, residual) for _, _, n, m in cells])
    near = np.concatenate([np.full(n, flag) for flag, _, n, _ in cells])
    after = np.concatenate([np.full(n, flag) for _, flag, n, _ in cells])
    found = difference_in_differences(prices, near, after)
    assert found.effect.value == pytest.approx(-11_863.9, abs=0.1)
    assert found.error == pytest.approx(7_456.65, rel=1e-4)
    assert found.chance == pytest.approx(0.113, abs=1e-3)
    assert (found.changed, found.others) == (96, 225)


def test_with_one_row_before_and_after_it_is_the_comparison_of_changes() -> None:
    random = np.random.default_rng(4)
    level, change = random.normal(10, 5, 80), random.normal(1, 2, 80)
    changed = np.arange(80) < 30
    change[changed] += 3
    found = difference_in_differences(
        np.concatenate([level, level + change]),
        np.tile(changed, 2),
        np.repeat([False, True], 80),
        np.tile(np.arange(80), 2),
    )
    welch = stats.ttest_ind(change[changed], change[~changed], equal_var=False)
    assert found.effect.value == pytest.approx(change[changed].mean() - change[~changed].mean())
    assert found.error == pytest.approx(found.effect.value / welch.statistic, rel=0.03)
    # Customers differ far more than their changes: errors that pass over that are far larger.
    alone = difference_in_differences(
        np.concatenate([level, level + change]),
        np.tile(changed, 2),
        np.repeat([False, True], 80),
    )
    assert alone.error > 1.5 * found.error


def test_what_befalls_a_whole_grade_is_no_effect() -> None:
    """The best fall back and the others rise, whoever has the change, which did nothing."""
    random = np.random.default_rng(7)
    grade = np.repeat(["A", "B", "C"], 200)
    falls = {"A": -40.0, "B": 0.0, "C": 20.0}
    before = random.normal(100, 10, 600)
    after = before + np.array([falls[one] for one in grade]) + random.normal(0, 5, 600)
    # Of the best nine in ten have it, of the others few.
    changed = np.tile(np.arange(20), 30) < np.repeat([18, 6, 2], 200)

    def effect(*groups: np.ndarray) -> DifferenceInDifferences:
        return difference_in_differences(
            np.concatenate([before, after]),
            np.tile(changed, 2),
            np.repeat([False, True], 600),
            np.tile(np.arange(600), 2),
            *groups,
        )

    assert effect().effect.high < -20  # all with all
    found = effect(np.tile(grade, 2))
    assert found.effect.low < 0 < found.effect.high
    # By hand: the difference in each grade, by those of it with the change; and its error.
    change = after - before
    value = square = 0.0
    for one in "ABC":
        ones, rest = change[changed & (grade == one)], change[~changed & (grade == one)]
        share = len(ones) / changed.sum()
        value += share * (ones.mean() - rest.mean())
        square += share**2 * (ones.var(ddof=1) / len(ones) + rest.var(ddof=1) / len(rest))
    assert found.effect.value == pytest.approx(value)
    assert found.error == pytest.approx(square**0.5, rel=0.03)
    means = found.means
    assert (means[1] - means[0]) - (means[3] - means[2]) == pytest.approx(value)


def test_an_effect_needs_both_sides_before_and_after() -> None:
    with pytest.raises(NotEstimableError):
        difference_in_differences([1, 2, 3], [True] * 3, [False, True, True])
    # Two on every side, but not in each group.
    sides = [True, True, False, False] * 2
    times = [False] * 4 + [True] * 4
    with pytest.raises(NotEstimableError):
        difference_in_differences(range(8), sides, times, groups=["A", "B", "A", "B"] * 2)


# --- neighbours


def sums_of(name: str, values: list[float], hits: int = 0) -> ClassSums:
    return ClassSums(name, len(values), sum(values), sum(v * v for v in values), hits)


def test_neighbouring_means_are_compared_by_welch() -> None:
    first, second = [5.0, 7, 9, 6, 8, 7], [3.0, 2, 8, 1, 2, 3]
    (found,) = neighbours_in_means([sums_of("A", first), sums_of("B", second)])
    welch = stats.ttest_ind(first, second, equal_var=False)
    assert found.chance == pytest.approx(welch.pvalue)
    interval = welch.confidence_interval()
    assert (found.difference.low, found.difference.high) == pytest.approx(tuple(interval))
    assert not found.reversed
    assert found.sure


def test_classes_in_the_wrong_order_are_told_and_chances_corrected() -> None:
    classes = [
        sums_of("A", [1.0, 1, 1], 5),
        sums_of("none", []),
        sums_of("B", [2.0, 2, 2], 30),
        sums_of("C", [2.0, 2, 2], 30),
    ]
    up, same = neighbours_in_means(classes)
    assert (up.better, up.worse, up.reversed, up.sure) == ("A", "B", True, True)
    assert (same.reversed, same.sure) == (False, False)
    shares = neighbours_in_shares(
        [ClassSums("A", 50, 0, 0, 30), ClassSums("B", 50, 0, 0, 15), ClassSums("C", 40, 0, 0, 12)]
    )
    fisher = stats.fisher_exact([[30, 20], [15, 35]]).pvalue
    assert shares[0].chance == pytest.approx(2 * fisher, rel=1e-6)


def test_the_interval_of_a_difference_of_shares_is_newcombes() -> None:
    """Newcombe 1998, table II (e): 5/56 - 0/29 is .0893, interval -.0381 to .1926."""
    (found,) = neighbours_in_shares([ClassSums("A", 56, 0, 0, 5), ClassSums("B", 29, 0, 0, 0)])
    ends = (found.difference.low, found.difference.high)
    assert ends == pytest.approx((-0.0381, 0.1926), abs=5e-5)


# --- predictions


def test_a_prediction_that_holds_has_slope_one() -> None:
    random = np.random.default_rng(9)
    predicted = random.gamma(2, 50, 4_000)
    actual = predicted * random.gamma(4, 0.25, 4_000)
    found = calibrated(predicted, actual)
    assert found is not None
    assert found.slope is not None
    assert found.slope.low < 1 < found.slope.high
    assert found.ratio == pytest.approx(1, abs=0.03)
    assert [one.customers for one in found.fifths] == [800] * 5
    assert found.fifths[0].predicted > found.fifths[-1].predicted
    assert all(one.actual.low <= one.actual.value <= one.actual.high for one in found.fifths)
    line = stats.linregress(predicted, actual)
    assert (found.slope.value, found.intercept) == pytest.approx((line.slope, line.intercept))


def test_equal_predictions_are_one_part_and_have_no_slope() -> None:
    found = calibrated(np.full(10, 3.0), np.arange(10.0))
    assert found is not None
    assert len(found.fifths) == 1
    assert found.slope is None
    assert calibrated(np.ones(2), np.ones(2)) is None
    nothing = calibrated(np.arange(5.0), np.zeros(5))
    assert nothing is not None
    assert nothing.ratio is None
