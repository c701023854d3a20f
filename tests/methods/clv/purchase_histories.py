"""Purchase histories made from a seed."""

from __future__ import annotations

import numpy as np


def histories(seed: int, count: int, *, first_ends: bool = False) -> np.ndarray:
    """Return (repeats, last, age): rates gamma (0.8, 5), a chance to stop after each (1, 3).

    With `first_ends` the first purchase may be the last one too.
    """
    dice = np.random.default_rng(seed)
    rows = []
    for _ in range(count):
        rate, stops = dice.gamma(0.8, 1 / 5), dice.beta(1.0, 3.0)
        age, now, repeats, last = dice.uniform(1, 60), 0.0, 0, 0.0
        while (not first_ends and repeats == 0 and now == 0) or dice.random() > stops:
            now += dice.exponential(1 / rate)
            if now > age:
                break
            repeats, last = repeats + 1, now
        rows.append((repeats, last, age))
    return np.array(rows)
