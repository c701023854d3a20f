"""The operator catalogue: each operator's type rule, Python meaning and DuckDB SQL, side by side.

Rules that hold for all: an unknown argument makes the result unknown, unless the operator says
otherwise; numbers are whole numbers or decimals of four places; nothing is ever a double.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from sqlglot import exp

from kefen.domain.calendar import months_before, months_between
from kefen.domain.decimals import added, negated, product, quotient, rounded, units
from kefen.domain.text import Text
from kefen.expressions import snippets as s
from kefen.expressions.types import ExpressionTypeError, ValueType, common_type

if TYPE_CHECKING:
    from kefen.expressions.tree import Call, Value

TypeRule: TypeAlias = Callable[[list[ValueType], "Call"], ValueType]
Meaning: TypeAlias = Callable[[Sequence[Any]], "Value"]
Rendering: TypeAlias = Callable[[Sequence[exp.Expr], Sequence[ValueType]], exp.Expr]

_LONG = 2**63
_WIDE_LIMIT = Decimal(10) ** 34


class OutOfRangeError(ArithmeticError):
    """A number grew past what can be stored exactly (the engine refuses it likewise)."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    Attributes:
        name: Its name in the catalogue, and as a function in expressions.
        usage: How it is written.
        description: What it gives, for the reference.
        type_rule: Argument types to result type; raises ExpressionTypeError.
        meaning: Argument values to result value.
        rendering: Argument SQL and types to result SQL.
        strict: Whether an unknown argument makes the result unknown.
        callable: Whether users may write it as `name(...)`.
    """

    name: str
    usage: str
    description: Text
    type_rule: TypeRule
    meaning: Meaning
    rendering: Rendering
    strict: bool = True
    callable: bool = False

    def value(self, arguments: Sequence[Value]) -> Value:
        """Return the operator's value for argument values.

        Raises:
            OutOfRangeError: The result is too large to be exact.
        """
        if self.strict and any(argument is None for argument in arguments):
            return None
        result = self.meaning(arguments)
        if isinstance(result, bool):
            return result
        if isinstance(result, int) and not -_LONG <= result < _LONG:
            raise OutOfRangeError(self.name)
        if isinstance(result, Decimal) and abs(result) >= _WIDE_LIMIT:
            raise OutOfRangeError(self.name)
        return result


CATALOGUE: dict[str, Operator] = {}
"""Every operator by name."""


def _add(operator: Operator) -> None:
    CATALOGUE[operator.name] = operator


# --- type rules -----------------------------------------------------------------------------


def _wrong(call: Call, wanted: Text) -> ExpressionTypeError:
    operator = CATALOGUE[call.operator]
    return ExpressionTypeError(
        Text("“{u}” needs {w}", "“{u}”需要{w}").filled(u=operator.usage, w=wanted), call.at
    )


_NUMBERS = Text("numbers", "数值")
_TWO_ALIKE = Text("values of one type", "同一类型的值")


def _numbers(types: list[ValueType], call: Call) -> ValueType:
    common = common_type(types)
    if common is ValueType.UNKNOWN:
        return ValueType.DECIMAL
    if common is None or not common.is_number:
        raise _wrong(call, _NUMBERS)
    return common


def _one_number(types: list[ValueType], call: Call) -> ValueType:
    if len(types) != 1:
        raise _wrong(call, Text("one number", "一个数值"))
    return _numbers(types, call)


def _decimal(types: list[ValueType], call: Call) -> ValueType:
    _numbers(types, call)
    return ValueType.DECIMAL


def _alike(types: list[ValueType], call: Call) -> ValueType:
    common = common_type(types)
    if common is None:
        raise _wrong(call, _TWO_ALIKE)
    return common


def _comparison(types: list[ValueType], call: Call) -> ValueType:
    _alike(types, call)
    return ValueType.BOOLEAN


def _whatever(_types: list[ValueType], _call: Call) -> ValueType:
    return ValueType.BOOLEAN


def _fixed(result: ValueType, *wanted: ValueType) -> TypeRule:
    def rule(types: list[ValueType], call: Call) -> ValueType:
        fits = len(types) == len(wanted) and all(
            given in (want, ValueType.UNKNOWN) for given, want in zip(types, wanted, strict=True)
        )
        if not fits:
            labels = [want.label for want in wanted]
            raise _wrong(
                call,
                Text(", ".join(t.en for t in labels), "、".join(t.zh for t in labels)),
            )
        return result

    return rule


def _truths(types: list[ValueType], call: Call) -> ValueType:
    if any(t not in (ValueType.BOOLEAN, ValueType.UNKNOWN) for t in types):
        raise _wrong(call, Text("conditions (yes or no)", "条件（是或否）"))
    return ValueType.BOOLEAN


def _choice(types: list[ValueType], call: Call) -> ValueType:
    if len(types) != 3 or types[0] not in (ValueType.BOOLEAN, ValueType.UNKNOWN):
        raise _wrong(
            call, Text("a condition and two values of one type", "一个条件和两个同类型的值")
        )
    return _alike(types[1:], call)


# --- arithmetic -----------------------------------------------------------------------------


def _exact(value: int | Decimal) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value)


def _arithmetic(
    name: str,
    usage: str,
    description: Text,
    whole: Callable[[int, int], int],
    exact: Callable[[Decimal, Decimal], Decimal],
    node: type[exp.Binary],
) -> None:
    def rendering(arguments: Sequence[exp.Expr], types: Sequence[ValueType]) -> exp.Expr:
        if all(value_type is ValueType.INTEGER for value_type in types):
            return exp.paren(node(this=arguments[0], expression=arguments[1]))
        return exp.paren(node(this=s.widened(arguments[0]), expression=s.widened(arguments[1])))

    _add(
        Operator(
            name,
            usage,
            description,
            _numbers,
            lambda v: (
                whole(v[0], v[1])
                if isinstance(v[0], int) and isinstance(v[1], int)
                else exact(_exact(v[0]), _exact(v[1]))
            ),
            rendering,
        )
    )


_arithmetic("add", "a + b", Text("The sum.", "和。"), lambda a, b: a + b, added, exp.Add)
_arithmetic(
    "subtract",
    "a - b",
    Text("The difference.", "差。"),
    lambda a, b: a - b,
    lambda a, b: added(a, negated(b)),
    exp.Sub,
)


def _multiply_sql(arguments: Sequence[exp.Expr], types: Sequence[ValueType]) -> exp.Expr:
    if all(value_type is ValueType.INTEGER for value_type in types):
        return exp.paren(exp.Mul(this=arguments[0], expression=arguments[1]))
    wide = exp.Mul(this=s.widened(arguments[0]), expression=s.widened(arguments[1]))
    return s.cast(wide, ValueType.DECIMAL)


_add(
    Operator(
        "multiply",
        "a * b",
        Text("The product, rounded half up to 4 decimals.", "积，四舍五入到 4 位小数。"),
        _numbers,
        lambda v: (
            v[0] * v[1]
            if isinstance(v[0], int) and isinstance(v[1], int)
            else product(_exact(v[0]), _exact(v[1]))
        ),
        _multiply_sql,
    )
)
_add(
    Operator(
        "divide",
        "a / b",
        Text(
            "The quotient, rounded half up to 4 decimals; unknown when b is 0.",
            "商，四舍五入到 4 位小数；除数为 0 时为未知。",
        ),
        _decimal,
        lambda v: quotient(v[0], v[1]),
        lambda a, t: s.quotient(a[0], a[1]),
    )
)
_add(
    Operator(
        "negate",
        "-a",
        Text("The number with its sign turned.", "相反数。"),
        _numbers,
        lambda v: negated(v[0]) if isinstance(v[0], Decimal) else -v[0],
        lambda a, t: exp.paren(exp.Neg(this=exp.paren(a[0]))),
    )
)
_add(
    Operator(
        "absolute",
        "absolute(a)",
        Text("The number without its sign.", "绝对值。"),
        _one_number,
        lambda v: v[0].copy_abs() if isinstance(v[0], Decimal) else abs(v[0]),
        lambda a, t: exp.Abs(this=a[0]),
        callable=True,
    )
)


def _round_rule(types: list[ValueType], call: Call) -> ValueType:
    from kefen.expressions.tree import Literal

    _numbers(types[:1], call)
    places = call.arguments[1] if len(call.arguments) == 2 else None
    if not (isinstance(places, Literal) and type(places.value) is int and 0 <= places.value <= 4):
        raise _wrong(call, Text("a number and a literal 0 to 4", "一个数值和 0 到 4 的常数"))
    return ValueType.DECIMAL


def _round_sql(arguments: Sequence[exp.Expr], _types: Sequence[ValueType]) -> exp.Expr:
    narrowed = s.cast_to(s.widened(arguments[0]), f"DECIMAL(38, {arguments[1].name})")
    return s.cast(narrowed, ValueType.DECIMAL)


_add(
    Operator(
        "round",
        "round(a, places)",
        Text("The number rounded half up to 0-4 decimals.", "四舍五入到 0–4 位小数。"),
        _round_rule,
        lambda v: rounded(rounded(_exact(v[0]), v[1])),
        _round_sql,
        callable=True,
    )
)


# --- comparison and logic -------------------------------------------------------------------


def _compare(
    name: str,
    usage: str,
    description: Text,
    meaning: Callable[[Any, Any], bool],
    node: type[exp.Binary],
) -> None:
    def rendering(arguments: Sequence[exp.Expr], _types: Sequence[ValueType]) -> exp.Expr:
        return exp.paren(node(this=arguments[0], expression=arguments[1]))

    _add(Operator(name, usage, description, _comparison, lambda v: meaning(v[0], v[1]), rendering))


_compare(
    "equals", "a = b", Text("Whether they are equal.", "是否相等。"), lambda a, b: a == b, exp.EQ
)
_compare(
    "differs", "a != b", Text("Whether they differ.", "是否不等。"), lambda a, b: a != b, exp.NEQ
)
_compare("less", "a < b", Text("Whether a is less.", "a 是否小于 b。"), lambda a, b: a < b, exp.LT)
_compare(
    "at_most",
    "a <= b",
    Text("Whether a is at most b.", "a 是否不大于 b。"),
    lambda a, b: a <= b,
    exp.LTE,
)
_compare(
    "greater", "a > b", Text("Whether a is greater.", "a 是否大于 b。"), lambda a, b: a > b, exp.GT
)
_compare(
    "at_least",
    "a >= b",
    Text("Whether a is at least b.", "a 是否不小于 b。"),
    lambda a, b: a >= b,
    exp.GTE,
)


def _and(values: Sequence[Value]) -> Value:
    if any(value is False for value in values):
        return False
    return None if any(value is None for value in values) else True


def _or(values: Sequence[Value]) -> Value:
    if any(value is True for value in values):
        return True
    return None if any(value is None for value in values) else False


_add(
    Operator(
        "and",
        "a and b",
        Text(
            "Whether both hold; an unknown side leaves it unknown unless the other fails.",
            "是否都成立；一侧未知且另一侧不为否时，结果未知。",
        ),
        _truths,
        _and,
        lambda a, t: exp.paren(exp.and_(*(s.truth(x, y) for x, y in zip(a, t, strict=True)))),
        strict=False,
    )
)
_add(
    Operator(
        "or",
        "a or b",
        Text(
            "Whether one holds; an unknown side leaves it unknown unless the other holds.",
            "是否有一个成立；一侧未知且另一侧不为是时，结果未知。",
        ),
        _truths,
        _or,
        lambda a, t: exp.paren(exp.or_(*(s.truth(x, y) for x, y in zip(a, t, strict=True)))),
        strict=False,
    )
)
_add(
    Operator(
        "not",
        "not a",
        Text("Whether it does not hold.", "是否不成立。"),
        _truths,
        lambda v: not v[0],
        lambda a, t: exp.paren(exp.Not(this=exp.paren(s.truth(a[0], t[0])))),
    )
)
_add(
    Operator(
        "one_of",
        "a in (b, c, ...)",
        Text("Whether a equals one of the values.", "a 是否等于其中之一。"),
        _comparison,
        lambda v: v[0] in v[1:],
        lambda a, t: s.when_all_known(
            a, exp.or_(*(exp.EQ(this=w[0], expression=w[1]) for w in s.paired(a, t)))
        ),
    )
)
_add(
    Operator(
        "is_known",
        "a is known",
        Text("Whether there is a value.", "是否有值。"),
        _whatever,
        lambda v: v[0] is not None,
        lambda a, t: exp.paren(exp.Is(this=exp.paren(a[0]), expression=exp.Null()).not_()),
        strict=False,
    )
)
_add(
    Operator(
        "is_unknown",
        "a is unknown",
        Text("Whether there is no value.", "是否无值。"),
        _whatever,
        lambda v: v[0] is None,
        lambda a, t: exp.paren(exp.Is(this=exp.paren(a[0]), expression=exp.Null())),
        strict=False,
    )
)
_add(
    Operator(
        "if",
        "if(condition, a, b)",
        Text(
            "a where the condition holds, otherwise b (also where it is unknown).",
            "条件成立时取 a，否则（含未知）取 b。",
        ),
        _choice,
        lambda v: v[1] if v[0] is True else v[2],
        lambda a, t: s.choice(a, t),
        strict=False,
        callable=True,
    )
)


def _widest(values: Sequence[Value]) -> Sequence[Value]:
    """Return numbers as decimals where one is a decimal, as the SQL does."""
    if any(isinstance(value, Decimal) for value in values):
        return [_exact(cast("int | Decimal", v)) if v is not None else None for v in values]
    return values


_add(
    Operator(
        "first_known",
        "first_known(a, b, ...)",
        Text("The first value that is known.", "第一个有值的值。"),
        _alike,
        lambda v: next((x for x in _widest(v) if x is not None), None),
        lambda a, t: exp.Coalesce(this=s.alike(a, t)[0], expressions=list(s.alike(a, t)[1:])),
        strict=False,
        callable=True,
    )
)
_add(
    Operator(
        "smallest",
        "smallest(a, b, ...)",
        Text("The smallest; unknown when one is unknown.", "最小值；有未知则未知。"),
        _alike,
        lambda v: min(cast("Sequence[Any]", _widest(v))),
        lambda a, t: s.when_all_known(
            a, exp.Least(this=s.alike(a, t)[0], expressions=list(s.alike(a, t)[1:]))
        ),
        callable=True,
    )
)
_add(
    Operator(
        "largest",
        "largest(a, b, ...)",
        Text("The largest; unknown when one is unknown.", "最大值；有未知则未知。"),
        _alike,
        lambda v: max(cast("Sequence[Any]", _widest(v))),
        lambda a, t: s.when_all_known(
            a, exp.Greatest(this=s.alike(a, t)[0], expressions=list(s.alike(a, t)[1:]))
        ),
        callable=True,
    )
)


# --- dates ----------------------------------------------------------------------------------


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _days_rule(result: ValueType, count: int) -> TypeRule:
    def rule(types: list[ValueType], call: Call) -> ValueType:
        days = (ValueType.DATE, ValueType.MOMENT, ValueType.UNKNOWN)
        if len(types) != count or any(t not in days for t in types):
            raise _wrong(call, Text("dates", "日期"))
        return result

    return rule


_add(
    Operator(
        "date_of",
        "date_of(moment)",
        Text("The date of a date and time.", "日期时间中的日期。"),
        _days_rule(ValueType.DATE, 1),
        lambda v: _day(v[0]),
        lambda a, t: s.cast(a[0], ValueType.DATE),
        callable=True,
    )
)
_add(
    Operator(
        "days_between",
        "days_between(start, end)",
        Text(
            "Days from start to end; negative when end is earlier.",
            "从 start 到 end 的天数，可为负。",
        ),
        _days_rule(ValueType.INTEGER, 2),
        lambda v: (_day(v[1]) - _day(v[0])).days,
        lambda a, t: exp.paren(
            exp.Sub(this=s.cast(a[1], ValueType.DATE), expression=s.cast(a[0], ValueType.DATE))
        ),
        callable=True,
    )
)
_add(
    Operator(
        "months_between",
        "months_between(start, end)",
        Text(
            "Whole months from start to end; a start late in a month completes on a shorter "
            "month's last day.",
            "从 start 到 end 的整月数；月末起算的，在较短月份的最后一天满月。",
        ),
        _days_rule(ValueType.INTEGER, 2),
        lambda v: months_between(_day(v[0]), _day(v[1])),
        lambda a, t: s.months_between(a[0], a[1]),
        callable=True,
    )
)


def _months_before_rule(types: list[ValueType], call: Call) -> ValueType:
    from kefen.expressions.tree import Literal

    months = call.arguments[1] if len(call.arguments) == 2 else None
    if (
        types[:1] not in ([ValueType.DATE], [ValueType.UNKNOWN])
        or not isinstance(months, Literal)
        or type(months.value) is not int
    ):
        raise _wrong(call, Text("a date and a literal number of months", "一个日期和整月常数"))
    return ValueType.DATE


_add(
    Operator(
        "months_before",
        "months_before(day, months)",
        Text(
            "The day so many months before; from a month's end, a month's end.",
            "往前推若干整月的日期；月末对月末。",
        ),
        _months_before_rule,
        lambda v: months_before(v[0], v[1]),
        lambda a, t: s.months_before(a[0], a[1]),
        callable=True,
    )
)
for _part, _english, _chinese in (
    ("year", "The year of a date.", "日期的年份。"),
    ("month", "The month of a date, 1-12.", "日期的月份，1–12。"),
):
    _add(
        Operator(
            f"{_part}_of",
            f"{_part}_of(day)",
            Text(_english, _chinese),
            _days_rule(ValueType.INTEGER, 1),
            lambda v, part=_part: cast("int", getattr(v[0], part)),  # type: ignore[misc]
            lambda a, t, part=_part: s.date_part(part, a[0]),  # type: ignore[misc]
            callable=True,
        )
    )


# --- text -----------------------------------------------------------------------------------

_TEXT = ValueType.TEXT
_add(
    Operator(
        "lower",
        "lower(text)",
        Text("The text with Latin letters A-Z in lower case.", "将 A–Z 转为小写。"),
        _fixed(_TEXT, _TEXT),
        lambda v: "".join(c.lower() if "A" <= c <= "Z" else c for c in v[0]),
        lambda a, t: s.ascii_lower(a[0]),
        callable=True,
    )
)
_add(
    Operator(
        "contains",
        "contains(text, part)",
        Text("Whether the text contains the part.", "文本是否包含该部分。"),
        _fixed(ValueType.BOOLEAN, _TEXT, _TEXT),
        lambda v: v[1] in v[0],
        lambda a, t: exp.func("contains", *a),
        callable=True,
    )
)
_add(
    Operator(
        "starts_with",
        "starts_with(text, part)",
        Text("Whether the text starts with the part.", "文本是否以该部分开头。"),
        _fixed(ValueType.BOOLEAN, _TEXT, _TEXT),
        lambda v: v[0].startswith(v[1]),
        lambda a, t: exp.func("starts_with", *a),
        callable=True,
    )
)


# --- what calibrations are applied with ------------------------------------------------------


def _cuts_rule(types: list[ValueType], call: Call) -> ValueType:
    _alike(types, call)
    return ValueType.INTEGER


_add(
    Operator(
        "cuts_below",
        "cuts_below(a, cut, ...)",
        Text("How many of the ascending cuts are strictly less than a.", "严格小于 a 的切点个数。"),
        _cuts_rule,
        lambda v: bisect_left(v, v[0], 1) - 1,
        lambda a, t: s.count_cuts(a, t, exp.GT),
    )
)
_add(
    Operator(
        "cuts_up_to",
        "cuts_up_to(a, cut, ...)",
        Text("How many of the ascending cuts are at most a.", "不大于 a 的切点个数。"),
        _cuts_rule,
        lambda v: bisect_right(v, v[0], 1) - 1,
        lambda a, t: s.count_cuts(a, t, exp.GTE),
    )
)


def _share_rule(types: list[ValueType], call: Call) -> ValueType:
    return _fixed(ValueType.DECIMAL, ValueType.DECIMAL, ValueType.INTEGER, ValueType.INTEGER)(
        types, call
    )


_add(
    Operator(
        "share_of",
        "share_of(points, part, whole)",
        Text(
            "points x part / whole, rounded half up once to 4 decimals (points >= 0, whole > 0).",
            "points × part ÷ whole，只四舍五入一次到 4 位小数。",
        ),
        _share_rule,
        lambda v: Decimal((2 * units(v[0]) * v[1] + v[2]) // (2 * v[2])).scaleb(-4),
        lambda a, t: s.share_of(a[0], a[1], a[2]),
    )
)


def _lookup_rule(types: list[ValueType], call: Call) -> ValueType:
    _alike(types[:1] + types[1::2], call)
    return _alike(types[2::2], call)


_add(
    Operator(
        "lookup",
        "lookup(a, key, value, key, value, ...)",
        Text(
            "The value beside the key that equals a; unknown when none does.",
            "与 a 相等的键所对应的值；没有则未知。",
        ),
        _lookup_rule,
        lambda v: next(
            (value for key, value in zip(v[1::2], v[2::2], strict=True) if key == v[0]), None
        ),
        lambda a, t: s.lookup(a),
        strict=False,
    )
)

_SEPARATOR_FIRST = Text(
    "a separator in quotes, then texts, whole numbers or dates",
    "先是带引号的分隔符，然后是文本、整数或日期",
)


def _joined_rule(types: list[ValueType], call: Call) -> ValueType:
    written_alike = (ValueType.TEXT, ValueType.INTEGER, ValueType.DATE, ValueType.UNKNOWN)
    separator, *parts = types or [ValueType.UNKNOWN]
    wrong_part = not parts or any(part not in written_alike for part in parts)
    if separator is not ValueType.TEXT or wrong_part:
        raise _wrong(call, _SEPARATOR_FIRST)
    return ValueType.TEXT


_add(
    Operator(
        "joined",
        "joined(separator, a, b, ...)",
        Text(
            "Texts, whole numbers or dates joined to one text; unknown when one is.",
            "以分隔符连接文本、整数或日期；任一未知则未知。",
        ),
        _joined_rule,
        lambda v: str(v[0]).join(str(x) for x in v[1:]),
        lambda a, t: s.when_all_known(
            a[1:], exp.func("concat_ws", a[0], *(s.cast_to(x.copy(), "TEXT") for x in a[1:]))
        ),
        callable=True,
    )
)
