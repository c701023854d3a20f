"""Dice fall alike everywhere."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.demo.dice import Dice


def test_the_same_words_give_the_same_numbers_on_every_machine() -> None:
    dice = Dice("a topic", "12347")
    assert [dice.below(1_000_000) for _ in range(6)] == PINNED


PINNED = [217350, 310783, 925189, 768810, 273008, 130091]


@given(st.text(), st.integers(1, 10**12))
def test_numbers_are_below_their_count(topic: str, count: int) -> None:
    dice = Dice(topic)
    assert all(0 <= dice.below(count) < count for _ in range(9))


@given(st.integers(-50, 50), st.integers(0, 20))
def test_between_includes_both_ends_and_nothing_else(low: int, width: int) -> None:
    dice = Dice("between", low, width)
    drawn = {dice.between(low, low + width) for _ in range(60 * (width + 1))}
    assert drawn == set(range(low, low + width + 1))


def test_topics_do_not_share_their_numbers() -> None:
    first, second = Dice("one", "12347"), Dice("two", "12347")
    assert [first.below(10**9) for _ in range(4)] != [second.below(10**9) for _ in range(4)]


def test_weights_are_followed() -> None:
    dice = Dice("weights")
    counts = Counter(dice.weighted([("a", 70), ("b", 30), ("never", 0)]) for _ in range(4000))
    assert set(counts) == {"a", "b"}
    assert 2600 < counts["a"] < 3000


def test_no_weight_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no choice"):
        Dice("nothing").weighted([("a", 0)])
