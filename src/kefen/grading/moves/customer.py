"""One customer's moves between two runs: the same way as in SQL, evaluated row by row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.rowwise_values import stored
from kefen.compiler.steps import part
from kefen.domain.errors import CallError
from kefen.engines.duckdb import DuckDBEngine
from kefen.expressions.evaluator import evaluation
from kefen.grading.modelled.applying import application
from kefen.grading.moves.metrics import in_one_only, make_stored, metrics_of_stage
from kefen.grading.moves.path import is_served
from kefen.grading.moves.regrading import grade_again
from kefen.grading.moves.stages import needed_in, plan_between
from kefen.grading.serving.written import grades_held
from kefen.grading.stored import StoredRun
from kefen.standards.model import ComputedMetric, ModelMetric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kefen.expressions.tree import Value
    from kefen.grading.moves.causes import Cause
    from kefen.grading.moves.stages import Plan, Stage
    from kefen.standards.calibration import SchemeCalibration
    from kefen.standards.model import Metric


@dataclass(frozen=True, slots=True)
class CustomerLeg:
    """One step of a customer's way: two grades that differ by one cause at most."""

    cause: Cause
    start: str | None
    end: str | None


@dataclass(frozen=True, slots=True)
class ChangedMetric:
    """A metric that a grade rests on and whose value is another in the later run."""

    metric: Metric
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class CustomerMove:
    """What became of a customer under one scheme between two runs.

    Attributes:
        scheme: The scheme.
        there_before: Whether the earlier run has the customer.
        there_after: Whether the later run has it.
        before: Its grade in the earlier run; None for none.
        after: Its grade in the later run; None for none.
        legs: The way from one to the other; empty for one that a run does not have.
        changed: The metrics that the grade rests on and that changed, in the standard's order.
    """

    scheme: str
    there_before: bool
    there_after: bool
    before: str | None
    after: str | None
    legs: tuple[CustomerLeg, ...]
    changed: tuple[ChangedMetric, ...]

    @property
    def moved(self) -> bool:
        """Return whether the grade differs."""
        return self.before != self.after

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Return what moved it, in the order of the way and each once."""
        if not self.there_before or not self.there_after:
            whole: Cause = "entered" if self.there_after else "left"
            return (whole,) if self.moved else ()
        return tuple(dict.fromkeys(leg.cause for leg in self.legs if leg.start != leg.end))


class CustomerMoves:
    """The moves of customers between two runs.

    What holds for all customers is worked out once, what is asked of one in milliseconds.

    Args:
        before: The earlier run.
        after: The later run.
    """

    def __init__(self, before: StoredRun, after: StoredRun) -> None:
        self.before = before
        self.after = after
        self.plan: Plan = plan_between(before, after)
        self._whole = in_one_only(before, after)
        self._runs: dict[int, StoredRun] = {}

    def of(self, customer: str, schemes: Sequence[str] | None = None) -> tuple[CustomerMove, ...]:
        """Return what became of a customer under each scheme that one of the runs graded.

        Args:
            customer: The customer's id.
            schemes: Only these; None: all.

        Raises:
            CallError: Neither run has such a customer; names similar ids.
            DataError: A file of a run is damaged.
        """
        old, new = _metrics(self.before, customer), _metrics(self.after, customer)
        if old is None and new is None:
            self.after.metrics_of(customer)  # says that there is none, and which are similar
        wanted = [name for name in self.after.standard.schemes if name in self.after.running]
        wanted += [name for name in self.before.running if name not in wanted]
        wanted = [name for name in wanted if schemes is None or name in schemes]
        ends = [
            {} if values is None else run.evaluated(values)
            for run, values in ((self.before, old), (self.after, new))
        ]
        between = [] if old is None or new is None else self._between(old, new)
        held = [held_by(run, customer) for run in (self.before, self.after)]
        return tuple(self._move(name, old, new, ends, between, held) for name in wanted)

    def _move(
        self,
        scheme: str,
        old: Mapping[str, Value] | None,
        new: Mapping[str, Value] | None,
        ends: Sequence[Mapping[str, Value]],
        between: Sequence[tuple[Stage, Mapping[str, Value]]],
        held: Sequence[Mapping[str, str | None]],
    ) -> CustomerMove:
        first, last = (_grade(values, scheme) for values in ends)
        legs: list[CustomerLeg] = []
        if old is not None and new is not None:
            alone = scheme in self.plan.whole or scheme in self.plan.without_data
            here = first
            for stage, values in () if alone else between:
                found = _grade(values, scheme) if scheme in stage.running else None
                legs.append(CustomerLeg(stage.cause, here, found))
                here = found
            cause: Cause = "data" if scheme in self.plan.without_data else self.plan.last
            legs.append(CustomerLeg(cause, here, last))
            if scheme in held[0]:
                legs.insert(0, CustomerLeg("override", held[0][scheme], first))
            if scheme in held[1]:
                legs.append(CustomerLeg("override", last, held[1][scheme]))
        return CustomerMove(
            scheme,
            old is not None,
            new is not None,
            held[0].get(scheme, first),
            held[1].get(scheme, last),
            tuple(legs),
            self._changed(scheme, old, new),
        )

    def _changed(
        self, scheme: str, old: Mapping[str, Value] | None, new: Mapping[str, Value] | None
    ) -> tuple[ChangedMetric, ...]:
        run = self.after if scheme in self.after.standard.schemes else self.before
        if old is None or new is None:
            return ()
        return tuple(
            ChangedMetric(run.standard.metrics[name], old[name], new[name])
            for name in needed_in(run.standard, scheme)
            if name in old and name in new and old[name] != new[name]
        )

    def _between(
        self, old: Mapping[str, Value], new: Mapping[str, Value]
    ) -> list[tuple[Stage, Mapping[str, Value]]]:
        """Return every stage with all values that the customer has in it."""
        found: list[tuple[Stage, Mapping[str, Value]]] = []
        for place, stage in enumerate(self.plan.stages):
            metrics = self._as_known(stage, old, new) if stage.known else self._later(stage, new)
            found.append((stage, self._run(place, stage).evaluated(metrics)))
        return found

    def _as_known(
        self, stage: Stage, old: Mapping[str, Value], new: Mapping[str, Value]
    ) -> dict[str, Value]:
        changes = {
            name: new.get(name)
            for name in self.plan.recorded
            if name in self._whole or (old.get(name) is None) != (new.get(name) is None)
        }
        return self._computed_anew(stage, dict(old), changes)

    def _later(self, stage: Stage, new: Mapping[str, Value]) -> dict[str, Value]:
        values = {name: new.get(name) for name in stage.standard.metrics}
        changes: dict[str, Value] = {}
        for metric in stage.standard.metrics.values():
            definition = metric.definition
            if not isinstance(definition, ModelMetric) or metric.id not in new:
                continue
            model = definition.model
            learned = stage.models.get(model.id)
            same = self.after.calibration.models.get(model.id) == learned
            if learned is not None and learned.is_fitted and not same:
                given = application(metric, model, learned)
                changes[metric.id] = given({**values, "as_of": stage.as_of})
        return self._computed_anew(stage, values, changes)

    def _computed_anew(
        self, stage: Stage, values: dict[str, Value], changes: Mapping[str, Value]
    ) -> dict[str, Value]:
        values |= changes
        reached = set(changes)
        unavailable = set(self.before.record["metrics_not_available"])
        for metric in stage.standard.metrics.values():
            inputs = self.before.inputs(metric.id)
            if metric.id in changes or metric.id in unavailable or reached.isdisjoint(inputs):
                continue
            if isinstance(metric.definition, ComputedMetric):
                found = evaluation(metric.definition.formula)({**values, "as_of": stage.as_of})
                values[metric.id] = stored(found, metric.type)
                reached.add(metric.id)
        return values

    def _run(self, place: int, stage: Stage) -> StoredRun:
        """Return a run that grades as a stage does."""
        if place not in self._runs:
            learned = stage.learned if stage.learned is not None else self._learned_anew(stage)
            calibration = replace(self.before.calibration, schemes=learned, models=stage.models)
            self._runs[place] = StoredRun(
                self.before.directory,
                stage.standard,
                calibration,
                stage.as_of,
                stage.running,
                {},
                self.before.record,
            )
        return self._runs[place]

    def _learned_anew(self, stage: Stage) -> Mapping[str, SchemeCalibration]:
        with DuckDBEngine() as engine:
            make_stored(engine, self.before, self.after)
            source = metrics_of_stage(engine, stage, self.before, self.after, ())
            return grade_again(
                engine, "graded", source, stage.standard, None, stage.running, stage.as_of
            )


def held_by(run: StoredRun, customer: str) -> dict[str, str | None]:
    """Return the grades that a customer holds; empty where a run serves what it computes."""
    if not is_served(run):
        return {}
    query = grades_held(run.directory).subquery("held")
    own = exp.select(exp.column("scheme", quoted=True), exp.column("grade", quoted=True))
    mine = exp.EQ(
        this=exp.column("customer_id", quoted=True), expression=exp.Literal.string(customer)
    )
    with DuckDBEngine() as engine:
        return dict(engine.rows(own.from_(query).where(mine).sql("duckdb")))


def _metrics(run: StoredRun, customer: str) -> dict[str, Value] | None:
    try:
        return run.metrics_of(customer)
    except CallError:
        return None


def _grade(values: Mapping[str, Value], scheme: str) -> str | None:
    found = values.get(part(scheme, "grade"))
    return None if found is None else str(found)
