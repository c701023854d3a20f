"""Calibrating: what a scheme learns from a population, by aggregates that combine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.histograms import (
    Bins,
    extent_query,
    histogram_query,
    smallest_within_shares,
    values_at_ranks,
)
from kefen.compiler.plan import POSITION_CUTS, SchemePlan, part
from kefen.compiler.scoring import layered_query, whole_numbers
from kefen.domain.decimals import from_units
from kefen.expressions.types import ValueType
from kefen.standards.calibration import SchemeCalibration
from kefen.standards.model import Position, ShareOfTotal, Tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal

    from kefen.compiler.histograms import BinRow
    from kefen.compiler.plan import Step
    from kefen.engines.duckdb import DuckDBEngine
    from kefen.expressions.tree import Expression, Value
    from kefen.standards.model import Scheme

_WORK = "calibrating"
_SHARED = "shared value"


def learns_from_population(scheme: Scheme) -> bool:
    """Return whether a scheme's grades depend on what it learns from all customers."""
    return bool(
        scheme.learns
        or isinstance(scheme.decision, ShareOfTotal)
        or any(isinstance(i.scoring, Tiles | Position) for i in scheme.indicators)
    )


def calibrate_scheme(
    engine: DuckDBEngine, plan: SchemePlan, source: str, types: Mapping[str, ValueType]
) -> SchemeCalibration:
    """Return what a scheme learns from the customers it grades.

    Args:
        engine: The engine.
        plan: The scheme's plan.
        source: The relation of the metrics (and of earlier schemes' grades).
        types: The types of its columns.
    """
    scheme = plan.scheme
    steps = list(plan.eligibility())
    ranked = [i for i in scheme.indicators if isinstance(i.scoring, Tiles | Position)]
    wanted = [part(scheme.id, "value", i.id) for i in ranked]
    extra: dict[str, Expression] = {
        part(scheme.id, "learns", learned.id): plan.resolved(learned.of)
        for learned in scheme.learns
    }
    if isinstance(scheme.decision, ShareOfTotal):
        extra[part(scheme.id, "learns", _SHARED)] = plan.resolved(scheme.decision.of)
    steps += plan.typed(extra)
    eligible = part(scheme.id, "eligible")
    _make_work_table(engine, steps, source, types, [*wanted, *extra], eligible)
    step_types = {step.name: step.type for step in steps}
    population = _count(engine)
    cuts: dict[str, tuple[Decimal | int, ...]] = {}
    for indicator, name in zip(ranked, wanted, strict=True):
        count = (
            indicator.scoring.count if isinstance(indicator.scoring, Tiles) else POSITION_CUTS + 1
        )
        cuts[indicator.id] = _cuts(
            engine, name, step_types[name], count, lower=indicator.better == "lower"
        )
    total: Decimal | None = None
    smallest: dict[str, Decimal | None] = {}
    if isinstance(scheme.decision, ShareOfTotal):
        name = part(scheme.id, "learns", _SHARED)
        total, smallest = _shares(engine, name, step_types[name], scheme.decision)
    learned_values = {
        learned.id: _learned(engine, part(scheme.id, "learns", learned.id), learned.how)
        for learned in scheme.learns
    }
    return SchemeCalibration(population, total, smallest, cuts, learned_values)


def _make_work_table(
    engine: DuckDBEngine,
    steps: list[Step],
    source: str,
    types: Mapping[str, ValueType],
    wanted: list[str],
    eligible: str,
) -> None:
    query = layered_query(source, steps, types, [*wanted, eligible])
    kept = exp.select("*").from_(query.subquery("ranked")).where(column(eligible))
    engine.run(f"CREATE OR REPLACE TEMP TABLE {_WORK} AS {kept.sql('duckdb')}")


def _count(engine: DuckDBEngine) -> int:
    query = exp.select(exp.Count(this=exp.Star())).from_(_WORK)
    return int(engine.rows(query.sql("duckdb"))[0][0])


def _whole_column(engine: DuckDBEngine, name: str, of_type: ValueType, *, lower: bool) -> str:
    """Make a relation of one column of whole numbers, ascending from worst to best."""
    whole = exp.select(
        exp.alias_(whole_numbers(name, of_type, negated=lower), "value", quoted=True)
    ).from_(_WORK)
    engine.run(f"CREATE OR REPLACE TEMP TABLE whole_values AS {whole.sql('duckdb')}")
    return "whole_values"


def _asker(engine: DuckDBEngine, relation: str) -> Callable[[Bins], Iterable[BinRow]]:
    def ask(bins: Bins) -> Iterable[BinRow]:
        rows = engine.rows(histogram_query(relation, "value", bins).sql("duckdb"))
        return [(int(bin_), int(count), int(total)) for bin_, count, total in rows]

    return ask


def _extent(engine: DuckDBEngine, relation: str) -> tuple[int, int, int, int]:
    count, least, largest, total = engine.rows(extent_query(relation, "value").sql("duckdb"))[0]
    return int(count), int(least or 0), int(largest or 0), int(total or 0)


def _cuts(
    engine: DuckDBEngine, name: str, of_type: ValueType, count: int, *, lower: bool
) -> tuple[Decimal | int, ...]:
    """Return the values at ascending ranks ceil(i n / count), from worst to best."""
    relation = _whole_column(engine, name, of_type, lower=lower)
    known, least, largest, _ = _extent(engine, relation)
    if known == 0:
        return ()
    ranks = [-(-i * known // count) for i in range(1, count)]
    found = values_at_ranks(ranks, least, largest, _asker(engine, relation))
    sign = -1 if lower else 1
    if of_type is ValueType.DECIMAL:
        return tuple(from_units(sign * value) for value in found)
    return tuple(sign * value for value in found)


def _shares(
    engine: DuckDBEngine, name: str, of_type: ValueType, decision: ShareOfTotal
) -> tuple[Decimal, dict[str, Decimal | None]]:
    relation = _whole_column(engine, name, of_type, lower=False)
    known, least, largest, total = _extent(engine, relation)
    scale = 1 if of_type is ValueType.DECIMAL else 10_000
    lines = [(grade, share) for grade, share in decision.lines if share is not None]
    if known == 0:
        return from_units(0), {grade: None for grade, _ in lines}
    shares = [share for _, share in lines]
    found = smallest_within_shares(shares, least, largest, total, _asker(engine, relation))
    smallest: dict[str, Decimal | None] = {}
    better: int | None = None
    for (grade, _), value in zip(lines, found, strict=True):
        # A line that no further value crosses leaves its grade empty.
        smallest[grade] = None if value == better else from_units(value * scale)
        better = value
    return from_units(total * scale), smallest


def _learned(engine: DuckDBEngine, name: str, how: str) -> Value:
    value = column(name)
    known = exp.Is(this=value.copy(), expression=exp.Null()).not_()
    query = exp.select(value).from_(table(_WORK)).where(known)
    if how == "most_common":
        query = query.group_by(value.copy()).order_by(
            exp.Ordered(this=exp.Count(this=exp.Star()), desc=True), exp.Ordered(this=value.copy())
        )
    else:
        query = query.order_by(exp.Ordered(this=value.copy(), desc=how == "largest"))
    rows = engine.rows(query.limit(1).sql("duckdb"))
    found: Value = rows[0][0] if rows else None
    return found
