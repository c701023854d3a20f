"""What is said to be impossible never happens, whatever values are tried."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefen.expressions.evaluator import evaluate
from kefen.expressions.parser import parse
from kefen.expressions.types import ValueType
from kefen.standards.checks import ranges
from kefen.standards.checks.conditions import always_holds, can_hold, values_where, ways_to
from kefen.standards.checks.domains import Domains, with_unknown
from kefen.standards.checks.ranges import Scale

TYPES = {
    "n": ValueType.INTEGER,
    "m": ValueType.INTEGER,
    "t": ValueType.TEXT,
    "b": ValueType.BOOLEAN,
}
DOMAINS = Domains(
    TYPES,
    {
        "n": with_unknown(ranges.between(Scale.WHOLE, 0, 4)),
        "t": with_unknown(ranges.listed(Scale.TEXT, ("x", "y"))),
    },
)
CHOICES = {
    "n": (None, 0, 1, 2, 3, 4),
    "m": (None, -1, 0, 2, 3, 9),
    "t": (None, "x", "y"),
    "b": (None, True, False),
}
ATOMS = st.sampled_from(
    [
        *("n > 2", "n >= 0", "n < 0", "3 <= n", "n != 2", "n in (1, 5)", "n = 2.5", "n is unknown"),
        *("m > 0", "m <= 0", "m = 2", "m is known", "n > m", "m >= n", "n = m", "n + m > 3"),
        *("t = 'x'", "t != 'y'", "t in ('x', 'y')", "t = 'z'", "t > 'a'", "t is unknown"),
        *(
            "b",
            "b = true",
            "true",
            "unknown",
            "n > unknown",
            "n in (1, unknown)",
            "if(b, n, m) > 1",
        ),
    ]
)
CONDITIONS = st.recursive(
    ATOMS,
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(lambda p: f"({p[0]}) and ({p[1]})"),
        st.tuples(parts, parts).map(lambda p: f"({p[0]}) or ({p[1]})"),
        parts.map(lambda p: f"not ({p})"),
    ),
    max_leaves=6,
)
ALL = [dict(zip(CHOICES, values, strict=True)) for values in product(*CHOICES.values())]


@given(CONDITIONS)
def test_what_can_never_hold_never_does(words: str) -> None:
    tree = parse(words)
    outcomes = [evaluate(tree, values) for values in ALL]
    if not can_hold(tree, DOMAINS):
        assert True not in outcomes
    if not ways_to(tree, "fails", DOMAINS):
        assert False not in outcomes
    if not ways_to(tree, "holds not", DOMAINS):
        assert set(outcomes) == {True}
    if not ways_to(tree, "fails not", DOMAINS):
        assert set(outcomes) == {False}


@given(CONDITIONS)
def test_what_always_holds_does_wherever_it_can_be_told(words: str) -> None:
    tree = parse(words)
    if always_holds(tree, DOMAINS):
        known = [values for values in ALL if None not in values.values()]
        assert {evaluate(tree, values) for values in known} == {True}


ONE_NAME = st.recursive(
    st.sampled_from(
        ["n > 2", "n >= 4", "n < 1", "3 <= n", "n != 2", "n in (1, 5)", "n is unknown", "n = 0"]
    ),
    lambda parts: st.one_of(
        st.tuples(parts, parts).map(lambda p: f"({p[0]}) and ({p[1]})"),
        st.tuples(parts, parts).map(lambda p: f"({p[0]}) or ({p[1]})"),
        parts.map(lambda p: f"not ({p})"),
    ),
    max_leaves=5,
)


@given(ONE_NAME)
def test_the_values_for_which_a_condition_holds_are_exactly_those(words: str) -> None:
    tree = parse(words)
    values = values_where(tree, parse("n"), DOMAINS)
    assert values is not None
    for value in CHOICES["n"]:
        assert values.holds(value) == (evaluate(tree, {"n": value}) is True)


@pytest.mark.parametrize(
    "words",
    [
        "n > 2 and n < 3",
        "n < 0",
        "t = 'z'",
        "n > m and m > n",
        "n = m and n != m",
        "b and not b",
        "n is unknown and n > 1",
        "t = 'x' and t = 'y'",
        "not (t = 'x' or t = 'y' or t is unknown)",
    ],
)
def test_impossible_conditions_are_seen(words: str) -> None:
    assert not can_hold(parse(words), DOMAINS)


@pytest.mark.parametrize("words", ["n >= 0", "t in ('x', 'y')", "m > 2 or m <= 2", "n < 5 or b"])
def test_conditions_that_say_nothing_are_seen(words: str) -> None:
    assert always_holds(parse(words), DOMAINS)


@pytest.mark.parametrize("words", ["m is known", "n >= 1", "t != 'x'", "m > 2 or m < 2"])
def test_conditions_that_say_something_are_left_alone(words: str) -> None:
    assert not always_holds(parse(words), DOMAINS)
    assert can_hold(parse(words), DOMAINS)


def test_a_condition_too_involved_to_follow_is_taken_as_possible() -> None:
    parts = [f"(m = {n} or m = {n + 1} or n > m + {n})" for n in range(40)]
    assert can_hold(parse(" and ".join(parts)), DOMAINS)


def test_a_condition_on_decimals_meets_values_of_four_places() -> None:
    domains = Domains({"d": ValueType.DECIMAL}, {})
    values = values_where(parse("d > 0.5 and d < 0.5002"), parse("d"), domains)
    assert values is not None
    assert ranges.example_of(values) == Decimal("0.5001")
