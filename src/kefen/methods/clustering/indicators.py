"""From values to coordinates: the transformations, learned once and stored exactly.

Everything after the logarithm is integer arithmetic, and the logarithm itself is settled by
decimals wherever a double could fall on the wrong side of a rounding: the same value gives the
same coordinate on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isqrt
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

Values: TypeAlias = "Sequence[Any] | NDArray[Any]"
Shape: TypeAlias = Literal["as_is", "log", "log_plus_one", "rank"]
Scale: TypeAlias = Literal["as_is", "z_score"]

UNIT = 10_000
"""One unit of a coordinate in whole numbers: coordinates have four decimals."""

FURTHEST = 20_000 * UNIT
"""Coordinates beyond 20,000 units count as 20,000, so that squared distances stay whole numbers
that 64 bits hold, for up to `MOST_COORDINATES` of them."""

MOST_COORDINATES = 50

_FINE = 10**8  # values and their logarithms are kept in hundred-millionths
_NEAR = 1e-3  # in hundred-millionths: far more than a double's logarithm can be wrong
_LARGEST = 10**14
_CUTS = 99
_SAFE = 2**60
_PLAIN = 2**56 // _FINE  # up to here doubles become hundred-millionths by whole numbers
_EXACT = Context(prec=40, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Indicator:
    """How a column of numbers becomes a coordinate.

    Attributes:
        name: The column.
        shape: `as_is`; `log`, the natural logarithm (values at or below zero are unknown);
            `log_plus_one`, ln(1 + x) (values below zero are unknown); `rank`, the mid-position
            among 99 stored percentile cuts, 0 to 1.
        clip: Percentiles of the population that values are drawn in to, before anything else.
        scale: `z_score` (less the mean, over the population standard deviation) or `as_is`.
        weight: A factor on the coordinate, at most four decimals.
    """

    name: str
    shape: Shape = "as_is"
    clip: tuple[int, int] | None = None
    scale: Scale = "z_score"
    weight: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        if self.clip is not None and not 0 <= self.clip[0] < self.clip[1] <= 100:
            raise ValueError("clip names two percentiles, 0 to 100, the lower first")
        if self.weight <= 0 or self.weight * UNIT != int(self.weight * UNIT):
            raise ValueError("a weight is positive and has at most four decimals")


@dataclass(frozen=True, slots=True)
class Category:
    """How a column of classes becomes coordinates: one for each class, 0 or half the root of gamma.

    Two customers of different classes then stand `gamma` apart in squared distance, as in
    k-prototypes (Huang 1998), whose mode is here the mean, so that a group between two classes
    is as far from both as it should be. Classes under `smallest` members share one coordinate.

    Attributes:
        name: The column.
        gamma: The squared distance of two classes; a z-scored number has 2 on average.
        smallest: Classes with fewer customers are taken together.
    """

    name: str
    gamma: Decimal = Decimal(1)
    smallest: int = 20

    def __post_init__(self) -> None:
        if self.gamma <= 0:
            raise ValueError("gamma is positive")


@dataclass(frozen=True, slots=True)
class FittedIndicator:
    """An indicator with what it learned; numbers in hundred-millionths.

    Attributes:
        indicator: What was declared.
        bounds: The values that are clipped to, or None.
        mean: What is taken away.
        spread: What is divided by; 0 when all values are equal, and the coordinate is 0 then.
        cuts: The 99 percentile cuts of `rank`; else empty.
    """

    indicator: Indicator
    bounds: tuple[int, int] | None
    mean: int
    spread: int
    cuts: tuple[int, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the name of the coordinate."""
        return (self.indicator.name,)

    def coordinates(self, values: Values) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return (n, 1) coordinates in ten-thousandths, and which of them are known.

        Args:
            values: n numbers; None and NaN are unknown.
        """
        shaped, known = _shaped(self.indicator.shape, self.bounds, self.cuts, values)
        return self._scaled(shaped)[:, None], known

    def _scaled(self, shaped: NDArray[np.int64]) -> NDArray[np.int64]:
        weight = int(self.indicator.weight * UNIT)
        if self.spread == 0:
            return np.zeros(len(shaped), dtype=np.int64)
        away = shaped - self.mean
        if len(away) and max(int(away.max()), -int(away.min())) * weight < _SAFE:
            turned = away.astype(np.int64) * weight
            halves = (2 * np.abs(turned) + self.spread) // (2 * self.spread)
            inside: NDArray[np.int64] = np.clip(np.sign(turned) * halves, -FURTHEST, FURTHEST)
            return inside
        # Python's integers: a raw amount times a weight may exceed 64 bits.
        found = [_clamped(_divided(value * weight, self.spread)) for value in away.tolist()]
        return np.array(found, dtype=np.int64)

    def value(self, coordinate: int) -> float:
        """Return the value that stands at a coordinate, for people: the centre in usual units."""
        shaped = (
            coordinate * self.spread / float(self.indicator.weight * UNIT) + self.mean
        ) / _FINE
        if self.indicator.shape == "log":
            return float(np.exp(shaped))
        if self.indicator.shape == "log_plus_one":
            return float(np.expm1(shaped))
        if self.indicator.shape == "rank":
            return self.cuts[min(_CUTS - 1, max(0, round(shaped * _CUTS)))] / _FINE
        return shaped

    def unscaled(self, coordinate: int) -> int:
        """Return a coordinate before mean and spread: what compares two calibrations."""
        return self.mean + _divided(coordinate * self.spread, int(self.indicator.weight * UNIT))

    def rescaled(self, unscaled: int) -> int:
        """Return the coordinate of what `unscaled` of another calibration gave."""
        if self.spread == 0:
            return 0
        weight = int(self.indicator.weight * UNIT)
        return _clamped(_divided((unscaled - self.mean) * weight, self.spread))

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored: whole numbers in hundred-millionths as strings."""
        return {
            "indicator": self.indicator.name,
            "bounds": None if self.bounds is None else [str(bound) for bound in self.bounds],
            "mean": str(self.mean),
            "spread": str(self.spread),
            "cuts": [str(cut) for cut in self.cuts],
        }

    @classmethod
    def from_dict(cls, indicator: Indicator, stored: Mapping[str, Any]) -> FittedIndicator:
        """Return what `as_dict` stored."""
        bounds = stored["bounds"]
        return cls(
            indicator,
            None if bounds is None else (int(bounds[0]), int(bounds[1])),
            int(stored["mean"]),
            int(stored["spread"]),
            tuple(int(cut) for cut in stored["cuts"]),
        )


@dataclass(frozen=True, slots=True)
class FittedCategory:
    """A column of classes with the classes that have a coordinate of their own, in order."""

    indicator: Category
    classes: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the coordinates; the last is that of all other classes."""
        return (*(f"{self.indicator.name}={name}" for name in self.classes), self.indicator.name)

    def coordinates(self, values: Values) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return (n, classes + 1) coordinates in ten-thousandths, and which rows are known."""
        place = {name: number for number, name in enumerate(self.classes)}
        listed = list(values)
        found = np.zeros((len(listed), len(self.classes) + 1), dtype=np.int64)
        known = np.array([value is not None for value in listed], dtype=bool)
        size = _root(self.indicator.gamma / 2)
        for row, value in enumerate(listed):
            if value is not None:
                found[row, place.get(str(value), len(self.classes))] = size
        return found, known

    def as_dict(self) -> dict[str, Any]:
        """Return what is stored."""
        return {"indicator": self.indicator.name, "classes": list(self.classes)}

    @classmethod
    def from_dict(cls, indicator: Category, stored: Mapping[str, Any]) -> FittedCategory:
        """Return what `as_dict` stored."""
        return cls(indicator, tuple(str(name) for name in stored["classes"]))


def learned(indicator: Indicator, values: Values) -> FittedIndicator:
    """Return an indicator with what it learns from a population; the order does not matter.

    Args:
        indicator: What was declared.
        values: Numbers; None and NaN are left out.

    Raises:
        ValueError: No value is known.
    """
    numbers, there = _fine(values)
    inside = sorted(numbers[there].tolist())
    if not inside:
        raise ValueError(f"{indicator.name} has no known value")
    bounds = None
    if indicator.clip is not None:
        low, high = indicator.clip
        bounds = (_percentile(inside, low), _percentile(inside, high))
    cuts: tuple[int, ...] = ()
    if indicator.shape == "rank":
        drawn_in = inside if bounds is None else [min(max(x, bounds[0]), bounds[1]) for x in inside]
        cuts = tuple(_percentile(drawn_in, percent) for percent in range(1, _CUTS + 1))
    shaped, known = _shaped(indicator.shape, bounds, cuts, values)
    kept = shaped[known].tolist()
    if not kept:
        raise ValueError(f"{indicator.name} has no value that its logarithm is defined for")
    if indicator.scale == "as_is":
        return FittedIndicator(indicator, bounds, 0, _FINE, cuts)
    n, total = len(kept), sum(kept)
    # n^2 times the variance, exactly; its root half up.
    spread = isqrt(4 * (n * sum(value * value for value in kept) - total * total))
    return FittedIndicator(indicator, bounds, _divided(total, n), _divided(spread, 2 * n), cuts)


def learned_classes(indicator: Category, values: Values) -> FittedCategory:
    """Return a column of classes with those that have enough members, by name."""
    counts: dict[str, int] = {}
    for value in values:
        if value is not None:
            counts[str(value)] = counts.get(str(value), 0) + 1
    return FittedCategory(
        indicator,
        tuple(sorted(name for name, count in counts.items() if count >= indicator.smallest)),
    )


def _shaped(
    shape: Shape,
    bounds: tuple[int, int] | None,
    cuts: tuple[int, ...],
    values: Values,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return clipped and transformed values in hundred-millionths, 0 where unknown."""
    plain, known = _fine(values)
    if bounds is not None:
        plain = np.where(known, np.clip(plain, bounds[0], bounds[1]), 0)
    if shape == "rank":
        steps = np.array(cuts, dtype=plain.dtype if plain.dtype != object else object)
        below = np.searchsorted(steps, plain, "left")
        up_to = np.searchsorted(steps, plain, "right")
        halves = (below + up_to).astype(np.int64)
        shaped = (2 * halves * _FINE + 2 * _CUTS) // (4 * _CUTS)
        return np.where(known, shaped, 0), known
    if shape == "as_is":
        return plain, known
    if shape == "log_plus_one":
        plain = plain + _FINE
        known = known & (plain >= _FINE)
    else:
        known = known & (plain > 0)
    return _logarithms(plain, known), known


def _logarithms(fine: NDArray[Any], known: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return natural logarithms in hundred-millionths, each rounded correctly."""
    safe = np.where(known, fine.astype(np.float64), float(_FINE)) / _FINE
    exact = np.log(safe) * _FINE
    rounded = np.floor(exact + 0.5)
    # Where a double is too near the half to be trusted, decimals decide.
    doubtful = np.nonzero(known & (np.abs(np.abs(exact - np.floor(exact)) - 0.5) < _NEAR))[0]
    whole = rounded.astype(np.int64)
    for row in doubtful.tolist():
        root = _EXACT.ln(_EXACT.divide(Decimal(int(fine[row])), Decimal(_FINE)))
        whole[row] = int(_EXACT.multiply(root, Decimal(_FINE)).to_integral_value(ROUND_HALF_UP))
    return np.where(known, whole, 0)


def _fine(values: Values) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Return numbers in hundred-millionths (0 where unknown), and which are known.

    What is missing, without end or too large is unknown.
    """
    if isinstance(values, np.ndarray) and values.dtype == np.float64:
        known = np.isfinite(values) & (np.abs(values) <= _LARGEST)
        safe = np.where(known, values, 0.0)
        if np.all(np.abs(safe) < _PLAIN):
            whole = np.floor(safe)
            parts = np.floor((safe - whole) * _FINE + 0.5)
            return whole.astype(np.int64) * _FINE + parts.astype(np.int64), known
    numbers = [_fine_number(value) for value in values]
    known = np.array([number is not None for number in numbers], dtype=bool)
    return np.array([0 if n is None else n for n in numbers], dtype=object), known


def _fine_number(value: Any) -> int | None:
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, int):
        return value * _FINE if abs(value) <= _LARGEST else None
    # The shortest decimal of a double, as money is read.
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if not exact.is_finite() or abs(exact) > _LARGEST:
        return None
    return int(_EXACT.multiply(exact, Decimal(_FINE)).to_integral_value(ROUND_HALF_UP))


def _percentile(ordered: Sequence[int], percent: int) -> int:
    """Return the value at ascending rank ceil(percent n / 100), at least 1."""
    return ordered[max(1, -(-percent * len(ordered) // 100)) - 1]


def _divided(dividend: int, divisor: int) -> int:
    """Return a quotient rounded half away from zero."""
    sign = -1 if dividend < 0 else 1
    return sign * ((2 * abs(dividend) + divisor) // (2 * divisor))


def _clamped(coordinate: int) -> int:
    return min(max(coordinate, -FURTHEST), FURTHEST)


def _root(value: Decimal) -> int:
    """Return a square root in ten-thousandths, half up."""
    return int(_EXACT.multiply(_EXACT.sqrt(value), Decimal(UNIT)).to_integral_value(ROUND_HALF_UP))
