"""Comparisons, logic, and choosing between values."""

from __future__ import annotations

from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any, cast

from sqlglot import exp

from kefen.domain.text import Text
from kefen.expressions import snippets as s
from kefen.expressions.operators.operator import Operator, add
from kefen.expressions.operators.type_rules import (
    alike,
    any_type,
    choice,
    comparison,
    truths,
    widest,
)
from kefen.expressions.operators.unit_rules import compared, of_choice, plain, same

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kefen.expressions.tree import Value
    from kefen.expressions.types import ValueType


def _compare(
    name: str,
    usage: str,
    description: Text,
    of_two: Callable[[Any, Any], bool],
    node: type[exp.Binary],
) -> None:
    def rendering(arguments: Sequence[exp.Expr], _types: Sequence[ValueType]) -> exp.Expr:
        return s.paren(node(this=arguments[0], expression=arguments[1]))

    add(
        Operator(
            name,
            usage,
            description,
            comparison,
            lambda v: of_two(v[0], v[1]),
            rendering,
            units=compared,
            of_two=of_two,
        )
    )


_compare("equals", "a = b", Text("Whether they are equal.", "是否相等。"), eq, exp.EQ)
_compare("differs", "a != b", Text("Whether they differ.", "是否不等。"), ne, exp.NEQ)
_compare("less", "a < b", Text("Whether a is less.", "a 是否小于 b。"), lt, exp.LT)
_compare("at_most", "a <= b", Text("Whether a is at most b.", "a 是否不大于 b。"), le, exp.LTE)
_compare("greater", "a > b", Text("Whether a is greater.", "a 是否大于 b。"), gt, exp.GT)
_compare("at_least", "a >= b", Text("Whether a is at least b.", "a 是否不小于 b。"), ge, exp.GTE)


def _and(values: Sequence[Value]) -> Value:
    if False in values:
        return False
    return None if None in values else True


def _or(values: Sequence[Value]) -> Value:
    if True in values:
        return True
    return None if None in values else False


add(
    Operator(
        "and",
        "a and b",
        Text(
            "Whether both hold; an unknown side leaves it unknown unless the other fails.",
            "是否都成立；一侧未知且另一侧不为否时，结果未知。",
        ),
        truths,
        _and,
        lambda a, t: s.paren(
            exp.and_(*(s.truth(x, y) for x, y in zip(a, t, strict=True)), copy=False)
        ),
        units=plain,
        strict=False,
    )
)
add(
    Operator(
        "or",
        "a or b",
        Text(
            "Whether one holds; an unknown side leaves it unknown unless the other holds.",
            "是否有一个成立；一侧未知且另一侧不为是时，结果未知。",
        ),
        truths,
        _or,
        lambda a, t: s.paren(
            exp.or_(*(s.truth(x, y) for x, y in zip(a, t, strict=True)), copy=False)
        ),
        units=plain,
        strict=False,
    )
)
add(
    Operator(
        "not",
        "not a",
        Text("Whether it does not hold.", "是否不成立。"),
        truths,
        lambda v: not v[0],
        lambda a, t: s.paren(exp.Not(this=s.paren(s.truth(a[0], t[0])))),
        units=plain,
    )
)
add(
    Operator(
        "one_of",
        "a in (b, c, ...)",
        Text("Whether a equals one of the values.", "a 是否等于其中之一。"),
        comparison,
        lambda v: v[0] in v[1:],
        lambda a, t: s.when_all_known(
            a, exp.or_(*(exp.EQ(this=x, expression=y) for x, y in s.paired(a, t)), copy=False)
        ),
        units=compared,
        repeats=2,
        repeats_first=lambda count: count,
    )
)
add(
    Operator(
        "is_known",
        "a is known",
        Text("Whether there is a value.", "是否有值。"),
        any_type,
        lambda v: v[0] is not None,
        lambda a, t: s.paren(exp.Is(this=s.paren(a[0]), expression=exp.Null()).not_(copy=False)),
        units=plain,
        strict=False,
    )
)
add(
    Operator(
        "is_unknown",
        "a is unknown",
        Text("Whether there is no value.", "是否无值。"),
        any_type,
        lambda v: v[0] is None,
        lambda a, t: s.paren(exp.Is(this=s.paren(a[0]), expression=exp.Null())),
        units=plain,
        strict=False,
    )
)
add(
    Operator(
        "if",
        "if(condition, a, b)",
        Text(
            "a where the condition holds, otherwise b (also where it is unknown).",
            "条件成立时取 a，否则（含未知）取 b。",
        ),
        choice,
        lambda v: v[1] if v[0] is True else v[2],
        lambda a, t: s.choice(a, t),
        units=of_choice,
        strict=False,
        callable=True,
    )
)


def _of_alike(
    node: type[exp.Func], arguments: Sequence[exp.Expr], types: Sequence[ValueType]
) -> exp.Expr:
    """Return a function of one argument or more, in a common type."""
    first, *further = s.alike(arguments, types)
    return node(this=first, expressions=further)


add(
    Operator(
        "first_known",
        "first_known(a, b, ...)",
        Text("The first value that is known.", "第一个有值的值。"),
        alike,
        lambda v: next((x for x in widest(v) if x is not None), None),
        lambda a, t: _of_alike(exp.Coalesce, a, t),
        units=same,
        strict=False,
        callable=True,
    )
)
add(
    Operator(
        "smallest",
        "smallest(a, b, ...)",
        Text("The smallest; unknown when one is unknown.", "最小值；有未知则未知。"),
        alike,
        lambda v: min(cast("Sequence[Any]", widest(v))),
        lambda a, t: s.when_all_known(a, _of_alike(exp.Least, a, t)),
        units=same,
        repeats=2,
        callable=True,
    )
)
add(
    Operator(
        "largest",
        "largest(a, b, ...)",
        Text("The largest; unknown when one is unknown.", "最大值；有未知则未知。"),
        alike,
        lambda v: max(cast("Sequence[Any]", widest(v))),
        lambda a, t: s.when_all_known(a, _of_alike(exp.Greatest, a, t)),
        units=same,
        repeats=2,
        callable=True,
    )
)
