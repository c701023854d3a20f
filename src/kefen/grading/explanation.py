"""What an explanation holds: plain data, and the same for JSON.

Nothing here is changed once it is made. What an explanation of a customer has hundreds of is not
frozen all the same: to make a frozen one takes three times as long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.domain.text import Text
    from kefen.expressions.tree import Value
    from kefen.grading.conditions import ConditionPart
    from kefen.grading.serving.words import HeldGrade

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


@dataclass(slots=True, unsafe_hash=True)
class SchemeExplanation:
    """Why a customer has its grade, or none, under one scheme.

    Attributes:
        scheme: Its id.
        name: Its name.
        grade: The grade's code, or None.
        grade_name: The grade's name, or None.
        score: The score, or None.
        score_text: The points as text, or None.
        reason: Why there is no grade, or None.
        reason_code: Its code, or None.
        lines: The indicators.
        weights_from: Where the weights come from, one line for the scheme and each group.
        adjustments: Starts, caps and floors; with the lines' points they add up to `total`.
        total: The points in all, or None.
        additive: Whether the score is that total.
        within: The group of customers it was ranked in, in words, or None.
        thresholds: Each grade's line or condition, best first, and whether it was met.
        decided: The grade's code before the rules, or None.
        rules: What each rule did, in order.
        tags: The tags that could be set; those that hold come with the grade.
        terms: What the grade gets.
        review: When the grade is looked at again, or None.
        approval: Which roles approve the grade, in order.
        data: The metrics that the grade rests on.
        others: Grades of other schemes that it rests on.
        missing: What was not known, and what that did.
        sentence: All of it in a sentence.
        advice: What to do for such a customer.
        population: How many customers the calibration was learned from.
        low: Why the grade is marked low confidence; None where it is not, or there is none.
        held: The grade that the customer holds, where grades move or are overridden, or None.
        held_words: That in a sentence, or None.
    """

    scheme: str
    name: Text
    grade: str | None
    grade_name: Text | None
    score: Decimal | None
    score_text: str | None
    reason: Text | None
    reason_code: str | None
    lines: tuple[Line, ...]
    weights_from: tuple[Text, ...]
    adjustments: tuple[Adjustment, ...]
    total: Decimal | None
    additive: bool
    within: Text | None
    thresholds: tuple[Threshold, ...]
    decided: str | None
    rules: tuple[RuleOutcome, ...]
    tags: tuple[TagOutcome, ...]
    terms: tuple[TermOutcome, ...]
    review: Review | None
    approval: tuple[str, ...]
    data: tuple[Datum, ...]
    others: Mapping[str, str | None]
    missing: tuple[Text, ...]
    sentence: Text
    advice: Text | None
    population: int
    low: Text | None
    held: HeldGrade | None = None
    held_words: Text | None = None

    @property
    def entries(self) -> tuple[Line | Adjustment, ...]:
        """Return all that adds up to the total, in order: a cap after what it caps."""
        found: list[Line | Adjustment] = [
            a for a in self.adjustments if a.group is None and a.kind == "start"
        ]
        groups = list(dict.fromkeys(line.group_id for line in self.lines))
        for group in groups:
            own = [a for a in self.adjustments if a.group == group and group is not None]
            found += [a for a in own if a.kind == "start"]
            found += [line for line in self.lines if line.group_id == group]
            found += [a for a in own if a.kind != "start"]
        return (*found, *(a for a in self.adjustments if a.group is None and a.kind != "start"))

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation for JSON; decimals as strings."""
        return {
            "scheme": self.scheme,
            "name": self.name.as_dict(),
            "grade": self.grade,
            "grade_name": for_json(self.grade_name),
            "score": plain_value(self.score),
            "score_text": self.score_text,
            "reason": self.reason_code,
            "reason_words": for_json(self.reason),
            "sentence": self.sentence.as_dict(),
            "additive": self.additive,
            "points": [line.as_dict() for line in self.lines],
            "weights_from": [text.as_dict() for text in self.weights_from],
            "adjustments": [adjustment.as_dict() for adjustment in self.adjustments],
            "total": plain_value(self.total),
            "within": for_json(self.within),
            "thresholds": [threshold.as_dict() for threshold in self.thresholds],
            "decided": self.decided,
            "rules": [rule.as_dict() for rule in self.rules],
            "tags": [tag.as_dict() for tag in self.tags],
            "terms": [term.as_dict() for term in self.terms],
            "review": self.review.as_dict() if self.review is not None else None,
            "approval": list(self.approval),
            "data": [datum.as_dict() for datum in self.data],
            "other_schemes": dict(self.others),
            "missing": [text.as_dict() for text in self.missing],
            "advice": for_json(self.advice),
            "population": self.population,
            "low_confidence": for_json(self.low),
            "held": None
            if self.held is None
            else {**self.held.as_dict(), "words": for_json(self.held_words)},
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a customer has its grades.

    Attributes:
        customer: The customer's id.
        name: The customer's name if known.
        as_of: The as-of date, ISO.
        standard: The standard's name and version.
        fingerprint: The standard's fingerprint.
        schemes: One explanation a scheme that was run.
        not_run: Why each other scheme was not run.
        notice: What the standard wants said wherever its grades are shown, or None.
    """

    customer: str
    name: str | None
    as_of: str
    standard: Text
    fingerprint: str
    schemes: tuple[SchemeExplanation, ...]
    not_run: Mapping[str, Text]
    notice: Text | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation for JSON."""
        return {
            "customer_id": self.customer,
            "customer_name": self.name,
            "as_of": self.as_of,
            "standard": self.standard.as_dict(),
            "fingerprint": self.fingerprint,
            "notice": for_json(self.notice),
            "schemes": [scheme.as_dict() for scheme in self.schemes],
            "schemes_not_run": {name: text.as_dict() for name, text in self.not_run.items()},
        }


def for_json(text: Text | None) -> dict[str, str] | None:
    """Return a text for JSON."""
    return text.as_dict() if text is not None else None


def plain_value(value: Value) -> object:
    """Return a value for JSON: decimals as exact strings, dates in ISO."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
