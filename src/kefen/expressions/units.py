"""The units of numbers: money, days, months, years and hours, and what fits what."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kefen.domain.contract import Kind
from kefen.domain.text import Text
from kefen.expressions.types import ExpressionTypeError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kefen.domain.contract import Table
    from kefen.expressions.tree import Expression


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a number: how often each dimension is in it, below zero when divided by.

    Attributes:
        money: The exponent of money; so for the others.
        days: Days.
        months: Months; not so many days.
        years: Years; not so many months, although they could be.
        hours: Hours.
        converted: Whether the number was multiplied or divided by a bare number, which may have
            been a rate (`revenue / 1000 * 5` are points): it then fits more.
    """

    money: int = 0
    days: int = 0
    months: int = 0
    years: int = 0
    hours: int = 0
    converted: bool = False

    @property
    def is_plain(self) -> bool:
        """Return whether there is no dimension: counts, shares, points, bare numbers."""
        return not any(self.exponents)

    @property
    def exponents(self) -> tuple[int, int, int, int, int]:
        """Return the exponents alone, money first."""
        return self.money, self.days, self.months, self.years, self.hours

    @property
    def label(self) -> Text:
        """Return the unit for people: `money`, `money / days`."""
        above = [label for label, n in zip(_LABELS, self.exponents, strict=True) for _ in range(n)]
        below = [label for label, n in zip(_LABELS, self.exponents, strict=True) for _ in range(-n)]
        if not above and not below:
            return Text("a plain number", "无单位的数")
        top = above or [Text.same("1")]
        return Text(
            " / ".join([" × ".join(t.en for t in top), *(t.en for t in below)]),
            " / ".join([" × ".join(t.zh for t in top), *(t.zh for t in below)]),
        )

    def times(self, other: Unit) -> Unit:
        """Return the unit of a product."""
        return _unit(self, other, 1)

    def per(self, other: Unit) -> Unit:
        """Return the unit of a quotient."""
        return _unit(self, other, -1)

    def joined(self, other: Unit) -> Unit | None:
        """Return the unit of both together in a sum, a comparison, a choice; None: no fit.

        Equal dimensions fit. A bare number fits everything. Two converted numbers fit, and a
        converted one fits a plain one, or another span of time (`days / 30` and months).
        """
        if self.exponents == other.exponents:
            return replace(self, converted=self.converted and other.converted)
        if self.converted and other.converted:
            return BARE
        if not (self.converted or other.converted):
            return None
        converted, firm = (self, other) if self.converted else (other, self)
        if converted.is_plain or firm.is_plain:
            return firm
        both_time = converted.money == firm.money and sum(converted.exponents) == sum(
            firm.exponents
        )
        return firm if both_time else None


def _unit(left: Unit, right: Unit, power: int) -> Unit:
    return Unit(
        money=left.money + power * right.money,
        days=left.days + power * right.days,
        months=left.months + power * right.months,
        years=left.years + power * right.years,
        hours=left.hours + power * right.hours,
        converted=left.converted or right.converted,
    )


_LABELS = (
    Text("money", "金额"),
    Text("days", "天数"),
    Text("months", "月数"),
    Text("years", "年数"),
    Text("hours", "小时数"),
)
PLAIN = Unit()
"""Counts, shares, points: numbers without a dimension. Dates, texts and conditions count as such,
because their types already keep them apart."""
BARE = Unit(converted=True)
"""A number written without a unit, and `unknown`: fits anything."""
MONEY = Unit(money=1)
DAYS = Unit(days=1)
MONTHS = Unit(months=1)
YEARS = Unit(years=1)
HOURS = Unit(hours=1)
_NAMED = {
    "money": MONEY,
    "count": PLAIN,
    "days": DAYS,
    "months": MONTHS,
    "years": YEARS,
    "hours": HOURS,
    "share": PLAIN,
    "date": PLAIN,
    "text": PLAIN,
    "points": PLAIN,
    "yes_no": PLAIN,
    "per_month": Unit(months=-1),
    "per_year": Unit(years=-1),
    "times": PLAIN,
}


class ExpressionUnitError(ExpressionTypeError):
    """An expression that brings units together that do not fit, as money and days.

    Attributes:
        what: What does not fit.
        at: The offset of the operand that does not fit what stands before it.
        mend: What to do about it.
    """

    def __init__(self, what: Text, at: int, mend: Text | None = None) -> None:
        super().__init__(what, at)
        self.mend = mend or Text(
            "Bring both to one unit, or make points of one: multiply or divide it by a number, "
            "as “5 * visits” or “revenue / 1 wan”.",
            "请统一单位，或乘以、除以一个数换算成分值，如“5 * visits”“revenue / 1 万”。",
        )


def unit_named(name: str) -> Unit:
    """Return the unit that a standard's unit word stands for (`money`, `count`, `per_month`).

    Raises:
        KeyError: There is no such word.
    """
    return _NAMED[name]


def unit_word(unit: Unit) -> str | None:
    """Return the standard's word for a unit that has a dimension; None when it has no own."""
    for name, named in _NAMED.items():
        if not named.is_plain and named.exponents == unit.exponents:
            return name
    return None


def units_of_columns(table: Table) -> dict[str, Unit]:
    """Return the unit of each column of a contract table, by the column's own name.

    Amounts are money. Columns of kind NUMBER fit anything: a discount may be a share or an
    amount, as the source has it.
    """
    kinds = {Kind.MONEY: MONEY, Kind.NUMBER: BARE}
    return {column.name: kinds.get(column.kind, PLAIN) for column in table.columns}


def unit_of(tree: Expression, names: Mapping[str, Unit]) -> Unit:
    """Return the unit of a well-typed expression, checking every operator's arguments.

    Args:
        tree: The expression.
        names: The unit of each name; a name that is not there fits anything.

    Raises:
        ExpressionUnitError: Units that do not fit are added, compared or chosen between.
    """
    from kefen.expressions.operators import CATALOGUE
    from kefen.expressions.tree import Literal, Name

    if isinstance(tree, Literal):
        return _NAMED[tree.unit] if tree.unit else BARE
    if isinstance(tree, Name):
        return names.get(tree.name, BARE)
    argument_units = [unit_of(argument, names) for argument in tree.arguments]
    return CATALOGUE[tree.operator].units(argument_units, tree)
