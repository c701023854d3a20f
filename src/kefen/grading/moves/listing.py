"""The list of everybody who moved between two runs, with the causes, as a relation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.expressions.snippets import cast_to
from kefen.expressions.sql import literal
from kefen.grading.moves.causes import CAUSES
from kefen.grading.moves.counting import changed_by, steps_up
from kefen.grading.moves.path import PATHS
from kefen.grading.outputs import GRADES_FILE, parquet_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kefen.engines.engine import Engine
    from kefen.grading.moves.causes import Cause
    from kefen.grading.moves.model import RunMoves, SchemeMoves
    from kefen.grading.moves.path import Leg
    from kefen.grading.stored import StoredRun

LISTED = "moves listed"
BETWEEN: tuple[Cause, ...] = tuple(c for c in CAUSES if c not in ("entered", "left"))
"""The causes that may share a move; each has a column of steps."""
COLUMNS = (
    "before_as_of",
    "after_as_of",
    "scheme",
    "customer_id",
    "before",
    "before_reason",
    "before_score",
    "after",
    "after_reason",
    "after_score",
    "causes",
    *(f"steps_{cause}" for cause in BETWEEN),
)
"""The columns of the list. Steps are grades up (negative: down); null without an order, and for
those who came or left."""


def list_moves(
    engine: Engine, before: StoredRun, after: StoredRun, found: RunMoves, *, append: bool
) -> None:
    """Make the relation `LISTED` of everybody who moved, or add to it.

    Args:
        engine: The engine, with the ways of `compare_runs`.
        before: The earlier run.
        after: The later run.
        found: What was found of the two.
        append: Whether the relation is there and the moves are added to it.
    """
    parts: list[exp.Query] = [
        _of_scheme(one, found.legs[one.scheme], before, after) for one in found.schemes
    ]
    if not parts:
        return
    query = parts[0]
    for further in parts[1:]:
        query = exp.union(query, further, distinct=False)
    if append:
        into = exp.Insert(this=table(LISTED), expression=query)
        engine.run(into.sql("duckdb"))
    else:
        engine.create("TABLE", LISTED, query)


def _of_scheme(
    scheme: SchemeMoves, legs: Sequence[Leg], before: StoredRun, after: StoredRun
) -> exp.Select:
    start, end = column(legs[0].start), column(legs[-1].end)
    both = exp.and_(column("there_before"), column("there_after"))
    moved = exp.NullSafeNEQ(this=start, expression=end)
    steps = [
        exp.alias_(
            cast_to(_steps_by(cause, legs, scheme.order, both), "INTEGER"),
            f"steps_{cause}",
            quoted=True,
        )
        for cause in BETWEEN
    ]
    query = exp.select(
        exp.alias_(literal(before.as_of), "before_as_of"),
        exp.alias_(literal(after.as_of), "after_as_of"),
        exp.alias_(exp.Literal.string(scheme.scheme), "scheme"),
        exp.column("customer_id", table=PATHS, quoted=True),
        exp.alias_(start.copy(), "before"),
        *_graded("before"),
        exp.alias_(end.copy(), "after"),
        *_graded("after"),
        exp.alias_(_causes(legs), "causes"),
        *steps,
    ).from_(table(PATHS))
    for side, run in (("before", before), ("after", after)):
        query = query.join(
            _grades(run, scheme.scheme).subquery(side),
            on=exp.EQ(
                this=exp.column("customer_id", table=PATHS, quoted=True),
                expression=exp.column("customer_id", table=side, quoted=True),
            ),
            join_type="left",
        )
    return query.where(moved)


def _graded(side: str) -> list[exp.Expr]:
    return [
        exp.alias_(exp.column(name, table=side, quoted=True), f"{side}_{name}", quoted=True)
        for name in ("reason", "score")
    ]


def _grades(run: StoredRun, scheme: str) -> exp.Select:
    pattern = exp.Literal.string(parquet_pattern(run.directory / GRADES_FILE))
    return (
        exp.select(column("customer_id"), column("reason"), column("score"))
        .from_(exp.func("read_parquet", pattern, dialect="duckdb"))
        .where(exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme)))
    )


def _causes(legs: Sequence[Leg]) -> exp.Expr:
    """Return the codes of the causes of a customer's move, joined by commas."""
    codes = [
        exp.Case(
            ifs=[
                exp.If(
                    this=exp.or_(*(changed_by(leg) for leg in legs if leg.cause == cause)),
                    true=exp.Literal.string(cause),
                )
            ]
        )
        for cause in BETWEEN
        if any(leg.cause == cause for leg in legs)
    ]
    # Written as it stands: it passes over nulls, which not every dialect of SQLGlot means by it.
    joined = exp.Anonymous(this="concat_ws", expressions=[exp.Literal.string(","), *codes])
    return exp.Case(
        ifs=[
            exp.If(this=exp.not_(column(there)), true=exp.Literal.string(whole))
            for there, whole in (("there_before", "entered"), ("there_after", "left"))
        ],
        default=joined,
    )


def _steps_by(cause: Cause, legs: Sequence[Leg], order: Sequence[str], both: exp.Expr) -> exp.Expr:
    own = [steps_up(leg, order) for leg in legs if leg.cause == cause]
    if not order or not own:
        return exp.Null()
    total = own[0]
    for further in own[1:]:
        total = exp.Add(this=total, expression=further)
    return exp.Case(ifs=[exp.If(this=both.copy(), true=total)])
