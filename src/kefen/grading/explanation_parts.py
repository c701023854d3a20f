"""What an explanation is made of: lines, thresholds, rules, terms, and the data behind them.

Nothing here is changed once it is made. What an explanation of a customer has hundreds of is not
frozen all the same: to make a frozen one takes three times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kefen.grading.json_values import for_json, plain_value

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from kefen.domain.text import Text
    from kefen.expressions.tree import Value
    from kefen.grading.conditions import ConditionPart

State: TypeAlias = Literal["counted", "unknown", "does not apply"]


@dataclass(slots=True, unsafe_hash=True)
class NextPoints:
    """What an indicator would give at the next better value.

    Attributes:
        value: The value of the metric, the nearest that gives more.
        points: What it would give then.
        words: The same in words: `from 60 it would be 30`.
    """

    value: Value
    points: Decimal
    words: Text


@dataclass(slots=True, unsafe_hash=True)
class Line:
    """One indicator's part of a score.

    Attributes:
        indicator: Its id.
        name: Its name.
        group: The name of its group, or None.
        group_id: The id of its group, or None.
        state: Whether it counted, is unknown, or does not apply to this customer.
        value: The value that is scored, as stored.
        value_words: The same in words.
        position: Share of the population below plus half of the equal, or None.
        earned: What the scoring gives by itself, before weight and caps; None when unknown.
        stated_weight: Points at best as the standard states them; None for points as they are.
        weight: Points at best for this customer, after others handed theirs on.
        points: What it contributes; None when it is left out or unknown.
        at_best: The most it could contribute; None when there is no most.
        gives: What it gives, in words, where it can only take away or gives so much for each:
            `to -11`, `-5 for each`; None where `at_best` says it.
        better: Whether higher or lower values are better; None when that is not said.
        note: What is missing, does not apply or was capped, and what that did.
        next: What it would give at the next better value, where that is simple to say.
    """

    indicator: str
    name: Text
    group: Text | None
    group_id: str | None
    state: State
    value: Value
    value_words: Text
    position: Decimal | None
    earned: Decimal | None
    stated_weight: Decimal | None
    weight: Decimal | None
    points: Decimal | None
    at_best: Decimal | None
    gives: Text | None
    better: str | None
    note: Text | None
    next: NextPoints | None

    def as_dict(self) -> dict[str, Any]:
        """Return the line for JSON."""
        return {
            "indicator": self.indicator,
            "name": self.name.as_dict(),
            "group": for_json(self.group),
            "group_id": self.group_id,
            "state": self.state,
            "value": plain_value(self.value),
            "value_words": self.value_words.as_dict(),
            "position": plain_value(self.position),
            "earned": plain_value(self.earned),
            "stated_weight": plain_value(self.stated_weight),
            "weight": plain_value(self.weight),
            "points": plain_value(self.points),
            "at_best": plain_value(self.at_best),
            "gives": for_json(self.gives),
            "better": self.better,
            "note": for_json(self.note),
            "next": None
            if self.next is None
            else {
                "value": plain_value(self.next.value),
                "points": plain_value(self.next.points),
                "words": self.next.words.as_dict(),
            },
        }


@dataclass(frozen=True, slots=True)
class Adjustment:
    """Points that no indicator gives: where a sum starts, and what a cap or floor does to it.

    Attributes:
        kind: `start`, `cap` or `floor`.
        group: The id of the group it belongs to; None for the whole score.
        name: What it is, in words.
        points: What it adds, or with a minus takes away.
    """

    kind: Literal["start", "cap", "floor"]
    group: str | None
    name: Text
    points: Decimal

    def as_dict(self) -> dict[str, Any]:
        """Return the adjustment for JSON."""
        return {
            "kind": self.kind,
            "group": self.group,
            "name": self.name.as_dict(),
            "points": plain_value(self.points),
        }


@dataclass(slots=True, unsafe_hash=True)
class Threshold:
    """One grade's line or condition.

    Attributes:
        grade: The grade's code.
        name: Its name.
        rule: The line or condition in words.
        line: The number to reach, or to stay below, where there is one.
        met: Whether this customer meets it (None: not graded).
        condition: The condition taken apart; None where there is none.
    """

    grade: str
    name: Text
    rule: Text
    line: Decimal | None
    met: bool | None
    condition: ConditionPart | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the threshold for JSON."""
        return {
            "grade": self.grade,
            "name": self.name.as_dict(),
            "rule": self.rule.as_dict(),
            "line": plain_value(self.line),
            "met": self.met,
            "condition": self.condition.as_dict() if self.condition is not None else None,
        }


@dataclass(slots=True, unsafe_hash=True)
class RuleOutcome:
    """What a rule did to the grade.

    Attributes:
        rule: Its id.
        name: Its name.
        condition: For whom it holds, with this customer's values.
        effect: What it does where it holds.
        held: Whether it holds for this customer (None: not graded).
        passed_over: Whether an earlier rule had the last word.
        before: The grade before it.
        after: The grade after it.
        words: What it did, in words.
    """

    rule: str
    name: Text
    condition: Text
    effect: Text
    held: bool | None
    passed_over: bool
    before: str | None
    after: str | None
    words: Text

    @property
    def changed(self) -> bool:
        """Return whether the rule changed the grade."""
        return self.before != self.after

    def as_dict(self) -> dict[str, Any]:
        """Return the rule's outcome for JSON."""
        return {
            "rule": self.rule,
            "name": self.name.as_dict(),
            "condition": self.condition.as_dict(),
            "effect": self.effect.as_dict(),
            "held": self.held,
            "passed_over": self.passed_over,
            "before": self.before,
            "after": self.after,
            "changed": self.changed,
            "words": self.words.as_dict(),
        }


@dataclass(slots=True, unsafe_hash=True)
class TagOutcome:
    """Whether a tag is set beside the grade, and its condition with this customer's values."""

    tag: str
    name: Text
    holds: bool
    condition: Text

    def as_dict(self) -> dict[str, Any]:
        """Return the tag for JSON."""
        return {
            "tag": self.tag,
            "name": self.name.as_dict(),
            "holds": self.holds,
            "condition": self.condition.as_dict(),
        }


@dataclass(slots=True, unsafe_hash=True)
class TermOutcome:
    """What the grade gets under a term.

    Attributes:
        term: Its id.
        name: Its name.
        unit: The unit of its amount, or `text`.
        value: The amount; None for a wording, or where it is unknown.
        words: The amount with its unit, or the wording.
    """

    term: str
    name: Text
    unit: str
    value: Decimal | None
    words: Text

    def as_dict(self) -> dict[str, Any]:
        """Return the term for JSON."""
        return {
            "term": self.term,
            "name": self.name.as_dict(),
            "unit": self.unit,
            "value": plain_value(self.value),
            "words": self.words.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Review:
    """When the grade is looked at again: so many months after the as-of date."""

    months: int
    due: date

    def as_dict(self) -> dict[str, Any]:
        """Return the review for JSON."""
        return {"months": self.months, "due": self.due.isoformat()}


@dataclass(slots=True, unsafe_hash=True)
class Datum:
    """One metric that a grade rests on: its meaning, its window, its value.

    `origin` says where the number comes from when a model gives it.
    """

    metric: str
    name: Text
    description: Text
    window: str | None
    value: Value
    value_words: Text
    available: bool
    origin: Text | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the datum for JSON."""
        return {
            "metric": self.metric,
            "name": self.name.as_dict(),
            "description": self.description.as_dict(),
            "window": self.window,
            "value": plain_value(self.value),
            "value_words": self.value_words.as_dict(),
            "imported": self.available,
            "origin": self.origin.as_dict() if self.origin is not None else None,
        }
