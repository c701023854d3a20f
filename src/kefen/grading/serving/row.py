"""One customer served row by row: the oracle of the tests, and what explanations ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.compiler.movement_names import GIVEN, SHOWN, STATE, given, kept_by_name, shown, was

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.expressions.tree import Value
    from kefen.standards.model import Scheme


def given_of(scheme: Scheme, row: Mapping[str, Any]) -> dict[str, Value]:
    """Return what people say of a customer, under the names that steps use."""
    return {given(scheme.id, name): row.get(name) for name in GIVEN}


def source_values(
    scheme: Scheme,
    graded: Mapping[str, Value],
    before: Mapping[str, Value] | None,
    overrides: Mapping[str, Value],
) -> dict[str, Value]:
    """Return what a scheme's steps start from.

    Args:
        scheme: The scheme.
        graded: The customer's metrics, and the grades and scores of all schemes.
        before: What the run before kept of the customer (see `next_state`), or None.
        overrides: What people say of it.
    """
    kept = kept_by_name(scheme)
    names = [*STATE, *kept.days.values(), *kept.numbers.values(), *kept.levels.values()]
    state: dict[str, Value] = dict.fromkeys((was(scheme.id, name) for name in names), None)
    return {**graded, **state, **(before or {}), **overrides}


def next_state(
    scheme: Scheme, values: Mapping[str, Value]
) -> tuple[dict[str, Value], dict[str, Value]]:
    """Return what the next run needs of a customer, and what is shown of it now."""
    kept = kept_by_name(scheme)
    state = {was(scheme.id, name): values[shown(scheme.id, name)] for name in STATE}
    for steps in (kept.days, kept.numbers, kept.levels):
        state |= {was(scheme.id, step): values[step] for step in steps.values()}
    names = (*SHOWN, *(name for name in STATE if name not in SHOWN))
    return state, {name: values[shown(scheme.id, name)] for name in names}
