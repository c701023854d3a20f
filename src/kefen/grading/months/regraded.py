"""All customers graded anew on what was counted before: only changed customers' facts are read.

Where lines and models are learned anew, a cut that moved by a ten-thousandth can move anybody. What
was counted from the facts of a customer whose rows did not change is the same all the same, and it
is by far the most of the work.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.text import Text
from kefen.grading.fact_views import make_views
from kefen.grading.grade import Grading
from kefen.grading.measure import (
    METRICS,
    counted_from_facts,
    make_metrics,
    make_metrics_of_counted,
)
from kefen.grading.months.changes import CHANGED, NotBySteps
from kefen.grading.months.differences import rows_of, whole_rows
from kefen.grading.outputs import METRICS_FILE
from kefen.grading.population import POPULATION, available_metrics, make_population

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from kefen.grading.measure import Measured
    from kefen.grading.months.step import Step
    from kefen.grading.run import GradedRun
    from kefen.lake.dataset import Dataset
    from kefen.standards.calibration import Calibration

_COUNTED, _NOW = "counted of all", "metrics of changed customers"


def grade_all_on_counted(
    step: Step,
    calibration: Calibration | None,
    names: Calibration | None,
    whole: Dataset | None,
    on_stage: Callable[[str], None] | None = None,
) -> GradedRun:
    """Grade all customers; what is counted from facts is counted of the changed ones alone.

    Args:
        step: What came since the earlier run.
        calibration: The lines to take over; None learns them from all customers.
        names: An earlier calibration whose names a new one keeps.
        whole: All data, for who reads the facts of all afterwards; None: nobody does.
        on_stage: Called with the name of each stage as it starts.

    Returns:
        The run, as if all facts had been read.

    Raises:
        NotBySteps: What is counted rests on what a model gives, or other metrics are there.
        EngineError: Memory or disk ran out.
    """
    return _OnCounted(step, calibration, names, whole, on_stage).run()


class _OnCounted(Grading):
    """The grading of all customers on what was counted before."""

    def __init__(
        self,
        step: Step,
        calibration: Calibration | None,
        names: Calibration | None,
        whole: Dataset | None,
        on_stage: Callable[[str], None] | None,
    ) -> None:
        rows = step.every()
        every = {
            name: replace(read, relation=rows[name], first_days=None, with_strangers=None)
            for name, read in step.told.tables.items()
        }
        dataset = replace(step.told, tables=every)
        if whole is not None:
            dataset = replace(whole, findings=step.told.findings)
        super().__init__(dataset, step.standard, step.as_of, calibration, names, on_stage)
        self.step = step

    def _make_population(self) -> int:
        step, base = self.step, rows_of(self.step.base.folder / METRICS_FILE)
        undated = int(step.record["customers"]["undated"]) - make_population(step.then, self.as_of)
        undated += make_population(step.now, self.as_of)
        self._count_changed()
        ids = exp.select(column("customer_id"))
        population = whole_rows(
            ids.copy().from_(base.subquery("earlier")),
            ids.copy().from_(table(POPULATION)),
            exp.select("*").from_(table(CHANGED)),
        )
        self.engine.create("TABLE", "population of all", population)
        self.engine.create("TABLE", POPULATION, exp.select("*").from_(table("population of all")))
        self.engine.run(exp.Drop(tables=[table("population of all")], kind="TABLE").sql("duckdb"))
        return undated

    def _count_changed(self) -> None:
        """Count the metrics of the changed customers, and put them beside those of the others."""
        step, models = self.step, frozenset(self.standard.models)
        tables = {
            name: replace(read, relation=step.now.tables[name].relation, with_strangers=None)
            for name, read in step.told.tables.items()
        }
        now = replace(step.told, tables=tables)
        available = available_metrics(now, self.standard, not_fitted=models)
        counted = counted_from_facts(self.standard, available)
        if counted != counted_from_facts(self.standard, available_metrics(now, self.standard)):
            raise NotBySteps(
                Text("facts are counted by what a model gives", "计数以模型结果为条件")
            )
        missing = set(self.step.record["metrics_not_available"])
        if any(name in missing for name in counted):
            raise NotBySteps(Text("other metrics are there", "可计算的指标有变"))
        make_metrics(now, self.standard, self.as_of, available, make_views(now, self.as_of))
        names = [column("customer_id"), *map(column, counted)]
        self.engine.create("TABLE", _NOW, exp.select(*names).from_(table(METRICS)))
        earlier = rows_of(step.base.folder / METRICS_FILE).subquery("earlier")
        self.engine.create(
            "TABLE",
            _COUNTED,
            whole_rows(
                exp.select(*names).from_(earlier),
                exp.select("*").from_(table(_NOW)),
                exp.select("*").from_(table(CHANGED)),
            ),
        )
        make_views(self.dataset, self.as_of)

    def _measure(
        self, imported: frozenset[str], facts: Mapping[str, str], earlier: Mapping[str, str]
    ) -> Measured:
        del facts, earlier
        return make_metrics_of_counted(
            self.dataset,
            self.standard,
            self.as_of,
            imported,
            _COUNTED,
            self.frozen,
            self.previous,
        )

    def _months_covered(
        self, facts: Mapping[str, str], days: frozenset[date]
    ) -> tuple[int, int] | None:
        del facts, days
        return self.step.months_covered()
