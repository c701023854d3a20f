"""Filling months in from history: one run a month, each by what was known then."""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from sqlglot import exp

from kefen.compiler.facts import column, table
from kefen.domain.calendar import month_end
from kefen.domain.errors import CallError, DataError
from kefen.domain.text import Text
from kefen.engines.duckdb import DuckDBEngine
from kefen.expressions.sql import literal
from kefen.grading.alerts.raising import run_before_in, write_alerts_beside
from kefen.grading.history import KeptRun, current_runs, kept_runs, run_called
from kefen.grading.kept_runs import WAIT_SECONDS, kept_run
from kefen.grading.months.by_steps import grade_by_steps
from kefen.grading.months.changes import NotBySteps
from kefen.grading.months.grading import grade_for_book
from kefen.grading.months.held import first_fact_on, held
from kefen.grading.months.lines import lines_in_force
from kefen.grading.months.same import same_results
from kefen.grading.outputs import read_record, write_results
from kefen.grading.population import default_as_of, last_order_on
from kefen.grading.serving.overrides import serves_alike
from kefen.grading.written_run import compared_with, write_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from kefen.grading.run import GradedRun
    from kefen.lake.book import Book
    from kefen.lake.dataset import Dataset
    from kefen.standards.model import Standard

State: TypeAlias = Literal["graded", "kept", "unchanged", "restated", "nothing known"]
STATES: dict[State, Text] = {
    "graded": Text("graded", "已评级"),
    "kept": Text("there already", "已有"),
    "unchanged": Text("unchanged", "无变化"),
    "restated": Text("restated", "已重述"),
    "nothing known": Text("nothing known", "尚无数据"),
}
MOST_MONTHS = 600


@dataclass(frozen=True, slots=True)
class Month:
    """What came of one month.

    Attributes:
        as_of: The as-of date.
        state: What was done.
        run: The run that holds for the date; None where there is none.
        seconds: How long it took, with writing.
        has_orders: Whether the month of the date has orders by it; None without orders at all.
        regraded: How many customers were graded anew where only those whose data changed were.
    """

    as_of: date
    state: State
    run: KeptRun | None
    seconds: float
    has_orders: bool | None
    regraded: int | None = None


@dataclass(frozen=True, slots=True)
class BackFill:
    """What came of filling months in.

    Attributes:
        months: Every month asked for, in order.
        first_fact: The first day from which a fact was known; None without facts.
        last_order: The day of the last order; None without orders.
        seconds: How long all took, with reading.
    """

    months: tuple[Month, ...]
    first_fact: date | None
    last_order: date | None
    seconds: float


def month_ends(first: date, last: date) -> tuple[date, ...]:
    """Return the ends of the months from one day's to another's; of the last, the day itself.

    Args:
        first: A day in the first month.
        last: The last as-of date.

    Raises:
        CallError: The first month lies after the last, or there are more than 600.
    """
    if first > last:
        raise CallError(
            Text(
                "The first month ({a}) lies after the last ({b}).",
                "起始月（{a}）晚于截止月（{b}）。",
            ).filled(a=f"{first:%Y-%m}", b=f"{last:%Y-%m}"),
            where="--from",
            mend=Text("Exchange the two.", "请对调两者。"),
        )
    ends: list[date] = []
    day = month_end(first)
    while day < last:
        ends.append(day)
        year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
        day = month_end(day.replace(year=year, month=month, day=1))
        if len(ends) >= MOST_MONTHS:
            raise CallError(
                Text("These are more than {n} months.", "超过 {n} 个月。").filled(n=MOST_MONTHS),
                where="--from",
                mend=Text("Fill in part of them at a time.", "请分几次补评。"),
            )
    return (*ends, last)


def back_fill(
    book: Book,
    standard_on: Callable[[date], Standard],
    first: date,
    last: date | None,
    *,
    memory: str,
    rates: Path | None = None,
    recalibrate: bool = False,
    on_month: Callable[[date, int, int], None] | None = None,
) -> BackFill:
    """Grade every month of a span that the book does not have yet, in order.

    A month that was graded on the same versions of the data and the same rates, under the same
    standard, by the lines that its policy says, from the same run before and with the same
    overrides, is kept; so is one whose results do not change. Each run is whole
    and in the list before the next begins: what a kill leaves is done, and the next call goes on.

    The facts are read once for all months; each sees only what was known by its end. Of a month
    graded before by the same lines, only the customers whose data changed are graded anew.

    Args:
        book: The book.
        standard_on: The standard that is in force on a day.
        first: A day in the first month.
        last: The last as-of date; None for the end of the last complete month with orders.
        memory: The memory limit of the engine.
        rates: A CSV file of exchange rates into the book's currency; None for those of the book.
        recalibrate: Whether each month learns its lines anew whatever the standard says.
        on_month: Called as a month begins, with its date, its number from 1, and how many there
            are.

    Raises:
        CallError: The span is none.
        DataError: There is no data, or nothing was known by the end of the span.
        StandardError: No edition of the standard is in force on one of the days.
        BookError: The book is in use or cannot be read or written.
        EngineError: Memory or disk ran out.
    """
    start = time.perf_counter()
    if last is not None:
        month_ends(first, last)  # tells what is wrong with the span before anything is read
    with DuckDBEngine(memory_limit=memory) as engine:
        dataset = book.dataset(engine, rates=rates)
        days = month_ends(first, last or default_as_of(dataset))
        known_from, ordered_to = first_fact_on(dataset), last_order_on(dataset)
        if known_from is None or known_from > days[-1]:
            raise _nothing_known(days[-1], known_from)
        filling = _Filling(book, standard_on, dataset, rates, recalibrate=recalibrate)
        months = []
        for number, day in enumerate(days, 1):
            if on_month is not None:
                on_month(day, number, len(days))
            months.append(filling.month(day, known_from))
    return BackFill(tuple(months), known_from, ordered_to, time.perf_counter() - start)


def _nothing_known(last: date, known_from: date | None) -> DataError:
    if known_from is None:
        return DataError(
            Text("The book has no facts to grade by.", "账套中没有可供评级的业务数据。"),
            mend=Text(
                "Import orders first: kefen import orders FILE.",
                "请先导入订单：kefen import orders 文件。",
            ),
        )
    return DataError(
        Text(
            "Nothing was known by {d}: the first fact in the data is of {f}.",
            "截至 {d} 尚无任何数据：最早的业务数据日期为 {f}。",
        ).filled(d=last, f=known_from),
        mend=Text("Grade as of a later date.", "请选择更晚的评级日。"),
    )


class _Filling:
    """One filling-in: the data is held in the engine from the first month that is graded on."""

    def __init__(
        self,
        book: Book,
        standard_on: Callable[[date], Standard],
        dataset: Dataset,
        rates: Path | None,
        *,
        recalibrate: bool,
    ) -> None:
        self.book = book
        self.standard_on = standard_on
        self.dataset = dataset
        self.rates = rates
        self.recalibrate = recalibrate
        self.is_held = False

    def month(self, day: date, known_from: date) -> Month:
        start = time.perf_counter()
        if known_from > day:
            return Month(day, "nothing known", None, 0.0, None)
        standard = self.standard_on(day)
        state, run = self._done(standard, day)
        regraded = None
        if run is None:
            state, run, regraded = self._grade(standard, day)
        seconds = time.perf_counter() - start
        return Month(day, state, run, seconds, self._has_orders(day), regraded)

    def _done(self, standard: Standard, day: date) -> tuple[State, KeptRun | None]:
        """Return the run of a month that need not be graded, if there is one."""
        runs = kept_runs(self.book)
        standing = _standing(runs, standard, day)
        if standing is None or self.recalibrate:
            return "graded", None
        lines = lines_in_force(runs, standard, day)
        as_policy_says = (
            standing.calibration == "fitted"
            if lines is None
            else standing.calibration_fingerprint == lines.run.calibration_fingerprint
        )
        same = (
            standing.fingerprint == standard.fingerprint
            and standing.version == standard.version
            and standing.lake_versions == dict(self.dataset.versions)
            and as_policy_says
        )
        return "kept", standing if same and self._is_read_alike(standing, standard) else None

    def _is_read_alike(self, standing: KeptRun, standard: Standard) -> bool:
        """Return whether a run's record names the rates and the grades held that hold now."""
        record = read_record(standing.folder)
        same_rates = _sum_of(record.get("rates")) == _sum_of(self.dataset.rates)
        return same_rates and serves_alike(self.book, record, standard, standing.as_of)

    def _grade(self, standard: Standard, day: date) -> tuple[State, KeptRun, int | None]:
        """Grade a month; only what changed of it, where that is enough."""
        run = self._graded(standard, day)
        own = run.differences
        engine = self.dataset.engine
        before = run_before_in(self.book, run)
        with tempfile.TemporaryDirectory(dir=engine.scratch) as scratch:
            written = Path(scratch)
            if own is None:
                write_results(compared_with(run, before), written)
            with self.book.guard.hold("grade", wait_seconds=WAIT_SECONDS):
                standing = _standing(kept_runs(self.book), standard, day)
                if standing is not None and _is_same(standing, run, written):
                    return "unchanged", standing, own.customers if own is not None else None
                with kept_run(self.book, run) as (identifier, folder):
                    if own is not None:
                        write_run(run, folder, before=before)
                    else:
                        for path in written.iterdir():
                            shutil.move(path, folder / path.name)
                        if standard.alerts:
                            write_alerts_beside(engine, folder, before)
        state: State = "graded" if standing is None else "restated"
        kept = run_called(self.book, identifier)
        return state, kept, own.customers if own is not None else None

    def _graded(self, standard: Standard, day: date) -> GradedRun:
        if self.rates is None:
            try:
                return grade_by_steps(
                    self.book,
                    self.dataset.engine,
                    standard,
                    day,
                    versions=self.dataset.versions,
                    recalibrate=self.recalibrate,
                )
            except NotBySteps:
                pass
        if not self.is_held:
            self.dataset = held(self.dataset)
            self.is_held = True
        return grade_for_book(self.book, self.dataset, standard, day, recalibrate=self.recalibrate)

    def _has_orders(self, day: date) -> bool | None:
        orders = self.dataset.tables.get("orders")
        if orders is None:
            return None
        within = exp.Between(
            this=exp.cast(column("ordered_at"), "DATE"),
            low=literal(day.replace(day=1)),
            high=literal(day),
        )
        one = exp.select(column("customer_id")).from_(table(orders.relation)).where(within).limit(1)
        return bool(self.dataset.engine.rows(one.sql("duckdb")))


def _sum_of(rates: Mapping[str, str] | None) -> str | None:
    return rates["sha256"] if rates is not None else None


def _standing(runs: Sequence[KeptRun], standard: Standard, day: date) -> KeptRun | None:
    return next((run for run in current_runs(runs, standard.id) if run.as_of == day), None)


def _is_same(standing: KeptRun, run: GradedRun, written: Path) -> bool:
    """Return whether a run gave what the one that stands gave, under the same standard."""
    if run.differences is not None:
        return run.differences.is_same()
    return (
        standing.fingerprint == run.standard.fingerprint
        and standing.version == run.standard.version
        and same_results(standing.folder, written).is_same
    )
