"""Texts."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.domain.decimals import fits_storage, rounded
from kefen.domain.text import Text
from kefen.expressions import snippets as s
from kefen.expressions.operators.operator import Operator, add
from kefen.expressions.operators.type_rules import (
    fixed,
)
from kefen.expressions.operators.unit_rules import always, plain
from kefen.expressions.types import ValueType
from kefen.expressions.units import BARE

if TYPE_CHECKING:
    from collections.abc import Sequence

add(
    Operator(
        "lower",
        "lower(text)",
        Text("The text with Latin letters A-Z in lower case.", "将 A–Z 转为小写。"),
        fixed(ValueType.TEXT, ValueType.TEXT),
        lambda v: "".join(c.lower() if "A" <= c <= "Z" else c for c in v[0]),
        lambda a, t: s.ascii_lower(a[0]),
        units=plain,
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
        units=plain,
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
        units=plain,
        callable=True,
    )
)
add(
    Operator(
        "ends_with",
        "ends_with(text, part)",
        Text("Whether the text ends with the part.", "文本是否以该部分结尾。"),
        fixed(ValueType.BOOLEAN, ValueType.TEXT, ValueType.TEXT),
        lambda v: v[0].endswith(v[1]),
        lambda a, t: exp.func("ends_with", *a),
        units=plain,
        callable=True,
    )
)

# As data are imported: full-width signs, blanks, thousands signs and % are read.
_WIDE = "０１２３４５６７８９．，－＋％−–"
_NARROW = "0123456789.,-+%--"
_BLANKS = "[ \t\n\r\f\v\u00a0\u3000'’]"
_WRITTEN = r"[+-]?(?:(?:[0-9]{1,3}(?:,[0-9]{2,3})*,[0-9]{3}|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)%?"
_STORABLE = r"[+-]?0*[0-9]{0,14}(?:\.[0-9]*)?%?"


def _number(text: str) -> Decimal | None:
    bare = re.sub(_BLANKS, "", text.translate(str.maketrans(_WIDE, _NARROW)))
    digits = bare.replace(",", "")
    if not re.fullmatch(_WRITTEN, bare) or not re.fullmatch(_STORABLE, digits):
        return None
    share = digits.endswith("%")
    value = rounded(Decimal(digits.removesuffix("%") + ("E-2" if share else "")))
    return value if fits_storage(value) else None


def _number_sql(arguments: Sequence[exp.Expr], _types: Sequence[ValueType]) -> exp.Expr:
    def text(value: str) -> exp.Expr:
        return exp.Literal.string(value)

    def called(name: str, *arguments: exp.Expr) -> exp.Expr:
        # As DuckDB has it: SQLGlot knows functions of these names with other arguments.
        return exp.Anonymous(this=name, expressions=list(arguments))

    narrow = exp.func("translate", arguments[0], text(_WIDE), text(_NARROW))
    bare = called("regexp_replace", narrow, text(_BLANKS), text(""), text("g"))
    # A text that does not match leaves an empty one, which is no number.
    written = called("regexp_extract", bare, text(f"^{_WRITTEN}$"))
    digits = exp.func("replace", written, text(","), text(""))
    storable = called("regexp_extract", digits, text(f"^{_STORABLE}$"))
    scaled = called("regexp_replace", storable, text("%$"), text("E-2"))
    narrowed = exp.TryCast(this=scaled, to=exp.DataType.build("DECIMAL(18, 4)", dialect="duckdb"))
    return s.cast(narrowed, ValueType.DECIMAL)


add(
    Operator(
        "number",
        "number(text)",
        Text(
            "The number that the text is: digits with a sign, a decimal point, thousands commas or "
            "%, in full width too, blanks aside; rounded half up to 4 decimals. Unknown when it is "
            "anything else, or has more than 14 digits before the point.",
            "文本所写的数值：数字，可带正负号、小数点、千分位逗号或 %，全角亦可，空白不计；"
            "四舍五入到 4 位小数。其他写法，或小数点前超过 14 位，则未知。",
        ),
        fixed(ValueType.DECIMAL, ValueType.TEXT),
        lambda v: _number(v[0]),
        _number_sql,
        units=always(BARE),
        callable=True,
    )
)
