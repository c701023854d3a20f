"""The schema of schemes: indicators, what they learn, their grades and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.standards import key_words as words
from kefen.standards.decisions import CROSSINGS, ROUNDINGS, TIES
from kefen.standards.following import REVIEWS_KEYS
from kefen.standards.grades import GRADE_KEYS, STRATEGIES, TONES
from kefen.standards.indicators import GROUP_KEYS, IF_UNKNOWN, INDICATOR_KEYS
from kefen.standards.json_schema.kinds import (
    EXPRESSION,
    NUMBER,
    WHOLE,
    by_grade,
    by_name,
    exactly_one,
    keyed,
    ref,
    suggested,
)
from kefen.standards.learning import LEARN_KEYS, LEARN_WAYS
from kefen.standards.rules import RULE_EFFECTS, RULE_KEYS, TAG_KEYS
from kefen.standards.schemes import SCHEME_KEYS
from kefen.standards.scoring import BETTER, SCORINGS, TILES
from kefen.standards.weight_source import METHODS, WEIGHT_SOURCE_KEYS, WEIGHTS_FROM

if TYPE_CHECKING:
    from collections.abc import Mapping


_WAYS = (
    *("score", "conditions", "share of revenue", "rank of revenue", "grid of R and F"),
    "value of industry",
)
_WAY = r"^(?:score|conditions|(?:share|rank|value)\s+of\s+(?:.|\s)+|grid\s+of\s+\w+\s+and\s+\w+)$"


def scheme_schema() -> dict[str, Any]:
    """Return the schema of a scheme."""
    number = dict.fromkeys(("start", "at_most", "at_least", "out_of"), NUMBER)
    named = {
        key: by_name(ref(kind))
        for key, kind in (
            ("learn", "learned"),
            ("groups", "group"),
            ("indicators", "indicator"),
            ("rules", "rule"),
            ("tags", "tag"),
            ("terms", "term"),
        )
    }
    return keyed(
        words.SCHEME,
        SCHEME_KEYS,
        {
            **number,
            **named,
            "name": ref("wording"),
            "question": ref("wording"),
            "rationale": ref("wording"),
            "advice": ref("wording"),
            "among": EXPRESSION,
            "otherwise": {"type": "string"},
            "within": EXPRESSION,
            "score": EXPRESSION,
            "score_text": {"enum": ["points"]},
            "grade_by": suggested(_WAYS, _WAY),
            "ties": {"enum": list(TIES)},
            "crossing": {"enum": list(CROSSINGS)},
            "rounding": {"enum": list(ROUNDINGS)},
            "grades": {"type": "object", "additionalProperties": ref("grade"), "minProperties": 1},
            "review": by_grade(
                suggested(
                    ("3 months", "6 months", "12 months", "1 year"),
                    r"^\d{1,3} (?:month|quarter|year)s?$",
                )
            ),
            "reviews": keyed(
                words.REVIEWS,
                REVIEWS_KEYS,
                {
                    **{key: {"type": "string"} for key in ("rated", "rated_as", "opened", "again")},
                    "first": {"type": "string", "pattern": r"^\d{1,3} working days?$"},
                    "twice": {"type": "boolean"},
                    "fewest_grades": {"type": "integer", "minimum": 1},
                },
                required=("rated", "rated_as", "first"),
            ),
            "service": by_grade(ref("service")),
            "approval": by_grade(ref("lines")),
            "movement": ref("movement"),
            WEIGHTS_FROM: ref("weight_source"),
        },
        required=("grade_by",),
    )


def group_schema() -> dict[str, Any]:
    """Return the schema of a group of indicators."""
    number = dict.fromkeys(("weight", "start", "at_most", "at_least"), NUMBER)
    return keyed(
        words.GROUP,
        GROUP_KEYS,
        {
            **number,
            "name": ref("wording"),
            "indicators": by_name(ref("indicator")),
            WEIGHTS_FROM: ref("weight_source"),
        },
        required=("indicators",),
    )


def indicator_schema() -> dict[str, Any]:
    """Return the schema of an indicator."""
    by_rank = {"enum": list(BETTER)}
    number = dict.fromkeys(("weight", "out_of", "at_most", "at_least"), NUMBER)
    whole = keyed(
        words.INDICATOR,
        INDICATOR_KEYS,
        {
            **dict.fromkeys((*TILES, "position"), by_rank),
            **number,
            "of_best": {"enum": ["higher is better"]},
            "name": ref("wording"),
            "value": EXPRESSION,
            "applies": EXPRESSION,
            "by": EXPRESSION,
            "points": EXPRESSION,
            "bands": {"anyOf": [ref("bands"), by_grade(ref("bands"))]},
            "if_unknown": {"anyOf": [{"enum": list(IF_UNKNOWN)}, NUMBER]},
            "better": {"enum": ["higher", "lower"]},
        },
    )
    return {"anyOf": [{**whole, "oneOf": exactly_one(SCORINGS)}, ref("bands")]}


def learned_schema() -> dict[str, Any]:
    """Return the schema of a number that a scheme learns."""
    kinds: dict[str, Mapping[str, Any]] = dict.fromkeys(LEARN_WAYS, EXPRESSION)
    kinds |= {
        "name": ref("wording"),
        "at": {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,4})?\s*%$"},
    }
    return {**keyed(words.LEARNED, LEARN_KEYS, kinds), "oneOf": exactly_one(LEARN_WAYS)}


def weight_source_schema() -> dict[str, Any]:
    """Return the schema of where weights come from."""
    return keyed(
        words.WEIGHT_SOURCE,
        WEIGHT_SOURCE_KEYS,
        {
            "method": {"enum": list(METHODS)},
            "source": {"type": ["string", "number"]},
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "on": ref("day"),
            "consistency_ratio": NUMBER,
            "agreement": NUMBER,
            "cases": WHOLE,
        },
        required=("method", "source", "on"),
    )


def grade_schema() -> dict[str, Any]:
    """Return the schema of a grade."""
    whole = keyed(
        words.GRADE,
        GRADE_KEYS,
        {
            "when": ref("lines"),
            "name": ref("wording"),
            "advice": ref("wording"),
            "strategy": {"enum": list(STRATEGIES)},
            "tone": {"enum": list(TONES)},
            "reason": {"type": "string"},
        },
        required=("when",),
    )
    return {"anyOf": [whole, ref("lines")]}


def rule_schema() -> dict[str, Any]:
    """Return the schema of a rule."""
    kinds: dict[str, Mapping[str, Any]] = dict.fromkeys(RULE_EFFECTS, EXPRESSION)
    kinds |= {"when": EXPRESSION, "name": ref("wording")}
    return {
        **keyed(words.RULE, RULE_KEYS, kinds, required=("when",)),
        "oneOf": exactly_one(RULE_EFFECTS),
    }


def tag_schema() -> dict[str, Any]:
    """Return the schema of a tag."""
    return keyed(
        words.TAG,
        TAG_KEYS,
        {"when": EXPRESSION, "name": ref("wording")},
        required=("when",),
    )
