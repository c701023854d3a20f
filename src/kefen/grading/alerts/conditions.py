"""Conditions on a run and the run before, evaluated in SQL on their files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.scoring import layered_query
from kefen.compiler.steps import Step, part
from kefen.expressions.snippets import cast_to
from kefen.expressions.tree import Literal, Name, names_in, replace_names
from kefen.expressions.types import ValueType
from kefen.grading.outputs import GRADES_FILE, METRICS_FILE, parquet_pattern
from kefen.standards.model import BEFORE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from kefen.engines.engine import Engine
    from kefen.expressions.tree import Expression
    from kefen.grading.run import GradedRun
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Alert, Standard

_SOURCE, _SEEN = "what alerts name", "what alerts see"


@dataclass(frozen=True, slots=True)
class Side:
    """One run as conditions read it.

    Attributes:
        standard: Its standard.
        running: The schemes that were run.
        as_of: Its as-of date.
        metrics: The query of its metrics.
        grades: The query of its grades.
        scored: The query of every scheme's results, one row a customer, where the run is still in
            the engine; None: they are brought together from the grades.
    """

    standard: Standard
    running: Collection[str]
    as_of: date
    metrics: exp.Query
    grades: exp.Query
    scored: exp.Query | None = None

    @classmethod
    def of(cls, run: StoredRun) -> Side:
        """Return a run that is stored in files."""
        files = (rows_in(run.directory / file) for file in (METRICS_FILE, GRADES_FILE))
        return cls(run.standard, run.running, run.as_of, *files)

    @classmethod
    def in_engine(cls, run: GradedRun) -> Side:
        """Return a run whose relations are in the engine that graded it."""
        running = [str(item["scheme"]) for item in run.record["schemes"]]
        metrics, grades = (exp.select("*").from_(table(name)) for name in (run.metrics, run.grades))
        scored = None if run.scored is None else exp.select("*").from_(table(run.scored))
        return cls(run.standard, running, run.as_of, metrics, grades, scored)

    def among(self, relation: str) -> Side:
        """Return the same run, of the customers of a relation alone."""

        def some(rows: exp.Query) -> exp.Select:
            same = _same(exp.column("customer_id", table="every", quoted=True), "some")
            return (
                exp.select("every.*")
                .from_(rows.subquery("every"))
                .join(exp.alias_(table(relation), "some", table=True), on=same, join_type="semi")
            )

        return replace(self, metrics=some(self.metrics), grades=some(self.grades), scored=None)


def rows_in(path: Path) -> exp.Select:
    """Return the query of the rows of a result."""
    pattern = exp.Literal.string(parquet_pattern(path))
    return exp.select("*").from_(exp.func("read_parquet", pattern, dialect="duckdb"))


def evaluate(
    engine: Engine,
    name: str,
    conditions: Mapping[str, Expression],
    run: Side,
    before: Side | None,
) -> None:
    """Make the relation of conditions: `customer_id` and a truth value each, null for unknown.

    Args:
        engine: The engine.
        name: The relation to make.
        conditions: By id; they may name metrics, grades, scores, `as_of`, and with `before.`
            those of the run before.
        run: The run.
        before: The run before; None: what names it is unknown.
    """
    named = {one for tree in conditions.values() for one in names_in(tree)}
    sides = [(run, "")] + ([(before, BEFORE)] if before is not None else [])
    bound: dict[str, Expression] = {one: Literal(None) for one in named}
    bound["as_of"] = Literal(run.as_of)
    types: dict[str, ValueType] = {}
    columns: list[exp.Expr] = []
    for side, prefix in sides:
        for full in sorted(named):
            own = full.removeprefix(prefix)
            if full.startswith(BEFORE) != bool(prefix) or own == "as_of":
                continue
            found = _column(side, own)
            if found is not None:
                kind, types[full] = found
                bound[full] = Name(full)
                source = f"{'graded' if kind != own else 'measured'}{prefix}"
                columns.append(
                    exp.alias_(exp.column(kind, table=source, quoted=True), full, quoted=True)
                )
    # What two runs say is brought together once; one run's is read where it lies.
    form, relation = ("VIEW", _SEEN) if before is None else ("TABLE", _SOURCE)
    engine.create(form, relation, _joined(sides, columns))
    steps = [
        Step(f"alert:{one}", replace_names(tree, bound), ValueType.BOOLEAN)
        for one, tree in conditions.items()
    ]
    engine.create("TABLE", name, layered_query(relation, steps, types, [s.name for s in steps]))


def column_of(alert: str) -> str:
    """Return the column of an alert in what `evaluate` makes."""
    return f"alert:{alert}"


def _column(run: Side, name: str) -> tuple[str, ValueType] | None:
    """Return the column that holds what a name means in a run, and its type; None for nothing."""
    if name in run.standard.metrics:
        return name, run.standard.metrics[name].type
    scheme, _, what = name.partition(".")
    if scheme not in run.running:
        return None
    if what:
        return part(scheme, "score"), ValueType.DECIMAL
    return part(scheme, "grade"), ValueType.TEXT


def _joined(sides: Sequence[tuple[Side, str]], columns: Sequence[exp.Expr]) -> exp.Select:
    query = exp.select(exp.column("customer_id", table="measured", quoted=True), *columns)
    first = exp.column("customer_id", table="measured", quoted=True)
    for run, prefix in sides:
        measured = run.metrics.subquery(f"measured{prefix}")
        if not prefix:
            query = query.from_(measured)
        else:
            query = query.join(measured, on=_same(first, f"measured{prefix}"), join_type="left")
        schemes = sorted(
            {
                one.alias_or_name.removeprefix(prefix).partition(".")[0]
                for one in columns
                if one.this.table == f"graded{prefix}"
            }
        )
        if schemes:
            graded = _wide(run, schemes).subquery(f"graded{prefix}")
            query = query.join(graded, on=_same(first, f"graded{prefix}"), join_type="left")
    return query


def _same(first: exp.Expr, other: str) -> exp.Expr:
    return exp.EQ(this=first.copy(), expression=exp.column("customer_id", table=other, quoted=True))


def _wide(run: Side, schemes: Sequence[str]) -> exp.Select:
    if run.scored is not None:
        names = [
            part(scheme, what)
            for scheme in schemes
            for what in ("grade", "score")
            if what == "grade" or run.standard.schemes[scheme].scored
        ]
        unscored = [
            exp.alias_(cast_to(exp.Null(), "DECIMAL(18, 4)"), part(scheme, "score"), quoted=True)
            for scheme in schemes
            if not run.standard.schemes[scheme].scored
        ]
        return exp.select(column("customer_id"), *(column(n) for n in names), *unscored).from_(
            run.scored.subquery("scored")
        )
    values = [
        exp.alias_(
            exp.Filter(
                this=exp.AnyValue(this=column(what)),
                expression=exp.Where(
                    this=exp.EQ(this=column("scheme"), expression=exp.Literal.string(scheme))
                ),
            ),
            part(scheme, what),
            quoted=True,
        )
        for scheme in schemes
        for what in ("grade", "score")
    ]
    return (
        exp.select(column("customer_id"), *values)
        .from_(run.grades.subquery("graded"))
        .where(exp.In(this=column("scheme"), expressions=[exp.Literal.string(s) for s in schemes]))
        .group_by(column("customer_id"))
    )


def not_watched(run: StoredRun, before: StoredRun | None) -> dict[str, tuple[str, ...]]:
    """Return, by alert, the names of its condition that a run says nothing of.

    Args:
        run: The run.
        before: The run before, or None.
    """
    found: dict[str, tuple[str, ...]] = {}
    for alert in run.standard.alerts.values():
        missing = [name for name in names_in(alert.holds) if _is_missing(run, before, name)]
        if missing:
            found[alert.id] = tuple(missing)
    return found


def _is_missing(run: StoredRun, before: StoredRun | None, name: str) -> bool:
    if name == "as_of":
        return False
    if name.startswith(BEFORE):
        return before is None or _is_missing(before, None, name.removeprefix(BEFORE))
    if name in run.standard.metrics:
        return name in run.record["metrics_not_available"]
    return name.partition(".")[0] not in run.running


def conditions_of(standard: Standard) -> dict[str, Expression]:
    """Return the whole condition of every alert."""
    return {alert.id: alert.holds for alert in standard.alerts.values()}


def foretold(standard: Standard) -> list[Alert]:
    """Return the alerts that say what is to be expected."""
    return [alert for alert in standard.alerts.values() if alert.foretells is not None]
