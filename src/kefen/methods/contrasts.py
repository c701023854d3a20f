"""What sets a group apart from the rest: sizes of differences, and whether they could be chance.

Numbers are compared by the probability that a member has more than one of the others (Mann and
Whitney 1947), which neither a unit nor a single giant can bend; classes by the ratio of
shares. All that is asked of one group is judged together (Holm 1979), so that the more is looked
at, the more is asked of each finding.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import erfc, exp, lgamma, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

SURE_FROM = 0.05
"""The chance of telling one fluke or more of a group that is accepted."""


@dataclass(frozen=True, slots=True)
class NumberContrast:
    """A number among the members of a group and among the others.

    Attributes:
        members: How many members have it.
        others: How many others have it.
        middle: The members' median (the lower one of two).
        other_middle: The others' median.
        above: The probability that a member has more than one of the others; equal counts half.
        chance: The probability of a difference as large by chance alone.
    """

    members: int
    others: int
    middle: Decimal | int
    other_middle: Decimal | int
    above: Fraction
    chance: float

    @property
    def difference(self) -> Fraction:
        """Return -1 (every member has less) to 1 (every member has more): Cliff's delta."""
        return 2 * self.above - 1


@dataclass(frozen=True, slots=True)
class ClassContrast:
    """How many of a group belong to a class, and how many of the others.

    Attributes:
        with_it: Members that belong to it.
        members: Members whose class is known.
        others_with_it: Others that belong to it.
        others: Others whose class is known.
        chance: The probability of shares as far apart by chance alone (Fisher's exact test).
    """

    with_it: int
    members: int
    others_with_it: int
    others: int
    chance: float

    @property
    def share(self) -> Fraction:
        """Return the members' share."""
        return Fraction(self.with_it, self.members)

    @property
    def other_share(self) -> Fraction:
        """Return the others' share."""
        return Fraction(self.others_with_it, self.others)

    @property
    def ratio(self) -> Fraction | None:
        """Return the members' share over the others'; None when none of the others has it."""
        return self.share / self.other_share if self.others_with_it else None

    @property
    def difference(self) -> Fraction:
        """Return the members' share less the others': -1 to 1."""
        return self.share - self.other_share


def number_contrast(
    inside: Sequence[tuple[Decimal | int, int]], outside: Sequence[tuple[Decimal | int, int]]
) -> NumberContrast | None:
    """Return how a number differs between a group and the others.

    Args:
        inside: (value, how many members have it), each value once.
        outside: The same of the others.

    Returns:
        The contrast; None when either side has no known value, or all values are equal. `chance`
        is by the normal approximation with ties and continuity corrected.
    """
    here, there = dict(inside), dict(outside)
    n, m = sum(here.values()), sum(there.values())
    values = sorted(here.keys() | there.keys())
    if n == 0 or m == 0 or len(values) < 2:
        return None
    below = twice_above = ties = 0
    for value in values:
        own, other = here.get(value, 0), there.get(value, 0)
        twice_above += own * (2 * below + other)
        below += other
        ties += (own + other) ** 3 - (own + other)
    above, chance = superiority(n, m, twice_above, ties)
    return NumberContrast(n, m, _middle(inside, n), _middle(outside, m), above, chance)


def superiority(n: int, m: int, twice_above: int, ties: int) -> tuple[Fraction, float]:
    """Return how probably a member has more than one of the others, and the chance of that.

    Args:
        n: Members, at least one.
        m: Others, at least one.
        twice_above: Over all pairs of both sides, 2 where the member has more and 1 where equal.
        ties: The sum of t^3 - t over the t customers of each value; less than all being equal.
    """
    whole = n + m
    # Twice U, its expectation n m, and four times its variance.
    spread = sqrt(n * m / 3 * (whole + 1 - ties / (whole * (whole - 1))))
    away = max(abs(twice_above - n * m) - 1, 0) / spread
    return Fraction(twice_above, 2 * n * m), erfc(away / sqrt(2))


def class_contrast(with_it: int, members: int, others_with_it: int, others: int) -> ClassContrast:
    """Return how often a class occurs in a group and among the others.

    Args:
        with_it: Members of the class in the group.
        members: Members of the group whose class is known.
        others_with_it: Members of the class among the others.
        others: The others whose class is known.

    Raises:
        ValueError: A side is empty, or has more of the class than customers.
    """
    if not (0 <= with_it <= members and 0 <= others_with_it <= others and members and others):
        raise ValueError("a share needs customers, and no more of a class than customers")
    return ClassContrast(
        with_it, members, others_with_it, others, _fisher(with_it, members, others_with_it, others)
    )


def holm(chances: Sequence[float]) -> list[float]:
    """Return the chances corrected for how many are asked together (Holm's step-down).

    A finding whose corrected chance is at most 5 % holds with the others that do: the probability
    that any of them is a fluke is at most 5 %.
    """
    order = sorted(range(len(chances)), key=chances.__getitem__)
    corrected = [1.0] * len(chances)
    largest = 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[place]))
        corrected[place] = largest
    return corrected


def _middle(values: Sequence[tuple[Decimal | int, int]], count: int) -> Decimal | int:
    rank = (count + 1) // 2
    for value, times in sorted(values):
        rank -= times
        if rank <= 0:
            return value
    raise ValueError("no values")


def _fisher(a: int, n: int, b: int, m: int) -> float:
    """Return the two-sided chance: of all tables with these margins, those no likelier than ours.

    Terms are computed outwards from the likeliest and stop where they no longer count.
    """
    drawn, whole = a + b, n + m
    low, high = max(0, drawn - m), min(n, drawn)
    if low == high:
        return 1.0
    ours = _log_table(a, n, m, drawn, whole) + 1e-7
    likeliest = min(max((drawn + 1) * (n + 1) // (whole + 2), low), high)
    total = 0.0
    for place, step in ((likeliest, -1), (likeliest + 1, 1)):
        at = place
        while low <= at <= high:
            term = _log_table(at, n, m, drawn, whole)
            if term <= ours:
                total += exp(term)
                if term < ours - 40:
                    break
            at += step
    return min(1.0, total)


def _log_table(a: int, n: int, m: int, drawn: int, whole: int) -> float:
    return _log_choose(n, a) + _log_choose(m, drawn - a) - _log_choose(whole, drawn)


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
