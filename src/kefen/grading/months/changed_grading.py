"""Grading the customers whose rows changed, as they were and as they are, at once.

With the same lines nobody else's grade can differ. Both states of a customer go through the same
statements: the earlier one bears a mark on its id. So the counts that the earlier run told of them
are known without reading its results.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.compiler.plan import SchemePlan, part
from kefen.compiler.scoring import written_ahead
from kefen.domain.text import Text
from kefen.grading.confidence import low_in_words
from kefen.grading.grade import GRADES, SCORED, Grading
from kefen.grading.measure import METRICS
from kefen.grading.months.changes import CHANGED, NotBySteps
from kefen.grading.months.composed import counted
from kefen.grading.months.differences import CUSTOMERS_FILE, changed_file, rows_of
from kefen.grading.months.written_differences import write_rows
from kefen.grading.outcomes import outcomes_query
from kefen.grading.outputs import GRADES_FILE, METRICS_FILE
from kefen.grading.population import count_undated, make_population
from kefen.grading.rule_counts import counts_by_scheme, rules_query
from kefen.grading.run import Differences
from kefen.grading.tally import ClassTally, tally_question, tally_sides, together

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from kefen.compiler.plan import Step as PlanStep
    from kefen.expressions.types import ValueType
    from kefen.grading.months.step import Step
    from kefen.grading.run import GradedRun
    from kefen.lake.dataset import Dataset, ReadTable
    from kefen.standards.calibration import Calibration

_THEN = "\x1f"
"""The mark at the end of the id of a customer as it was: a character that no text file has."""
_STATES = ("then", "now")


def grade_changed(
    step: Step, calibration: Calibration, on_stage: Callable[[str], None] | None = None
) -> GradedRun:
    """Grade the changed customers alone.

    Args:
        step: What came since the earlier run.
        calibration: The lines, those of the earlier run.
        on_stage: Called with the name of each stage as it starts.

    Returns:
        The run, its relations of the changed customers; its record tells of all.

    Raises:
        NotBySteps: Something about all customers differs.
        EngineError: Memory or disk ran out.
    """
    some = exp.select(exp.Literal.number(1)).from_(table(CHANGED)).where(_is_then()).limit(1)
    if step.engine.rows(some.sql("duckdb")):
        raise NotBySteps(Text("an id ends with a control character", "客户编号以控制字符结尾"))
    return _Changed(step, calibration, on_stage).run()


class _Changed(Grading):
    """The grading of both states of the changed customers."""

    def __init__(
        self, step: Step, calibration: Calibration, on_stage: Callable[[str], None] | None
    ) -> None:
        super().__init__(_both(step), step.standard, step.as_of, calibration, None, on_stage)
        self.step = step
        self._graded: dict[str, int] | None = None
        self._covered: tuple[int, int] | None = None
        self._meanwhile = self._write_steps
        self._beside_scored = self._write_question
        self._parts_ahead: dict[str, exp.Select] = {}
        self._question = ""
        self._to_end = ExitStack()
        self._written_to = Path(mkdtemp(dir=self.step.engine.scratch))
        self._grades_written: Callable[[], None] = lambda: None
        self._ahead: dict[str, tuple[PlanStep, ...]] = {}

    def run(self) -> GradedRun:
        """Grade, and return the run with what it says of all customers."""
        with ExitStack() as self._to_end:
            run = super().run()
            self._check_schemes(run)
            # Who writes the run has alerts to evaluate first.
            self.step.engine.until_closed(self._to_end.pop_all())
        base = self.step.record
        return replace(
            run,
            dataset=replace(self.dataset, tables=self._tables()),
            metrics=f"{METRICS} now",
            grades=f"{GRADES} now",
            scored=None,
            differences=Differences(
                base_id=self.step.base.run_id,
                base=self.step.base.folder,
                changed=CHANGED,
                customers=self.step.customers,
                since=base.get("alerts_since", ""),
                is_same=self._is_same,
                written=self._when_written,
            ),
        )

    def _check_schemes(self, run: GradedRun) -> None:
        """Refuse a run that has other metrics or schemes than the earlier one."""
        base = self.step.record
        if [item["scheme"] for item in run.record["schemes"]] != list(self.step.graded_then) or any(
            run.record[key] != base[key] for key in ("metrics_not_available", "schemes_not_run")
        ):
            raise NotBySteps(Text("other schemes can be run", "可运行的方案有变"))

    def _when_written(self) -> Path:
        """Return where the grades and metrics are once they have been written."""
        self._grades_written()
        return self._written_to

    def _is_same(self) -> bool:
        """Return whether the run that stands says of the changed customers just what this does."""
        self._grades_written()  # where it does, nobody else waits for them
        now = self._of(table(METRICS), "now")
        standing, base = self.step.standing, self.step.base
        then: exp.Query = self._as_then(METRICS)
        if standing.run_id != base.run_id:
            # Those who had changed by then are as the standing run has them, the others as before.
            theirs = rows_of(standing.folder / CUSTOMERS_FILE)
            same = exp.EQ(
                this=exp.column("customer_id", table="earlier"),
                expression=exp.column("customer_id", table="theirs"),
            )
            others = (
                exp.select("earlier.*")
                .from_(then.subquery("earlier"))
                .join(theirs.subquery("theirs"), on=same, join_type="anti")
            )
            then = exp.union(
                others, rows_of(standing.folder / changed_file(METRICS_FILE)), distinct=False
            )
        differing = exp.union(
            exp.except_(now, then, distinct=False),
            exp.except_(then.copy(), now.copy(), distinct=False),
            distinct=False,
        )
        count = exp.select(exp.Count(this=exp.Star())).from_(differing.subquery("differing"))
        return not self.engine.rows(count.sql("duckdb"))[0][0]

    def _tables(self) -> dict[str, ReadTable]:
        """Return the tables of the book, each over all its rows."""
        every = self.step.every()
        return {
            name: replace(read, relation=every[name], first_days=None)
            for name, read in self.step.told.tables.items()
        }

    # --- the two states -------------------------------------------------------------------------

    def _of(self, source: exp.Expr, state: str) -> exp.Select:
        """Return the query of the rows of one state, ids as they are in the data."""
        mark = _is_then()
        return exp.select("*").from_(source).where(mark if state == "then" else exp.Not(this=mark))

    def _as_then(self, relation: str) -> exp.Select:
        bare = exp.func("rtrim", column("customer_id"), exp.Literal.string(_THEN))
        named = exp.Star(replace=[exp.alias_(bare, "customer_id", quoted=True)])
        return exp.select(named).from_(self._of(table(relation), "then").subquery("earlier"))

    def _make_now(self, relation: str) -> str:
        """Make the view of a relation's rows of the customers as they are, and return its name."""
        now = f"{relation} now"
        self.engine.create("VIEW", now, self._of(table(relation), "now"))
        return now

    def _write(self, relation: str, file: str) -> None:
        write_rows(self.engine, relation, self._written_to / changed_file(file))

    def _make_population(self) -> int:
        base = int(self.step.record["customers"]["undated"])
        both = make_population(self.dataset, self.as_of)
        if not both:
            return base
        then = count_undated(self.engine, _is_then())
        return base - then + (both - then)

    def _make_outcomes(self, running: tuple[str, ...]) -> None:
        for state in _STATES:
            self.engine.create("VIEW", f"{SCORED} {state}", self._of(table(SCORED), state))
            outcomes = outcomes_query(self.standard, running, f"{SCORED} {state}")
            if outcomes is not None:
                self.outcomes = f"outcomes {state}"
                self.engine.create("VIEW", self.outcomes, outcomes)
            rules = rules_query(self.standard, running, f"{SCORED} {state}")
            if rules is not None:
                self.rules = f"rules {state}"
                self.engine.answer(self.rules, rules)

    def _followed(self, running: tuple[str, ...]) -> dict[str, dict[str, Any]]:
        then, now = (
            counts_by_scheme(
                self.engine,
                self.standard,
                running,
                f"rules {state}" if self.rules is not None else None,
                f"outcomes {state}" if self.outcomes is not None else None,
            )
            for state in _STATES
        )
        base = {item["scheme"]: item for item in self.step.record["schemes"]}
        self.rules = None  # of the changed customers alone, which says nothing
        sides = [(base[name], then[name], now[name]) for name in running]
        return {
            name: {
                kind: [counted(*rows) for rows in zip(*(own[kind] for own in of), strict=True)]
                for kind in now[name]
            }
            for name, of in zip(running, sides, strict=True)
        }

    def _tally(self, parts: Mapping[str, exp.Select]) -> Mapping[str, tuple[ClassTally, ...]]:
        # Counting classes is many small statements, each of which keeps one core: the grades are
        # written beside it, and what follows.
        write = partial(self._write, self._make_now(GRADES), GRADES_FILE)
        self._grades_written = self._to_end.enter_context(self.engine.beside(write))
        then, now = tally_sides(self.engine, self.standard, tuple(parts), self._question)
        return {
            name: together(
                self.standard,
                name,
                (
                    (1, [ClassTally.from_dict(one) for one in self.step.record["classes"][name]]),
                    (-1, then[name]),
                    (1, now[name]),
                ),
            )
            for name in parts
        }

    # --- what is said of all customers ----------------------------------------------------------

    def _write_steps(self) -> None:
        """Write the steps of all schemes ahead, as far as they rest on the lines alone."""
        running = tuple(self.step.graded_then)
        types = self.standard.metric_types
        steps: list[PlanStep] = []
        for index, identifier in enumerate(running):
            scheme = self.standard.schemes[identifier]
            plan = SchemePlan(self.standard, scheme, running[:index], self.as_of)
            if plan.hands_on():
                # Which weights are handed on is asked of the metrics; those steps alone differ.
                steps += plan.scoring(self._learned(plan, METRICS, types), ())
            else:
                self._ahead[identifier] = super()._steps(plan, METRICS, types)
                steps += self._ahead[identifier]
        self._written = written_ahead(steps, types)

    def _write_question(self) -> None:
        """Write the queries of the grades ahead, and what is asked of them.

        All grades of a scheme are as sure as they were: `_check_confidence` sees to it.
        """
        for name in self.step.graded_then:
            low = self._low_then(name) is not None
            self._parts_ahead[name] = self._part(name, low=low)
        self._question = tally_question(
            self._with_revenue(self._parts_ahead), _is_then(), revenue=self._has_revenue
        )

    def _parts(
        self, running: tuple[str, ...], covered: tuple[int, int] | None
    ) -> Mapping[str, exp.Select]:
        del running, covered
        return self._parts_ahead

    def _steps(
        self, plan: SchemePlan, source: str, types: Mapping[str, ValueType]
    ) -> tuple[PlanStep, ...]:
        ahead = self._ahead.get(plan.scheme.id)
        return super()._steps(plan, source, types) if ahead is None else ahead

    def _make_scored(self, running: tuple[str, ...]) -> None:
        if list(running) != list(self.step.graded_then):
            raise NotBySteps(Text("other schemes can be run", "可运行的方案有变"))
        # Half of the scoring of a few customers is planning, which keeps one core.
        self._make_now(METRICS)
        with self.engine.beside(self._beside_scoring) as covered:
            super()._make_scored(running)
            self._covered = covered()

    def _beside_scoring(self) -> tuple[int, int] | None:
        self.step.every()
        covered = self.step.months_covered()
        self._write(f"{METRICS} now", METRICS_FILE)
        return covered

    def _make_grades(
        self, running: tuple[str, ...], covered: tuple[int, int] | None
    ) -> dict[str, int]:
        self._check_confidence(self._graded_counts(running), covered)
        return super()._make_grades(running, covered)

    def _graded_counts(self, running: tuple[str, ...]) -> dict[str, int]:
        if self._graded is None:
            self._graded = self._count_graded(running) if running else {}
        return self._graded

    def _count_graded(self, running: tuple[str, ...]) -> dict[str, int]:
        grades = [column(part(identifier, "grade")) for identifier in running]
        counts = self._counted([exp.Count(this=grade) for grade in grades], SCORED)
        base = self.step.graded_then
        return {
            name: base[name] - then + now for name, (then, now) in zip(running, counts, strict=True)
        }

    def _count_customers(self) -> int:
        ((then, now),) = self._counted([exp.Count(this=exp.Star())], METRICS)
        return self.step.base.customers - then + now

    def _counted(self, counts: Sequence[exp.Expr], relation: str) -> list[tuple[int, int]]:
        """Return each count of a relation's rows: of customers as they were, and as they are."""
        sides = [
            exp.Filter(this=count.copy(), expression=exp.Where(this=side))
            for count in counts
            for side in (_is_then(), exp.Not(this=_is_then()))
        ]
        found = self.engine.rows(exp.select(*sides).from_(table(relation)).sql("duckdb"))[0]
        return [(int(found[n]), int(found[n + 1])) for n in range(0, len(found), 2)]

    def _months_covered(
        self, facts: Mapping[str, str], days: frozenset[date]
    ) -> tuple[int, int] | None:
        del facts, days  # both states' orders are in them
        return self._covered

    def _check_confidence(self, graded: Mapping[str, int], covered: tuple[int, int] | None) -> None:
        """Refuse a run in which all customers of a scheme gain or lose confidence."""
        months = None if covered is None else {"covered": covered[0], "of": covered[1]}
        for name, count in graded.items():
            scheme = self.standard.schemes[name]
            learned = self.calibrations[name].population
            fixed = name not in self._learns_nothing
            now = low_in_words(self.standard, scheme, learned if fixed else count, months)
            if (now is None) != (self._low_then(name) is None):
                raise NotBySteps(Text("confidence changed for all", "全体客户的置信度有变"))

    def _low_then(self, name: str) -> Text | None:
        """Return why the grades of a scheme were marked low, all of them; None where not."""
        fixed = name not in self._learns_nothing
        base = self.calibrations[name].population if fixed else self.step.graded_then[name]
        scheme = self.standard.schemes[name]
        return low_in_words(self.standard, scheme, base, self.step.record["months"])


def _is_then() -> exp.Expr:
    """Return the condition that a row is of a customer as it was."""
    return exp.func("ends_with", column("customer_id"), exp.Literal.string(_THEN))


def _both(step: Step) -> Dataset:
    """Return the dataset of both states of the changed customers."""
    tables = {}
    for name, read in step.now.tables.items():
        told = step.told.tables[name]
        if not read.table.has_customer:
            tables[name] = told
            continue
        marked = exp.func("concat", column("customer_id"), exp.Literal.string(_THEN))
        earlier = exp.select(
            exp.Star(replace=[exp.alias_(marked, "customer_id", quoted=True)])
        ).from_(table(step.then.tables[name].relation))
        both = exp.union(exp.select("*").from_(table(read.relation)), earlier, distinct=False)
        both.set("by_name", True)
        relation = f"{name} of changed customers"
        step.engine.create("VIEW", relation, both)
        tables[name] = replace(told, relation=relation, with_strangers=None, first_days=None)
    return replace(step.told, tables=tables)
