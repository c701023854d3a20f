"""A run made from the one it restates: only customers whose data changed are graded anew.

With the same lines, a grade depends on nothing but its customer's own rows. What a run says of all
(how many are graded, how often a rule held) is what the earlier one said, less the changed
customers as they were, plus as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import kefen
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine, parquet_scan
from kefen.grading.confidence import low_in_words
from kefen.grading.grade import Grading
from kefen.grading.measure import METRICS, make_views
from kefen.grading.months.changes import CHANGED, NotBySteps, find_changed
from kefen.grading.months.differences import (
    CUSTOMERS_FILE,
    DIFFERENCES_FILE,
    changed_file,
    make_whole,
)
from kefen.grading.outcomes import amounts_of
from kefen.grading.outputs import (
    CALIBRATION_FILE,
    GRADES_FILE,
    METRICS_FILE,
    OUTCOMES_FILE,
    RECORD_FILE,
    SERVED_FILE,
    read_json,
    write_json,
)
from kefen.grading.population import available_metrics, make_population, runnable_schemes
from kefen.grading.rule_counts import counts_by_scheme
from kefen.grading.serving.overrides import serving_from
from kefen.grading.serving.serve import served_schemes
from kefen.grading.shortened import days_with_orders
from kefen.standards.model import FactMetric

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from kefen.grading.history import KeptRun
    from kefen.grading.months.lines import LinesInForce
    from kefen.grading.run import GradedRun
    from kefen.lake.book import Book
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Standard

MOST_CHANGED = 0.2
"""From this share of changed customers on, grading all of them is no slower."""


@dataclass(frozen=True, slots=True)
class RunBySteps:
    """A run of which only the changed customers were graded.

    Attributes:
        run: The run; its relations have the changed customers alone, its record tells of all.
        base: The run whose other rows are its own.
        customers: How many customers were graded anew.
        is_same: Whether none of them has another metric, grade or outcome.
    """

    run: GradedRun
    base: KeptRun
    customers: int
    is_same: bool


def grade_by_steps(
    book: Book,
    dataset: Dataset,
    standard: Standard,
    as_of: date,
    standing: KeptRun,
    base: KeptRun,
    lines: LinesInForce | None,
) -> RunBySteps:
    """Grade the customers whose data changed since a run of the same date.

    Args:
        book: The book.
        dataset: Its data now.
        standard: The standard.
        as_of: The as-of date.
        standing: The run that stands for the date.
        base: The run whose files the standing one rests on: itself where it is whole.
        lines: The lines that the standard's policy keeps; None where it learns anew.

    Raises:
        NotBySteps: The run depends on more than the changed customers' rows.
        BookError: The lake cannot be read.
        DataError: A file of the base is damaged.
        EngineError: Memory or disk ran out.
    """
    engine = dataset.engine
    if lines is None:
        raise NotBySteps(Text("the lines are learned from all customers", "须以全体客户重新标定"))
    if not isinstance(engine, DuckDBEngine):
        raise NotBySteps(Text("it is graded on a cluster", "在集群上评级"))
    record = read_json(base.folder / RECORD_FILE)
    _check(dataset, standard, base, record, lines)
    running = [str(item["scheme"]) for item in record["schemes"]]
    serving = serving_from(None, book, standard, as_of)
    if served_schemes(standard, running, serving) or (standing.folder / SERVED_FILE).exists():
        raise NotBySteps(Text("grades are held from run to run", "等级会在各次评级间延续"))
    make_whole(base.folder)
    customers = find_changed(engine, book, base.lake_versions, dataset.versions)
    if customers > MOST_CHANGED * base.customers:
        raise NotBySteps(Text("many customers changed", "变动的客户较多"))
    grading = _Changed(dataset, standard, as_of, lines, base, record)
    run = grading.run()
    return RunBySteps(run, base, customers, grading.is_same(standing))


def base_of(run: KeptRun, runs: Sequence[KeptRun]) -> KeptRun:
    """Return the run whose files a run rests on: itself where it was kept whole.

    Raises:
        DataError: The file that names it is damaged.
    """
    path = run.folder / DIFFERENCES_FILE
    if not path.is_file():
        return run
    named = str(read_json(path)["base"])
    return next(one for one in runs if one.run_id == named)


def write_differences(made: RunBySteps, folder: Path) -> None:
    """Write the changed rows of a run, and which run its others are of.

    Raises:
        EngineError: The disk is full.
    """
    run, engine = made.run, made.run.dataset.engine
    for relation, name in (
        (run.metrics, METRICS_FILE),
        (run.grades, GRADES_FILE),
        (run.outcomes, OUTCOMES_FILE),
    ):
        if relation is not None:
            rows = f'SELECT * FROM "{relation}"'  # noqa: S608
            engine.write_parquet(rows, folder / changed_file(name))
    engine.write_parquet(f'SELECT * FROM "{CHANGED}"', folder / CUSTOMERS_FILE)  # noqa: S608
    running = [item["scheme"] for item in run.record["schemes"]]
    schemes = [run.standard.schemes[name] for name in running]
    write_json(
        folder / DIFFERENCES_FILE,
        {
            "format": 1,
            "base": made.base.run_id,
            "customers": made.customers,
            "schemes": running,
            "items": [
                "\t".join((scheme.id, kind, item.id))
                for scheme in schemes
                for kind, items in (("tag", scheme.tags), ("term", amounts_of(scheme)))
                for item in items
            ],
        },
    )
    write_json(folder / CALIBRATION_FILE, run.calibration.as_dict())
    write_json(folder / RECORD_FILE, run.record)


def _check(
    dataset: Dataset,
    standard: Standard,
    base: KeptRun,
    record: Mapping[str, Any],
    lines: LinesInForce,
) -> None:
    """Refuse what depends on more than the rows of the changed customers."""
    alike = (
        base.fingerprint == standard.fingerprint
        and base.version == standard.version
        and base.calibration_fingerprint == lines.run.calibration_fingerprint
        and record["timezone"] == dataset.timezone
        and record["currency"] == dataset.currency
        and record["generated"] == list(dataset.generated)
        and set(record["rows"]) == set(dataset.tables)
    )
    if not alike:
        raise NotBySteps(
            Text("the standard, the lines or the tables differ", "标准、标定或数据表有变")
        )
    described = dataset.engine.described
    if record["engine"]["version"] != described["version"] or (
        record["engine"]["kefen"] != kefen.__version__
    ):
        raise NotBySteps(Text("it was made by other software", "软件版本不同"))
    if standard.alerts:
        raise NotBySteps(Text("alerts are raised over all customers", "预警针对全体客户"))
    if standard.up_to_date:
        raise NotBySteps(Text("the age of its data concerns all customers", "资料时效涉及全体客户"))
    for metric in standard.metrics.values():
        definition = metric.definition
        if isinstance(definition, FactMetric) and (definition.across or definition.judgement):
            raise NotBySteps(
                Text("the metric {m} is of more than one customer", "指标{m}涉及多位客户").filled(
                    m=metric.name
                )
            )


class _Changed(Grading):
    """The grading of the changed customers alone."""

    def __init__(
        self,
        dataset: Dataset,
        standard: Standard,
        as_of: date,
        lines: LinesInForce,
        base: KeptRun,
        record: Mapping[str, Any],
    ) -> None:
        super().__init__(_restricted(dataset), standard, as_of, lines.calibration, None, None)
        self.whole = dataset
        self.base = base
        self.record = record
        self.base_graded = {item["scheme"]: int(item["graded"]) for item in record["schemes"]}
        self.graded_then: dict[str, int] = {}
        self.customers_then = 0
        self.followed_then: dict[str, dict[str, Any]] = {}
        self.low_then: dict[str, bool] = {}

    def run(self) -> GradedRun:
        """Grade the changed customers as they were, then as they are."""
        assert self.frozen is not None  # noqa: S101  given when it was made
        models = self.frozen.models
        not_fitted = frozenset(name for name, own in models.items() if not own.is_fitted)
        available = available_metrics(self.dataset, self.standard, not_fitted=not_fitted)
        running, _ = runnable_schemes(self.dataset, self.standard, available, models)
        if list(running) != list(self.base_graded) or sorted(
            set(self.standard.metrics) - available
        ) != list(self.record["metrics_not_available"]):
            raise NotBySteps(Text("other schemes can be run", "可运行的方案有变"))
        self._as_they_were(running)
        undated = None
        if self.record["customers"]["undated"]:
            # Who is undated now can only be told by the facts of all.
            undated = make_population(self.whole, self.as_of)
        run = super().run()
        customers = dict(run.record["customers"])
        if undated is not None:
            customers["undated"] = undated
        graded = {item["scheme"]: int(item["graded"]) for item in run.record["schemes"]}
        months = run.record["months"]
        self._check_confidence(graded, months)
        followed = [{**item, **self._followed(item)} for item in run.record["schemes"]]
        return replace(
            run,
            dataset=replace(self.whole, findings=run.dataset.findings),
            record={**run.record, "customers": customers, "schemes": followed},
        )

    def is_same(self, standing: KeptRun) -> bool:
        """Return whether the changed customers have in the standing run just what they have now."""
        make_whole(standing.folder)
        pairs = [(METRICS, METRICS_FILE), ("grades", GRADES_FILE)]
        if self.outcomes is not None:
            pairs.append((self.outcomes, OUTCOMES_FILE))
        for relation, name in pairs:
            new = f'SELECT * FROM "{relation}"'  # noqa: S608
            old = _rows_of_changed(standing.folder / name)
            differ = self.engine.rows(
                f"SELECT count(*) FROM (({new} EXCEPT ALL {old}) UNION ALL "  # noqa: S608
                f"({old} EXCEPT ALL {new})) AS differing"
            )[0][0]
            if differ:
                return False
        return True

    def _as_they_were(self, running: tuple[str, ...]) -> None:
        """Grade the changed customers on their stored metrics, and note what is counted."""
        old = _rows_of_changed(self.base.folder / METRICS_FILE)
        self.engine.run(f'CREATE OR REPLACE TABLE "{METRICS}" AS {old} ORDER BY customer_id')
        self._make_scored(running)
        self.graded_then = super()._graded_counts(running)
        self.customers_then = super()._count_customers()
        self._make_outcomes(running)
        self.followed_then = counts_by_scheme(
            self.engine, self.standard, running, self.rules, self.outcomes
        )
        self.outcomes = self.rules = None
        self.calibrations.clear()
        self.seconds.clear()

    def _followed(self, item: Mapping[str, Any]) -> dict[str, Any]:
        """Return what is said of a scheme's rules, tags and amounts, of all customers."""
        base = next(one for one in self.record["schemes"] if one["scheme"] == item["scheme"])
        then = self.followed_then[item["scheme"]]
        said: dict[str, Any] = {}
        for kind in ("rules", "tags", "terms"):
            if kind in item:
                said[kind] = [
                    _counted(*rows) for rows in zip(base[kind], then[kind], item[kind], strict=True)
                ]
        return said

    def _check_confidence(
        self, graded: Mapping[str, int], months: Mapping[str, int] | None
    ) -> None:
        """Refuse a run in which all customers of a scheme gain or lose confidence."""
        for name, count in graded.items():
            scheme = self.standard.schemes[name]

            def is_low(number: int, covered: Mapping[str, int] | None, one: str = name) -> bool:
                own = self.standard.schemes[one]
                learned = number if one in self._learns_nothing else self._population(one)
                return low_in_words(self.standard, own, learned, covered) is not None

            if is_low(count, months) != is_low(self.base_graded[scheme.id], self.record["months"]):
                raise NotBySteps(Text("confidence changed for all", "全体客户的置信度有变"))

    def _population(self, scheme: str) -> int:
        return self.calibrations[scheme].population

    # --- what is said of all customers ----------------------------------------------------------

    def _graded_counts(self, running: tuple[str, ...]) -> dict[str, int]:
        own = super()._graded_counts(running)
        return {
            name: self.base_graded[name] - self.graded_then[name] + own[name] for name in running
        }

    def _count_customers(self) -> int:
        return self.base.customers - self.customers_then + super()._count_customers()

    def _months_covered(
        self, facts: Mapping[str, str], days: frozenset[date]
    ) -> tuple[int, int] | None:
        del days
        if "orders" not in facts:
            return super()._months_covered(facts, frozenset())
        views = make_views(self.whole, self.as_of)
        every = days_with_orders(self.engine, views["orders"])
        return super()._months_covered(facts, every)


def _restricted(dataset: Dataset) -> Dataset:
    """Return the dataset of the changed customers; counts of rows stay those of all."""
    tables = dict(dataset.tables)
    for name, read in dataset.tables.items():
        if name != "customers" and not read.table.has_customer:
            continue
        made = f"{name} of changed customers"
        dataset.engine.run(
            f'CREATE OR REPLACE TABLE "{made}" AS SELECT * FROM "{read.relation}" '  # noqa: S608
            f'WHERE customer_id IN (SELECT customer_id FROM "{CHANGED}")'
        )
        tables[name] = replace(read, relation=made)
    return replace(dataset, tables=tables)


def _rows_of_changed(path: Path) -> str:
    return (
        f"SELECT * EXCLUDE (file_row_number) FROM {parquet_scan([str(path)])} "  # noqa: S608
        f'WHERE customer_id IN (SELECT customer_id FROM "{CHANGED}")'
    )


def _counted(
    base: Mapping[str, Any], then: Mapping[str, Any], now: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the counts of all: those of the base, less the changed ones then, plus now."""
    found: dict[str, Any] = {}
    for key, value in now.items():
        if key in ("rule", "tag", "term"):
            found[key] = value
        elif key == "sum":
            parts = (base[key], then[key], value)
            amounts = [Decimal(part) if part is not None else Decimal(0) for part in parts]
            total = amounts[0] - amounts[1] + amounts[2]
            known = base["customers"] - then["customers"] + now["customers"]
            found[key] = str(total) if known else None
        else:
            found[key] = int(base[key]) - int(then[key]) + int(value)
    return found
