"""What every part of the schema is made of: named values, texts, bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kefen.domain.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


ID = r"^[A-Za-z][A-Za-z0-9_]{0,62}$"
EXPRESSION = {"$ref": "#/$defs/expression"}
NUMBER = {"type": "number"}
WHOLE = {"type": "integer", "minimum": 0}
NOTHING_ELSE = {"additionalProperties": False}


def ref(name: str) -> dict[str, Any]:
    """Return a reference to a definition of the schema."""
    return {"$ref": f"#/$defs/{name}"}


def described(text: Text) -> str:
    """Return a description in both languages."""
    return f"{text.en}\n{text.zh}"


def keyed(
    descriptions: Mapping[str, Text],
    keys: Iterable[str],
    kinds: Mapping[str, Mapping[str, Any]],
    *,
    required: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the schema of named values: the keys a reader knows, each described and typed."""
    properties = {
        key: {"description": described(descriptions[key]), **kinds.get(key, {})} for key in keys
    }
    found: dict[str, Any] = {"type": "object", "properties": properties, **NOTHING_ELSE}
    if required:
        found["required"] = list(required)
    return found


def by_name(kind: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of values by names that their author chose."""
    return {
        "type": "object",
        "propertyNames": {"pattern": ID},
        "additionalProperties": dict(kind),
    }


def by_grade(kind: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of values by grade."""
    return {"type": "object", "additionalProperties": dict(kind)}


def suggested(examples: Sequence[str], pattern: str) -> dict[str, Any]:
    """Return a text of a pattern; an editor offers the examples."""
    return {"anyOf": [{"enum": list(examples)}, {"type": "string", "pattern": pattern}]}


def one_or_two(kind: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a value or of a pair of them."""
    pair = {"type": "array", "items": dict(kind), "minItems": 2, "maxItems": 2}
    return {"anyOf": [dict(kind), pair]}


def exactly_one(keys: Iterable[str]) -> list[dict[str, Any]]:
    """Return the conditions of which one key fulfils one."""
    return [{"required": [key]} for key in keys]


def wording_schema() -> dict[str, Any]:
    """Return the schema of a text in both languages."""
    said = {"type": ["string", "number"]}
    return {
        "description": described(Text("A text in both languages.", "中英文两种写法。")),
        "type": "object",
        "properties": {"en": said, "zh": said},
        "required": ["en", "zh"],
        **NOTHING_ELSE,
    }


def band_schema(points: Sequence[str] = ("number",)) -> dict[str, Any]:
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
