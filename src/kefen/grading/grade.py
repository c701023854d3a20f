"""Grading: a data cut under a standard as of a date, calibrated and applied."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.needs import schemes_named
from kefen.compiler.plan import SchemePlan, part
from kefen.compiler.scoring import layered_query
from kefen.domain.errors import DataError
from kefen.domain.text import Text
from kefen.grading.calibrate import calibrate_scheme, learns_from_population, patterns_in
from kefen.grading.confidence import low_in_words
from kefen.grading.costs import cost_to_win_and_keep
from kefen.grading.fact_views import make_views
from kefen.grading.freshness import out_of_date
from kefen.grading.grades_query import grades_query, no_grades_query
from kefen.grading.judgements import unusable_judgements
from kefen.grading.measure import METRICS, make_metrics
from kefen.grading.modelled.earlier import earlier_inputs
from kefen.grading.modelled.method import import_ahead
from kefen.grading.outcomes import OUTCOMES, outcome_columns, outcomes_query
from kefen.grading.population import (
    available_metrics,
    make_population,
    runnable_schemes,
)
from kefen.grading.record import RunFacts, run_record
from kefen.grading.rule_counts import RULES, counts_by_scheme, rule_columns, rules_query
from kefen.grading.run import GradedRun
from kefen.grading.serving.serve import Serving, serve, served_counts
from kefen.grading.tally import REVENUE, tally_grades
from kefen.standards.calibration import Calibration, SchemeCalibration

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from kefen.compiler.plan import Step
    from kefen.compiler.scoring import Written
    from kefen.expressions.types import ValueType
    from kefen.grading.measure import Measured
    from kefen.grading.tally import ClassTally
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Standard

GRADES = "grades"
SCORED = "scored"
"""The relation of every scheme's results, one row a customer."""
STAGES: dict[str, Text] = {
    "population": Text("Finding the customers to grade", "确定评级客户"),
    "metrics": Text("Computing the metrics", "计算指标"),
    "calibration": Text("Calibrating", "标定"),
    "grades": Text("Grading", "评级"),
}
"""The stages of grading, in order, with their names for people."""


def grade(
    dataset: Dataset,
    standard: Standard,
    as_of: date,
    *,
    calibration: Calibration | None = None,
    previous: Calibration | None = None,
    serving: Serving | None = None,
    on_stage: Callable[[str], None] | None = None,
) -> GradedRun:
    """Grade every customer of a dataset.

    Args:
        dataset: The data cut.
        standard: The standard to apply.
        as_of: Grades use only what happened by the end of this day.
        calibration: A frozen calibration; None calibrates on this population.
        previous: The calibration of an earlier run, whose names a new one keeps where it
            continues them, as those of clusters; nothing else is taken from it.
        serving: The run before and the overrides, from which the grades that customers hold
            follow; None: nobody held one before, and nobody overrides.
        on_stage: Called with the name of each stage (see `STAGES`) as it starts.

    Returns:
        The run, its results as relations in the dataset's engine.

    Raises:
        DataError: A frozen calibration lacks a scheme that the data can run.
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    run = Grading(dataset, standard, as_of, calibration, previous, on_stage).run()
    if run.dataset.engine.described["name"] != "duckdb":
        return run  # its written results are served on this machine
    return served_run(run, serving or Serving())


def served_run(run: GradedRun, serving: Serving) -> GradedRun:
    """Return a run with the grades that its customers hold, told in its record too.

    Args:
        run: The run, its results as relations of one machine's engine.
        serving: The run before and the overrides.

    Raises:
        EngineError: Memory or disk ran out, or a number is too large to be exact.
    """
    start = time.perf_counter()
    engine = run.dataset.engine
    running = [str(scheme["scheme"]) for scheme in run.record["schemes"]]
    served = serve(
        engine,
        run.standard,
        running,
        run.as_of,
        metrics=run.metrics,
        grades=run.grades,
        serving=serving,
    )
    if served is None:
        return run
    seconds = {**run.record["seconds"], "served": round(time.perf_counter() - start, 3)}
    told = serving.record(served_counts(engine, served), run.standard, run.as_of)
    record = {**run.record, **told, "seconds": seconds}
    return replace(run, served=served, record=record)


class Grading:
    """One grading: the views, tables and figures it makes on the way."""

    def __init__(
        self,
        dataset: Dataset,
        standard: Standard,
        as_of: date,
        frozen: Calibration | None,
        previous: Calibration | None,
        on_stage: Callable[[str], None] | None,
    ) -> None:
        self.dataset = dataset
        self.engine = dataset.engine
        self.standard = standard
        self.as_of = as_of
        self.frozen = frozen
        self.previous = previous
        self.on_stage = on_stage
        self.seconds: dict[str, float] = {}
        self.calibrations: dict[str, SchemeCalibration] = {}
        self._learns_nothing: set[str] = set()
        self._meanwhile: Callable[[], object] | None = None
        self._beside_scored: Callable[[], object] | None = None
        self._written: dict[str, Written] = {}
        self.outcomes: str | None = None
        self.rules: str | None = None
        self.classes: Mapping[str, tuple[ClassTally, ...]] = {}

    def run(self) -> GradedRun:
        """Grade, and return the run."""
        if self.frozen is None and self.engine.is_one_place:
            import_ahead(model.method for model in self.standard.models.values())
        imported = available_metrics(self.dataset, self.standard)
        with self._stage("population"):
            earlier = self._earlier(imported)
            facts = make_views(self.dataset, self.as_of)
            undated = self._make_population()
        with self._stage("metrics"):
            measured = self._measure(imported, facts, earlier)
            available = measured.available
            unusable = unusable_judgements(self.engine, self.standard, available, facts)
        outdated = out_of_date(self.engine, self.standard, METRICS, self.as_of)
        self.dataset = replace(
            self.dataset, findings=(*self.dataset.findings, *unusable, *outdated)
        )
        running, not_run = runnable_schemes(self.dataset, self.standard, available, measured.models)
        self._make_scored(running)
        with self._stage("grades"):
            covered = self._months_covered(facts, measured.days)
            graded = self._make_grades(running, covered)
            followed = self._followed(running)
            costs = cost_to_win_and_keep(
                self.dataset, facts, self.as_of, self.standard.constants.window.months
            )
        if self.frozen is None:
            calibration = Calibration(
                self.standard.id,
                self.standard.version,
                self.standard.fingerprint,
                self.as_of,
                {s: self.calibrations[s] for s in self.standard.schemes if s in self.calibrations},
                measured.models,
            )
        else:
            calibration = self.frozen
        return GradedRun(
            dataset=self.dataset,
            standard=self.standard,
            as_of=self.as_of,
            metrics=METRICS,
            grades=GRADES,
            outcomes=self.outcomes,
            rules=self.rules,
            served=None,
            facts=facts,
            calibration=calibration,
            record=run_record(
                self.dataset,
                self.standard,
                RunFacts(
                    as_of=self.as_of,
                    frozen=self.frozen is not None,
                    customers=self._count_customers(),
                    undated=undated,
                    available=available,
                    models=measured.models,
                    graded={name: graded[name] for name in running},
                    followed=followed,
                    not_run=not_run,
                    classes=self.classes,
                    covered=covered,
                    costs=costs,
                    seconds=self.seconds,
                ),
            ),
            classes=self.classes,
            scored=SCORED,
        )

    def _make_population(self) -> int:
        """Make the relation of the customers to grade; return how many are undated."""
        return make_population(self.dataset, self.as_of)

    def _measure(
        self, imported: frozenset[str], facts: Mapping[str, str], earlier: Mapping[str, str]
    ) -> Measured:
        """Make the relation of the metrics of the customers to grade."""
        return make_metrics(
            self.dataset,
            self.standard,
            self.as_of,
            imported,
            facts,
            self.frozen,
            self.previous,
            earlier,
            self._meanwhile,
        )

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        if self.on_stage is not None:
            self.on_stage(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def _earlier(self, imported: frozenset[str]) -> dict[str, str]:
        """Return the inputs of an earlier day that models learn from; none when nothing is."""
        if self.frozen is not None:
            return {}
        return earlier_inputs(self.dataset, self.standard, self.as_of, imported)

    # --- schemes --------------------------------------------------------------------------

    def _make_scored(self, running: tuple[str, ...]) -> None:
        """Calibrate and apply the schemes, in as few passes as their dependencies allow."""
        source = METRICS
        types: dict[str, ValueType] = dict(self.standard.metric_types)
        kept: list[str] = []
        pending: list[Step] = []
        batch: list[SchemePlan] = []

        def calibrate() -> None:
            """Calibrate the schemes of the batch: none of them learns from grades of another."""
            with self._stage("calibration"):
                found = self.engine.together(
                    [partial(self._steps, plan, source, types) for plan in batch]
                )
            for plan, steps in zip(batch, found, strict=True):
                pending.extend(steps)
                kept.extend(step.name for step in steps if _is_result(step.name))
                kept.extend([*outcome_columns(plan.scheme), *rule_columns(plan.scheme)])
            batch.clear()

        for index, identifier in enumerate(running):
            scheme = self.standard.schemes[identifier]
            plan = SchemePlan(self.standard, scheme, running[:index], self.as_of)
            waiting = {part(other.scheme.id, "grade") for other in batch}
            waiting |= {step.name for step in pending}
            needs = {part(name, "grade") for name in schemes_named(self.standard, scheme)}
            if learns_from_population(scheme) and needs & waiting:
                calibrate()
                source = self._materialised(source, pending, types, kept)
                types |= {step.name: step.type for step in pending if step.name in kept}
                pending = []
            batch.append(plan)
        calibrate()
        with self._stage("grades"):
            wanted = [*kept, REVENUE] if self._has_revenue else kept
            query = layered_query(source, pending, types, wanted, self._written)
            self.engine.create(
                "TABLE", SCORED, query, kept=True, as_written=True, meanwhile=self._beside_scored
            )

    @property
    def _has_revenue(self) -> bool:
        kind = self.standard.metric_types.get(REVENUE)
        return kind is not None and kind.is_number

    def _materialised(
        self, source: str, steps: list[Step], types: Mapping[str, ValueType], kept: list[str]
    ) -> str:
        """Store grades that a later scheme calibrates on, beside the metrics."""
        name = f"{METRICS} and {len(kept)} results"
        names = [*self.standard.metrics, *kept]
        self.engine.create("TABLE", name, layered_query(source, steps, types, names), kept=True)
        return name

    def _steps(
        self, plan: SchemePlan, source: str, types: Mapping[str, ValueType]
    ) -> tuple[Step, ...]:
        learned = self._learned(plan, source, types)
        plan.apply(learned)
        return plan.grading(learned, patterns_in(self.engine, plan, source, types))

    def _learned(
        self, plan: SchemePlan, source: str, types: Mapping[str, ValueType]
    ) -> SchemeCalibration:
        """Return what a scheme learns, or learned."""
        scheme = plan.scheme
        learned = SchemeCalibration(0)
        if not learns_from_population(scheme):
            self._learns_nothing.add(scheme.id)
        elif self.frozen is None:
            learned = calibrate_scheme(self.engine, plan, source, types)
        elif scheme.id in self.frozen.schemes:
            learned = self.frozen.schemes[scheme.id]
        else:
            raise DataError(
                Text(
                    "the calibration has nothing for the scheme “{s}”", "标定中没有方案“{s}”"
                ).filled(s=scheme.name),
                mend=Text(
                    "It was made from data without it; calibrate anew without --calibration, or in "
                    "a book with --recalibrate.",
                    "该标定来自缺少此方案数据的评级；请去掉 --calibration（账套中加 "
                    "--recalibrate）重新标定。",
                ),
            )
        self.calibrations[scheme.id] = learned
        return learned

    # --- results --------------------------------------------------------------------------

    def _make_grades(
        self, running: tuple[str, ...], covered: tuple[int, int] | None
    ) -> dict[str, int]:
        """Make the relation of grades, one row a customer and scheme; return graded counts."""
        graded = self._graded_counts(running)
        for name in self._learns_nothing:
            self.calibrations[name] = SchemeCalibration(graded[name])
        parts = self._parts(running, covered)
        first, *others = parts.values() or [no_grades_query(METRICS)]
        query: exp.Query = first
        for further in others:
            query = exp.union(query, further, distinct=False, copy=False)
        self.engine.create("VIEW", GRADES, query)
        self.classes = self._tally(parts)
        self._make_outcomes(running)
        return graded

    def _parts(
        self, running: tuple[str, ...], covered: tuple[int, int] | None
    ) -> Mapping[str, exp.Select]:
        """Return the query of the grades of each scheme."""
        months = None if covered is None else {"covered": covered[0], "of": covered[1]}
        parts: dict[str, exp.Select] = {}
        for identifier in running:
            scheme, learned = self.standard.schemes[identifier], self.calibrations[identifier]
            low = low_in_words(self.standard, scheme, learned.population, months)
            parts[identifier] = self._part(identifier, low=low is not None)
        return parts

    def _part(self, identifier: str, *, low: bool) -> exp.Select:
        """Return the query of the grades of a scheme, all of low confidence or not."""
        small = {
            group
            for group, own in self.calibrations[identifier].groups.items()
            if group is not None and own.population < self.standard.constants.small_population
        }
        scheme = self.standard.schemes[identifier]
        return grades_query(scheme, SCORED, low=low, small_groups=small)

    def _tally(self, parts: Mapping[str, exp.Select]) -> Mapping[str, tuple[ClassTally, ...]]:
        """Count the classes of each scheme, given the queries of their grades."""
        return tally_grades(
            self.engine, self.standard, self._with_revenue(parts), revenue=self._has_revenue
        )

    def _with_revenue(self, parts: Mapping[str, exp.Select]) -> dict[str, exp.Select]:
        amounts = [column(REVENUE)] if self._has_revenue else []
        return {name: own.select(*amounts) for name, own in parts.items()}

    def _followed(self, running: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        """Return what is said of each scheme's rules, tags and amounts."""
        return counts_by_scheme(self.engine, self.standard, running, self.rules, self.outcomes)

    def _make_outcomes(self, running: tuple[str, ...]) -> None:
        """Make the relations of tags and amounts, and of what rules did, where there are any."""
        outcomes = outcomes_query(self.standard, running, SCORED)
        if outcomes is not None:
            self.engine.create("VIEW", OUTCOMES, outcomes)
            self.outcomes = OUTCOMES
        rules = rules_query(self.standard, running, SCORED)
        if rules is not None:
            self.engine.answer(RULES, rules)
            self.rules = RULES

    def _graded_counts(self, running: tuple[str, ...]) -> dict[str, int]:
        if not running:
            return {}
        query = exp.select(
            *(exp.Count(this=column(part(identifier, "grade"))) for identifier in running)
        ).from_(table(SCORED))
        counts = self.engine.rows(query.sql("duckdb"))[0]
        return {identifier: int(n) for identifier, n in zip(running, counts, strict=True)}

    def _months_covered(
        self, facts: Mapping[str, str], days: frozenset[date]
    ) -> tuple[int, int] | None:
        """Return (spans of a month in W that have orders, all of them); None when not counted."""
        window = self.standard.constants.window
        if "orders" not in facts or window.months is None:
            return None
        spans = window.month_spans(self.as_of)
        covered = sum(any(lower < day <= upper for day in days) for lower, upper in spans)
        return covered, window.months

    def _count_customers(self) -> int:
        counted = exp.select(exp.Count(this=exp.Star())).from_(table(METRICS))
        return int(self.engine.rows(counted.sql("duckdb"))[0][0])


def _is_result(name: str) -> bool:
    return name.split(":")[1] in ("grade", "score", "score_text", "reason", "within")
