"""How customers go from class to class: matrices of migration, mobility, and what follows later.

Sources: the cohort and the duration estimator as in D. Lando and T. Skødeberg, "Analyzing rating
transitions and rating drift with continuous observations", Journal of Banking & Finance 26 (2002);
mobility by A. F. Shorrocks, "The measurement of mobility", Econometrica 46 (1978), J. Geweke,
R. Marshall and G. Zarkin, "Mobility indices in continuous time Markov chains", Econometrica 54
(1986), D. J. Bartholomew, "Stochastic models for social processes" (1973), and Y. Jafry and
T. Schuermann, "Measurement, estimation and comparison of credit migration matrices", Journal of
Banking & Finance 28 (2004).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kefen.domain.text import Text
from kefen.methods.errors import NotEstimableError
from kefen.methods.intervals import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Rate:
    """A part of some customers, with how sure it is.

    Attributes:
        cases: How many customers it is a part of.
        happened: How many of them.
        rate: happened / cases; None without cases.
        low: The lower end of the 95 % interval (Wilson); None without cases.
        high: Its upper end; None without cases.
    """

    cases: int
    happened: int
    rate: float | None
    low: float | None
    high: float | None

    @classmethod
    def of(cls, happened: int, cases: int) -> Rate:
        """Return the rate of what happened to some of the cases."""
        if not cases:
            return cls(0, 0, None, None, None)
        low, high = wilson_interval(happened, cases)
        return cls(cases, happened, happened / cases, low, high)


@dataclass(frozen=True, slots=True)
class Rates:
    """What became of those who had a class at both ends.

    Attributes:
        stayed: Those in the same class.
        rose: Those in a better class; None where classes have no order.
        fell: Those in a worse class; None where classes have no order.
    """

    stayed: Rate
    rose: Rate | None
    fell: Rate | None


@dataclass(frozen=True, slots=True)
class Mobility:
    """How much a matrix moves people; each is 0 where everybody stays.

    Attributes:
        shorrocks: (n - trace) / (n - 1).
        determinant: 1 - |determinant|.
        second_eigenvalue: 1 - the second largest modulus of an eigenvalue: how soon the past is
            forgotten.
        eigenvalues: (n - the sum of the moduli of the eigenvalues) / (n - 1).
        singular_values: The mean singular value of the matrix less the identity.
        bartholomew: The mean number of classes gone, over n - 1, for those who started; None
            where classes have no order or nobody started.
    """

    shorrocks: float
    determinant: float
    second_eigenvalue: float
    eigenvalues: float
    singular_values: float
    bartholomew: float | None


def cohort_matrix(counts: ArrayLike) -> NDArray[np.float64]:
    """Return the chances of going from class to class in one period: p_ij = n_ij / n_i.

    Args:
        counts: n x n, or k x n x n for several periods, whose customers count together; how many
            went from the class of the row to that of the column.

    Returns:
        n x n. The row of a class that nobody started from is nan throughout: nothing is known.

    Raises:
        ValueError: It is no square of counts.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim == 3:
        table = table.sum(axis=0)
    _check_square(table)
    if (table < 0).any():
        raise ValueError("counts are not below zero")
    started = table.sum(axis=1, keepdims=True)
    found: NDArray[np.float64] = np.full_like(table, np.nan)
    np.divide(table, started, out=found, where=started > 0)
    return found


def rates_of_moves(counts: ArrayLike, *, ordered: bool = True) -> Rates:
    """Return how many stayed, rose and fell.

    Args:
        counts: n x n whole numbers, classes from the best.
        ordered: Whether the classes have an order.
    """
    table = np.asarray(counts, dtype=np.int64)
    _check_square(table)
    total = int(table.sum())
    stayed = Rate.of(int(np.trace(table)), total)
    if not ordered:
        return Rates(stayed, None, None)
    return Rates(
        stayed,
        Rate.of(int(np.tril(table, -1).sum()), total),
        Rate.of(int(np.triu(table, 1).sum()), total),
    )


def mobility(
    matrix: ArrayLike, start: ArrayLike | None = None, *, ordered: bool = True
) -> Mobility:
    """Return the mobility of a matrix of chances.

    Args:
        matrix: n x n, every row adding up to 1; n at least 2.
        start: How many were in each class, for Bartholomew's figure; None: equally many.
        ordered: Whether the classes have an order.

    Raises:
        NotEstimableError: Nobody started from one of the classes, or there is only one.
        ValueError: It is no matrix of chances.
    """
    chances = _checked(matrix)
    size = len(chances)
    if size < 2:
        raise NotEstimableError(
            Text("a single class knows no mobility", "只有一个等级，谈不上流动")
        )
    unknown = np.flatnonzero(np.isnan(chances).any(axis=1))
    if unknown.size:
        raise NotEstimableError(_UNKNOWN.filled(n=int(unknown.size)))
    moduli = np.sort(np.abs(np.linalg.eigvals(chances)))[::-1]
    distance = None
    if ordered:
        weights = np.ones(size) if start is None else np.asarray(start, dtype=np.float64)
        if weights.sum() > 0:
            places = np.arange(size)
            gone = (chances * np.abs(places[:, None] - places)).sum(axis=1)
            distance = float(weights @ gone / weights.sum() / (size - 1))
    return Mobility(
        shorrocks=float((size - np.trace(chances)) / (size - 1)),
        determinant=float(1 - abs(np.linalg.det(chances))),
        second_eigenvalue=float(1 - moduli[1]),
        eigenvalues=float((size - moduli.sum()) / (size - 1)),
        singular_values=float(np.linalg.svd(chances - np.eye(size), compute_uv=False).sum() / size),
        bartholomew=distance,
    )


_UNKNOWN = Text(
    "nobody started from {n} of the classes, so nothing is known of where they lead",
    "有 {n} 个等级期初没有客户，无从得知其去向",
)


def after_periods(matrix: ArrayLike, periods: int) -> NDArray[np.float64]:
    """Return the chances of going from class to class in several periods: the matrix's power.

    It holds if every period moves people alike and only the class they are in matters.

    Args:
        matrix: n x n, the chances of one period.
        periods: How many, at least 0.

    Raises:
        NotEstimableError: A class leads to one from which nobody started.
        ValueError: It is no matrix of chances.
    """
    chances = _checked(matrix)
    if periods < 0:
        raise ValueError("periods are not below zero")
    known = ~np.isnan(chances).any(axis=1)
    if periods > 1 and not known.all():
        leads = np.nan_to_num(chances[known][:, ~known]).sum()
        if leads > 0 or not known.any():
            raise NotEstimableError(_UNKNOWN.filled(n=int((~known).sum())))
    found = np.linalg.matrix_power(np.nan_to_num(chances), periods)
    if periods:
        found[~known] = np.nan
    return found


def projected(matrix: ArrayLike, start: ArrayLike, periods: int) -> NDArray[np.float64]:
    """Return how many customers are in each class after each period.

    Args:
        matrix: n x n, the chances of one period.
        start: How many are in each class now.
        periods: How many periods.

    Returns:
        (periods + 1) x n; the first row is `start`.

    Raises:
        NotEstimableError: Somebody is, or comes to be, in a class from which nobody started.
        ValueError: It is no matrix of chances.
    """
    chances = _checked(matrix)
    known = ~np.isnan(chances).any(axis=1)
    rows = [np.asarray(start, dtype=np.float64)]
    for _ in range(periods):
        if (rows[-1][~known] > 0).any():
            raise NotEstimableError(_UNKNOWN.filled(n=int((~known).sum())))
        rows.append(rows[-1] @ np.nan_to_num(chances))
    return np.array(rows)


def duration_generator(moves: ArrayLike, exposure: ArrayLike) -> NDArray[np.float64]:
    """Return the rates of moving in continuous time: g_ij = N_ij / the time spent in i.

    Unlike the cohort matrix it uses moves within a period, and gives a chance to moves that take
    several steps even where nobody made all of them in one period.

    Args:
        moves: n x n, how many moves there were from the class of the row to that of the column;
            the diagonal is not looked at.
        exposure: n, how long customers were in each class, all together, in periods.

    Raises:
        ValueError: It is no square of counts, or moves start from a class nobody was in.
    """
    table = np.array(moves, dtype=np.float64)
    _check_square(table)
    time = np.asarray(exposure, dtype=np.float64)
    np.fill_diagonal(table, 0.0)
    if (table < 0).any() or (time < 0).any() or time.shape != (len(table),):
        raise ValueError("moves and exposure are not below zero, one exposure a class")
    if (table.sum(axis=1)[time == 0] > 0).any():
        raise ValueError("nobody moves from a class that nobody was in")
    rates = np.divide(table, time[:, None], out=np.zeros_like(table), where=time[:, None] > 0)
    np.fill_diagonal(rates, -rates.sum(axis=1))
    return rates


def after_time(generator: ArrayLike, periods: float = 1.0) -> NDArray[np.float64]:
    """Return the chances of going from class to class in some time: the exponential of G t."""
    from scipy.linalg import expm

    rates = np.asarray(generator, dtype=np.float64)
    _check_square(rates)
    found: NDArray[np.float64] = expm(rates * periods)
    return found


def pooled_exposure(counts: Sequence[ArrayLike]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the moves and the time spent in each class of customers seen once a period.

    Between two sightings a customer that moved is taken to have spent half of the period in each
    of the two classes.

    Args:
        counts: For each period n x n: how many went from the class of the row to the column's.

    Returns:
        The moves (n x n, its diagonal those who stayed) and the exposure (n), in periods.
    """
    table = np.asarray(counts, dtype=np.int64).sum(axis=0)
    _check_square(table)
    return table, (table.sum(axis=1) + table.sum(axis=0)) / 2


def _checked(matrix: ArrayLike) -> NDArray[np.float64]:
    chances = np.asarray(matrix, dtype=np.float64)
    _check_square(chances)
    totals = chances.sum(axis=1, keepdims=True)
    # Tables in print are rounded to some digits, so their rows need not add up to the last one.
    if (chances < 0).any() or (np.abs(totals - 1) > _PRINTED).any():
        raise ValueError("the rows of a matrix of chances add up to 1")
    found: NDArray[np.float64] = chances / totals
    return found


_PRINTED = 0.005
"""How far a row may be from 1, as those printed with a few digits are; it is divided by its sum."""


def _check_square(table: NDArray[np.generic]) -> None:
    if table.ndim != 2 or table.shape[0] != table.shape[1] or not table.size:
        raise ValueError("a matrix of migration is square")
