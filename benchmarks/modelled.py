"""What the two models of the default standard give: one function for everybody who does the job.

Models run in one implementation wherever Kefen runs, and so they do here: each contender finds
each customer's history in its own way and gives it to these functions, which take Kefen's methods
of lifetime value. The rest of Kefen's way stands here anew, so that a fault in it is found: equal
histories counted, every second customer left out by a hash while there are too many different
ones, parameters of eight digits, results of four decimals.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import md5
from typing import TYPE_CHECKING, Any

import numpy as np

from kefen.methods.clv import GammaGamma, ModifiedBetaGeometricNBD
from kefen.methods.errors import NotEstimableError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    Whole = npt.NDArray[np.int64]

_MOST_ROWS = 100_000
_FEWEST_CUSTOMERS = 100
_FEWEST_DAYS = 180
_WEEK = 7.0
_YEAR = 365.25 / _WEEK


@dataclass(frozen=True)
class Modelled:
    """What a model gives, and what it learned.

    Attributes:
        values: One number a customer, in ten-thousandths; None when the model cannot be fitted.
        learned: What a calibration keeps of it: customers, rows, parameters, figures of the fit.
    """

    values: Whole | None
    learned: dict[str, Any]


def expected_purchases(ids: Sequence[str], repeats: Whole, last: Whole, age: Whole) -> Modelled:
    """Return the purchases to expect in the next 12 months, in ten-thousandths.

    Args:
        ids: The customers that have bought.
        repeats: Purchases after the first; 0 when all were on one day.
        last: Days from the first purchase to the last one.
        age: Days from the first purchase to the as-of date.
    """
    if len(ids) < _FEWEST_CUSTOMERS or age.max() < _FEWEST_DAYS:
        return _not_fitted(ids)
    different, counts, one_in = _different(ids, (repeats, last, age))
    try:
        fitted = ModifiedBetaGeometricNBD().fit(_histories(*different.T), sample_weight=counts)
    except NotEstimableError:
        return _not_fitted(ids)
    learned = _learned(fitted, len(ids), counts, one_in)
    model = ModifiedBetaGeometricNBD.of(**learned["parameters"])
    values = _ten_thousandths(model.expected_purchases(_histories(repeats, last, age), _YEAR))
    return Modelled(values, learned)


def purchase_value(ids: Sequence[str], purchases: Whole, mean: Whole) -> Modelled:
    """Return what a purchase is expected to be worth, in ten-thousandths.

    Args:
        ids: The customers with a purchase and revenue above zero in the window.
        purchases: How many purchases they made in it.
        mean: Their revenue by purchase, in ten-thousandths.
    """
    if len(ids) < _FEWEST_CUSTOMERS:
        return _not_fitted(ids)
    different, counts, one_in = _different(ids, (purchases, mean))
    try:
        fitted = GammaGamma().fit(_spending(*different.T), sample_weight=counts)
    except NotEstimableError:
        return _not_fitted(ids)
    learned = _learned(fitted, len(ids), counts, one_in)
    model = GammaGamma.of(**learned["parameters"])
    return Modelled(_ten_thousandths(model.expected_value(_spending(purchases, mean))), learned)


def _not_fitted(ids: Sequence[str]) -> Modelled:
    return Modelled(None, {"population": len(ids)})


def _learned(
    fitted: Any, population: int, counts: npt.NDArray[np.float64], one_in: int
) -> dict[str, Any]:
    figures = {"log_likelihood": float(f"{fitted.log_likelihood_:.7e}")}
    for name, error in fitted.standard_errors_.items():
        figures[f"standard_error_{name}"] = float(f"{error:.3e}")
    return {
        "population": population,
        "fitted_on": int(counts.sum()),
        "one_in": one_in,
        "rows": len(counts),
        "unusable": 0,
        "parameters": {name: _rounded(getattr(fitted, f"{name}_")) for name in fitted.NAMES},
        "figures": figures,
    }


def _histories(repeats: Whole, last: Whole, age: Whole) -> npt.NDArray[np.float64]:
    return np.column_stack([repeats.astype(float), last / _WEEK, age / _WEEK])


def _spending(purchases: Whole, mean: Whole) -> npt.NDArray[np.float64]:
    return np.column_stack([purchases.astype(float), mean / 10_000.0])


def _different(
    ids: Sequence[str], columns: tuple[Whole, ...]
) -> tuple[Whole, npt.NDArray[np.float64], int]:
    """Return the different rows in their order, how many customers have each, one in how many."""
    rows, counts = _counted(columns)
    if len(rows) <= _MOST_ROWS:
        return rows, counts, 1
    hashes = np.array(
        [int(md5(one.encode(), usedforsecurity=False).hexdigest()[:8], 16) for one in ids]
    )
    one_in = 1
    while len(rows) > _MOST_ROWS:
        one_in *= 2
        chosen = hashes < 2**32 // one_in
        rows, counts = _counted(tuple(column[chosen] for column in columns))
    return rows, counts, one_in


def _counted(columns: tuple[Whole, ...]) -> tuple[Whole, npt.NDArray[np.float64]]:
    ordered = np.column_stack(columns)[np.lexsort(columns[::-1])]
    begins = np.ones(len(ordered), dtype=bool)
    begins[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    places = np.flatnonzero(begins)
    return ordered[places], np.diff(np.append(places, len(ordered))).astype(float)


def _rounded(parameter: float) -> float:
    """Return a parameter to eight significant digits."""
    return float(f"{parameter:.7e}")


def _ten_thousandths(values: npt.NDArray[np.float64]) -> Whole:
    found: Whole = np.floor(values * 10_000.0 + 0.5).astype(np.int64)
    return found
