"""The metrics that a stage between two runs grades: stored ones, some of them computed anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import table
from kefen.compiler.metrics import STORED
from kefen.compiler.scoring import layered_query
from kefen.compiler.steps import Step
from kefen.expressions.snippets import cast_to
from kefen.expressions.tree import Literal, replace_names
from kefen.grading.modelled.population import apply_to_population, make_inputs
from kefen.grading.outputs import METRICS_FILE, parquet_pattern
from kefen.standards.model import ComputedMetric, ModelMetric

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from kefen.engines.engine import Engine
    from kefen.grading.moves.stages import Plan, Stage
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Metric, Model, Standard

BEFORE, AFTER = "metrics before", "metrics after"
_IN_BOTH = "metrics as known"
_AS_BEFORE = "metrics after, of the standard before"


def make_stored(engine: Engine, before: StoredRun, after: StoredRun) -> None:
    """Make the relations of both runs' metrics, as their files hold them."""
    for name, run in ((BEFORE, before), (AFTER, after)):
        pattern = exp.Literal.string(parquet_pattern(run.directory / METRICS_FILE))
        rows = exp.select("*").from_(exp.func("read_parquet", pattern, dialect="duckdb"))
        engine.create("VIEW", name, rows)


def in_one_only(before: StoredRun, after: StoredRun) -> frozenset[str]:
    """Return the metrics whose data only one of the two runs had at all."""
    one, other = (set(run.record["metrics_not_available"]) for run in (before, after))
    return frozenset(one ^ other)


def come_or_gone(engine: Engine, before: StoredRun, after: StoredRun, plan: Plan) -> frozenset[str]:
    """Return which of a plan's recorded metrics are known in only one run for some customer."""
    certain = in_one_only(before, after) & set(plan.recorded)
    asked = [name for name in plan.recorded if name not in certain]
    if not asked:
        return certain
    found = [
        exp.func("coalesce", exp.LogicalOr(this=_known_in_one(name)), exp.false()) for name in asked
    ]
    rows = engine.rows(_joined(exp.select(*found)).sql("duckdb"))
    return certain | {name for name, some in zip(asked, rows[0], strict=True) if some}


def metrics_of_stage(
    engine: Engine, stage: Stage, before: StoredRun, after: StoredRun, taken: Collection[str]
) -> str:
    """Make the relation of the metrics that a stage grades, and return its name.

    Args:
        engine: The engine, with the relations of `make_stored`.
        stage: The stage.
        before: The earlier run, whose definitions say what rests on what.
        after: The later run.
        taken: The metrics whose values came or went; where they did, the later run's are taken.
    """
    if stage.known:
        query = _as_known(before, after, taken)
        return _computed_anew(engine, query, _IN_BOTH, before, set(taken), stage)
    given = dict(_given_by_models(engine, stage, after))
    query = _of_later(stage.standard, after, given)
    return _computed_anew(engine, query, _AS_BEFORE, before, set(given), stage)


def _as_known(before: StoredRun, after: StoredRun, taken: Collection[str]) -> exp.Select:
    """Return the earlier metrics, with the later run's values of what came or went."""
    whole = in_one_only(before, after)
    values: list[exp.Expr] = [exp.column("customer_id", table="one", quoted=True)]
    for name in before.standard.metrics:
        value: exp.Expr = exp.column(name, table="one", quoted=True)
        later = exp.column(name, table="other", quoted=True)
        if name in taken and name in whole:
            value = later
        elif name in taken:
            value = exp.Case(
                ifs=[exp.If(this=_known_in_one(name), true=later)], default=value.copy()
            )
        values.append(exp.alias_(value, name, quoted=True))
    return _joined(exp.select(*values))


def _of_later(standard: Standard, after: StoredRun, given: dict[str, str]) -> exp.Select:
    """Return the later metrics that a standard defines, those of its models from `given`."""
    values: list[exp.Expr] = [exp.column("customer_id", table="own", quoted=True)]
    for name, metric in standard.metrics.items():
        if name in given:
            value: exp.Expr = exp.column(name, table=given[name], quoted=True)
        elif name in after.standard.metrics:
            value = exp.column(name, table="own", quoted=True)
        else:
            value = cast_to(exp.Null(), STORED[metric.type])
        values.append(exp.alias_(value, name, quoted=True))
    query = exp.select(*values).from_(exp.alias_(table(AFTER), "own", table=True))
    for relation in dict.fromkeys(given.values()):
        query = query.join(table(relation), on=_same_customer("own", relation), join_type="left")
    return query


def _given_by_models(engine: Engine, stage: Stage, after: StoredRun) -> Iterator[tuple[str, str]]:
    """Yield the metrics that the stage's models give other values, and the relation of these."""
    for identifier, learned in stage.models.items():
        model = stage.standard.models.get(identifier)
        same = after.calibration.models.get(identifier) == learned
        if model is None or same or not learned.is_fitted:
            continue
        metrics = [
            metric
            for metric in stage.standard.metrics.values()
            if _is_given_by(metric, model) and metric.id in after.standard.metrics
        ]
        inputs = make_inputs(engine, model, AFTER, stage.standard.metric_types, stage.as_of)
        made = apply_to_population(engine, model, learned, inputs, metrics)
        yield from ((metric.id, made) for metric in metrics)


def _is_given_by(metric: Metric, model: Model) -> bool:
    definition = metric.definition
    return isinstance(definition, ModelMetric) and definition.model.id == model.id


def _computed_anew(
    engine: Engine,
    query: exp.Select,
    name: str,
    run: StoredRun,
    changed: set[str],
    stage: Stage,
) -> str:
    """Make the relation of a query's metrics; those computed from changed ones computed anew."""
    unavailable = set(run.record["metrics_not_available"])
    reached, steps = set(changed), []
    for metric in stage.standard.metrics.values():
        inputs = run.inputs(metric.id)
        if metric.id in changed or metric.id in unavailable or reached.isdisjoint(inputs):
            continue
        if isinstance(metric.definition, ComputedMetric):
            formula = replace_names(metric.definition.formula, {"as_of": Literal(stage.as_of)})
            steps.append(Step(metric.id, formula, metric.type))
            reached.add(metric.id)
    if not changed:
        engine.create("VIEW", name, query)
        return name
    again = {step.name for step in steps}
    query.set("expressions", [one for one in query.expressions if one.alias_or_name not in again])
    engine.create("TABLE", name, query)
    if not steps:
        return name
    whole = f"{name}, computed anew"
    types = stage.standard.metric_types
    engine.create("TABLE", whole, layered_query(name, steps, types, list(stage.standard.metrics)))
    return whole


def _joined(query: exp.Select) -> exp.Select:
    """Return a query from the metrics of the customers that both runs have."""
    return query.from_(exp.alias_(table(BEFORE), "one", table=True)).join(
        exp.alias_(table(AFTER), "other", table=True), on=_same_customer("one", "other")
    )


def _same_customer(one: str, other: str) -> exp.Expr:
    return exp.EQ(
        this=exp.column("customer_id", table=one, quoted=True),
        expression=exp.column("customer_id", table=other, quoted=True),
    )


def _known_in_one(name: str) -> exp.Expr:
    """Return whether a metric is known in one of the two runs only."""
    sides = (exp.column(name, table=side, quoted=True) for side in ("one", "other"))
    return exp.NEQ(
        this=exp.paren(exp.Is(this=next(sides), expression=exp.Null())),
        expression=exp.paren(exp.Is(this=next(sides), expression=exp.Null())),
    )
