"""How many customers and how much revenue each class of a run holds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import column, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kefen.engines.engine import Engine
    from kefen.grading.run import GradedRun
    from kefen.standards.model import Standard

REVENUE = "revenue"
"""The metric that classes are summed by, where a standard has it."""


@dataclass(frozen=True, slots=True)
class ClassTally:
    """One class of a scheme, or one reason for having none.

    Attributes:
        grade: The code of the class; None for those without one.
        reason: The reason code of those without a class.
        customers: How many they are.
        revenue: The sum of their metric `REVENUE`; None where the run has none.
        low: How many of the grades have low confidence.
        of: Of how many customers the revenue is known.
    """

    grade: str | None
    reason: str | None
    customers: int
    revenue: Decimal | None
    low: int
    of: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "grade": self.grade,
            "reason": self.reason,
            "customers": self.customers,
            "revenue": None if self.revenue is None else str(self.revenue),
            "revenue_of": self.of,
            "low_confidence": self.low,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> ClassTally:
        """Return what `as_dict` told."""
        revenue = told["revenue"]
        return cls(
            told["grade"],
            told["reason"],
            int(told["customers"]),
            None if revenue is None else Decimal(revenue),
            int(told["low_confidence"]),
            int(told["revenue_of"]),
        )


def together(
    standard: Standard,
    scheme: str,
    parts: Iterable[tuple[int, Sequence[ClassTally]]],
) -> tuple[ClassTally, ...]:
    """Return the classes of several parts of the customers, added up or taken away.

    Args:
        standard: The standard.
        scheme: The scheme.
        parts: The sign of each part, 1 or -1, and its classes.
    """
    sums: dict[tuple[str | None, str | None], list[Any]] = {}
    for sign, tallies in parts:
        for own in tallies:
            into = sums.setdefault((own.grade, own.reason), [0, Decimal("0.0000"), 0, 0])
            into[0] += sign * own.customers
            into[1] += sign * (own.revenue or Decimal(0))
            into[2] += sign * own.low
            into[3] += sign * own.of
    found = [
        ClassTally(grade, reason, customers, revenue if of else None, low, of)
        for (grade, reason), (customers, revenue, low, of) in sums.items()
        if customers
    ]
    return in_order(standard, scheme, found)


def tally_grades(
    engine: Engine, standard: Standard, parts: Mapping[str, exp.Select], *, revenue: bool
) -> Mapping[str, tuple[ClassTally, ...]]:
    """Count the customers and the revenue of every class of every scheme that was run.

    Args:
        engine: The engine that holds the grades.
        standard: The standard.
        parts: The grades of each scheme, with a column `REVENUE` where there is one.
        revenue: Whether there is one.

    Returns:
        By scheme: the classes in the standard's order, open classes by revenue and customers
        (most first), then the reasons of those without a class.

    Raises:
        EngineError: The engine stopped.
    """
    keys = (column("grade"), column("reason"))
    asked = [partial(engine.rows, _tally(query, keys, revenue=revenue)) for query in parts.values()]
    return {
        scheme: in_order(standard, scheme, [_tally_of(row) for row in rows])
        for scheme, rows in zip(parts, engine.together(asked), strict=True)
    }


def tally_question(parts: Mapping[str, exp.Select], side: exp.Expr, *, revenue: bool) -> str:
    """Return what `tally_sides` asks of all schemes at once.

    Args:
        parts: The grades of each scheme, with a column `REVENUE` where there is one.
        side: The condition, of columns of these, that tells the sides apart.
        revenue: Whether there is a column `REVENUE`.
    """
    keys = (exp.alias_(side, "side", copy=False), column("grade"), column("reason"))
    counted = (
        f"SELECT {place} AS place, * FROM ({_tally(query, keys, revenue=revenue)})"  # noqa: S608
        for place, query in enumerate(parts.values())
    )
    return " UNION ALL ".join(counted)


def tally_sides(
    engine: Engine,
    standard: Standard,
    schemes: Sequence[str],
    question: str,
) -> tuple[Mapping[str, tuple[ClassTally, ...]], Mapping[str, tuple[ClassTally, ...]]]:
    """Count as `tally_grades` does, but the customers of a condition and the others apart.

    It is one question, for few customers: planning many takes longer than answering them.

    Args:
        engine: The engine that holds the grades.
        standard: The standard.
        schemes: The schemes, in the order of the question.
        question: What `tally_question` gave; empty without schemes.

    Returns:
        What `tally_grades` returns, of the customers of the condition and of the others.

    Raises:
        EngineError: The engine stopped.
    """
    rows = engine.rows(question) if question else []
    found: dict[bool, dict[str, list[ClassTally]]] = {
        side: {scheme: [] for scheme in schemes} for side in (True, False)
    }
    for place, side, *row in rows:
        found[side][schemes[place]].append(_tally_of(row))
    its, others = (
        {scheme: in_order(standard, scheme, tallies) for scheme, tallies in own.items()}
        for own in (found[True], found[False])
    )
    return its, others


def _tally_of(row: Sequence[Any]) -> ClassTally:
    grade, reason, customers, total, low, of = row
    amount = None if total is None else Decimal(total)
    return ClassTally(grade, None if grade else reason, customers, amount, low, of)


def _tally(query: exp.Select, keys: Sequence[exp.Expr], *, revenue: bool) -> str:
    money = exp.cast(column(REVENUE), "DECIMAL(38, 4)")
    low = exp.EQ(this=column("confidence"), expression=exp.Literal.string("low"))
    counted = exp.select(
        *(key.copy() for key in keys),
        exp.alias_(exp.Count(this=exp.Star()), "customers"),
        exp.alias_(exp.Sum(this=money) if revenue else exp.Null(), "total", copy=False),
        exp.alias_(
            exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=low)),
            "low",
            copy=False,
        ),
        exp.alias_(
            exp.Count(this=column(REVENUE)) if revenue else exp.Literal.number(0),
            "revenue_of",
            copy=False,
        ),
        copy=False,
    )
    places = [exp.Literal.number(place) for place in range(1, len(keys) + 1)]
    counted = counted.from_(query.subquery("graded", copy=False), copy=False)
    return counted.group_by(*places, copy=False).sql("duckdb", copy=False)


def in_order(standard: Standard, scheme: str, tallies: list[ClassTally]) -> tuple[ClassTally, ...]:
    """Return the classes in the standard's order, open ones by revenue, then the reasons."""
    order = {grade.id: place for place, grade in enumerate(standard.schemes[scheme].grades)}

    def place(tally: ClassTally) -> tuple[bool, int, Decimal, int, str]:
        return (
            tally.grade is None,
            order.get(tally.grade or "", len(order)),
            -(tally.revenue or Decimal(0)),
            -tally.customers,
            tally.grade or tally.reason or "",
        )

    return tuple(sorted(tallies, key=place))


def leading_customer(run: GradedRun) -> str | None:
    """Return the customer with the largest revenue, the first id of equals; None without one.

    Raises:
        EngineError: The engine stopped.
    """
    query = exp.select(column("customer_id")).from_(table(run.metrics))
    if _revenue_known(run):
        query = query.order_by(exp.Ordered(this=column(REVENUE), desc=True, nulls_first=False))
    rows = run.dataset.engine.rows(query.order_by(column("customer_id")).limit(1).sql("duckdb"))
    return str(rows[0][0]) if rows else None


def _revenue_known(run: GradedRun) -> bool:
    return REVENUE in run.standard.metrics and (REVENUE not in run.record["metrics_not_available"])
