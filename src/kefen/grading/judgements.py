"""Judgements that a standard cannot use: their value is none of those that can be given."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.text import Text
from kefen.expressions.sql import to_sql
from kefen.expressions.tree import Call, Literal
from kefen.lake.quality.kinds import FindingKind
from kefen.standards.decision_words import joined
from kefen.standards.facts import fact_types
from kefen.standards.metric_words import possible_in_words
from kefen.standards.metrics.judged import ASSESSMENTS, is_about, is_possible
from kefen.standards.model import FactMetric

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from kefen.engines.engine import Engine
    from kefen.expressions.tree import Expression
    from kefen.lake.dataset import Finding
    from kefen.standards.model import Metric, Standard
    from kefen.standards.model.metrics import Judgement

UNUSABLE = FindingKind(
    "judgements_unusable",
    "scientific",
    Text(
        "{count} {count:judgement|judgements} of {item} cannot be used (possible: {possible}), "
        "such as “{value}” for customer {customer} on {day}.",
        "{item}有 {count} 条评定不可用（可取：{possible}），"
        "例如客户 {customer} 于 {day} 的“{value}”。",
    ),
    Text(
        "They are left out of: {metrics}. A customer without a usable one is unknown there.",
        "不计入：{metrics}。没有可用评定的客户在此为未知。",
    ),
)
_COLUMNS = {name: column(name) for name in fact_types(ASSESSMENTS)}


def unusable_judgements(
    engine: Engine,
    standard: Standard,
    available: Collection[str],
    facts: Mapping[str, str],
) -> tuple[Finding, ...]:
    """Return a finding for each item of which judgements cannot be used.

    An item that several metrics judge alike, by the same role with the same possible values, is
    told once.

    Args:
        engine: The engine with the facts.
        standard: The standard.
        available: The metrics whose data was imported.
        facts: The as-of view of each fact.
    """
    judged: dict[Judgement, list[Metric]] = {}
    for metric in standard.metrics.values():
        definition = metric.definition
        if metric.id in available and isinstance(definition, FactMetric) and definition.judgement:
            judged.setdefault(replace(definition.judgement, raters="last"), []).append(metric)
    if not judged:
        return ()
    view = facts[ASSESSMENTS]
    counts = exp.select(*(_counted(judgement) for judgement in judged)).from_(table(view))
    found = engine.rows(counts.sql("duckdb"))[0]
    return tuple(
        _finding(engine, view, judgement, metrics, int(count))
        for (judgement, metrics), count in zip(judged.items(), found, strict=True)
        if count
    )


def _is_unusable(judgement: Judgement) -> Expression:
    possible = Call("first_known", (is_possible(judgement), Literal(False)))
    return Call("and", (is_about(judgement), Call("not", (possible,))))


def _condition(judgement: Judgement) -> exp.Expr:
    return to_sql(_is_unusable(judgement), _COLUMNS, fact_types(ASSESSMENTS))


def _counted(judgement: Judgement) -> exp.Expr:
    return exp.Filter(
        this=exp.Count(this=exp.Star()), expression=exp.Where(this=_condition(judgement))
    )


def _finding(
    engine: Engine,
    view: str,
    judgement: Judgement,
    metrics: Sequence[Metric],
    count: int,
) -> Finding:
    # The latest one, for it can still be mended.
    example = (
        exp.select(column("customer_id"), column("value"), column("assessed_on"))
        .from_(table(view))
        .where(_condition(judgement))
        .order_by(exp.Ordered(this=column("assessed_on"), desc=True))
        .order_by(column("customer_id"), column("value"))
        .limit(1)
    )
    customer, value, day = engine.rows(example.sql("duckdb"))[0]
    item = Text(f"“{judgement.item}”", f"“{judgement.item}”")
    if judgement.role is not None:
        item = Text("{i} by {r}", "{r}对{i}的评定中，").filled(i=item, r=judgement.role)
    return UNUSABLE.found(
        "warning",
        ASSESSMENTS,
        count=count,
        column="value",
        details={
            "item": judgement.item,
            "role": judgement.role,
            "metrics": [metric.id for metric in metrics],
            "example": {
                "customer_id": customer,
                "value": value,
                "assessed_on": day.isoformat(),
            },
        },
        item=item,
        possible=possible_in_words(judgement),
        value=value,
        customer=customer,
        day=day,
        metrics=joined([metric.name for metric in metrics], ", ", "、"),
    )
