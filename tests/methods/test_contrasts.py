"""What sets a group apart: against SciPy, and by hand."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact, mannwhitneyu

from kefen.methods.contrasts import class_contrast, holm, number_contrast

VALUES = st.lists(st.integers(-20, 20), min_size=5, max_size=60)
COUNTS = st.tuples(st.integers(1, 60), st.integers(1, 400)).flatmap(
    lambda sizes: st.tuples(
        st.integers(0, sizes[0]), st.just(sizes[0]), st.integers(0, sizes[1]), st.just(sizes[1])
    )
)


@given(VALUES, VALUES)
def test_numbers_agree_with_scipy(inside: list[int], outside: list[int]) -> None:
    found = number_contrast(list(Counter(inside).items()), list(Counter(outside).items()))
    if len(set(inside + outside)) < 2:
        assert found is None
        return
    assert found is not None
    expected = mannwhitneyu(inside, outside, method="asymptotic")
    assert float(found.above) == pytest.approx(expected.statistic / len(inside) / len(outside))
    assert found.chance == pytest.approx(expected.pvalue, abs=1e-9)
    assert found.middle == sorted(inside)[(len(inside) - 1) // 2]
    assert -1 <= found.difference <= 1


@given(COUNTS)
def test_classes_agree_with_scipy(counts: tuple[int, int, int, int]) -> None:
    a, n, b, m = counts
    found = class_contrast(a, n, b, m)
    expected = fisher_exact([[a, n - a], [b, m - b]])[1]
    assert found.chance == pytest.approx(expected, rel=1e-4, abs=1e-12)
    assert found.ratio == (Fraction(a * m, n * b) if b else None)


def test_a_rare_class_in_a_large_population_is_quick_and_sure() -> None:
    found = class_contrast(30_000, 100_000, 180_000, 900_000)
    assert found.chance < 1e-9
    assert found.ratio == Fraction(3, 2)


def test_nothing_to_compare() -> None:
    assert number_contrast([(1, 5)], [(1, 9)]) is None
    assert number_contrast([], [(1, 9)]) is None
    for counts in ((3, 2, 1, 1), (0, 0, 1, 1), (1, 1, 0, 0)):
        with pytest.raises(ValueError, match="share needs"):
            class_contrast(*counts)


def test_many_questions_ask_more_of_each() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([]) == []
