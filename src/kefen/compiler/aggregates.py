"""Rows of facts as SQL: which count, what is computed of them, and by which key."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, day_of
from kefen.compiler.groups import LEVELS
from kefen.domain.periods import CALENDAR_YEAR, DAYS_IN, MONTHS_IN
from kefen.expressions.quotients import quotient
from kefen.expressions.snippets import cast_to, date_part, number
from kefen.expressions.sql import literal, to_sql
from kefen.expressions.tree import Name, names_in
from kefen.expressions.types import ValueType
from kefen.standards.facts import (
    CANCELLED_ON,
    CUSTOMER,
    STATUS,
    date_column,
    fact_types,
    in_order,
)
from kefen.standards.model import PURCHASES
from kefen.standards.model.metrics import CalendarGroups, Runs

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from kefen.domain.periods import Period, YearStart
    from kefen.expressions.tree import Expression
    from kefen.standards.model import FactMetric

_BEGINNING = "0001-01-01"
OWN_CUSTOMER = "own customer_id"
"""The column in which rows that count for a family keep their own customer."""


@dataclass(frozen=True, slots=True)
class FactSQL:
    """Writes expressions on facts as SQL.

    Attributes:
        as_of: The as-of date.
        types: The type of each metric and of each `customers.column` that facts are joined with.
        joined: Which of those there are; the others are unknown.
    """

    as_of: date
    types: Mapping[str, ValueType] = field(default_factory=dict)
    joined: Collection[str] = ()

    def expression(self, tree: Expression, definition: FactMetric) -> exp.Expr:
        """Return an expression on a row of a metric; a moment on its own counts as its day."""
        fact = definition.table
        own = fact_types(fact)
        types = {**self.types, **own, "as_of": ValueType.DATE}
        columns = self._columns(definition)
        for name in set(names_in(tree)) - set(own) - {"as_of"}:
            there = name in self.joined
            columns[name] = (
                column(joined_name(name)) if there else cast_to(exp.Null(), types[name].sql)
            )
        columns["as_of"] = literal(self.as_of)
        sql = to_sql(tree, columns, types)
        if isinstance(tree, Name) and own.get(tree.name) is ValueType.MOMENT:
            return cast_to(sql, "DATE") if fact != PURCHASES else sql
        return sql

    def _columns(self, definition: FactMetric) -> dict[str, exp.Expr]:
        """Return the columns of a row, as they were known and of the row's own customer."""
        columns: dict[str, exp.Expr] = {name: column(name) for name in fact_types(definition.table)}
        if definition.table == "orders":
            columns |= self._not_cancelled_yet()
        if definition.across is not None:
            columns[CUSTOMER] = column(OWN_CUSTOMER)
        return columns

    def _not_cancelled_yet(self) -> dict[str, exp.Expr]:
        """Return what was known of a line of orders that is to be cancelled later: nothing of it.

        The view of orders has no other cancelled lines. It keeps their columns as they are, so
        that measures which do not name them stay as fast as they are.
        """
        later = exp.GT(this=column(CANCELLED_ON), expression=literal(self.as_of))
        known = {CANCELLED_ON: exp.Null(), STATUS: exp.Literal.string("completed")}
        return {
            name: exp.Case(ifs=[exp.If(this=later.copy(), true=then)], default=column(name))
            for name, then in known.items()
        }

    def day(self, definition: FactMetric) -> exp.Expr:
        """Return the day that places a row in the window."""
        fact = definition.table
        if fact == "orders" and definition.dated is None:
            return column("ordered_on")  # the view has it
        return day_of(fact, definition.dated or date_column(fact))

    def rows(self, definition: FactMetric) -> exp.Expr:
        """Return the condition of the rows that count: in the window, and as filtered."""
        start, end = definition.over.span(self.as_of)
        day = self.day(definition)
        conditions: list[exp.Expr] = []
        # A level holds from rows before the window on.
        if start is not None and definition.aggregate not in LEVELS:
            conditions.append(exp.GT(this=day, expression=literal(start)))
        if end < self.as_of or definition.dated is not None:
            conditions.append(exp.LTE(this=day.copy(), expression=literal(end)))
        if definition.where is not None:
            conditions.append(self.expression(definition.where, definition))
        return exp.and_(*conditions) if conditions else exp.true()

    def key(self, definition: FactMetric, by: Expression | CalendarGroups | Runs) -> exp.Expr:
        """Return what rows are grouped by, besides the customer."""
        if isinstance(by, CalendarGroups):
            return period_number(self.day(definition), by.period, definition.over.year_start)
        if isinstance(by, Runs):
            return period_number(self.day(definition), by.unit, definition.over.year_start)
        return self.expression(by, definition)

    def aggregate(self, definition: FactMetric, rows: exp.Expr | None) -> exp.Expr:
        """Return what a metric computes of rows.

        Args:
            definition: The metric.
            rows: The condition of the rows that count; None: all.
        """

        def of_rows(aggregate: exp.Expr) -> exp.Expr:
            if rows is None:
                return aggregate
            return exp.Filter(this=aggregate, expression=exp.Where(this=rows.copy()))

        if definition.aggregate == "count":
            return of_rows(exp.Count(this=exp.Star()))
        if definition.of is None:
            raise ValueError("only a count has no operand")
        value = self.expression(definition.of, definition)
        if definition.aggregate == "distinct":
            return of_rows(exp.Count(this=exp.Distinct(expressions=[value])))
        if definition.aggregate == "sum":
            return of_rows(exp.Sum(this=value))
        if definition.aggregate == "mean":
            total, many = exp.Sum(this=value), exp.Count(this=value.copy())
            return quotient(of_rows(total), of_rows(many))
        if definition.aggregate in ("first", "last"):
            chosen = of_rows(exp.Max(this=self.placed(definition, value)))
            return exp.Dot(
                this=exp.paren(chosen), expression=exp.to_identifier(PLACED, quoted=True)
            )
        first = definition.aggregate in ("smallest", "earliest")
        return of_rows((exp.Min if first else exp.Max)(this=value))

    def placed(self, definition: FactMetric, value: exp.Expr) -> exp.Expr:
        """Return a value with the place of its row: the largest is of the last row, or the first.

        Of rows of one moment the columns decide, never the value: so that all that is taken of
        the last row is of one row. A blank comes before everything.
        """
        name = definition.dated or date_column(definition.table)
        moment: exp.Expr = exp.func("epoch_us", cast_to(column(name), "TIMESTAMP"))
        if definition.aggregate == "first":
            moment = exp.Neg(this=moment)
        place: dict[str, exp.Expr] = {"moment": moment}
        columns = self._columns(definition)
        for name in in_order(definition.table):
            place[f"known {name}"] = exp.Is(this=columns[name], expression=exp.Null()).not_()
            place[name] = columns[name].copy()
        # A column may be called `value`, so the value's own name is none of a column.
        return struct(**place, **{PLACED: value.copy()})


PLACED = "placed value"
"""The field of `FactSQL.placed` that holds the value."""


def joined_name(name: str) -> str:
    """Return the column in which joined facts hold a metric or a `customers.column`."""
    return name if "." in name else f"metric.{name}"


def struct(**fields: exp.Expr) -> exp.Expr:
    """Return a struct; structs are compared field by field."""
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(name, quoted=True), expression=value)
            for name, value in fields.items()
        ]
    )


def period_number(day: exp.Expr, period: Period, start: YearStart) -> exp.Expr:
    """Return the number of the period of a day, as `kefen.domain.periods.period_number`."""
    if period in DAYS_IN:
        beginning = exp.cast(exp.Literal.string(_BEGINNING), "DATE")
        days = exp.paren(exp.Sub(this=day, expression=beginning))
        whole = DAYS_IN[period]
        return days if whole == 1 else exp.IntDiv(this=days, expression=number(whole))
    index: exp.Expr = exp.Add(
        this=exp.Mul(this=date_part("year", day.copy()), expression=number(12)),
        expression=exp.Sub(this=date_part("month", day.copy()), expression=number(start.month)),
    )
    if start.day > CALENDAR_YEAR.day:
        early = exp.LT(this=date_part("day", day.copy()), expression=number(start.day))
        one = exp.Case(ifs=[exp.If(this=early, true=number(1))], default=number(0))
        index = exp.Sub(this=index, expression=one)
    whole = MONTHS_IN[period]
    index = exp.paren(index)
    return index if whole == 1 else exp.IntDiv(this=index, expression=number(whole))
