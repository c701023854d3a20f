"""The row evaluator: an expression in Python decimals, for one customer.

It is the oracle of the tests and the engine of explanations and what-if.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.expressions.operators import CATALOGUE
from kefen.expressions.tree import Literal, Name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Expression, Value


def evaluate(tree: Expression, values: Mapping[str, Value]) -> Value:
    """Return the value of `tree` where names have `values` (None: unknown).

    Raises:
        OutOfRangeError: A number grew too large to be exact.
        KeyError: A name has no value in `values`.
    """
    if isinstance(tree, Literal):
        return tree.value
    if isinstance(tree, Name):
        return values[tree.name]
    return CATALOGUE[tree.operator].value(
        [evaluate(argument, values) for argument in tree.arguments]
    )
