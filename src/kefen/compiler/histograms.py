"""Exact cut points from histograms that combine across partitions.

A value at a rank, or where a cumulative sum crosses a line, is found without sorting the
population: bin the range, keep the bin that holds the wanted place, bin that one more finely,
until one value is left. Counts and sums of bins add up across partitions, so the same search
serves one machine and many. The values are whole numbers (decimals in ten-thousandths).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.expressions.snippets import number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from fractions import Fraction

    import numpy.typing as npt

MAX_HISTOGRAM_ROWS = 100_000
_FIRST_BITS = 16

BinRow = tuple[int, int, int]
"""(bin, count, sum of values): one row of a histogram with sums."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Which rows to count into bins, and how wide the bins are.

    A value belongs to bin `(value - low) >> shift`.

    Attributes:
        low: The least value.
        shift: Bins are 2^shift wide.
        parents: Count only values whose bin of 2^`parent_shift` is one of these; None: all.
        parent_shift: See `parents`.
    """

    low: int
    shift: int
    parents: tuple[int, ...] | None = None
    parent_shift: int = 0


def extent_query(relation: str, name: str) -> exp.Select:
    """Return the query of (count, least, largest, sum) of a column of whole numbers."""
    value = column(name)
    return exp.select(
        exp.Count(this=value),
        exp.Min(this=value.copy()),
        exp.Max(this=value.copy()),
        exp.Sum(this=value.copy()),
    ).from_(table(relation))


def histogram_query(relation: str, name: str, bins: Bins, *, sums: bool) -> exp.Select:
    """Return the query of a histogram: rows of (bin, count), and the sum of values if wanted."""

    def binned(shift: int) -> exp.Expr:
        return exp.BitwiseRightShift(
            this=exp.paren(exp.Sub(this=column(name), expression=number(bins.low))),
            expression=number(shift),
        )

    query = (
        exp.select(
            exp.alias_(binned(bins.shift), "bin"),
            exp.alias_(exp.Count(this=exp.Star()), "count"),
        )
        .from_(table(relation))
        .where(exp.Is(this=column(name), expression=exp.Null()).not_())
        .group_by(exp.Literal.number(1))
    )
    if sums:
        query = query.select(exp.alias_(exp.Sum(this=column(name)), "total"))
    if bins.parents is not None:
        query = query.where(
            exp.In(
                this=exp.paren(binned(bins.parent_shift)),
                expressions=[number(parent) for parent in bins.parents],
            )
        )
    return query


def values_at_ranks(
    ranks: Sequence[int],
    least: int,
    largest: int,
    ask: Callable[[Bins], tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]],
) -> list[int]:
    """Return the value at each ascending rank, counted from 1.

    Args:
        ranks: The wanted ranks, ascending, each within the population.
        least: The least value.
        largest: The largest value.
        ask: Counts the population into bins: returns bins in any order, and the count of each.
    """
    # Each open search: the bin that holds the rank, and how many values lie below that bin.
    wanted = np.array(ranks, np.int64)
    places, below = np.zeros_like(wanted), np.zeros_like(wanted)
    shift = max((largest - least).bit_length(), 1)
    first = True
    while shift > 0:
        parents = np.unique(places)
        finer = max(0, shift - _bits(len(parents), first=first))
        bins = Bins(least, finer, None if first else tuple(parents.tolist()), shift)
        found, counts = ask(bins)
        order = np.argsort(found)
        found, up_to = found[order], np.cumsum(counts[order])
        # Rows of other parents that come before those of a place are no part of its search.
        start = np.searchsorted(found, places << (shift - finer))
        before = np.where(start > 0, up_to[start - 1], 0)
        at = np.searchsorted(up_to, wanted - below + before)
        below = below + np.where(at > start, up_to[at - 1] - before, 0)
        places = found[at]
        shift, first = finer, False
    return [least + bin_ for bin_ in places.tolist()]


def smallest_within_shares(
    shares: Sequence[Fraction],
    least: int,
    largest: int,
    total: int,
    ask: Callable[[Bins], Iterable[BinRow]],
) -> list[int]:
    """Return, for each share, the smallest value whose strictly larger values sum below it.

    That is the smallest v with S(v) < share x total, where S(v) is the sum of values larger
    than v; compared by cross-multiplication. All values must be positive.

    Args:
        shares: Shares of the total, each above 0.
        least: The least value.
        largest: The largest value.
        total: The sum of all values.
        ask: Counts and sums the population into bins.
    """
    places = [(0, 0)] * len(shares)  # the bin that holds the line, and the sum above that bin
    shift = max((largest - least).bit_length(), 1)
    first = True
    while shift > 0:
        parents = sorted({bin_ for bin_, _ in places})
        finer = max(0, shift - _bits(len(parents), first=first))
        bins = Bins(least, finer, None if first else tuple(parents), shift)
        by_parent = _by_parent(ask(bins), shift - finer)
        next_places = []
        for share, (bin_, above) in zip(shares, places, strict=True):
            place = (bin_, above)
            for row in sorted(by_parent[bin_], reverse=True):
                if above * share.denominator >= share.numerator * total:
                    break
                place = (row[0], above)
                above += row[2]
            next_places.append(place)
        places = next_places
        shift, first = finer, False
    return [least + bin_ for bin_, _ in places]


def _bits(searches: int, *, first: bool) -> int:
    """Return by how many bits a pass may refine so that its rows stay within the limit."""
    if first:
        return _FIRST_BITS
    return max(1, (MAX_HISTOGRAM_ROWS // searches).bit_length() - 1)


def _by_parent(rows: Iterable[BinRow], bits: int) -> dict[int, list[BinRow]]:
    by_parent: dict[int, list[BinRow]] = {}
    for row in rows:
        by_parent.setdefault(row[0] >> bits, []).append(row)
    return by_parent
