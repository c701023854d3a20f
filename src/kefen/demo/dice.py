"""Chance that falls alike on every machine and in every version of Python: integers only."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

# Named once: another word here is another fictional world.
_WORLD = "kefen demonstration 1"
_BYTES = 8


class Dice:
    """A sequence of whole numbers that depends on nothing but the words it is made from.

    Each topic of each customer throws dice of its own, so that adding a column to one table
    changes no value of another.
    """

    def __init__(self, *words: object) -> None:
        self._seed = "\x1f".join((_WORLD, *map(str, words))).encode()
        self._drawn = 0
        self._left = b""

    def below(self, count: int) -> int:
        """Return a whole number from 0 to `count` - 1."""
        if not self._left:
            self._left = sha256(self._seed + self._drawn.to_bytes(_BYTES, "big")).digest()
            self._drawn += 1
        word, self._left = self._left[:_BYTES], self._left[_BYTES:]
        return (int.from_bytes(word, "big") * count) >> (8 * _BYTES)

    def between(self, low: int, high: int) -> int:
        """Return a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def happens(self, percent: int) -> bool:
        """Return whether something with a chance of `percent` in a hundred happens."""
        return self.below(100) < percent

    def one_of(self, choices: Sequence[T]) -> T:
        """Return one of `choices`, each as likely."""
        return choices[self.below(len(choices))]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """Return one of `choices`, each (choice, weight), as likely as its weight."""
        drawn = self.below(sum(weight for _, weight in choices))
        for choice, weight in choices:
            drawn -= weight
            if drawn < 0:
                return choice
        raise ValueError("no choice has a weight above zero")
