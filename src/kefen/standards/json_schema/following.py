"""The schema of what follows from grades: alerts, owners, terms, services, movement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.domain.periods import MONTH_NAMES
from kefen.domain.spans import CADENCES, ORDINALS
from kefen.standards import key_words as words
from kefen.standards.alerts import ALERT_KEYS, ALREADY
from kefen.standards.json_schema.kinds import (
    EXPRESSION,
    by_grade,
    by_name,
    described,
    exactly_one,
    keyed,
    ref,
    suggested,
)
from kefen.standards.model import EVENTS, SEVERITIES
from kefen.standards.model.service import ACTORS
from kefen.standards.movement import (
    BY_HAND,
    MOVEMENT_KEYS,
    MOVEMENT_RULE_EFFECTS,
    MOVEMENT_RULE_KEYS,
    RISE_KEYS,
    TAKES_EFFECT,
    WAY_KEYS,
)
from kefen.standards.movement_counters import COUNTER_KEYS
from kefen.standards.ownership import DAYS_PATTERN, NEVER, OWNERSHIP_KEYS
from kefen.standards.service import LAST_PLACE, SERVICE_KEYS
from kefen.standards.terms import TERM_UNITS

if TYPE_CHECKING:
    from collections.abc import Mapping


_SPAN = (
    rf"^(?:\d{{1,4}} (?:day|month|quarter|half-year|year)s?"
    rf"|until (?:\d{{1,2}}|end of) (?:{'|'.join(MONTH_NAMES)})"
    rf"(?: of the (?:{'|'.join(ORDINALS)}) year)?)$"
)
_SPANS = ("6 months", "12 months", "1 year", "until 31 January", "until end of February")
_AFTER = r"^(?:\d{1,4} (?:day|month|quarter|half-year|year)s?|\d{1,3} times running)$"
_EVERY = r"^every (?:\d{1,3} )?(?:day|week|month|quarter|half-year|year)s?$"
_ANSWER = r"^\d{1,3} (?:minute|hour|day|working day)s?$"


def alert_schema() -> dict[str, Any]:
    """Return the schema of an alert."""
    return keyed(
        words.ALERT,
        ALERT_KEYS,
        {
            "name": ref("wording"),
            "among": EXPRESSION,
            "when": EXPRESSION,
            "severity": {"enum": list(SEVERITIES)},
            "advice": ref("wording"),
            "foretells": EXPRESSION,
            "within": {"type": "string", "pattern": r"^\d{1,2} months?$"},
            "already": {"enum": list(ALREADY)},
        },
        required=("when", "severity"),
    )


def ownership_schema() -> dict[str, Any]:
    """Return the schema of who may own how many customers, and for how long."""
    days = {"type": "string", "pattern": rf"{DAYS_PATTERN}|^{NEVER}$"}
    count = {"type": "integer", "minimum": 1}
    either = {key: {"anyOf": [days, by_grade(days)]} for key in OWNERSHIP_KEYS[3:]}
    return keyed(
        words.OWNERSHIP,
        OWNERSHIP_KEYS,
        {
            "by": {"type": "string"},
            "at_most": {"anyOf": [count, by_grade(count)]},
            "claims_a_day": count,
            **either,
        },
        required=("by",),
    )


def term_schema() -> dict[str, Any]:
    """Return the schema of a term by grade."""
    return {
        "type": "object",
        "properties": {
            "name": {"description": described(words.TERM["name"]), **ref("wording")},
            "unit": {"description": described(words.TERM["unit"]), "enum": list(TERM_UNITS)},
            "else": {"description": described(words.TERM["else"])},
        },
        "additionalProperties": {"anyOf": [EXPRESSION, ref("wording")]},
        "required": ["unit"],
    }


def service_schema() -> dict[str, Any]:
    """Return the schema of what a grade is entitled to."""
    often = suggested(("every week", "every 2 weeks", "every month", "every quarter"), _EVERY)
    return keyed(
        words.SERVICE,
        SERVICE_KEYS,
        {
            "visit": often,
            "contact": often,
            "answer_within": suggested(("4 hours", "1 working day"), _ANSWER),
            "by": {"enum": list(ACTORS)},
            "price": ref("wording"),
            "rebate": {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,2})? ?%$"},
            "supply": {"type": "integer", "minimum": 1, "maximum": LAST_PLACE},
            "credit": ref("wording"),
            "benefits": {"anyOf": [ref("wording"), {"type": "array", "items": ref("wording")}]},
        },
    )


def movement_schema() -> dict[str, Any]:
    """Return the schema of how grades move."""
    span = suggested(_SPANS, _SPAN)
    spans: dict[str, Any] = {"anyOf": [span, by_grade(span)]}
    steps = {"type": "integer", "minimum": 1}
    patience = suggested(("3 months", "3 times running"), _AFTER)
    way: dict[str, Mapping[str, Any]] = {
        "when": EXPRESSION,
        "by": {"enum": [BY_HAND]},
        "steps": steps,
        "once_in": span,
        "after": {"anyOf": [patience, by_grade(patience)]},
    }
    kept = keyed(words.KEEPS, EVENTS, dict.fromkeys(EVENTS, spans))
    effects: dict[str, Mapping[str, Any]] = dict.fromkeys(MOVEMENT_RULE_EFFECTS, EXPRESSION)
    rule = keyed(
        words.MOVEMENT_RULE,
        MOVEMENT_RULE_KEYS,
        {
            **effects,
            "when": EXPRESSION,
            "name": ref("wording"),
            "for": {"anyOf": [{"enum": ["ever"]}, span]},
        },
        required=("when",),
    )
    counter = keyed(
        words.COUNTER,
        COUNTER_KEYS,
        {
            "name": ref("wording"),
            "counts": EXPRESSION,
            "afresh": ref("lines"),
            "carries_above": {"anyOf": [EXPRESSION, by_grade(EXPRESSION)]},
        },
        required=("counts", "afresh"),
    )
    return keyed(
        words.MOVEMENT,
        MOVEMENT_KEYS,
        {
            "every": {"enum": list(CADENCES)},
            "on": {"type": ["string", "integer"]},
            "at_once": EXPRESSION,
            "takes_effect": {"enum": list(TAKES_EFFECT)},
            "to_rise": by_grade(EXPRESSION),
            "to_stay": by_grade(EXPRESSION),
            "keeps": {"anyOf": [span, kept]},
            "rise": keyed(words.WAY, RISE_KEYS, way),
            "fall": keyed(words.WAY, WAY_KEYS, way),
            "counters": by_name(counter),
            "rules": by_name({**rule, "oneOf": exactly_one(MOVEMENT_RULE_EFFECTS)}),
        },
    )
