"""Gini and top shares, by hand and on the published CDNOW figures."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.methods.concentration import gini, smallest_group_holding, top_share

VALUES = st.lists(st.integers(0, 1_000), min_size=1, max_size=40)


def test_by_hand() -> None:
    assert gini([1, 1, 1, 1]) == 0
    assert gini([0, 0, 0, 8]) == Fraction(3, 4)
    assert gini([Decimal("1.5"), Decimal("4.5")]) == Fraction(1, 4)
    assert top_share([1, 1, 8], 20) == Fraction(8, 10)
    assert smallest_group_holding([80, 15, 5], Fraction(4, 5)) == 1
    assert smallest_group_holding([80, 15, 5], Fraction(1)) == 3


def test_nothing_to_spread() -> None:
    for values in ([], [0, 0]):
        assert gini(values) is None
        assert top_share(values, 20) is None
        assert smallest_group_holding(values, Fraction(1, 2)) is None


def test_calls_that_make_no_sense() -> None:
    with pytest.raises(ValueError, match="negative"):
        gini([1, -1])
    with pytest.raises(ValueError, match="percent"):
        top_share([1], 0)
    with pytest.raises(ValueError, match="share"):
        smallest_group_holding([1], Fraction(0))


@given(VALUES.filter(any))
def test_gini_is_half_the_mean_difference_over_the_mean(values: list[int]) -> None:
    n, total = len(values), sum(values)
    differences = sum(abs(a - b) for a in values for b in values)
    assert gini(values) == Fraction(differences, 2 * n * total)


@pytest.mark.reference
def test_the_published_figures_of_cdnow(reference_data: Path) -> None:
    path = reference_data / "cdnow" / "cdnow_master.parquet"
    rows = duckdb.execute(
        "SELECT sum(CAST(dollar_value AS DECIMAL(18, 4))) FROM read_parquet(?)"
        " GROUP BY customer_id",
        [str(path)],
    ).fetchall()
    spend = [row[0] for row in rows]
    assert len(spend) == 23_570
    found = gini(spend)
    assert found is not None
    assert round(float(found), 5) == 0.63457
    shares = {percent: top_share(spend, percent) for percent in (1, 5, 10, 20)}
    assert {p: round(float(s or 0) * 100, 2) for p, s in shares.items()} == {
        1: 15.88,
        5: 36.68,
        10: 50.94,
        20: 67.78,
    }
    holders = smallest_group_holding(spend, Fraction(4, 5))
    assert holders is not None
    assert round(100 * holders / len(spend), 1) == 32.6
