"""The schema of the whole document."""

from __future__ import annotations

import json
from typing import Any

from kefen.domain.horizons import DAYS_IN
from kefen.domain.periods import MONTH_NAMES, MONTHS_IN
from kefen.standards import key_words as words
from kefen.standards.calibration_policy import POLICY_EXAMPLES, POLICY_KEY, POLICY_PATTERN
from kefen.standards.json_schema.following import (
    alert_schema,
    movement_schema,
    ownership_schema,
    service_schema,
    term_schema,
)
from kefen.standards.json_schema.kinds import (
    WHOLE,
    band_schema,
    by_name,
    keyed,
    ref,
    suggested,
    wording_schema,
)
from kefen.standards.json_schema.metrics import metric_schema, model_schema
from kefen.standards.json_schema.schemes import (
    grade_schema,
    group_schema,
    indicator_schema,
    learned_schema,
    rule_schema,
    scheme_schema,
    tag_schema,
    weight_source_schema,
)
from kefen.standards.ownership import OWNERSHIP_KEY
from kefen.standards.reader import CONFIDENCE_KEYS, STANDARD_KEYS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
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
_LINES = {"type": "string"}


def schema_text() -> str:
    """Return the schema as the text of a file."""
    return json.dumps(standard_schema(), ensure_ascii=False, indent=1) + "\n"


def standard_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a standard's document."""
    return {
        "$schema": DIALECT,
        "title": "Kefen standard / 客分分类标准",
        **keyed(
            words.DOCUMENT,
            STANDARD_KEYS,
            {
                "standard": {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_-]*$"},
                "version": {"type": "integer", "minimum": 0},
                "name": ref("wording"),
                "description": ref("wording"),
                "notice": ref("wording"),
                "valid_from": ref("day"),
                "valid_until": ref("day"),
                "window": ref("window"),
                POLICY_KEY: {
                    "type": "string",
                    "pattern": POLICY_PATTERN,
                    "examples": list(POLICY_EXAMPLES),
                },
                "confidence": keyed(
                    words.CONFIDENCE,
                    CONFIDENCE_KEYS,
                    {
                        "small_population": WHOLE,
                        "coverage": {"type": ["string", "number"], "pattern": r"^\d+(\.\d+)? ?%?$"},
                    },
                ),
                "up_to_date": by_name({"type": "string", "pattern": r"^\d{1,4} days?$"}),
                "reasons": by_name(ref("wording")),
                "models": by_name(ref("model")),
                "metrics": by_name(ref("metric")),
                "schemes": by_name(ref("scheme")),
                "alerts": by_name(ref("alert")),
                OWNERSHIP_KEY: ref("ownership"),
            },
            required=("standard", "version", "name", "metrics", "schemes"),
        ),
        "$defs": {
            "wording": wording_schema(),
            "day": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
            "window": suggested(_WINDOWS, _WINDOW),
            "horizon": suggested(_HORIZONS, _HORIZON),
            "expression": {"type": ["string", "number", "boolean"]},
            "lines": {"anyOf": [{"type": "string"}, {"type": "array", "items": _LINES}]},
            "model": model_schema(),
            "metric": metric_schema(),
            "scheme": scheme_schema(),
            "group": group_schema(),
            "indicator": indicator_schema(),
            "bands": {"type": "array", "items": band_schema(), "minItems": 1},
            "learned": learned_schema(),
            "weight_source": weight_source_schema(),
            "grade": grade_schema(),
            "rule": rule_schema(),
            "alert": alert_schema(),
            "ownership": ownership_schema(),
            "tag": tag_schema(),
            "term": term_schema(),
            "service": service_schema(),
            "movement": movement_schema(),
        },
    }
