"""The JSON Schema of standards: with it an editor completes keys and flags unknown ones.

It says less than `kefen standard check`, which reads expressions too; what it flags, that flags.
The keys are those that the readers know. A description holds both languages.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kefen.domain.horizons import DAYS_IN
from kefen.domain.periods import MONTH_NAMES, MONTHS_IN
from kefen.domain.spans import CADENCES, ORDINALS
from kefen.domain.text import Text
from kefen.standards import key_words as words
from kefen.standards.alerts import ALERT_KEYS, ALREADY
from kefen.standards.calibration_policy import POLICY_EXAMPLES, POLICY_KEY, POLICY_PATTERN
from kefen.standards.decisions import CROSSINGS, ROUNDINGS, TIES
from kefen.standards.following import REVIEWS_KEYS
from kefen.standards.grades import GRADE_KEYS, STRATEGIES, TONES
from kefen.standards.indicators import GROUP_KEYS, IF_UNKNOWN, INDICATOR_KEYS
from kefen.standards.learning import LEARN_KEYS, LEARN_WAYS
from kefen.standards.metrics.counted import VERBS
from kefen.standards.metrics.scope import FACTS
from kefen.standards.model import SEVERITIES
from kefen.standards.model.metrics import UNITS
from kefen.standards.model.service import ACTORS
from kefen.standards.modelling.catalogue import METHODS as MODEL_METHODS
from kefen.standards.modelling.read import MODEL_KEYS
from kefen.standards.movement import (
    BY_HAND,
    COUNTER_KEYS,
    EVENTS,
    MOVEMENT_KEYS,
    MOVEMENT_RULE_EFFECTS,
    MOVEMENT_RULE_KEYS,
    RISE_KEYS,
    TAKES_EFFECT,
    WAY_KEYS,
)
from kefen.standards.ownership import DAYS_PATTERN, NEVER, OWNERSHIP_KEY, OWNERSHIP_KEYS
from kefen.standards.reader import CONFIDENCE_KEYS, STANDARD_KEYS
from kefen.standards.rules import RULE_EFFECTS, RULE_KEYS, TAG_KEYS
from kefen.standards.schemes import SCHEME_KEYS
from kefen.standards.scoring import BETTER, SCORINGS, TILES
from kefen.standards.service import LAST_PLACE, SERVICE_KEYS
from kefen.standards.terms import TERM_UNITS
from kefen.standards.weight_source import METHODS, WEIGHT_SOURCE_KEYS, WEIGHTS_FROM

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kefen.standards.modelling.method import MethodOption

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ID = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"
_CALENDAR = f"(?:{'|'.join(MONTHS_IN)})"
_UNIT = f"(?:day|{'|'.join(MONTHS_IN)})"
_WINDOW = (
    rf"^\s*(?:all\s+time|last\s+\d{{1,4}}\s+{_UNIT}s?"
    rf"|(?:last\s+\d{{1,4}}\s+whole\s+{_CALENDAR}s?"
    rf"|this\s+{_CALENDAR}(?:\s+and\s+the\s+\d{{1,4}}\s+before)?)"
    rf"(?:\s+from\s+\d{{1,2}}\s+(?:{'|'.join(MONTH_NAMES)}))?)"
    rf"(?:\s+ending\s+\d{{1,4}}\s+{_UNIT}s?\s+ago)?\s*$"
)
_WINDOWS = (
    *("last 12 months", "last 90 days", "last 12 months ending 12 months ago", "all time"),
    *("last 6 whole months", "last 1 whole half-year", "last 1 whole year"),
    *("this month", "this year", "this year and the 2 before"),
    "last 1 whole year from 1 April",
)
_HORIZONS = ("next 12 months", "next 90 days", "next 5 years")
_HORIZON = rf"^\s*next\s+\d{{1,4}}\s+(?:{'|'.join(DAYS_IN)})s?\s*$"
_EACH = (
    *("day", "week", "month", "quarter", "half-year", "year"),
    *("every day", "every week", "every month", "12 months", "90 days"),
)
_TAKE = (
    *("largest", "smallest", "mean", "sum"),
    *("number of >= 1000", "longest run of >= 1000", "latest run of >= 1000"),
)
_WAYS = (
    *("score", "conditions", "share of revenue", "rank of revenue", "grid of R and F"),
    "value of industry",
)
_WAY = r"^(?:score|conditions|(?:share|rank|value)\s+of\s+(?:.|\s)+|grid\s+of\s+\w+\s+and\s+\w+)$"
_SPAN = (
    rf"^(?:\d{{1,4}} (?:day|month|quarter|half-year|year)s?"
    rf"|until (?:\d{{1,2}}|end of) (?:{'|'.join(MONTH_NAMES)})"
    rf"(?: of the (?:{'|'.join(ORDINALS)}) year)?)$"
)
_SPANS = ("6 months", "12 months", "1 year", "until 31 January", "until end of February")
_AFTER = r"^(?:\d{1,4} (?:day|month|quarter|half-year|year)s?|\d{1,3} times running)$"
_EVERY = r"^every (?:\d{1,3} )?(?:day|week|month|quarter|half-year|year)s?$"
_ANSWER = r"^\d{1,3} (?:minute|hour|day|working day)s?$"
_LINES = {"type": "string"}
_EXPRESSION = {"$ref": "#/$defs/expression"}
_NUMBER = {"type": "number"}
_WHOLE = {"type": "integer", "minimum": 0}
_NOTHING_ELSE = {"additionalProperties": False}


def schema_text() -> str:
    """Return the schema as the text of a file."""
    return json.dumps(standard_schema(), ensure_ascii=False, indent=1) + "\n"


def standard_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a standard's document."""
    return {
        "$schema": DIALECT,
        "title": "Kefen standard / 客分分类标准",
        **_object(
            words.DOCUMENT,
            STANDARD_KEYS,
            {
                "standard": {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_-]*$"},
                "version": {"type": "integer", "minimum": 0},
                "name": _ref("wording"),
                "description": _ref("wording"),
                "notice": _ref("wording"),
                "valid_from": _ref("day"),
                "valid_until": _ref("day"),
                "window": _ref("window"),
                POLICY_KEY: {
                    "type": "string",
                    "pattern": POLICY_PATTERN,
                    "examples": list(POLICY_EXAMPLES),
                },
                "confidence": _object(
                    words.CONFIDENCE,
                    CONFIDENCE_KEYS,
                    {
                        "small_population": _WHOLE,
                        "coverage": {"type": ["string", "number"], "pattern": r"^\d+(\.\d+)? ?%?$"},
                    },
                ),
                "up_to_date": _named({"type": "string", "pattern": r"^\d{1,4} days?$"}),
                "reasons": _named(_ref("wording")),
                "models": _named(_ref("model")),
                "metrics": _named(_ref("metric")),
                "schemes": _named(_ref("scheme")),
                "alerts": _named(_ref("alert")),
                OWNERSHIP_KEY: _ref("ownership"),
            },
            required=("standard", "version", "name", "metrics", "schemes"),
        ),
        "$defs": {
            "wording": _wording(),
            "day": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
            "window": _suggested(_WINDOWS, _WINDOW),
            "horizon": _suggested(_HORIZONS, _HORIZON),
            "expression": {"type": ["string", "number", "boolean"]},
            "lines": {"anyOf": [{"type": "string"}, {"type": "array", "items": _LINES}]},
            "model": _model(),
            "metric": _metric(),
            "scheme": _scheme(),
            "group": _group(),
            "indicator": _indicator(),
            "bands": {"type": "array", "items": _band(), "minItems": 1},
            "learned": _learned(),
            "weight_source": _weight_source(),
            "grade": _grade(),
            "rule": _rule(),
            "alert": _object(
                words.ALERT,
                ALERT_KEYS,
                {
                    "name": _ref("wording"),
                    "among": _EXPRESSION,
                    "when": _EXPRESSION,
                    "severity": {"enum": list(SEVERITIES)},
                    "advice": _ref("wording"),
                    "foretells": _EXPRESSION,
                    "within": {"type": "string", "pattern": r"^\d{1,2} months?$"},
                    "already": {"enum": list(ALREADY)},
                },
                required=("when", "severity"),
            ),
            "ownership": _ownership(),
            "tag": _object(
                words.TAG,
                TAG_KEYS,
                {"when": _EXPRESSION, "name": _ref("wording")},
                required=("when",),
            ),
            "term": _term(),
            "service": _service(),
            "movement": _movement(),
        },
    }


def _ownership() -> dict[str, Any]:
    days = {"type": "string", "pattern": rf"{DAYS_PATTERN}|^{NEVER}$"}
    count = {"type": "integer", "minimum": 1}
    either = {key: {"anyOf": [days, _by_grade(days)]} for key in OWNERSHIP_KEYS[3:]}
    return _object(
        words.OWNERSHIP,
        OWNERSHIP_KEYS,
        {
            "by": {"type": "string"},
            "at_most": {"anyOf": [count, _by_grade(count)]},
            "claims_a_day": count,
            **either,
        },
        required=("by",),
    )


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{name}"}


def _described(text: Text) -> str:
    return f"{text.en}\n{text.zh}"


def _object(
    descriptions: Mapping[str, Text],
    keys: Iterable[str],
    kinds: Mapping[str, Mapping[str, Any]],
    *,
    required: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the schema of named values: the keys a reader knows, each described and typed."""
    properties = {
        key: {"description": _described(descriptions[key]), **kinds.get(key, {})} for key in keys
    }
    found: dict[str, Any] = {"type": "object", "properties": properties, **_NOTHING_ELSE}
    if required:
        found["required"] = list(required)
    return found


def _named(kind: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "propertyNames": {"pattern": _ID},
        "additionalProperties": dict(kind),
    }


def _by_grade(kind: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": dict(kind)}


def _suggested(examples: Sequence[str], pattern: str) -> dict[str, Any]:
    """Return a text of a pattern; an editor offers the examples."""
    return {"anyOf": [{"enum": list(examples)}, {"type": "string", "pattern": pattern}]}


def _one_or_two(kind: Mapping[str, Any]) -> dict[str, Any]:
    pair = {"type": "array", "items": dict(kind), "minItems": 2, "maxItems": 2}
    return {"anyOf": [dict(kind), pair]}


def _exactly_one(keys: Iterable[str]) -> list[dict[str, Any]]:
    return [{"required": [key]} for key in keys]


def _wording() -> dict[str, Any]:
    said = {"type": ["string", "number"]}
    return {
        "description": _described(Text("A text in both languages.", "中英文两种写法。")),
        "type": "object",
        "properties": {"en": said, "zh": said},
        "required": ["en", "zh"],
        **_NOTHING_ELSE,
    }


def _model() -> dict[str, Any]:
    methods = list(MODEL_METHODS.values())
    settings = {option.id: option for method in methods for option in method.settings}
    return _object(
        words.MODEL,
        MODEL_KEYS,
        {
            "method": {"enum": list(MODEL_METHODS)},
            "name": _ref("wording"),
            "description": _ref("wording"),
            "inputs": _named(_EXPRESSION),
            "among": _EXPRESSION,
            "lost": _EXPRESSION,
            "learned_as_of": {"type": "string", "pattern": r"^\d+ (month|year)s? ago$"},
            "smallest_population": {"type": "integer", "minimum": 1},
            "settings": {
                "type": "object",
                "properties": {name: _option(option) for name, option in settings.items()},
                **_NOTHING_ELSE,
            },
        },
        required=("method", "inputs"),
    )


def _option(option: MethodOption) -> dict[str, Any]:
    kind: dict[str, Any] = {"type": ["number", "string"]}
    if option.of_inputs:
        kind = {"type": "string"}
    if option.one_of:
        kind = {"enum": list(option.one_of)}
    return {"description": _described(option.description), **kind}


def _metric() -> dict[str, Any]:
    kinds: dict[str, Mapping[str, Any]] = dict.fromkeys(VERBS, _EXPRESSION)
    offered = [*_EACH]
    kinds |= {
        "count": {"enum": list(FACTS)},
        "name": _ref("wording"),
        "description": _ref("wording"),
        "unit": {"enum": list(UNITS)},
        "where": _EXPRESSION,
        "over": {"anyOf": [_ref("window"), _ref("horizon")]},
        "from_model": {"type": "string", "pattern": _ID},
        "gives": {"enum": _results()},
        "discount": {"type": ["string", "number"]},
        "dated": {"type": "string"},
        "per": {"enum": ["month"]},
        "each": _one_or_two({"anyOf": [{"enum": offered}, {"type": "string"}]}),
        "take": _one_or_two(
            _suggested(
                _TAKE,
                r"^(?:largest|smallest|mean|sum|(?:number|longest run|latest run) of .+)$",
            )
        ),
        "by": {"type": "string"},
        "across": {"anyOf": [{"enum": ["parent_id", "household"]}, {"type": "string"}]},
        "from": _NUMBER,
        "to": _NUMBER,
        "whole": {"type": "boolean"},
        "one_of": {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1},
        "raters": {"enum": ["last", "mean", "lowest", "highest"]},
        "bands": {
            "anyOf": [
                {"type": "array", "items": _band(points=("string", "number")), "minItems": 1},
                _by_grade(
                    {"type": "array", "items": _band(points=("string", "number")), "minItems": 1}
                ),
            ]
        },
    }
    return {
        **_object(words.METRIC, words.METRIC, kinds),
        "oneOf": _exactly_one(VERBS),
    }


def _results() -> list[str]:
    """Return the results of all methods."""
    return list(dict.fromkeys(o.id for method in MODEL_METHODS.values() for o in method.outputs))


def _scheme() -> dict[str, Any]:
    number = dict.fromkeys(("start", "at_most", "at_least", "out_of"), _NUMBER)
    named = {
        key: _named(_ref(kind))
        for key, kind in (
            ("learn", "learned"),
            ("groups", "group"),
            ("indicators", "indicator"),
            ("rules", "rule"),
            ("tags", "tag"),
            ("terms", "term"),
        )
    }
    return _object(
        words.SCHEME,
        SCHEME_KEYS,
        {
            **number,
            **named,
            "name": _ref("wording"),
            "question": _ref("wording"),
            "rationale": _ref("wording"),
            "advice": _ref("wording"),
            "among": _EXPRESSION,
            "otherwise": {"type": "string"},
            "within": _EXPRESSION,
            "score": _EXPRESSION,
            "score_text": {"enum": ["points"]},
            "grade_by": _suggested(_WAYS, _WAY),
            "ties": {"enum": list(TIES)},
            "crossing": {"enum": list(CROSSINGS)},
            "rounding": {"enum": list(ROUNDINGS)},
            "grades": {"type": "object", "additionalProperties": _ref("grade"), "minProperties": 1},
            "review": _by_grade(
                _suggested(
                    ("3 months", "6 months", "12 months", "1 year"),
                    r"^\d{1,3} (?:month|quarter|year)s?$",
                )
            ),
            "reviews": _object(
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
            "service": _by_grade(_ref("service")),
            "approval": _by_grade(_ref("lines")),
            "movement": _ref("movement"),
            WEIGHTS_FROM: _ref("weight_source"),
        },
        required=("grade_by",),
    )


def _group() -> dict[str, Any]:
    number = dict.fromkeys(("weight", "start", "at_most", "at_least"), _NUMBER)
    return _object(
        words.GROUP,
        GROUP_KEYS,
        {
            **number,
            "name": _ref("wording"),
            "indicators": _named(_ref("indicator")),
            WEIGHTS_FROM: _ref("weight_source"),
        },
        required=("indicators",),
    )


def _indicator() -> dict[str, Any]:
    by_rank = {"enum": list(BETTER)}
    number = dict.fromkeys(("weight", "out_of", "at_most", "at_least"), _NUMBER)
    whole = _object(
        words.INDICATOR,
        INDICATOR_KEYS,
        {
            **dict.fromkeys((*TILES, "position"), by_rank),
            **number,
            "of_best": {"enum": ["higher is better"]},
            "name": _ref("wording"),
            "value": _EXPRESSION,
            "applies": _EXPRESSION,
            "by": _EXPRESSION,
            "points": _EXPRESSION,
            "bands": {"anyOf": [_ref("bands"), _by_grade(_ref("bands"))]},
            "if_unknown": {"anyOf": [{"enum": list(IF_UNKNOWN)}, _NUMBER]},
            "better": {"enum": ["higher", "lower"]},
        },
    )
    return {"anyOf": [{**whole, "oneOf": _exactly_one(SCORINGS)}, _ref("bands")]}


def _band(points: Sequence[str] = ("number",)) -> dict[str, Any]:
    """Return the schema of a band: `">= 60: 30"`, which without quotes is a pair to YAML."""
    return {
        "anyOf": [
            {"type": "string", "pattern": r"^\s*\S.*:\s*\S.*$"},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": {"type": list(points)},
            },
        ]
    }


def _learned() -> dict[str, Any]:
    kinds: dict[str, Mapping[str, Any]] = dict.fromkeys(LEARN_WAYS, _EXPRESSION)
    kinds |= {
        "name": _ref("wording"),
        "at": {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,4})?\s*%$"},
    }
    return {**_object(words.LEARNED, LEARN_KEYS, kinds), "oneOf": _exactly_one(LEARN_WAYS)}


def _weight_source() -> dict[str, Any]:
    return _object(
        words.WEIGHT_SOURCE,
        WEIGHT_SOURCE_KEYS,
        {
            "method": {"enum": list(METHODS)},
            "source": {"type": ["string", "number"]},
            "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "on": _ref("day"),
            "consistency_ratio": _NUMBER,
            "agreement": _NUMBER,
            "cases": _WHOLE,
        },
        required=("method", "source", "on"),
    )


def _grade() -> dict[str, Any]:
    whole = _object(
        words.GRADE,
        GRADE_KEYS,
        {
            "when": _ref("lines"),
            "name": _ref("wording"),
            "advice": _ref("wording"),
            "strategy": {"enum": list(STRATEGIES)},
            "tone": {"enum": list(TONES)},
            "reason": {"type": "string"},
        },
        required=("when",),
    )
    return {"anyOf": [whole, _ref("lines")]}


def _rule() -> dict[str, Any]:
    kinds: dict[str, Mapping[str, Any]] = dict.fromkeys(RULE_EFFECTS, _EXPRESSION)
    kinds |= {"when": _EXPRESSION, "name": _ref("wording")}
    return {
        **_object(words.RULE, RULE_KEYS, kinds, required=("when",)),
        "oneOf": _exactly_one(RULE_EFFECTS),
    }


def _term() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "name": {"description": _described(words.TERM["name"]), **_ref("wording")},
            "unit": {"description": _described(words.TERM["unit"]), "enum": list(TERM_UNITS)},
            "else": {"description": _described(words.TERM["else"])},
        },
        "additionalProperties": {"anyOf": [_EXPRESSION, _ref("wording")]},
        "required": ["unit"],
    }


def _service() -> dict[str, Any]:
    often = _suggested(("every week", "every 2 weeks", "every month", "every quarter"), _EVERY)
    return _object(
        words.SERVICE,
        SERVICE_KEYS,
        {
            "visit": often,
            "contact": often,
            "answer_within": _suggested(("4 hours", "1 working day"), _ANSWER),
            "by": {"enum": list(ACTORS)},
            "price": _ref("wording"),
            "rebate": {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,2})? ?%$"},
            "supply": {"type": "integer", "minimum": 1, "maximum": LAST_PLACE},
            "credit": _ref("wording"),
            "benefits": {"anyOf": [_ref("wording"), {"type": "array", "items": _ref("wording")}]},
        },
    )


def _movement() -> dict[str, Any]:
    span = _suggested(_SPANS, _SPAN)
    spans: dict[str, Any] = {"anyOf": [span, _by_grade(span)]}
    steps = {"type": "integer", "minimum": 1}
    patience = _suggested(("3 months", "3 times running"), _AFTER)
    way: dict[str, Mapping[str, Any]] = {
        "when": _EXPRESSION,
        "by": {"enum": [BY_HAND]},
        "steps": steps,
        "once_in": span,
        "after": {"anyOf": [patience, _by_grade(patience)]},
    }
    kept = _object(words.KEEPS, EVENTS, dict.fromkeys(EVENTS, spans))
    effects: dict[str, Mapping[str, Any]] = dict.fromkeys(MOVEMENT_RULE_EFFECTS, _EXPRESSION)
    rule = _object(
        words.MOVEMENT_RULE,
        MOVEMENT_RULE_KEYS,
        {
            **effects,
            "when": _EXPRESSION,
            "name": _ref("wording"),
            "for": {"anyOf": [{"enum": ["ever"]}, span]},
        },
        required=("when",),
    )
    counter = _object(
        words.COUNTER,
        COUNTER_KEYS,
        {"name": _ref("wording"), "counts": _EXPRESSION, "afresh": _ref("lines")},
        required=("counts", "afresh"),
    )
    return _object(
        words.MOVEMENT,
        MOVEMENT_KEYS,
        {
            "every": {"enum": list(CADENCES)},
            "on": {"type": ["string", "integer"]},
            "at_once": _EXPRESSION,
            "takes_effect": {"enum": list(TAKES_EFFECT)},
            "to_rise": _by_grade(_EXPRESSION),
            "to_stay": _by_grade(_EXPRESSION),
            "keeps": {"anyOf": [span, kept]},
            "rise": _object(words.WAY, RISE_KEYS, way),
            "fall": _object(words.WAY, WAY_KEYS, way),
            "counters": _named(counter),
            "rules": _named({**rule, "oneOf": _exactly_one(MOVEMENT_RULE_EFFECTS)}),
        },
    )
