"""Grading stored metrics again, all customers at once: under another calibration or standard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kefen.compiler.needs import schemes_named
from kefen.compiler.plan import SchemePlan, part
from kefen.compiler.scoring import layered_query
from kefen.grading.calibrate import calibrate_scheme, learns_from_population, patterns_in
from kefen.standards.calibration import SchemeCalibration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from kefen.compiler.plan import Step
    from kefen.engines.engine import Engine
    from kefen.expressions.types import ValueType
    from kefen.standards.model import Standard

_RESULTS = ("grade", "score", "score_text", "reason", "within")


def grade_again(
    engine: Engine,
    name: str,
    source: str,
    standard: Standard,
    learned: Mapping[str, SchemeCalibration] | None,
    running: Sequence[str],
    as_of: date,
) -> dict[str, SchemeCalibration]:
    """Make the relation of the grades that stored metrics get.

    Args:
        engine: The engine.
        name: The relation to make: `customer_id`, and `scheme:grade` for each scheme.
        source: The relation of the metrics, one row a customer, a column for each metric of the
            standard.
        standard: The standard.
        learned: What its schemes learned; None learns it from these metrics.
        running: The schemes to grade, in order.
        as_of: The as-of date.

    Returns:
        What the schemes graded by: what was given, or what they learned.

    Raises:
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    types: dict[str, ValueType] = dict(standard.metric_types)
    pending: list[Step] = []
    kept: list[str] = []
    used: dict[str, SchemeCalibration] = {}
    own = source
    for place, identifier in enumerate(running):
        scheme = standard.schemes[identifier]
        plan = SchemePlan(standard, scheme, running[:place], as_of)
        waiting = {step.name for step in pending}
        reads = {part(other, "grade") for other in schemes_named(standard, scheme)} & waiting
        learns = learned is None and learns_from_population(scheme)
        if reads and (learns or plan.hands_on()):
            own = _stored(engine, f"{name} so far", own, pending, types, kept, standard)
            types |= {step.name: step.type for step in pending if step.name in kept}
            pending = []
        if learns:
            found = calibrate_scheme(engine, plan, own, types)
        else:
            found = (learned or {}).get(identifier, SchemeCalibration(0))
        used[identifier] = found
        plan.apply(found)
        steps = plan.grading(found, patterns_in(engine, plan, own, types))
        pending += steps
        kept += [step.name for step in steps if step.name.split(":")[1] in _RESULTS]
    grades = [part(identifier, "grade") for identifier in running]
    engine.create("TABLE", name, layered_query(own, pending, types, grades))
    return used


def _stored(
    engine: Engine,
    name: str,
    source: str,
    steps: Sequence[Step],
    types: Mapping[str, ValueType],
    kept: Sequence[str],
    standard: Standard,
) -> str:
    """Store grades that a later scheme learns from, beside the metrics."""
    made = f"{name} {len(kept)}"
    wanted = [*standard.metrics, *kept]
    engine.create("TABLE", made, layered_query(source, list(steps), types, wanted))
    return made
