"""How far a customer stands from the lines above and below."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.workspace.shell.formats import short_number
from kefen.workspace.shell.language import current_language

if TYPE_CHECKING:
    from kefen.grading.explanation import SchemeExplanation

_NEAR = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a score stands between two lines.

    Attributes:
        above: How far it is above the line of its own grade, in words; None without one.
        below: How far it is below the line of the next better grade, in words; None at the top.
        near_falling: Whether the line below is within a twentieth of the score.
    """

    above: Text | None
    below: Text | None
    near_falling: bool


def standing_of(why: SchemeExplanation) -> Standing | None:
    """Return where a score stands; None where grades do not follow from lines of a score."""
    score = why.score if why.score is not None else why.total
    lines = [(one.line, one.name) for one in why.thresholds if one.line is not None]
    if score is None or not lines or why.grade is None or why.decided not in (None, why.grade):
        return None
    reached = max((one for one in lines if one[0] <= score), default=None, key=lambda one: one[0])
    next_up = min((one for one in lines if one[0] > score), default=None, key=lambda one: one[0])
    margin = None if reached is None else score - reached[0]
    return Standing(
        None
        if reached is None or margin is None or reached[0] <= 0
        else Text("{d} above the line of {g}", "高于“{g}”线 {d}").filled(
            d=_number(margin), g=reached[1]
        ),
        None
        if next_up is None
        else Text("{d} short of {g}", "距“{g}”还差 {d}").filled(
            d=_number(next_up[0] - score), g=next_up[1]
        ),
        near_falling=reached is not None
        and margin is not None
        and reached[0] > 0
        and margin <= abs(score) * _NEAR,
    )


def _number(value: Decimal) -> str:
    return short_number(value, current_language()).rstrip()
