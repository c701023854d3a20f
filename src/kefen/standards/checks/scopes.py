"""What is known of the names that each part of a standard may use."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from typing import TYPE_CHECKING

from kefen.expressions.tree import Call, Literal, Name, names_in
from kefen.expressions.types import ValueType
from kefen.standards.checks import ranges
from kefen.standards.checks.domains import Domains, column_domains, with_unknown
from kefen.standards.checks.possible import SCORE, Possible, possible_points, scheme_domains
from kefen.standards.checks.ranges import Scale, Values, scale_of
from kefen.standards.facts import (
    CANCELLED_ON,
    MOVEMENT_KINDS,
    STATUS,
    contract_table,
    fact_types,
    source_table,
)
from kefen.standards.model import ACCOUNT, CANCELLATIONS, Categories, FactMetric, ModelMetric
from kefen.standards.modelling.catalogue import method_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kefen.expressions.tree import Expression
    from kefen.standards.model import Metric, Scheme, Standard

_NEVER_NEGATIVE = frozenset({"count", "distinct", "highest_balance"})
_COUNTING = frozenset({"number", "longest_run", "latest_run"})


@dataclass(frozen=True, slots=True)
class SchemeScope:
    """What is known where a scheme's expressions stand.

    Attributes:
        points: The points there can be.
        domains: The names usable in the scheme, its points among them.
    """

    points: Possible
    domains: Domains


def standard_domains(standard: Standard) -> Domains:
    """Return what is known of metrics, customers' columns and `as_of`."""
    domains = column_domains("customers", "customers.")
    attributes = {
        name: ValueType.TEXT
        for tree in expressions_in(standard.metrics, standard.schemes)
        for name in names_in(tree)
        if name.startswith("customers.") and name not in domains.types
    }
    domains = domains.with_names({**attributes, "as_of": ValueType.DATE}, {})
    for metric in standard.metrics.values():
        values = metric_values(metric, domains)
        domains = domains.with_names({metric.id: metric.type}, {metric.id: values})
    return domains


def fact_domains(table: str, domains: Domains) -> Domains:
    """Return what is known of a fact's columns, besides what else its conditions may name."""
    domains = contract_domains(table, domains)
    known = {
        # Orders without their cancelled lines, as measures see them.
        "orders": {STATUS: _one_text("completed"), CANCELLED_ON: _no_day()},
        CANCELLATIONS: {STATUS: ranges.listed(Scale.TEXT, ("cancelled",))},
        ACCOUNT: {"kind": ranges.listed(Scale.TEXT, MOVEMENT_KINDS)},
    }
    for prefix in ("", f"{table}."):
        values = {f"{prefix}{name}": own for name, own in known.get(table, {}).items()}
        domains = domains.with_names({}, values)
    return domains


def contract_domains(table: str, domains: Domains) -> Domains:
    """Return what the data contract alone says of a fact's columns, besides other names."""
    for prefix in ("", f"{table}."):
        if contract_table(table) is None:
            types = {f"{prefix}{name}": of_type for name, of_type in fact_types(table).items()}
            domains = domains.with_names(types, {})
        else:
            columns = column_domains(source_table(table), prefix)
            domains = domains.with_names(columns.types, columns.values)
    return domains


def _one_text(text: str) -> Values:
    return with_unknown(ranges.listed(Scale.TEXT, (text,)))


def _no_day() -> Values:
    return with_unknown(ranges.nothing(Scale.DAY))


def metric_values(metric: Metric, domains: Domains) -> Values:
    """Return the values that a metric may have, and unknown."""
    definition = metric.definition
    scale = scale_of(metric.type)
    if isinstance(definition, FactMetric):
        return with_unknown(_counted_values(definition, scale))
    if isinstance(definition, ModelMetric):
        output = method_of(definition.model).output(definition.gives)
        if scale not in (Scale.WHOLE, Scale.NUMBER):
            return with_unknown(ranges.everything(scale))
        return with_unknown(ranges.between(scale, output.lowest, output.highest))
    values = domains(definition.formula)
    return with_unknown(values) if values.scale is scale else ranges.everything(scale)


def _counted_values(definition: FactMetric, scale: Scale) -> Values:
    judged = definition.judgement
    if judged is not None and scale is Scale.TEXT:
        return ranges.listed(scale, judged.words)
    if scale not in (Scale.WHOLE, Scale.NUMBER):
        return ranges.everything(scale)
    if judged is not None:
        return ranges.between(scale, judged.lowest, judged.highest)
    counts_groups = bool(definition.levels) and definition.levels[0].take.kind in _COUNTING
    if counts_groups or definition.aggregate in _NEVER_NEGATIVE:
        return ranges.between(scale, 0, None)
    return ranges.everything(scale)


def scheme_scopes(standard: Standard, domains: Domains) -> dict[str, SchemeScope]:
    """Return what is known in each scheme; other schemes' grades and scores among it."""
    scopes: dict[str, SchemeScope] = {}
    for scheme in standard.schemes.values():
        learned = {one.id: one.type for one in scheme.learns}
        before = domains.with_names(learned, {})
        points = possible_points(scheme, before)
        own = scheme_domains(scheme, points, before)
        scopes[scheme.id] = SchemeScope(points, own)
        if scheme.id not in standard.metrics:
            types = {scheme.id: ValueType.TEXT}
            values = {scheme.id: _grades(scheme)}
            if scheme.scored:
                types[f"{scheme.id}.{SCORE}"] = ValueType.DECIMAL
                values[f"{scheme.id}.{SCORE}"] = own.values[SCORE]
            domains = domains.with_names(types, values)
    return scopes


def _grades(scheme: Scheme) -> Values:
    if isinstance(scheme.decision, Categories):
        return ranges.everything(Scale.TEXT)
    grades = (grade.id for grade in scheme.grades if grade.reason is None)
    return with_unknown(ranges.listed(Scale.TEXT, grades))


def expressions_in(*parts: object) -> Iterator[Expression]:
    """Yield every expression in parts of a standard, wherever it stands in them."""
    pending = list(parts)
    while pending:
        part = pending.pop()
        if isinstance(part, Literal | Name | Call):
            yield part
        elif isinstance(part, dict):
            pending.extend(part.values())
        elif isinstance(part, tuple | list):
            pending.extend(part)
        elif is_dataclass(part):
            pending.extend(getattr(part, field.name) for field in fields(part))
