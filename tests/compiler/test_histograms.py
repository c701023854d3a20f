"""Cuts found from histograms equal those found by sorting, and no histogram is large."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.compiler.histograms import (
    MAX_HISTOGRAM_ROWS,
    BinRow,
    Bins,
    extent_query,
    histogram_query,
    smallest_within_shares,
    values_at_ranks,
)
from kefen.engines.duckdb import DuckDBEngine

Counts = npt.NDArray[np.int64]
LARGEST = 10**18 - 1
VALUES = st.one_of(
    st.lists(st.integers(-5, 5), min_size=1, max_size=40),
    st.lists(st.integers(-LARGEST, LARGEST), min_size=1, max_size=40),
    st.lists(st.sampled_from([-LARGEST, LARGEST, 0, 1, 2**53]), min_size=1, max_size=10),
)
POSITIVE = st.one_of(
    st.lists(st.integers(1, 9), min_size=1, max_size=40),
    st.lists(st.integers(1, LARGEST), min_size=1, max_size=40),
)
SHARES = [Fraction(1, 100), Fraction(1, 2), Fraction(4, 5), Fraction(19, 20), Fraction(999, 1000)]


def summed(values: Sequence[int]) -> Callable[[Bins], Iterable[BinRow]]:
    """Return the histogram of values with sums, counted in Python."""

    def ask(bins: Bins) -> Iterable[BinRow]:
        counts: Counter[int] = Counter()
        sums: Counter[int] = Counter()
        for value in values:
            if bins.parents is None or (value - bins.low) >> bins.parent_shift in bins.parents:
                counts[(value - bins.low) >> bins.shift] += 1
                sums[(value - bins.low) >> bins.shift] += value
        assert len(counts) <= MAX_HISTOGRAM_ROWS
        return [(bin_, counts[bin_], sums[bin_]) for bin_ in counts]

    return ask


def counted(
    ask: Callable[[Bins], Iterable[BinRow]],
) -> Callable[[Bins], tuple[Counts, Counts]]:
    """Return the histogram without its sums, as two arrays."""

    def ask_counts(bins: Bins) -> tuple[Counts, Counts]:
        rows = list(ask(bins))
        return np.array([row[0] for row in rows]), np.array([row[1] for row in rows])

    return ask_counts


def smallest_by_sorting(values: Sequence[int], share: Fraction) -> int:
    total = sum(values)
    within = [v for v in values if sum(w for w in values if w > v) < share * total]
    return min(within)


@given(values=VALUES, parts=st.sampled_from((2, 3, 5, 100)))
def test_values_at_ranks_are_those_of_sorting(values: list[int], parts: int) -> None:
    ordered, n = sorted(values), len(values)
    ranks = [-(-i * n // parts) for i in range(1, parts)]
    found = values_at_ranks(ranks, ordered[0], ordered[-1], counted(summed(values)))
    assert found == [ordered[rank - 1] for rank in ranks]


@given(values=POSITIVE)
def test_shares_are_those_of_sorting(values: list[int]) -> None:
    found = smallest_within_shares(SHARES, min(values), max(values), sum(values), summed(values))
    assert found == [smallest_by_sorting(values, share) for share in SHARES]


@pytest.fixture(scope="module")
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine() as made:
        yield made


@given(values=VALUES)
def test_the_sql_counts_as_python_does(engine: DuckDBEngine, values: list[int]) -> None:
    engine.register("numbers", pa.table({"value": pa.array([*values, None], pa.int64())}))
    count, least, largest, total = engine.rows(extent_query("numbers", "value").sql("duckdb"))[0]
    assert (count, least, largest, total) == (
        len(values),
        min(values),
        max(values),
        sum(values),
    )
    ask = summed(values)
    shift = max((largest - least).bit_length(), 1)
    coarse = Bins(least, max(0, shift - 3))
    parents = tuple(sorted({row[0] for row in ask(coarse)}))[:2]
    for bins in (coarse, Bins(least, max(0, shift - 9), parents, coarse.shift), Bins(least, 0)):
        rows = engine.rows(histogram_query("numbers", "value", bins, sums=True).sql("duckdb"))
        assert sorted(rows) == sorted(ask(bins))
        rows = engine.rows(histogram_query("numbers", "value", bins, sums=False).sql("duckdb"))
        assert sorted(rows) == sorted(row[:2] for row in ask(bins))


def test_no_histogram_is_large_and_passes_are_few() -> None:
    """The worst case: every rank in a bin of its own, over values of 18 digits."""
    passes: list[int] = []
    largest = 2**60 - 1

    def ask(bins: Bins) -> Iterable[BinRow]:
        # A population with a value in every bin, counted without making it.
        width = (largest >> bins.shift) + 1
        if bins.parents is None:
            passes.append(width)
            return [(bin_, 1 << bins.shift, 0) for bin_ in range(width)]
        finer = bins.parent_shift - bins.shift
        passes.append(len(bins.parents) << finer)
        return [
            ((parent << finer) + low, 1 << bins.shift, 0)
            for parent in bins.parents
            for low in range(1 << finer)
        ]

    n = largest + 1
    ranks = [-(-i * n // 100) for i in range(1, 100)]
    found = values_at_ranks(ranks, 0, largest, counted(ask))
    assert found == [rank - 1 for rank in ranks]
    assert max(passes) <= MAX_HISTOGRAM_ROWS
    assert len(passes) <= 7


@given(values=st.lists(st.integers(1, 10**6), min_size=1, max_size=60))
def test_partial_histograms_add_up(values: list[int]) -> None:
    """Two partitions' counts added together give the same cuts as one population's."""
    middle = bisect_right(sorted(values), sum(values) // len(values))
    left, right = summed(values[:middle]), summed(values[middle:])

    def both(bins: Bins) -> Iterable[BinRow]:
        merged: dict[int, tuple[int, int]] = {}
        for bin_, count, total in (*left(bins), *right(bins)):
            before = merged.get(bin_, (0, 0))
            merged[bin_] = (before[0] + count, before[1] + total)
        return [(bin_, *pair) for bin_, pair in merged.items()]

    n = len(values)
    ranks = [-(-i * n // 5) for i in range(1, 5)]
    extent = (min(values), max(values))
    whole = values_at_ranks(ranks, *extent, counted(summed(values)))
    assert values_at_ranks(ranks, *extent, counted(both)) == whole
