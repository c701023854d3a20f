"""The rows of grades: what each scheme says of each customer, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.steps import part

if TYPE_CHECKING:
    from collections.abc import Collection

    from kefen.standards.model import Scheme


def grades_query(
    scheme: Scheme, scored: str, *, low: bool, small_groups: Collection[str]
) -> exp.Select:
    """Return the query of the grades of a scheme, a row for each customer.

    Args:
        scheme: The scheme.
        scored: The relation of every scheme's results, one row a customer.
        low: Whether the confidence in all of its grades is low.
        small_groups: The groups within the population in whose grades it is low.
    """
    identifier = scheme.id
    grade_column = column(part(identifier, "grade"))
    missing_text = exp.cast(exp.Null(), "TEXT")
    missing_score = exp.cast(exp.Null(), exp.DataType.build("DECIMAL(18, 4)"))
    confidence = exp.Case(
        ifs=[
            exp.If(
                this=exp.Is(this=grade_column.copy(), expression=exp.Null()).not_(),
                true=_confidence(identifier, small_groups, low=low),
            )
        ]
    )
    return exp.select(
        column("customer_id"),
        exp.alias_(exp.Literal.string(identifier), "scheme"),
        exp.alias_(grade_column, "grade"),
        exp.alias_(column(part(identifier, "score")) if scheme.scored else missing_score, "score"),
        exp.alias_(
            column(part(identifier, "score_text")) if scheme.score_text else missing_text,
            "score_text",
        ),
        exp.alias_(column(part(identifier, "reason")), "reason"),
        exp.alias_(confidence, "confidence"),
    ).from_(table(scored))


def no_grades_query(metrics: str) -> exp.Select:
    """Return the query of no grades at all, with the columns and types of those of a scheme.

    Args:
        metrics: The relation of the metrics, which has the customers.
    """
    names = ("scheme", "grade", "score", "score_text", "reason", "confidence")
    types = dict.fromkeys(names, "TEXT") | {"score": "DECIMAL(18, 4)"}
    return (
        exp.select(column("customer_id"))
        .select(*(exp.alias_(exp.cast(exp.Null(), types[name]), name) for name in names))
        .from_(table(metrics))
        .where(exp.false())
    )


def _confidence(identifier: str, small_groups: Collection[str], *, low: bool) -> exp.Expr:
    if low or not small_groups:
        return exp.Literal.string("low" if low else "normal")
    groups = [exp.Literal.string(group) for group in sorted(small_groups)]
    member = exp.In(this=column(part(identifier, "within")), expressions=groups)
    return exp.Case(
        ifs=[exp.If(this=member, true=exp.Literal.string("low"))],
        default=exp.Literal.string("normal"),
    )
