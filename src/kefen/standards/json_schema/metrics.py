"""The schema of metrics and of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.standards import key_words as words
from kefen.standards.json_schema.kinds import (
    EXPRESSION,
    ID,
    NOTHING_ELSE,
    NUMBER,
    band_schema,
    by_grade,
    by_name,
    described,
    exactly_one,
    keyed,
    one_or_two,
    ref,
    suggested,
)
from kefen.standards.metrics.counted import VERBS
from kefen.standards.metrics.scope import FACTS
from kefen.standards.model.metrics import UNITS
from kefen.standards.modelling.catalogue import METHODS as MODEL_METHODS
from kefen.standards.modelling.read import MODEL_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.standards.modelling.method import MethodOption


_EACH = (
    *("day", "week", "month", "quarter", "half-year", "year"),
    *("every day", "every week", "every month", "12 months", "90 days"),
)
_TAKE = (
    *("largest", "smallest", "mean", "sum"),
    *("number of >= 1000", "longest run of >= 1000", "latest run of >= 1000"),
)


def metric_schema() -> dict[str, Any]:
    """Return the schema of a metric."""
    kinds: dict[str, Mapping[str, Any]] = dict.fromkeys(VERBS, EXPRESSION)
    offered = [*_EACH]
    kinds |= {
        "count": {"enum": list(FACTS)},
        "name": ref("wording"),
        "description": ref("wording"),
        "unit": {"enum": list(UNITS)},
        "where": EXPRESSION,
        "over": {"anyOf": [ref("window"), ref("horizon")]},
        "from_model": {"type": "string", "pattern": ID},
        "gives": {"enum": _results()},
        "discount": {"type": ["string", "number"]},
        "dated": {"type": "string"},
        "per": {"enum": ["month"]},
        "each": one_or_two({"anyOf": [{"enum": offered}, {"type": "string"}]}),
        "take": one_or_two(
            suggested(
                _TAKE,
                r"^(?:largest|smallest|mean|sum|(?:number|longest run|latest run) of .+)$",
            )
        ),
        "by": {"type": "string"},
        "across": {"anyOf": [{"enum": ["parent_id", "household"]}, {"type": "string"}]},
        "from": NUMBER,
        "to": NUMBER,
        "whole": {"type": "boolean"},
        "one_of": {"type": "array", "items": {"type": ["string", "number"]}, "minItems": 1},
        "raters": {"enum": ["last", "mean", "lowest", "highest"]},
        "bands": {
            "anyOf": [
                {"type": "array", "items": band_schema(points=("string", "number")), "minItems": 1},
                by_grade(
                    {
                        "type": "array",
                        "items": band_schema(points=("string", "number")),
                        "minItems": 1,
                    }
                ),
            ]
        },
    }
    return {
        **keyed(words.METRIC, words.METRIC, kinds),
        "oneOf": exactly_one(VERBS),
    }


def _results() -> list[str]:
    """Return the results of all methods."""
    return list(dict.fromkeys(o.id for method in MODEL_METHODS.values() for o in method.outputs))


def model_schema() -> dict[str, Any]:
    """Return the schema of a model."""
    methods = list(MODEL_METHODS.values())
    settings = {option.id: option for method in methods for option in method.settings}
    return keyed(
        words.MODEL,
        MODEL_KEYS,
        {
            "method": {"enum": list(MODEL_METHODS)},
            "name": ref("wording"),
            "description": ref("wording"),
            "inputs": by_name(EXPRESSION),
            "among": EXPRESSION,
            "lost": EXPRESSION,
            "learned_as_of": {"type": "string", "pattern": r"^\d+ (month|year)s? ago$"},
            "smallest_population": {"type": "integer", "minimum": 1},
            "settings": {
                "type": "object",
                "properties": {name: _option(option) for name, option in settings.items()},
                **NOTHING_ELSE,
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
    return {"description": described(option.description), **kind}
