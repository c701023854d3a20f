"""What an explanation of a customer's grades holds: plain data, and the same for JSON.

Nothing here is changed once it is made; `explanation_parts` says why not all of it is frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kefen.grading.json_values import for_json, plain_value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from kefen.domain.text import Text
    from kefen.grading.explanation_parts import (
        Adjustment,
        Datum,
        Line,
        Review,
        RuleOutcome,
        TagOutcome,
        TermOutcome,
        Threshold,
    )
    from kefen.grading.serving.words import HeldGrade


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
