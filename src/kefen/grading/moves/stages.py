"""From one run to the next with one thing changed at a time: which gradings lie between.

The order, and why it is this one: docs/decisions/0027-causes-of-moves.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from kefen.compiler.needs import scheme_needs, schemes_named
from kefen.expressions.tree import names_in
from kefen.grading.calibrate import learns_from_population
from kefen.standards.facts import source_table
from kefen.standards.model import ComputedMetric, FactMetric, ModelMetric

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from kefen.grading.moves.causes import Cause
    from kefen.grading.stored import StoredRun
    from kefen.standards.calibration import SchemeCalibration
    from kefen.standards.model import Standard
    from kefen.standards.model_calibration import ModelCalibration

_KNOWN_BY_RECORD = frozenset(
    {"customers", "surveys", "assessments", "financials", "credit_reports", "products", "costs"}
)
"""Tables that hold what somebody found out. Without a row nothing is known; without an order, an
invoice or a case nothing happened, which is behaviour."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One grading between two runs.

    Attributes:
        cause: What is changed in it against the grading before it.
        standard: The standard it grades under.
        learned: What the schemes learned; None: they learn anew from these metrics.
        models: What the models learned, where metrics that models give are computed anew.
        running: The schemes that are graded, in order.
        as_of: The as-of date.
        metrics: Whose metrics: those of the earlier run (`before`) or of the later one (`after`).
        known: Whether of what is known in one of the runs only the later run's values are taken.
    """

    cause: Cause
    standard: Standard
    learned: Mapping[str, SchemeCalibration] | None
    models: Mapping[str, ModelCalibration]
    running: tuple[str, ...]
    as_of: date
    metrics: Literal["before", "after"]
    known: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What lies between the computed grades of two runs.

    Attributes:
        stages: The gradings in between, in order; the later run's own follows.
        last: The cause of what is left between the last stage and the later run's own grades.
        whole: Schemes that no stage can grade: all that happens in them is put down to the
            standard; by scheme, the metrics that have another meaning or are gone.
        recorded: The metrics whose value may be known in one run only, other than by behaviour.
        without_data: Schemes of another standard that the earlier run had no data for: all that
            happens in them is put down to the data.
    """

    stages: tuple[Stage, ...]
    last: Cause
    whole: Mapping[str, tuple[str, ...]]
    recorded: tuple[str, ...]
    without_data: frozenset[str] = frozenset()


def plan_between(before: StoredRun, after: StoredRun) -> Plan:
    """Return the gradings between two runs that change one thing at a time.

    Args:
        before: The earlier run.
        after: The later run.
    """
    if before.standard.fingerprint == after.standard.fingerprint:
        return _same_standard(before, after)
    return _other_standard(before, after)


def _same_standard(before: StoredRun, after: StoredRun) -> Plan:
    standard, running = before.standard, after.running
    # A scheme that the earlier run could not grade has nothing but the later run's calibration.
    learned = {**after.calibration.schemes, **before.calibration.schemes}
    models = {**after.calibration.models, **before.calibration.models}
    recorded = _recorded(before, after, standard.metrics)
    first = Stage("data", standard, learned, models, running, before.as_of, "before", known=True)
    if same_lines(before, after):
        return Plan((first,), "behaviour", {}, recorded)
    return Plan((first, _later(first, after)), "calibration", {}, recorded)


def _later(first: Stage, after: StoredRun) -> Stage:
    """Return the stage with the figures and the date of the later run, and all else as it was."""
    return replace(first, cause="behaviour", as_of=after.as_of, metrics="after", known=False)


def _other_standard(before: StoredRun, after: StoredRun) -> Plan:
    """Return the gradings that lead along under the earlier standard, which changes last."""
    standard = before.standard
    alike = {
        name
        for name, metric in standard.metrics.items()
        if name in after.standard.metrics and _same_meaning(before, after, name)
    }
    missing = set(after.record["metrics_not_available"])
    whole: dict[str, tuple[str, ...]] = {}
    running: list[str] = []
    for identifier in before.running:
        scheme = standard.schemes[identifier]
        needed, some = scheme_needs(standard, scheme)
        others = sorted((needed | some) - alike)
        named = schemes_named(standard, scheme) & set(before.running)
        if others or named & set(whole):
            inherited = (name for other in sorted(named & set(whole)) for name in whole[other])
            whole[identifier] = tuple(dict.fromkeys((*others, *inherited)))
        elif not needed & missing:
            running.append(identifier)
    learned = before.calibration
    first = Stage(
        "data",
        standard,
        learned.schemes,
        learned.models,
        tuple(running),
        before.as_of,
        "before",
        known=True,
    )
    stages = [first, _later(first, after)]
    if after.record["calibration"] == "fitted" and any(
        learns_from_population(standard.schemes[name]) for name in running
    ):
        # A calibration that was frozen did not move with the others.
        stages.append(replace(stages[-1], cause="calibration", learned=None))
    recorded = _recorded(before, after, alike)
    without_data = frozenset(before.not_run) & frozenset(after.running)
    return Plan(tuple(stages), "standard", whole, recorded, without_data)


def same_lines(before: StoredRun, after: StoredRun) -> bool:
    """Return whether two runs of one standard graded by the same lines, cuts and parameters."""
    one, other = before.calibration, after.calibration
    if {**one.models} != {**other.models}:
        return False
    return all(
        _lines(one.schemes[name]) == _lines(other.schemes[name])
        for name in after.running
        if name in one.schemes and name in other.schemes
    )


def _lines(learned: SchemeCalibration) -> SchemeCalibration:
    """Return a calibration without from how many customers it was learned."""
    groups = {name: _lines(own) for name, own in learned.groups.items()}
    return replace(learned, population=0, groups=groups)


def _same_meaning(before: StoredRun, after: StoredRun, metric: str) -> bool:
    """Return whether both standards mean the same by a metric, and by those it rests on."""
    one, other = before.standard.metrics[metric], after.standard.metrics.get(metric)
    if other is None or one.definition != other.definition or one.type != other.type:
        return False
    return all(
        _same_meaning(before, after, name)
        for name in before.rests_on(metric)
        if name in before.standard.metrics
    )


def _recorded(before: StoredRun, after: StoredRun, among: Iterable[str]) -> tuple[str, ...]:
    """Return the metrics, not computed from others, that may become known or unknown by record."""
    found = []
    unavailable = [set(run.record["metrics_not_available"]) for run in (before, after)]
    for name in before.standard.metrics:
        if name not in set(among):
            continue
        one_only = (name in unavailable[0]) != (name in unavailable[1])
        if one_only or (_is_recorded(before, name) and name not in unavailable[0]):
            found.append(name)
    return tuple(found)


def _is_recorded(run: StoredRun, metric: str) -> bool:
    definition = run.standard.metrics[metric].definition
    if isinstance(definition, FactMetric):
        return source_table(definition.table) in _KNOWN_BY_RECORD
    if isinstance(definition, ModelMetric):
        return False
    assert isinstance(definition, ComputedMetric)  # noqa: S101  the only kind left
    return any(
        name.startswith("customers.")
        for name in names_in(definition.formula)
        if name not in run.standard.metrics
    )


def needed_in(standard: Standard, scheme: str) -> tuple[str, ...]:
    """Return the metrics that a scheme's grade rests on, those of other schemes it reads too."""
    found: dict[str, None] = {}
    pending, seen = [scheme], set[str]()
    while pending:
        name = pending.pop(0)
        if name in seen:
            continue
        seen.add(name)
        needed, some = scheme_needs(standard, standard.schemes[name])
        found |= dict.fromkeys(metric for metric in standard.metrics if metric in needed | some)
        pending += sorted(schemes_named(standard, standard.schemes[name]))
    return tuple(found)
