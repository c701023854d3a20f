"""The values of groups joined to one, as SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column
from kefen.compiler.groups import EveryPeriod, meets
from kefen.expressions.quotients import quotient
from kefen.expressions.snippets import number
from kefen.expressions.sql import to_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.expressions.types import ValueType
    from kefen.standards.model.metrics import Take

RUNS = ("longest_run", "latest_run")


def taken(
    take: Take,
    value: exp.Expr,
    value_type: ValueType,
    *,
    present: exp.Expr | None,
    periods: EveryPeriod | None,
    empty: int | None,
) -> exp.Expr:
    """Return the aggregate that joins the values of a customer's groups.

    Args:
        take: How they are joined; not by runs.
        value: A group's value.
        value_type: Its type.
        present: Whether a group has rows that count; None: all have.
        periods: The periods of the window, when those without rows count too.
        empty: The value of a period without rows.
    """

    def of_groups(aggregate: exp.Expr, further: exp.Expr | None = None) -> exp.Expr:
        conditions = [c.copy() for c in (present, further) if c is not None]
        if not conditions:
            return aggregate
        return exp.Filter(this=aggregate, expression=exp.Where(this=exp.and_(*conditions)))

    if periods is not None and empty is not None:
        value = exp.Coalesce(this=value, expressions=[number(empty)])
    groups = of_groups(exp.Count(this=exp.Star()))
    if take.condition is not None:
        met = to_sql(take.condition, {"value": value}, {"value": value_type})
        counted = of_groups(exp.Count(this=exp.Star()), met)
        if periods is not None and meets(take, empty):
            without = exp.Sub(this=number(periods.count), expression=groups)
            counted = exp.Add(this=counted, expression=exp.paren(without))
        return counted
    if take.kind == "sum":
        return of_groups(exp.Sum(this=value))
    if take.kind == "mean":
        many = of_groups(exp.Count(this=value.copy()))
        if periods is not None and empty is not None:
            many = number(periods.count)
        return quotient(of_groups(exp.Sum(this=value.copy())), many)
    largest = take.kind == "largest"
    chosen = of_groups((exp.Max if largest else exp.Min)(this=value))
    if periods is None or empty is None:
        return chosen
    with_empty = (exp.Greatest if largest else exp.Least)(
        this=chosen.copy(), expressions=[number(empty)]
    )
    some_empty = exp.LT(this=groups, expression=number(periods.count))
    return exp.Case(ifs=[exp.If(this=some_empty, true=with_empty)], default=chosen)


def run_lengths(
    take: Take,
    groups: exp.Select,
    within: Sequence[str],
    period: str,
    value_type: ValueType,
    *,
    periods: EveryPeriod,
    empty: int | None,
) -> exp.Select:
    """Return the query of the longest, or the last, run of periods that meet a condition.

    Args:
        take: Which run.
        groups: The query of the periods with rows: `within`, `period` and `value`.
        within: The columns that a run lies within, such as the customer.
        period: The column with the period's number.
        value_type: The type of values.
        periods: The periods of the window.
        empty: The value of a period without rows.

    Returns:
        The query of `within` and `value`: the run's length.
    """
    if take.condition is None:
        raise ValueError("a run meets a condition")
    value: exp.Expr = column("value")
    if empty is not None:
        value = exp.Coalesce(this=value, expressions=[number(empty)])
    met = to_sql(take.condition, {"value": value}, {"value": value_type})
    good = exp.Coalesce(this=met, expressions=[exp.false()])
    judged = exp.select(
        *map(column, within), column(period), exp.alias_(good, "good", quoted=True)
    ).from_(groups.subquery("groups"))
    if meets(take, empty):
        return _between_bad(take, judged, within, period, periods)
    return _of_good(take, judged, within, period, periods)


def _over(value: exp.Expr, within: Sequence[str], period: str) -> exp.Expr:
    return exp.Window(
        this=value,
        partition_by=[*map(column, within), column("good")],
        order=exp.Order(expressions=[exp.Ordered(this=column(period))]),
    )


def _of_good(
    take: Take, judged: exp.Select, within: Sequence[str], period: str, periods: EveryPeriod
) -> exp.Select:
    """Return runs of periods with rows: their numbers rise as their positions do."""
    position = _over(exp.RowNumber(), within, period)
    islands = exp.select(
        "*", exp.alias_(exp.Sub(this=column(period), expression=position), "island", quoted=True)
    ).from_(judged.subquery("judged"))
    keys = [*within, "good", "island"]
    lengths = (
        exp.select(
            *map(column, keys),
            exp.alias_(exp.Count(this=exp.Star()), "length", quoted=True),
            exp.alias_(exp.Max(this=column(period)), "last", quoted=True),
        )
        .from_(islands.subquery("islands"))
        .group_by(*map(column, keys))
    )
    wanted: exp.Expr = column("good")
    if take.kind == "latest_run":
        ends = exp.EQ(this=column("last"), expression=number(periods.last))
        wanted = exp.and_(wanted, ends)
    longest = exp.Filter(this=exp.Max(this=column("length")), expression=exp.Where(this=wanted))
    length = exp.Coalesce(this=longest, expressions=[number(0)])
    return (
        exp.select(*map(column, within), exp.alias_(length, "value", quoted=True))
        .from_(lengths.subquery("lengths"))
        .group_by(*map(column, within))
    )


def _between_bad(
    take: Take, judged: exp.Select, within: Sequence[str], period: str, periods: EveryPeriod
) -> exp.Select:
    """Return runs where periods without rows are good: what lies between those that are not."""
    following = _over(exp.Lead(this=column(period)), within, period)
    gaps = exp.select("*", exp.alias_(following, "following", quoted=True)).from_(
        judged.subquery("judged")
    )

    def of_bad(aggregate: exp.Expr) -> exp.Expr:
        return exp.Filter(this=aggregate, expression=exp.Where(this=exp.Not(this=column("good"))))

    latest = exp.Sub(this=number(periods.last), expression=of_bad(exp.Max(this=column(period))))
    if take.kind == "latest_run":
        length: exp.Expr = latest
    else:
        following_or_end = exp.Coalesce(
            this=column("following"), expressions=[number(periods.last + 1)]
        )
        gap = exp.Sub(
            this=exp.Sub(this=following_or_end, expression=column(period)),
            expression=number(1),
        )
        before = exp.Sub(
            this=of_bad(exp.Min(this=column(period))), expression=number(periods.first)
        )
        length = exp.Greatest(this=of_bad(exp.Max(this=gap)), expressions=[before])
    whole = exp.Coalesce(this=length, expressions=[number(periods.count)])
    return (
        exp.select(*map(column, within), exp.alias_(whole, "value", quoted=True))
        .from_(gaps.subquery("gaps"))
        .group_by(*map(column, within))
    )
