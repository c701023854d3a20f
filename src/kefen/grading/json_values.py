"""Texts and values as JSON has them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kefen.domain.text import Text
    from kefen.expressions.tree import Value


def for_json(text: Text | None) -> dict[str, str] | None:
    """Return a text for JSON."""
    return text.as_dict() if text is not None else None


def plain_value(value: Value) -> object:
    """Return a value for JSON: decimals as exact strings, dates in ISO."""
    if value is None or type(value) is str:  # most of an explanation's
        return value
    if isinstance(value, Decimal):
        text = str(value)  # in a third of the time, and the same but for an exponent
        return text if "E" not in text else format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
