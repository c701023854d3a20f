"""What moving grades reads and keeps: the names of its columns and of what is handed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kefen.compiler.steps import part
from kefen.expressions.tree import names_in
from kefen.expressions.types import ValueType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.standards.model import Scheme, Standard

STATE: Final[dict[str, ValueType]] = {
    "grade": ValueType.TEXT,
    "since": ValueType.DATE,
    "moved": ValueType.TEXT,
    "moved_since": ValueType.DATE,
    "base": ValueType.TEXT,
    "kept_until": ValueType.DATE,
    "first_on": ValueType.DATE,
    "risen_on": ValueType.DATE,
    "fallen_on": ValueType.DATE,
    "fell_from": ValueType.TEXT,
    "highest": ValueType.TEXT,
    "last_year": ValueType.TEXT,
    "waits_for": ValueType.TEXT,
    "waits_since": ValueType.DATE,
    "waits_times": ValueType.INTEGER,
    "override": ValueType.TEXT,
    "apart_since": ValueType.DATE,
}
"""What the next run needs of a customer's grade, beside what is kept by name."""
SHOWN: Final[dict[str, ValueType]] = {
    "computed": ValueType.TEXT,
    "grade": ValueType.TEXT,
    "hold": ValueType.TEXT,
    "by": ValueType.TEXT,
    "held_until": ValueType.DATE,
    "since": ValueType.DATE,
}
"""What people read of it."""
GIVEN: Final[dict[str, ValueType]] = {
    **{
        f"{kind}{item}": of_type
        for kind in ("pin", "floor", "cap")
        for item, of_type in (
            ("", ValueType.TEXT),
            ("_id", ValueType.TEXT),
            ("_until", ValueType.DATE),
        )
    },
    "lift_on": ValueType.DATE,
}
"""What people say of a customer's grade."""
HOLDS = (
    *("calendar", "keeps", "to_stay", "to_rise", "rule", "override", "by_hand"),
    *("rise_when", "rise_after", "rise_once_in", "rise_steps"),
    *("fall_when", "fall_after", "fall_once_in", "fall_steps"),
)
"""Why the grade a customer holds differs from the computed one."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The steps that are kept by a name of the standard's: in maps, one a type.

    Attributes:
        days: By name: the step with a date.
        numbers: By name: the step with a number.
        levels: By name: the step with a grade.
    """

    days: Mapping[str, str]
    numbers: Mapping[str, str]
    levels: Mapping[str, str]


def kept_by_name(scheme: Scheme) -> Kept:
    """Return what a scheme's movement keeps by name for the next run."""
    movement = scheme.movement
    if movement is None:
        return Kept({}, {}, {})
    timed = [rule.id for rule in movement.rules if rule.lasts is not None]
    days = {f"rule {name}": part(scheme.id, "rule_ends", name) for name in timed}
    days |= {f"counter {c.id}": part(scheme.id, "counter_began", c.id) for c in movement.counters}
    numbers = {f"counter {c.id}": part(scheme.id, "counter_base", c.id) for c in movement.counters}
    numbers |= {f"at {name}": part(scheme.id, "at", name) for name in movement.names}
    levels = {f"rule {name}": part(scheme.id, "rule_level", name) for name in timed}
    return Kept(days, numbers, levels)


def was(scheme: str, name: str) -> str:
    """Return the column with what the run before kept of a customer."""
    return part(scheme, "was", name)


def given(scheme: str, name: str) -> str:
    """Return the column with what a person says of a customer."""
    return part(scheme, "given", name)


def shown(scheme: str, name: str) -> str:
    """Return the step with what is kept or shown of a customer."""
    return part(scheme, "now", name)


def names_needed(standard: Standard, scheme: Scheme) -> tuple[str, ...]:
    """Return the metrics that a scheme's movement names."""
    if scheme.movement is None:
        return ()
    found: dict[str, None] = {}
    for tree in scheme.movement.expressions():
        found |= dict.fromkeys(name for name in names_in(tree) if name in standard.metrics)
    return tuple(found)


def schemes_needed(standard: Standard, scheme: Scheme) -> tuple[str, ...]:
    """Return a scheme and the other schemes whose grades or scores its movement names."""
    found = {scheme.id: None}
    for tree in scheme.movement.expressions() if scheme.movement is not None else ():
        for name in names_in(tree):
            other = name.split(".")[0]
            if other in standard.schemes and name not in standard.metrics:
                found[other] = None
    return tuple(found)
