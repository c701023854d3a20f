"""Two standards on the same data: who would move from which grade to which, counted in the engine.

Nothing is published: both gradings are relations of the engine that go with it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.text import Text
from kefen.expressions.sql import literal
from kefen.grading.comparison import (
    Alone,
    Move,
    Mover,
    Outcome,
    SchemeComparison,
    StandardComparison,
    Tally,
)
from kefen.grading.grade import grade
from kefen.standards.model import Categories

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from kefen.engines.engine import Engine
    from kefen.grading.run import GradedRun
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Scheme, Standard

MOST_MOVES = 1_000
"""How many different moves of a scheme are kept: open classes may have any number."""
LARGEST_MOVERS = 10
_BEFORE = "grades before"
_REVENUE = "revenue compared"
_MONEY = "DECIMAL(38, 4)"


def compare_standards(
    dataset: Dataset,
    current: Standard,
    draft: Standard,
    as_of: date,
    *,
    schemes: Sequence[str] | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> StandardComparison:
    """Grade a dataset under two standards and compare them scheme by scheme.

    Args:
        dataset: The data cut.
        current: The standard in use.
        draft: The standard that may follow it.
        as_of: The as-of date of both.
        schemes: Only these schemes; None: all.
        on_stage: Called with the name of each stage (see `grade.STAGES`, then `comparison`).

    Raises:
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    engine = dataset.engine
    begin = on_stage or _nothing
    before = grade(dataset, current, as_of, on_stage=lambda stage: begin(f"{stage} before"))
    engine.create("TABLE", _BEFORE, exp.select("*").from_(table(before.grades)))
    after = grade(dataset, draft, as_of, on_stage=begin)
    begin("comparison")
    revenue_after = _make_revenue(after, current)
    wanted = None if schemes is None else set(schemes)
    ran_before, ran_after = _ran(before, wanted), _ran(after, wanted)
    both = [name for name in ran_after if name in ran_before]
    return StandardComparison(
        as_of=as_of,
        current=current,
        draft=draft,
        customers=after.record["customers"]["graded"],
        revenue_after=revenue_after,
        revenue=_total_revenue(engine, after),
        schemes=tuple(_Pair(name, before, after).compared() for name in both),
        only_current=tuple(
            _alone(name, before, after, _BEFORE) for name in ran_before if name not in both
        ),
        only_draft=tuple(
            _alone(name, after, before, after.grades) for name in ran_after if name not in both
        ),
        moves=_make_moves(engine, both),
    )


def _nothing(_: str) -> None:
    return


def _ran(run: GradedRun, wanted: set[str] | None) -> list[str]:
    names = [item["scheme"] for item in run.record["schemes"]]
    return [name for name in names if wanted is None or name in wanted]


def _alone(scheme: str, graded_by: GradedRun, other: GradedRun, grades: str) -> Alone:
    own = graded_by.standard.schemes[scheme]
    reason = Text("the other standard has no such scheme", "另一标准没有此方案")
    for item in other.record["schemes_not_run"]:
        if item["scheme"] == scheme:
            reason = Text.from_dict(item["reason"])
    return Alone(scheme, own.name, reason, _counted_alone(graded_by, own, grades))


def _counted_alone(run: GradedRun, scheme: Scheme, grades: str) -> tuple[Tally, ...]:
    """Return the totals of a scheme that has no counterpart: everybody stays where they are."""
    keys = [column("grade"), column("reason")]
    query = (
        exp.select(*keys, exp.Count(this=exp.Star()), exp.Sum(this=column("revenue")))
        .from_(table(grades))
        .join(table(_REVENUE), using=["customer_id"], join_type="left")
        .where(exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme.id)))
        .group_by(*(key.copy() for key in keys))
    )
    rows = run.dataset.engine.rows(query.sql("duckdb"))
    moves = [
        Move(_outcome(a, b), _outcome(a, b), count, None if total is None else Decimal(total))
        for a, b, count, total in rows
    ]
    return _totals(moves, scheme, lambda move: move.after)


def _make_revenue(run: GradedRun, current: Standard) -> date | None:
    """Make the relation of each customer's orders in the current standard's window."""
    start, end = current.constants.window.span(run.as_of)
    engine = run.dataset.engine
    if "orders" not in run.facts:
        query = exp.select(
            column("customer_id"), exp.alias_(exp.cast(exp.Null(), _MONEY), "revenue")
        ).from_(table(run.metrics))
    else:
        ordered = column("ordered_on")
        query = (
            exp.select(
                column("customer_id"),
                exp.alias_(exp.cast(exp.Sum(this=column("amount")), _MONEY), "revenue"),
            )
            .from_(table(run.facts["orders"]))
            .where(exp.LTE(this=ordered, expression=literal(end)))
            .group_by(column("customer_id"))
        )
        if start is not None:
            query = query.where(exp.GT(this=ordered.copy(), expression=literal(start)))
    engine.create("TABLE", _REVENUE, query)
    return start


def _total_revenue(engine: Engine, run: GradedRun) -> Decimal | None:
    if "orders" not in run.facts:
        return None
    query = exp.select(exp.Sum(this=column("revenue"))).from_(table(_REVENUE))
    total = engine.rows(query.sql("duckdb"))[0][0]
    return Decimal(total or 0)


def _compared(scheme: str) -> str:
    return f"compared {scheme}"


class _Pair:
    """One scheme under both standards."""

    def __init__(self, scheme: str, before: GradedRun, after: GradedRun) -> None:
        self.id = scheme
        self.before = before.standard.schemes[scheme]
        self.after = after.standard.schemes[scheme]
        self.run = after
        self.engine = after.dataset.engine
        self.has_revenue = "orders" in after.facts

    def compared(self) -> SchemeComparison:
        """Join the two gradings customer by customer, and count."""
        self._join()
        difference = _difference(self.before, self.after)
        ordered = difference is None and _codes(self.before) == _codes(self.after)
        pairs = self._pairs()
        moves = sorted(pairs, key=lambda move: (-move.customers, _order(move)))
        return SchemeComparison(
            scheme=self.id,
            before=self.before,
            after=self.after,
            difference=difference,
            ordered=ordered and bool(self.after.grades),
            moves=tuple(moves[:MOST_MOVES]),
            left_off=max(0, len(moves) - MOST_MOVES),
            counts=_counts(pairs, _codes(self.after) if ordered else ()),
            totals_before=_totals(pairs, self.before, lambda move: move.before),
            totals_after=_totals(pairs, self.after, lambda move: move.after),
            largest=self._largest(),
        )

    def _join(self) -> None:
        sides = []
        for relation, alias in ((_BEFORE, "before"), (self.run.grades, "after")):
            of_scheme = exp.EQ(this=column("scheme"), expression=exp.Literal.string(self.id))
            sides.append(
                exp.select(
                    column("customer_id"),
                    exp.alias_(column("grade"), alias, quoted=True),
                    exp.alias_(column("reason"), f"{alias}_reason", quoted=True),
                    exp.alias_(column("score"), f"{alias}_score", quoted=True),
                )
                .from_(table(relation))
                .where(of_scheme)
                .subquery(f"of {alias}")
            )
        revenue = exp.Coalesce(
            this=column("revenue"), expressions=[exp.cast(exp.Literal.number(0), _MONEY)]
        )
        query = (
            exp.select(
                column("customer_id"),
                *(column(f"{alias}{part}") for alias in ("before", "after") for part in _PARTS),
                exp.alias_(revenue if self.has_revenue else column("revenue"), "revenue"),
            )
            .from_(sides[0])
            .join(sides[1], using=["customer_id"])
            .join(table(_REVENUE), using=["customer_id"], join_type="left")
        )
        self.engine.create("TABLE", _compared(self.id), query)

    def _pairs(self) -> list[Move]:
        keys = [column(name) for name in ("before", "before_reason", "after", "after_reason")]
        query = (
            exp.select(*keys, exp.Count(this=exp.Star()), exp.Sum(this=column("revenue")))
            .from_(table(_compared(self.id)))
            .group_by(*(key.copy() for key in keys))
        )
        return [
            Move(_outcome(a, b), _outcome(c, d), count, None if total is None else Decimal(total))
            for a, b, c, d, count, total in self.engine.rows(query.sql("duckdb"))
        ]

    def _largest(self) -> tuple[Mover, ...]:
        names = exp.select(column("customer_id"), column("name")).from_(
            table(self.run.dataset.tables["customers"].relation)
        )
        largest = (
            exp.select("*")
            .from_(table(_compared(self.id)))
            .where(_differs("before", "after"))
            .order_by(
                exp.Ordered(this=column("revenue"), desc=True, nulls_first=False),
                exp.Ordered(this=column("customer_id")),
            )
            .limit(LARGEST_MOVERS)
        )
        wanted = ("customer_id", "name", "before", "before_reason", "after", "after_reason")
        query = (
            exp.select(*(column(name) for name in wanted), column("revenue"))
            .from_(largest.subquery("largest"))
            .join(names.subquery("names"), using=["customer_id"], join_type="left")
            .order_by(
                exp.Ordered(this=column("revenue"), desc=True, nulls_first=False),
                exp.Ordered(this=column("customer_id")),
            )
        )
        return tuple(
            Mover(
                customer,
                name,
                _outcome(a, b),
                _outcome(c, d),
                None if revenue is None else Decimal(revenue),
            )
            for customer, name, a, b, c, d, revenue in self.engine.rows(query.sql("duckdb"))
        )


_PARTS = ("", "_reason", "_score")


def _make_moves(engine: Engine, schemes: Sequence[str]) -> str:
    """Make the relation of everybody whose grade, or whose reason for none, differs."""
    names = ("before", "before_reason", "before_score", "after", "after_reason", "after_score")
    parts: list[exp.Query] = [
        exp.select(
            column("customer_id"),
            exp.alias_(exp.Literal.string(scheme), "scheme"),
            *(column(name) for name in names),
            column("revenue"),
        )
        .from_(table(_compared(scheme)))
        .where(exp.or_(_differs("before", "after"), _differs("before_reason", "after_reason")))
        for scheme in schemes
    ]
    if not parts:
        empty = ("customer_id", "scheme", *names, "revenue")
        parts = [
            exp.select(
                *(exp.alias_(exp.cast(exp.Null(), "TEXT"), name, quoted=True) for name in empty)
            ).where(exp.false())
        ]
    query = parts[0]
    for further in parts[1:]:
        query = exp.union(query, further, distinct=False)
    engine.create("VIEW", "moves compared", query)
    return "moves compared"


def _differs(one: str, other: str) -> exp.Expr:
    return exp.NullSafeNEQ(this=column(one), expression=column(other))


def _outcome(grade_code: Any, reason: Any) -> Outcome:
    """Return an outcome; a grade has no reason beside it."""
    return Outcome(grade_code, None if grade_code is not None else reason)


def _order(move: Move) -> tuple[str, ...]:
    return tuple(
        part or "" for side in (move.before, move.after) for part in (side.grade, side.reason)
    )


def _codes(scheme: Scheme) -> tuple[str, ...]:
    """Return the codes of a scheme's classes in order, without those that mean “no grade”."""
    return tuple(grade.id for grade in scheme.grades if grade.reason is None)


def _difference(before: Scheme, after: Scheme) -> Text | None:
    """Return why the grades of two schemes cannot be compared one with one; None if they can."""
    open_before = isinstance(before.decision, Categories)
    open_after = isinstance(after.decision, Categories)
    if open_before != open_after:
        return Text(
            "Only one of the two has fixed grades, so they are not compared one with one.",
            "两者只有一个设有固定等级，不作逐级比较。",
        )
    if open_before or set(_codes(before)) == set(_codes(after)):
        return None
    return Text(
        "The grades are others ({b}; in the draft {a}), so they are not compared one with one.",
        "等级不同（现为 {b}；草案为 {a}），不作逐级比较。",
    ).filled(b=", ".join(_codes(before)), a=", ".join(_codes(after)))


def _counts(pairs: Sequence[Move], order: Sequence[str]) -> dict[str, int]:
    places = {code: place for place, code in enumerate(order)}
    counts = dict.fromkeys(("same", "higher", "lower", "other", "gained", "lost"), 0)
    for move in pairs:
        counts[_kind(move.before.grade, move.after.grade, places)] += move.customers
    return counts


def _kind(before: str | None, after: str | None, places: Mapping[str, int]) -> str:
    if before == after:
        return "same"
    if before is None or after is None:
        return "gained" if before is None else "lost"
    if before in places and after in places:
        return "higher" if places[after] < places[before] else "lower"
    return "other"


def _totals(
    pairs: Sequence[Move], scheme: Scheme, side: Callable[[Move], Outcome]
) -> tuple[Tally, ...]:
    found: dict[Outcome, Tally] = {
        Outcome(code, None): Tally(Outcome(code, None), 0, None) for code in _codes(scheme)
    }
    for move in pairs:
        outcome = side(move)
        known = found.get(outcome, Tally(outcome, 0, None))
        revenue = known.revenue
        if move.revenue is not None:
            revenue = (revenue or Decimal(0)) + move.revenue
        found[outcome] = Tally(outcome, known.customers + move.customers, revenue)
    given = [tally for tally in found.values() if tally.outcome.grade is not None]
    if not scheme.grades:
        given.sort(key=lambda tally: (-tally.customers, str(tally.outcome.grade)))
    missing = [tally for tally in found.values() if tally.outcome.grade is None]
    missing.sort(key=lambda tally: (-tally.customers, tally.outcome.reason or ""))
    return (*given, *missing)
