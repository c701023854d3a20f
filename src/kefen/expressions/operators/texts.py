"""Texts."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.domain.countries import country_words
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


def _country(text: str) -> str:
    lower = "".join(c.lower() if "A" <= c <= "Z" else c for c in text)
    return country_words().get(lower, text)


def _country_sql(arguments: Sequence[exp.Expr], _types: Sequence[ValueType]) -> exp.Expr:
    text = arguments[0]
    words = country_words()
    # A constant that is read once: a CASE of all names would be compared one by one.
    entries = ", ".join(f'"{word}"={code}' for word, code in words.items())
    known = exp.cast(_text(f"{{{entries}}}"), exp.DataType.build("MAP(VARCHAR, VARCHAR)", "duckdb"))
    meant = _called("map_extract_value", known, s.ascii_lower(text))
    codes = f"|{'|'.join(sorted(set(words.values())))}|"
    # Most data has the codes themselves. What is sought begins with a letter: a bar, which stands
    # before every code, was tried at each of them.
    marked = exp.func("concat", text.copy(), _text("|"))
    return exp.Case(
        ifs=[exp.If(this=exp.func("contains", _text(codes), marked), true=text.copy())],
        default=exp.func("coalesce", meant, text.copy()),
    )


add(
    Operator(
        "country_code",
        "country_code(text)",
        Text(
            "The two letters of the country that the text names: by two letters, three letters or "
            "three digits (ISO 3166), or by its English or Chinese name. A text that names none "
            "stays as it is.",
            "文本所指国家的两位字母代码：可写两位字母、三位字母或三位数字（ISO 3166），"
            "或中英文名称。不能识别的文本保持原样。",
        ),
        fixed(ValueType.TEXT, ValueType.TEXT),
        lambda v: _country(v[0]),
        _country_sql,
        units=plain,
        callable=True,
        repeats=4,
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


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def _called(name: str, *arguments: exp.Expr) -> exp.Expr:
    # As DuckDB has it: SQLGlot knows functions of these names with other arguments.
    return exp.Anonymous(this=name, expressions=list(arguments))


def _number_sql(arguments: Sequence[exp.Expr], _types: Sequence[ValueType]) -> exp.Expr:
    narrow = exp.func("translate", arguments[0], _text(_WIDE), _text(_NARROW))
    bare = _called("regexp_replace", narrow, _text(_BLANKS), _text(""), _text("g"))
    # A text that does not match leaves an empty one, which is no number.
    written = _called("regexp_extract", bare, _text(f"^{_WRITTEN}$"))
    digits = exp.func("replace", written, _text(","), _text(""))
    storable = _called("regexp_extract", digits, _text(f"^{_STORABLE}$"))
    scaled = _called("regexp_replace", storable, _text("%$"), _text("E-2"))
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

_WIDE_DATE = "０１２３４５６７８９－／"
_NARROW_DATE = "0123456789-/"
_AROUND = "[ \t\n\r\f\v\u00a0\u3000]"
# Years begin with 1: the engine's calendar has a year 0, Python's has none.
_YEAR = "(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_DATE = f"{_YEAR}(?:-[0-9]{{2}}-[0-9]{{2}}|/[0-9]{{2}}/[0-9]{{2}}|[0-9]{{4}})"


def _date(text: str) -> date | None:
    narrow = text.translate(str.maketrans(_WIDE_DATE, _NARROW_DATE))
    bare = re.sub(f"\\A{_AROUND}+|{_AROUND}+\\Z", "", narrow)
    if not re.fullmatch(_DATE, bare):
        return None
    digits = re.sub("[-/]", "", bare)
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _date_sql(arguments: Sequence[exp.Expr], _types: Sequence[ValueType]) -> exp.Expr:
    narrow = exp.func("translate", arguments[0], _text(_WIDE_DATE), _text(_NARROW_DATE))
    around = _text(f"^{_AROUND}+|{_AROUND}+$")
    bare = _called("regexp_replace", narrow, around, _text(""), _text("g"))
    # A text that does not match leaves an empty one, which is no date.
    written = _called("regexp_extract", bare, _text(f"^{_DATE}$"))
    digits = _called("regexp_replace", written, _text("[-/]"), _text(""), _text("g"))
    return s.cast(_called("try_strptime", digits, _text("%Y%m%d")), ValueType.DATE)


add(
    Operator(
        "date",
        "date(text)",
        Text(
            "The date that the text is: `2026-10-31`, `2026/10/31` or `20261031`, in full width "
            "too, blanks around it aside. Unknown when it is anything else, or no day of the "
            "calendar.",
            "文本所写的日期：`2026-10-31`、`2026/10/31` 或 `20261031`，全角亦可，首尾空白不计。"
            "其他写法或日历上没有的日期则未知。",
        ),
        fixed(ValueType.DATE, ValueType.TEXT),
        lambda v: _date(v[0]),
        _date_sql,
        units=plain,
        callable=True,
    )
)
