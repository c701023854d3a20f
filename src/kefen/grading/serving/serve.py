"""Serving: what grade every customer holds, from the computed grades and the run before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.metrics import STORED
from kefen.compiler.movement import MovementPlan
from kefen.compiler.movement_names import (
    GIVEN,
    SHOWN,
    STATE,
    given,
    kept_by_name,
    names_needed,
    schemes_needed,
    shown,
    was,
)
from kefen.compiler.scoring import layered_query
from kefen.compiler.steps import part
from kefen.domain.spans import Cadence
from kefen.domain.text import Text
from kefen.expressions.snippets import cast_to
from kefen.grading.serving.before import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    import pyarrow as pa

    from kefen.engines.engine import Engine
    from kefen.grading.serving.before import RunBefore
    from kefen.standards.model import Counter, Scheme, Standard

SERVED = "served"
_BEGUN_LATE = Text(
    "The counter “{c}” should have begun afresh on {d}; no run was on that day, so that it begins "
    "on {a}, and what happened in between is not counted after it.",
    "计数器“{c}”应在 {d} 重新起算；当日没有评级，因此自 {a} 起重新起算，其间发生的不再计入此后。",
)
_OVERRIDES = "overrides given"
_SOURCE = "customers as before"
COLUMNS = (*SHOWN, *(name for name in STATE if name not in SHOWN))
"""The columns of `served.parquet` after customer_id and scheme; the maps by name follow."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What serving needs beside the computed grades.

    Attributes:
        before: The run before of the same standard, or None: nobody held a grade.
        overrides: What people say, as far as it was given by the as-of date and holds on it: one
            row a customer and scheme with the columns of `GIVEN`; None: nothing.
        applied: The same as `run.json` tells them.
    """

    before: RunBefore | None = None
    overrides: pa.Table | None = None
    applied: tuple[Mapping[str, Any], ...] = ()

    def record(
        self, counts: list[dict[str, Any]], standard: Standard, as_of: date
    ) -> dict[str, Any]:
        """Return what `run.json` tells of the grades held.

        Args:
            counts: By scheme, how many are held for which reason (see `served_counts`).
            standard: The standard.
            as_of: The as-of date.
        """
        schemes = [standard.schemes[str(said["scheme"])] for said in counts]
        return {
            "served": counts,
            "begun_late": self.begun_late(schemes, as_of),
            "served_from": self.before.as_dict() if self.before is not None else None,
            "overrides": [dict(own) for own in self.applied],
        }

    def begun_late(self, schemes: Iterable[Scheme], as_of: date) -> list[Mapping[str, Any]]:
        """Return the counters that begin afresh in this run, because none was on their day.

        Args:
            schemes: The schemes whose grades are held.
            as_of: The as-of date.

        Returns:
            Of each the scheme, the counter, its day (`due`) and how that is said.
        """
        found: list[Mapping[str, Any]] = []
        for scheme in schemes if self.before is not None else ():
            for counter in scheme.movement.counters if scheme.movement is not None else ():
                day = _last_missed(counter, self.before.as_of, as_of) if self.before else None
                if day is None:
                    continue
                found.append(
                    {
                        "scheme": scheme.id,
                        "counter": counter.id,
                        "due": day.isoformat(),
                        "text": _BEGUN_LATE.filled(
                            c=counter.name, d=day.isoformat(), a=as_of.isoformat()
                        ).as_dict(),
                    }
                )
        return found

    def overridden(self) -> frozenset[str]:
        """Return the schemes that people say something of."""
        if self.overrides is None:
            return frozenset()
        return frozenset(str(name) for name in self.overrides.column("scheme").to_pylist())


def _last_missed(counter: Counter, before: date, as_of: date) -> date | None:
    """Return the last day between two runs on which a counter should have begun, or None.

    None too where this run is on such a day: what lies before it is then counted as it should be.
    """
    if not isinstance(counter.every, Cadence):
        return None
    found, day = None, counter.every.next_after(before)
    while day <= as_of:
        found, day = day, counter.every.next_after(day)
    return None if found == as_of else found


def served_schemes(
    standard: Standard, running: Sequence[str], serving: Serving
) -> tuple[Scheme, ...]:
    """Return the schemes whose grades held are told apart from the computed ones, in order."""
    overridden = serving.overridden()
    before = serving.before.served if serving.before is not None else frozenset()
    return tuple(
        scheme
        for scheme in standard.schemes.values()
        if scheme.classes
        and (
            (scheme.movement is not None and (scheme.id in running or scheme.id in before))
            or (scheme.id in running and (scheme.id in overridden or scheme.id in before))
        )
    )


def serve(
    engine: Engine,
    standard: Standard,
    running: Sequence[str],
    as_of: date,
    *,
    metrics: str,
    grades: str,
    serving: Serving,
) -> str | None:
    """Make the relation of the grades that customers hold.

    Args:
        engine: Where the relations are: one machine's.
        standard: The standard.
        running: The schemes that were run.
        as_of: The as-of date.
        metrics: The relation of the metrics.
        grades: The relation of the computed grades.
        serving: What else is needed.

    Returns:
        The relation's name: customer_id, scheme, the columns of `COLUMNS`, and the maps `days`,
        `numbers` and `levels`, ordered by scheme and customer_id; None when no scheme has movement
        or overrides.

    Raises:
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    schemes = served_schemes(standard, running, serving)
    if not schemes:
        return None
    if serving.overrides is not None:
        engine.register("overrides as given", serving.overrides)
        engine.create("TABLE", _OVERRIDES, exp.select("*").from_(table("overrides as given")))
        engine.unregister("overrides as given")
    parts: list[exp.Query] = []
    for scheme in schemes:
        name = f"{SERVED} {scheme.id}"
        query = _served(standard, scheme, running, as_of, (metrics, grades), serving)
        engine.create("TABLE", name, query)
        parts.append(exp.select("*").from_(table(name)))
    together = parts[0]
    for further in parts[1:]:
        together = exp.union(together, further, distinct=False)
    engine.create("VIEW", SERVED, together)
    return SERVED


def _served(
    standard: Standard,
    scheme: Scheme,
    running: Sequence[str],
    as_of: date,
    relations: tuple[str, str],
    serving: Serving,
) -> exp.Select:
    before = serving.before
    plan = MovementPlan(standard, scheme, running, as_of, before.as_of if before else None)
    source = _source(standard, scheme, running, relations, serving)
    steps = plan.steps()
    types = dict(plan.types)
    wanted = [step.name for step in steps if step.name.startswith(f"{part(scheme.id, 'now')}:")]
    kept = kept_by_name(scheme)
    maps = {"days": kept.days, "numbers": kept.numbers, "levels": kept.levels}
    wanted += [step for names in maps.values() for step in names.values()]
    alias = exp.TableAlias(this=exp.to_identifier(_SOURCE, quoted=True))
    layered = layered_query(_SOURCE, steps, types, wanted)
    layered.set("with_", exp.With(expressions=[exp.CTE(this=source, alias=alias)]))
    return (
        exp.select(
            column("customer_id"),
            exp.alias_(exp.Literal.string(scheme.id), "scheme"),
            *(exp.alias_(column(shown(scheme.id, name)), name, quoted=True) for name in COLUMNS),
            *(exp.alias_(_map(name, names), name) for name, names in maps.items()),
        )
        .from_(layered.subquery("moved", copy=False), copy=False)
        .order_by(column("customer_id"))
    )


def _source(
    standard: Standard,
    scheme: Scheme,
    running: Sequence[str],
    relations: tuple[str, str],
    serving: Serving,
) -> exp.Select:
    """Return the query of what a scheme's steps start from: one row a customer."""
    metrics, grades = relations
    names = names_needed(standard, scheme)
    values: list[exp.Expr] = [_of("metrics", name, name) for name in names]
    query = exp.select().from_(_aliased(table(metrics), "metrics"))
    for other in schemes_needed(standard, scheme):
        for item, of_type in (("grade", "TEXT"), ("score", "DECIMAL(18, 4)")):
            value = (
                _of(f"of {other}", item, part(other, item))
                if other in running
                else exp.alias_(cast_to(exp.Null(), of_type), part(other, item), quoted=True)
            )
            values.append(value)
        if other in running:
            own = exp.select("*").from_(table(grades))
            own = own.where(column("scheme").eq(exp.Literal.string(other)))
            query = _joined(query, own, f"of {other}")
    before = _state_names(scheme)
    if serving.before is not None:
        query = _joined(query, serving.before.state(scheme), "before")
        values += [_of("before", name, name) for name in before]
    else:
        values += [
            exp.alias_(cast_to(exp.Null(), sql), name, quoted=True) for name, sql in before.items()
        ]
    if scheme.id in serving.overridden():
        own = exp.select("*").from_(table(_OVERRIDES))
        own = own.where(column("scheme").eq(exp.Literal.string(scheme.id)))
        query = _joined(query, own, "overrides")
        values += [_of("overrides", name, given(scheme.id, name)) for name in GIVEN]
    else:
        values += [
            exp.alias_(cast_to(exp.Null(), STORED[of]), given(scheme.id, name), quoted=True)
            for name, of in GIVEN.items()
        ]
    return query.select(_of("metrics", "customer_id", "customer_id"), *values)


def _state_names(scheme: Scheme) -> dict[str, str]:
    """Return the columns of what the run before kept, with their SQL types."""
    kept = kept_by_name(scheme)
    found = {was(scheme.id, name): STORED[of_type] for name, of_type in STATE.items()}
    for name, steps in (("days", kept.days), ("numbers", kept.numbers), ("levels", kept.levels)):
        found |= {was(scheme.id, step): STORED[BY_NAME[name]] for step in steps.values()}
    return found


def _joined(query: exp.Select, right: exp.Select, name: str) -> exp.Select:
    on = exp.EQ(this=_column("metrics", "customer_id"), expression=_column(name, "customer_id"))
    return query.join(right.subquery(exp.to_identifier(name, quoted=True)), on=on, join_type="left")


def _aliased(of: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(of, exp.to_identifier(name, quoted=True), table=True)


def _column(relation: str, name: str) -> exp.Column:
    return exp.column(
        exp.to_identifier(name, quoted=True), table=exp.to_identifier(relation, quoted=True)
    )


def _of(relation: str, name: str, alias: str) -> exp.Expr:
    return exp.alias_(_column(relation, name), alias, quoted=True)


def _map(name: str, steps: Mapping[str, str]) -> exp.Expr:
    keys = exp.Array(expressions=[exp.Literal.string(key) for key in steps])
    values = exp.Array(expressions=[column(step) for step in steps.values()])
    made = exp.Anonymous(this="map", expressions=[keys, values])
    return cast_to(made, f"MAP(TEXT, {STORED[BY_NAME[name]]})")


def served_counts(engine: Engine, relation: str | None) -> list[dict[str, Any]]:
    """Return, by scheme, what `run.json` says of the grades held: how many for which reason."""
    if relation is None:
        return []
    hold = column("hold")
    counted = (
        exp.select(
            column("scheme"),
            hold,
            column("by"),
            exp.Count(this=exp.Star()),
            exp.Count(this=column("grade")),
        )
        .from_(table(relation))
        .group_by(column("scheme"), hold.copy(), column("by"))
        .order_by("1", "2", "3")
    )
    found: dict[str, dict[str, Any]] = {}
    for scheme, code, by, customers, graded in engine.rows(counted.sql("duckdb")):
        nothing = {"scheme": scheme, "graded": 0, "as_computed": 0, "held": []}
        own = found.setdefault(scheme, nothing)
        own["graded"] += graded
        if code is None:
            own["as_computed"] += customers
        else:
            # Every override has an id of its own; together they are one reason.
            name = by if code == "rule" else None
            last = own["held"][-1] if own["held"] else None
            if last is not None and (last["hold"], last["rule"]) == (code, name):
                last["customers"] += customers
            else:
                own["held"].append({"hold": code, "rule": name, "customers": customers})
    return list(found.values())
