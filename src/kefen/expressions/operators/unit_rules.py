"""Unit rules that several operators share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.domain.text import Text
from kefen.expressions.tree import start_of
from kefen.expressions.units import PLAIN, ExpressionUnitError, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kefen.expressions.operators.operator import UnitRule
    from kefen.expressions.tree import Call

_COMPARED = Text("{b} cannot be compared with {a}", "{b}不能与{a}比较")
_CLASHES = {
    "add": Text("{b} cannot be added to {a}", "{b}不能与{a}相加"),
    "subtract": Text("{b} cannot be subtracted from {a}", "{a}不能减去{b}"),
    **dict.fromkeys(
        ("equals", "differs", "less", "at_most", "greater", "at_least", "one_of"), _COMPARED
    ),
}
_OTHERWISE = Text("“{o}” cannot have {b} beside {a}", "“{o}”中{b}不能与{a}并用")
_MIXED_TIMES = Text(
    "Count both in one unit: hours_between gives hours, days_between days, months_between months, "
    "years_between years; "
    "or convert one, as “days / 30”.",
    "请统一时间单位：hours_between 得小时数，days_between 得天数，months_between 得月数，"
    "years_between 得年数；或换算其一，如“days / 30”。",
)


def fitted(units: list[Unit], call: Call, which: Iterable[int]) -> Unit:
    """Return the unit that the arguments at these positions have together.

    Raises:
        ExpressionUnitError: One does not fit those before it.
    """
    together: Unit | None = None
    for index in which:
        unit = units[index]
        joint = unit if together is None else together.joined(unit)
        if joint is None:
            assert together is not None  # noqa: S101 - the first one always fits
            raise clash(together, unit, call, index)
        together = joint
    return PLAIN if together is None else together


def clash(before: Unit, unit: Unit, call: Call, index: int) -> ExpressionUnitError:
    """Return the error of an argument whose unit does not fit those before it."""
    times = before.money == unit.money and sum(before.exponents) == sum(unit.exponents)
    return ExpressionUnitError(
        _CLASHES.get(call.operator, _OTHERWISE).filled(
            a=before.label, b=unit.label, o=call.operator
        ),
        start_of(call.arguments[index]),
        _MIXED_TIMES if times else None,
    )


def same(units: list[Unit], call: Call) -> Unit:
    """Return the unit of values that must fit, and give one of them or their sum."""
    return fitted(units, call, range(len(units)))


def compared(units: list[Unit], call: Call) -> Unit:
    """Return the unit of a test on values that must fit."""
    same(units, call)
    return PLAIN


def plain(_units: list[Unit], _call: Call) -> Unit:
    """Return no unit, whatever the arguments have."""
    return PLAIN


def of_first(units: list[Unit], _call: Call) -> Unit:
    """Return the unit of the first argument."""
    return units[0]


def always(unit: Unit) -> UnitRule:
    """Return the rule of an operator that gives one unit, whatever the arguments have."""
    return lambda _units, _call: unit


def of_product(units: list[Unit], _call: Call) -> Unit:
    """Return the unit of a product."""
    return units[0].times(units[1])


def of_quotient(units: list[Unit], _call: Call) -> Unit:
    """Return the unit of a quotient."""
    return units[0].per(units[1])


def of_choice(units: list[Unit], call: Call) -> Unit:
    """Return the unit of one of two values after a condition."""
    return fitted(units, call, (1, 2))


def keyed(units: list[Unit], call: Call) -> Unit:
    """Return the unit of the values in `a, key, value, key, value, ...`, keys fitting a.

    A last value without a key is one of the values.
    """
    last = len(units) - 1
    fitted(units, call, (0, *range(1, last if last % 2 else last + 1, 2)))
    values = list(range(2, len(units), 2))
    return fitted(units, call, [*values, last] if last % 2 else values)


def a_plain_second(units: list[Unit], call: Call) -> Unit:
    """Return the unit of the first argument, the second of which counts something."""
    if PLAIN.joined(units[1]) is None:
        raise ExpressionUnitError(
            Text(
                "“{o}” needs a plain number of times, not {u}", "“{o}”需要无单位的次数，而不是{u}"
            ).filled(o=call.operator, u=units[1].label),
            start_of(call.arguments[1]),
            Text(
                "Divide it by what counts once, as “months_idle / 6 months”.",
                "请除以一次所对应的量，如“months_idle / 6 months”。",
            ),
        )
    return units[0]


def moved_by(unit: Unit) -> UnitRule:
    """Return the rule of a day that is moved by so many of `unit`."""

    def rule(units: list[Unit], call: Call) -> Unit:
        if unit.joined(units[1]) is None:
            raise ExpressionUnitError(
                Text("“{o}” needs {w}, not {u}", "“{o}”需要{w}，而不是{u}").filled(
                    o=call.operator, w=unit.label, u=units[1].label
                ),
                start_of(call.arguments[1]),
                Text(
                    "Use days_after for days and months_before for months.",
                    "天数用 days_after，月数用 months_before。",
                ),
            )
        return PLAIN

    return rule


def part_of_first(units: list[Unit], call: Call) -> Unit:
    """Return the unit of the first argument, taken in proportion of the others."""
    fitted(units, call, (1, 2))
    return units[0]
