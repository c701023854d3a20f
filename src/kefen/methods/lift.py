"""How well classes tell what happened: rates with Wilson's intervals, and lift over the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kefen.methods.intervals import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class ClassRate:
    """What happened in one class.

    Attributes:
        name: The class.
        cases: How many are in it.
        happened: For how many of them it happened.
        rate: happened / cases.
        low: The lower end of the 95 % interval of the rate.
        high: Its upper end.
        lift: The rate over the rate of all.
        lift_low: The lower end of the rate's interval over the rate of all.
        lift_high: Its upper end over the rate of all.
        captured: The part of all that happened that is in this class and those before it.
    """

    name: str
    cases: int
    happened: int
    rate: float
    low: float
    high: float
    lift: float
    lift_low: float
    lift_high: float
    captured: float


@dataclass(frozen=True, slots=True)
class Lift:
    """How well ordered classes tell what happened.

    Attributes:
        classes: From the best; only those with cases.
        cases: How many cases there are.
        happened: For how many it happened.
        auc: The chance that one for whom it happened is in a better class than one for whom it did
            not, equals counting half: 0.5 tells nothing, 1 everything.
    """

    classes: tuple[ClassRate, ...]
    cases: int
    happened: int
    auc: float


def lift_by_class(cases: Iterable[tuple[str, bool]], order: Sequence[str]) -> Lift | None:
    """Return rates and lift of every class.

    Args:
        cases: For each case its class, and whether it happened.
        order: The classes from the best; those that are not in it come last, by name.

    Returns:
        None when it happened to all or to none: then no class can tell anything.
    """
    counted: dict[str, list[int]] = {}
    for name, so in cases:
        own = counted.setdefault(name, [0, 0])
        own[0] += 1
        own[1] += so
    known = [name for name in order if name in counted]
    ranked = [*known, *sorted(set(counted) - set(known))]
    total = sum(own[0] for own in counted.values())
    all_happened = sum(own[1] for own in counted.values())
    if not 0 < all_happened < total:
        return None
    base = all_happened / total
    classes, so_far = [], 0
    wins, worse = 0.0, total - all_happened
    for name in ranked:
        count, happened = counted[name]
        so_far += happened
        missed = count - happened
        worse -= missed
        wins += happened * (worse + missed / 2)
        low, high = wilson_interval(happened, count)
        classes.append(
            ClassRate(
                name=name,
                cases=count,
                happened=happened,
                rate=happened / count,
                low=low,
                high=high,
                lift=happened / count / base,
                lift_low=low / base,
                lift_high=high / base,
                captured=so_far / all_happened,
            )
        )
    auc = wins / (all_happened * (total - all_happened))
    return Lift(tuple(classes), total, all_happened, auc)
