"""Texts."""

from __future__ import annotations

from sqlglot import exp

from kefen.domain.text import Text
from kefen.expressions import snippets as s
from kefen.expressions.operators.operator import Operator, add
from kefen.expressions.operators.type_rules import (
    fixed,
)
from kefen.expressions.types import ValueType

add(
    Operator(
        "lower",
        "lower(text)",
        Text("The text with Latin letters A-Z in lower case.", "将 A–Z 转为小写。"),
        fixed(ValueType.TEXT, ValueType.TEXT),
        lambda v: "".join(c.lower() if "A" <= c <= "Z" else c for c in v[0]),
        lambda a, t: s.ascii_lower(a[0]),
        callable=True,
    )
)
add(
    Operator(
        "contains",
        "contains(text, part)",
        Text("Whether the text contains the part.", "文本是否包含该部分。"),
        fixed(ValueType.BOOLEAN, ValueType.TEXT, ValueType.TEXT),
        lambda v: v[1] in v[0],
        lambda a, t: exp.func("contains", *a),
        callable=True,
    )
)
add(
    Operator(
        "starts_with",
        "starts_with(text, part)",
        Text("Whether the text starts with the part.", "文本是否以该部分开头。"),
        fixed(ValueType.BOOLEAN, ValueType.TEXT, ValueType.TEXT),
        lambda v: v[0].startswith(v[1]),
        lambda a, t: exp.func("starts_with", *a),
        callable=True,
    )
)
