"""Weights handed on: what each indicator weighs when some are unknown or do not apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.decimals import apportioned

if TYPE_CHECKING:
    from kefen.standards.model import Indicator, Scheme


def weighted_indicators(scheme: Scheme) -> list[Indicator]:
    """Return a scheme's indicators that have a weight, in order: the bits of a pattern."""
    return [indicator for indicator in scheme.indicators if indicator.weight is not None]


def effective_weights(scheme: Scheme, pattern: int) -> list[int]:
    """Return each weighted indicator's weight, in ten-thousandths, when only some are known.

    An unknown indicator's weight goes to the others of its group in proportion, or, when its
    whole group is unknown, to the other groups in proportion; apportioned by largest remainder.

    Args:
        scheme: The scheme.
        pattern: Bit i is set when weighted indicator i is known.
    """
    weighted = weighted_indicators(scheme)
    known = [bool(pattern >> bit & 1) for bit in range(len(weighted))]
    groups: dict[str | None, list[int]] = {}
    for index, indicator in enumerate(weighted):
        groups.setdefault(indicator.group, []).append(index)
    stated = [sum(weighted[i].weight or 0 for i in members) for members in groups.values()]
    living = [
        total if any(known[i] for i in members) else 0
        for total, members in zip(stated, groups.values(), strict=True)
    ]
    weights = [0] * len(weighted)
    if not any(living):
        return weights
    shared = apportioned(sum(stated), living)
    for total, members in zip(shared, groups.values(), strict=True):
        if total:
            own = [(weighted[i].weight or 0) if known[i] else 0 for i in members]
            for index, weight in zip(members, apportioned(total, own), strict=True):
                weights[index] = weight
    return weights
