"""Who is graded as of a date, and what can be graded on the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, first_seen, table
from kefen.compiler.needs import scheme_needs, schemes_named
from kefen.domain.calendar import is_month_end, month_end, months_before
from kefen.domain.contract import TABLES
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.expressions.sql import literal
from kefen.expressions.tree import names_in
from kefen.grading.modelled.reasons import why_not_fitted
from kefen.standards.facts import FACT_TABLES, RECORDED_ON, fact_types, source_table
from kefen.standards.metrics import needed_by, needed_columns
from kefen.standards.model import ComputedMetric, FactMetric, ModelMetric

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from kefen.engines.engine import Engine
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Standard
    from kefen.standards.model_calibration import ModelCalibration

POPULATION = "population"
"""The relation of the customers to grade."""
NUMBER = "number"
"""The column of `POPULATION` that has a customer's number in order lines read in short."""


@dataclass(frozen=True, slots=True)
class NotRun:
    """A scheme that cannot be run on the data.

    Attributes:
        scheme: Its id.
        lacking: The contract tables or columns it lacks, or the schemes it needs.
        reason: Why, in words.
    """

    scheme: str
    lacking: tuple[str, ...]
    reason: Text


def last_order_on(dataset: Dataset) -> date | None:
    """Return the day of the last order; None without orders."""
    orders = dataset.tables.get("orders")
    if orders is None:
        return None
    query = exp.select(exp.cast(exp.Max(this=column("ordered_at")), "DATE"))
    last: date | None = dataset.engine.rows(query.from_(table(orders.relation)).sql("duckdb"))[0][0]
    return last


def last_order_before(dataset: Dataset, day: date) -> date | None:
    """Return the day of the last order if no order is of `day` or later; else None."""
    orders = dataset.tables.get("orders")
    if orders is None:
        return None
    later = exp.GTE(this=exp.cast(column("ordered_at"), "DATE"), expression=literal(day))
    some = exp.select(exp.Literal.number(1)).from_(table(orders.relation)).where(later).limit(1)
    return None if dataset.engine.rows(some.sql("duckdb")) else last_order_on(dataset)


def default_as_of(dataset: Dataset) -> date:
    """Return the end of the last complete month with orders.

    A month is complete when a later day, or its own last day, has orders. When no month is
    complete the day of the last order is returned.

    Raises:
        DataError: There are no orders to take a date from.
    """
    last = last_order_on(dataset)
    if last is None:
        raise DataError(
            Text("There are no orders to take the as-of date from.", "没有订单，无法确定评级日。"),
            mend=Text("Give it with --as-of 2026-10-31.", "请用 --as-of 2026-10-31 指定。"),
        )
    if is_month_end(last):
        return last
    month_before = month_end(months_before(last.replace(day=1), 1))
    earlier = dataset.engine.rows(
        exp.select(exp.cast(exp.Max(this=column("ordered_at")), "DATE"))
        .from_(table(dataset.tables["orders"].relation))
        .where(
            exp.LTE(this=exp.cast(column("ordered_at"), "DATE"), expression=literal(month_before))
        )
        .sql("duckdb")
    )
    return month_end(earlier[0][0]) if earlier[0][0] is not None else last


def tables_with_records(dataset: Dataset) -> frozenset[str]:
    """Return the tables whose data says when rows were recorded."""
    return frozenset(name for name, t in dataset.tables.items() if RECORDED_ON in t.columns)


def make_population(dataset: Dataset, as_of: date) -> int:
    """Make the relation of the customers to grade, and return how many of them are undated.

    Customers are those created, or first seen in a fact, by the as-of date. One with neither a
    date nor a fact is kept, and counted as undated.
    """
    engine = dataset.engine
    customers = table(dataset.tables["customers"].relation)
    relations = {n: t.relation for n, t in dataset.tables.items() if n in FACT_TABLES}
    created = column("created_on")
    orders = dataset.tables.get("orders")
    short = None if orders is None else orders.short_lines
    ids = [column("customer_id")]
    base = exp.select(column("customer_id"), created).from_(customers)
    if short is not None:
        ids.append(column(NUMBER))
        number = exp.alias_(exp.column("rowid"), NUMBER, quoted=True)
        base = exp.select(column("customer_id"), created, number).from_(table(short.customers))
    engine.create("VIEW", "dated_customers", base)
    created_by_then = exp.LTE(this=created.copy(), expression=literal(as_of))
    not_created = exp.or_(
        exp.Is(this=created.copy(), expression=exp.Null()),
        exp.GT(this=created.copy(), expression=literal(as_of)),
    )
    asked = exp.select(column("customer_id")).from_("dated_customers").where(not_created)
    engine.create("TABLE", "not_created", asked, brief=True)
    others = engine.rows("SELECT count(*) FROM not_created")[0][0]
    recorded = tables_with_records(dataset)
    known = {
        n: t.first_days
        for n, t in dataset.tables.items()
        if t.first_days is not None and (t.first_days_from is None or t.first_days_from <= as_of)
    }
    seen = first_seen(relations, among="not_created", recorded=recorded, first_days=known)
    if not others or seen is None:
        query = exp.select(*ids).from_("dated_customers")
        if not others:
            engine.create("TABLE", POPULATION, query)
            return 0
    none = exp.select(column("customer_id"), exp.alias_(created.copy(), "seen_on")).from_(
        customers.copy()
    )
    engine.create("TABLE", "seen", seen or none.where(exp.false()), brief=True)

    created_unknown, never_seen = _undated()
    by_then = _seen_when(exp.LTE(this=column("seen_on"), expression=literal(as_of)))
    kept = (
        exp.select(*ids)
        .from_("dated_customers")
        .where(exp.or_(created_by_then, by_then, exp.and_(created_unknown, never_seen)))
    )
    engine.create("TABLE", POPULATION, kept)
    return count_undated(engine)


def count_undated(engine: Engine, among: exp.Expr | None = None) -> int:
    """Return how many customers have neither a date nor a fact, once the population was made.

    Args:
        engine: The engine in which `make_population` found some.
        among: A condition of `customer_id` on those who count; None: all do.
    """
    count = exp.select(exp.Count(this=exp.Star())).from_("dated_customers").where(*_undated())
    if among is not None:
        count = count.where(among)
    return int(engine.rows(count.sql("duckdb"))[0][0])


def _undated() -> tuple[exp.Expr, exp.Expr]:
    dated = exp.Is(this=column("seen_on"), expression=exp.Null()).not_()
    unknown = exp.Is(this=column("created_on"), expression=exp.Null())
    return unknown, exp.Not(this=_seen_when(dated))


def _seen_when(condition: exp.Expr) -> exp.Expr:
    members = exp.select(column("customer_id")).from_("seen").where(condition)
    return exp.In(this=column("customer_id"), query=members.subquery())


def available_metrics(
    dataset: Dataset, standard: Standard, *, not_fitted: Collection[str] = ()
) -> frozenset[str]:
    """Return the metrics whose tables and columns were imported.

    A metric needs what its expressions name outside `first_known(...)`, and those of its model.

    Args:
        dataset: The data cut.
        standard: The standard.
        not_fitted: Models that could not be fitted: what they give is not available.
    """
    there = {
        f"{name}.{own}"
        for name, read in dataset.tables.items()
        for own in (*read.columns, *read.attributes)
    }
    if "receivables" in dataset.tables and "payments.invoice_id" in there:
        # Payments tell what settled the invoices that they name.
        there |= {"receivables.settled_on", "receivables.settled_amount"}
    available: set[str] = set()
    for metric in standard.metrics.values():
        definition = metric.definition
        needed = needed_by(definition)
        if isinstance(definition, FactMetric):
            needed -= set(fact_types(definition.table))
            if source_table(definition.table) not in dataset.tables:
                continue
            if not needed_columns(definition) <= there:
                continue
        if isinstance(definition, ModelMetric) and definition.model.id in not_fitted:
            continue
        if all(name in available if name in standard.metrics else name in there for name in needed):
            available.add(metric.id)
    return frozenset(available)


def runnable_schemes(
    dataset: Dataset,
    standard: Standard,
    available: frozenset[str],
    models: Mapping[str, ModelCalibration] | None = None,
) -> tuple[tuple[str, ...], tuple[NotRun, ...]]:
    """Return the ids of the schemes that can be run, and those that cannot, with the reason.

    Args:
        dataset: The data cut.
        standard: The standard.
        available: The metrics that there are.
        models: What its models learned, where they were fitted.
    """
    running: list[str] = []
    not_run: list[NotRun] = []
    for scheme in standard.schemes.values():
        needed, some = scheme_needs(standard, scheme)
        lacking = [name for name in needed if name not in available]
        optional = all(i.if_unknown != "no grade" for i in scheme.indicators)
        if optional and some and not some & available:
            lacking += sorted(some)
        others = schemes_named(standard, scheme)
        missing_schemes = sorted(name for name in others if name not in running)
        columns = sorted({c for name in lacking for c in missing_columns(dataset, standard, name)})
        if not lacking and not (others and len(missing_schemes) == len(others)):
            running.append(scheme.id)
        elif lacking:
            reasons = [_not_imported(columns)] if columns else []
            unavailable = standard.metrics.keys() - available
            reasons += models_not_fitted(standard, lacking, models or {}, unavailable)
            reason = Text("; ".join(t.en for t in reasons), "；".join(t.zh for t in reasons))
            not_run.append(NotRun(scheme.id, tuple(columns), reason))
        else:
            names = [standard.schemes[name].name for name in missing_schemes]
            not_run.append(
                NotRun(
                    scheme.id,
                    tuple(missing_schemes),
                    Text("these schemes were not run: {s}", "所依据的方案未运行：{s}").filled(
                        s=Text(", ".join(t.en for t in names), "、".join(t.zh for t in names))
                    ),
                )
            )
    return tuple(running), tuple(not_run)


def _not_imported(columns: Sequence[str]) -> Text:
    labels = [column_label(name) for name in columns]
    return Text("not imported: {c}", "未导入：{c}").filled(
        c=Text(", ".join(t.en for t in labels), "、".join(t.zh for t in labels))
    )


def models_not_fitted(
    standard: Standard,
    metrics: Iterable[str],
    models: Mapping[str, ModelCalibration],
    unavailable: Collection[str],
) -> list[Text]:
    """Return why the models could not be fitted that metrics are not available for.

    Args:
        standard: The standard.
        metrics: The metrics.
        models: What its models learned.
        unavailable: The metrics that there are not.
    """
    pending, seen = list(metrics), set[str]()
    found: dict[str, Text] = {}
    while pending:
        name = pending.pop(0)
        if name in seen or name not in unavailable:
            continue
        seen.add(name)
        definition = standard.metrics[name].definition
        if isinstance(definition, ModelMetric):
            model = definition.model
            learned = models.get(model.id)
            if learned is not None and learned.reason is not None:
                found[model.id] = why_not_fitted(model, learned)
        pending += sorted(needed_by(definition))
    return list(found.values())


def missing_columns(dataset: Dataset, standard: Standard, metric: str) -> set[str]:
    """Return the contract tables and columns (`table.column`) that a metric lacks in the data."""
    definition = standard.metrics[metric].definition
    names: set[str] = set()
    if isinstance(definition, ModelMetric):
        for name in definition.names & set(standard.metrics):
            names |= missing_columns(dataset, standard, name)
    elif isinstance(definition, ComputedMetric):
        for name in names_in(definition.formula):
            if name in standard.metrics:
                names |= missing_columns(dataset, standard, name)
            elif "." in name:
                names.add(name)
    else:
        names |= needed_columns(definition)
        for name in needed_by(definition) - set(fact_types(definition.table)):
            if name in standard.metrics:
                names |= missing_columns(dataset, standard, name)
    missing = set()
    for name in names:
        fact, _, column_name = name.partition(".")
        read = dataset.tables.get(fact)
        if read is None:
            missing.add(fact)
        elif column_name not in read.columns and column_name not in read.attributes:
            missing.add(name)
    return missing


def column_label(name: str) -> Text:
    """Return the name for people of a contract table, or of a column as `table.column`."""
    fact, _, own = name.partition(".")
    label = TABLES[fact].label
    if not own:
        return Text(f"{label.en} ({fact})", f"{label.zh}（{fact}）")
    known = {c.name: c.label for c in TABLES[fact].columns}
    column_label = known.get(own, Text.same(own))
    return Text(
        f"{label.en}: {column_label.en} ({name})", f"{label.zh}：{column_label.zh}（{name}）"
    )
