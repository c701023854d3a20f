"""The moves since an earlier run, as the report tells them, from stored results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.grading.comparability import comparable
from kefen.grading.history import KeptRun
from kefen.grading.moves.compare_runs import compare_runs
from kefen.grading.moves.path import PATHS
from kefen.grading.stored import StoredRun
from kefen.reports.summary import leading_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

    from kefen.domain.text import Text
    from kefen.grading.moves.model import RunMoves
    from kefen.grading.run import GradedRun
    from kefen.reports.previous import ClassKey, PreviousRun

LARGEST = 20


@dataclass(frozen=True, slots=True)
class Mover:
    """One of the largest customers that moved."""

    customer: str
    name: str | None
    before: str | None
    after: str | None
    causes: tuple[str, ...]
    revenue: Decimal | None


@dataclass(frozen=True, slots=True)
class MovesSince:
    """The moves since an earlier run.

    Attributes:
        before_as_of: The as-of date of the earlier run.
        found: The moves; None where the two runs cannot be compared.
        why_not: Why they cannot be compared, or None.
        largest: For the leading scheme: the movers with the largest revenue.
        earlier: As-of dates of runs before this one and their customers by scheme and class, the
            earliest first.
    """

    before_as_of: date
    found: RunMoves | None
    why_not: Text | None
    largest: Mapping[str, tuple[Mover, ...]]
    earlier: tuple[tuple[date, Mapping[str, Mapping[ClassKey, int]]], ...]


def moves_since(
    run: GradedRun,
    directory: Path,
    earlier: Sequence[PreviousRun],
) -> MovesSince:
    """Return the moves since an earlier run.

    Args:
        run: The run that is reported.
        directory: Where its files are.
        earlier: Runs before this one, read from files, the earliest first; it is compared with
            the last of them.

    Raises:
        DataError: A file of a run is damaged.
        StandardError: The earlier run's standard cannot be read by this version.
        EngineError: Memory or disk ran out.
    """
    folder = earlier[-1].directory
    if folder is None:
        raise AssertionError("a run that moves are compared with was read from files")
    sides = [KeptRun.in_folder(one) for one in (folder, directory)]
    obstacles = comparable(*sides)
    flow = tuple((one.as_of, one.counts) for one in earlier)
    refused = next((one for one in obstacles if one.weight == "refuses"), None)
    if refused is not None:
        return MovesSince(sides[0].as_of, None, refused.reason, {}, flow)
    engine = run.dataset.engine
    before, after = StoredRun.load(folder), StoredRun.load(directory)
    found = compare_runs(
        engine,
        before,
        after,
        names=(sides[0].run_id, sides[1].run_id),
        warnings=[one.reason for one in obstacles],
    )
    leading = leading_of([after.standard.schemes[name] for name in after.running])
    largest = {} if leading is None else {leading.id: _largest(run, found, leading.id)}
    engine.run(exp.Drop(tables=[table(PATHS)], kind="TABLE").sql("duckdb"))
    return MovesSince(sides[0].as_of, found, None, largest, flow)


def _largest(run: GradedRun, found: RunMoves, scheme: str) -> tuple[Mover, ...]:
    """Return those who moved under a scheme and have the largest revenue."""
    legs = found.legs[scheme]
    measured = "revenue" in run.standard.metrics
    revenue: exp.Expr = column("revenue") if measured else exp.Null()
    names = exp.select(column("customer_id"), column("name")).from_(
        table(run.dataset.tables["customers"].relation)
    )
    flags = [exp.NullSafeNEQ(this=column(leg.start), expression=column(leg.end)) for leg in legs]
    query = (
        exp.select(
            column("customer_id"),
            column("name"),
            column(legs[0].start),
            column(legs[-1].end),
            revenue,
            column("there_before"),
            *flags,
        )
        .from_(table(PATHS))
        .join(table(run.metrics), using=["customer_id"])
        .join(names.subquery("names"), using=["customer_id"], join_type="left")
        .where(
            exp.NullSafeNEQ(this=column(legs[0].start), expression=column(legs[-1].end)),
        )
        .order_by(
            *([exp.Ordered(this=revenue.copy(), desc=True, nulls_first=False)] if measured else ()),
            exp.Ordered(this=column("customer_id")),
        )
        .limit(LARGEST)
    )
    return tuple(
        Mover(
            customer,
            name,
            before,
            after,
            tuple(dict.fromkeys(leg.cause for leg, flag in zip(legs, changed, strict=True) if flag))
            if was_there
            else ("entered",),
            amount,
        )
        for customer, name, before, after, amount, was_there, *changed in run.dataset.engine.rows(
            query.sql("duckdb")
        )
    )
