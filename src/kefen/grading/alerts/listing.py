"""The alerts of a run as a list: the most pressing first, each with its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.steps import part
from kefen.expressions.tree import names_in
from kefen.grading.alerts.raising import alerts_of
from kefen.grading.outputs import METRICS_FILE, parquet_pattern
from kefen.standards.model import BEFORE, SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from kefen.engines.engine import Engine
    from kefen.expressions.tree import Value
    from kefen.grading.stored import StoredRun
    from kefen.standards.model import Alert

_LISTED = "alerts listed"


@dataclass(frozen=True, slots=True)
class Raised:
    """One alert of one customer.

    Attributes:
        customer: The customer.
        alert: The alert.
        state: `new`, `still` or `gone`.
        first_seen: The as-of date of the run that raised it.
        evidence: What its condition names, with the values in the run, and in the run before.
    """

    customer: str
    alert: Alert
    state: str
    first_seen: date
    evidence: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, slots=True)
class AlertList:
    """The alerts of a run.

    Attributes:
        counts: By alert and state, how many customers.
        raised: The most pressing, with evidence.
        left_off: How many further ones there are.
    """

    counts: dict[tuple[str, str], int]
    raised: tuple[Raised, ...]
    left_off: int


def list_alerts(
    engine: Engine,
    run: StoredRun,
    before: StoredRun | None,
    *,
    states: Collection[str],
    alerts: Collection[str] | None,
    most: int,
) -> AlertList | None:
    """Return the alerts of a run; None where it has no file of them.

    They are ordered by how pressing they are, new ones first, then by revenue where the standard
    measures it.

    Args:
        engine: The engine to work in.
        run: The run.
        before: The run before, for the evidence of what names it; None: there is none.
        states: Only these states.
        alerts: Only these alerts; None: all.
        most: How many are returned with their evidence.
    """
    pattern = alerts_of(run.directory)
    if pattern is None:
        return None
    source = exp.func("read_parquet", exp.Literal.string(pattern), dialect="duckdb")
    keys = (column("alert"), column("state"))
    counted = exp.select(*keys, exp.Count(this=exp.Star())).from_(source)
    counted = counted.group_by(*(key.copy() for key in keys))
    counts = {(alert, state): n for alert, state, n in engine.rows(counted.sql("duckdb"))}
    wanted = [one for one in run.standard.alerts if alerts is None or one in alerts]
    engine.create("TABLE", _LISTED, _ranked(run, source, wanted, states))
    total = engine.rows(exp.select(exp.Count(this=exp.Star())).from_(table(_LISTED)).sql("duckdb"))
    rows = engine.rows(exp.select("*").from_(table(_LISTED)).limit(most).sql("duckdb"))
    raised = tuple(
        Raised(
            customer,
            run.standard.alerts[alert],
            state,
            first,
            evidence_of(run, before, run.standard.alerts[alert], customer),
        )
        for customer, alert, state, first in rows
    )
    return AlertList(counts, raised, total[0][0] - len(raised))


def _ranked(
    run: StoredRun, source: exp.Expr, wanted: Sequence[str], states: Collection[str]
) -> exp.Select:
    alerts = run.standard.alerts
    ranks = [
        exp.If(
            this=exp.Literal.string(one),
            true=exp.Literal.number(SEVERITIES.index(alerts[one].severity)),
        )
        for one in wanted
    ]
    pressing = exp.Case(this=column("alert"), ifs=ranks) if ranks else exp.Literal.number(0)
    is_new = exp.EQ(this=column("state"), expression=exp.Literal.string("new"))
    orders = [exp.Ordered(this=pressing), exp.Ordered(this=is_new, desc=True)]
    names = ("customer_id", "alert", "state", "first_seen")
    query = exp.select(*(column(name) for name in names)).from_(source.copy())
    if "revenue" in run.standard.metrics:
        metrics = exp.Literal.string(parquet_pattern(run.directory / METRICS_FILE))
        revenue = exp.select(column("customer_id"), column("revenue")).from_(
            exp.func("read_parquet", metrics, dialect="duckdb")
        )
        query = query.join(revenue.subquery("worth"), using=["customer_id"], join_type="left")
        orders.append(exp.Ordered(this=column("revenue"), desc=True, nulls_first=False))
    chosen = {"alert": wanted, "state": sorted(states)}
    conditions = [
        exp.In(this=column(name), expressions=[exp.Literal.string(one) for one in ones])
        if ones
        else exp.false()
        for name, ones in chosen.items()
    ]
    last = [exp.Ordered(this=column(name)) for name in ("alert", "customer_id")]
    return query.where(*conditions).order_by(*orders, *last)


def evidence_of(
    run: StoredRun, before: StoredRun | None, alert: Alert, customer: str
) -> tuple[tuple[str, Value], ...]:
    """Return what an alert's condition names, with the values that a customer has."""
    return tuple(
        (name, value_of(run, before, customer, name))
        for name in names_in(alert.holds)
        if name != "as_of"
    )


def value_of(run: StoredRun, before: StoredRun | None, customer: str, name: str) -> Value:
    """Return what a name of an alert's condition means for a customer; None for nothing.

    Args:
        run: The run.
        before: The run before, or None.
        customer: The customer.
        name: A metric, a scheme, its score, or one of them behind `before.`.
    """
    if name.startswith(BEFORE):
        if before is None or not before.has(customer):
            return None
        return value_of(before, None, customer, name.removeprefix(BEFORE))
    if name == "as_of":
        return run.as_of
    metrics = run.metrics_of(customer)
    if name in run.standard.metrics:
        return metrics.get(name)
    scheme, _, what = name.partition(".")
    if scheme not in run.running:
        return None
    return run.evaluated(metrics, run.needs(scheme)).get(part(scheme, what or "grade"))
